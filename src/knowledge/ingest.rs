//! The whole way from a folder of raw files to passages.
