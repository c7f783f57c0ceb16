//! Speed and memory, measured in this process: how many questions are answered and how fast sources are read.

pub mod ask;
pub mod embed;
#[cfg(feature = "models")]
pub mod generate;
pub mod guard;
pub mod ingest;
mod memory;
