//! Discord: servers, threads and DMs, by the gateway and the REST API (<https://discord.com/developers/docs>).
//!
//! ```text
//! gateway (serenity) ─▶ lanes ─▶ hear: who says what to Colega ─▶ Desk::take
//! catch_up, recount: what was missed ─┘
//! Desk ─▶ messenger ─▶ rest (serenity's routes and bodies, sent by our own client)
//! ```
//!
//! What must never be: a request that holds up the heartbeat, an answer that calls somebody with `@`, and a word that was
//! not for Colega on disk or in a log.

pub mod settings;
pub mod shard;

#[cfg(feature = "discord")]
mod catch_up;
#[cfg(feature = "discord")]
pub mod commands;
#[cfg(feature = "discord")]
pub mod directory;
#[cfg(feature = "discord")]
mod doctor;
#[cfg(feature = "discord")]
pub mod gateway;
#[cfg(feature = "discord")]
pub mod hear;
#[cfg(feature = "discord")]
pub mod intake;
#[cfg(feature = "discord")]
mod lanes;
#[cfg(feature = "discord")]
pub mod messenger;
#[cfg(feature = "discord")]
mod recount;
#[cfg(feature = "discord")]
pub mod rest;
#[cfg(feature = "discord")]
mod seen;
#[cfg(feature = "discord")]
mod serve;
#[cfg(feature = "discord")]
mod snowflake;

pub use self::settings::DiscordSettings;

#[cfg(feature = "discord")]
pub use self::doctor::doctor;
#[cfg(feature = "discord")]
pub use self::serve::{attend, identify, run};
