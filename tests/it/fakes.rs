//! Stateful fakes of the chat platforms and of a Qdrant server on loopback, which check what the real servers check.

#[cfg(feature = "discord")]
#[allow(dead_code, unused_imports, reason = "each test uses a part of what people can do")]
pub mod discord;
#[cfg(all(feature = "edge", feature = "server"))]
pub mod qdrant;
#[cfg(feature = "discord")]
mod selftest_discord;
#[cfg(feature = "telegram")]
mod selftest_telegram;
#[cfg(feature = "telegram")]
#[allow(dead_code, reason = "each test uses a part of what people can do")]
pub mod telegram;
