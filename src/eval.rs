//! Measuring: how good the answers to the goldset are, and on anybody's data how well passages are found, times are cited,
//! claims are checked and silence is kept.

pub mod abstain;
pub mod guard;
pub mod judge;
pub mod metrics;
mod qrels;
pub mod ranking;
pub mod retrieval;
pub mod spans;
pub mod support;
pub mod table;
pub mod train;
pub mod tune;
