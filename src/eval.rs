//! Measuring: how well passages are found, times are cited, claims are checked and silence is kept, on anybody's data.

pub mod abstain;
pub mod metrics;
mod qrels;
pub mod ranking;
pub mod retrieval;
pub mod spans;
pub mod support;
pub mod table;
