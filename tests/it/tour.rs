//! Tours: the real desk with its stores on disk, behind the real adapter, on a fake platform. People walk through what
//! Colega can do, and what they read stands in snapshots.

#[cfg(feature = "discord")]
mod discord;
mod house;
#[cfg(feature = "telegram")]
mod telegram;
