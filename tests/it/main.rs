//! Tests through the front door, one file per area.

mod agent;
#[cfg(all(feature = "discord", feature = "telegram"))]
mod canaries;
#[cfg(all(feature = "discord", feature = "telegram"))]
mod daemon;
mod dataset;
mod deploying;
mod desk;
#[cfg(feature = "discord")]
mod discord;
mod fakes;
mod feedback;
#[cfg(feature = "models")]
mod fetching;
#[cfg(all(feature = "discord", feature = "telegram"))]
mod figures;
mod gating;
mod goldset;
#[cfg(all(feature = "discord", feature = "telegram"))]
mod growth;
mod harness;
mod incremental;
mod ingest;
mod judge;
mod layering;
mod measuring;
#[cfg(feature = "models")]
mod models;
#[cfg(all(feature = "discord", feature = "telegram"))]
mod newcomer;
mod page;
mod program;
#[cfg(feature = "telegram")]
mod rendering;
#[cfg(all(feature = "discord", feature = "telegram"))]
mod saving;
#[cfg(all(feature = "edge", feature = "server"))]
mod servers;
#[cfg(all(feature = "discord", feature = "telegram"))]
mod soak;
mod subtitles;
#[cfg(feature = "telegram")]
mod telegram;
#[cfg(any(feature = "discord", feature = "telegram"))]
mod tour;
mod writing;
