//! How an adapter is doing, for `/stats` and `doctor`.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::render::chat::ConnectionShown;

/// Counters of one adapter, since its start.
#[derive(Debug, Default)]
pub struct Health {
    /// Connections made anew after a break (RESUME and IDENTIFY; polling that works again).
    pub reconnects: AtomicU64,
    /// Answers 409: another program polls with the same token.
    pub conflicts: AtomicU64,
    /// Requests repeated.
    pub retries: AtomicU64,
    /// Requests that the platform asked to wait for (429).
    pub throttled: AtomicU64,
    /// Requests given up.
    pub failures: AtomicU64,
    connection: Mutex<Connection>,
}

/// The connection to the platform.
#[derive(Debug, Clone, Default)]
pub enum Connection {
    /// Not yet, or not any more; with the reason, in words with the mend, where one is known.
    Down(Option<String>),
    /// Since when.
    Up(#[doc = "When it came up."] Instant),
    /// Before the first attempt.
    #[default]
    Starting,
}

impl Health {
    /// Counts one more.
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// What the counter stands at.
    pub fn read(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    /// Keeps the state of the connection.
    pub fn set(&self, connection: Connection) {
        *self.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = connection;
    }

    /// The state of the connection.
    pub fn connection(&self) -> Connection {
        self.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl From<Connection> for ConnectionShown {
    fn from(connection: Connection) -> Self {
        match connection {
            Connection::Starting => Self::Starting,
            Connection::Up(since) => Self::Up(since.elapsed()),
            Connection::Down(reason) => Self::Down(reason),
        }
    }
}
