//! Votes on answers, kept in sled.
