//! Finds near-duplicate passages (MinHash).
