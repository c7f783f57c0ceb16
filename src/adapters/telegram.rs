//! Telegram: DMs, groups and topics, by long polling of the Bot API (<https://core.telegram.org/bots/api>), or by a webhook.
//!
//! ```text
//! getUpdates ─▶ updates::Updates ─▶ translate::incoming ─▶ Desk::take      (then, and only then, the next offset)
//! webhook    ─▶ webhook::Hook    ─▶ translate::incoming ─▶ Desk::take      (then, and only then, the answer)
//! Desk ─▶ messenger::Telegram (sendMessage, editMessageText, …) ─▶ api::Api
//! ```
//!
//! The types of requests and updates are teloxide's. Requests are sent by [`api`], since teloxide's own sending sleeps
//! for ten seconds on a 5xx and hides the status; polling is ours, since teloxide sends `allowed_updates` only with its
//! first request, and a bot whose first request fails would never hear of a reaction.

pub mod settings;

#[cfg(feature = "telegram")]
pub mod api;
#[cfg(feature = "telegram")]
mod doctor;
#[cfg(feature = "telegram")]
mod failure;
#[cfg(feature = "telegram")]
mod lost;
#[cfg(feature = "telegram")]
mod menu;
#[cfg(feature = "telegram")]
pub mod messenger;
#[cfg(feature = "telegram")]
mod plain;
#[cfg(feature = "telegram")]
mod renamed;
#[cfg(feature = "telegram")]
mod request;
#[cfg(feature = "telegram")]
mod serve;
#[cfg(feature = "telegram")]
mod start;
#[cfg(feature = "telegram")]
pub mod translate;
#[cfg(feature = "telegram")]
pub mod updates;
#[cfg(feature = "telegram")]
mod webhook;

pub use self::settings::TelegramSettings;

#[cfg(feature = "telegram")]
pub use self::doctor::doctor;
#[cfg(feature = "telegram")]
pub use self::serve::run;
#[cfg(feature = "telegram")]
pub use self::start::{Arrival, Identity, prepare, publish_commands};
