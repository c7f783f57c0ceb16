//! Measuring: how well passages are found, times are cited and silence is kept, on anybody's data.

pub mod metrics;
pub mod retrieval;
