//! Whether the connection stands, seen from outside of its thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Signs of life of the connection and of its thread.
#[derive(Default)]
pub struct Line {
    /// Counts up as long as the thread does anything but turn in circles.
    pulse: AtomicU64,
    /// Since when there is no connection; `None` while there is one.
    down_since: Mutex<Option<Instant>>,
    /// Whether there was a connection since this was last asked.
    was_up: AtomicBool,
    /// Whether there ever was one.
    has_been_up: AtomicBool,
    /// Whether the session was cut off from outside.
    is_cut: AtomicBool,
}

impl Line {
    /// There is a connection. Gives whether there had been one before.
    pub fn up(&self) -> bool {
        *self.down_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.was_up.store(true, Ordering::Relaxed);
        self.has_been_up.swap(true, Ordering::Relaxed)
    }

    /// There is none, from `now` on. Gives whether that is news.
    pub fn down(&self, now: Instant) -> bool {
        let mut since = self.down_since.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = since.is_none();
        since.get_or_insert(now);
        is_news
    }

    /// A session begins.
    pub fn begin(&self, now: Instant) {
        self.down(now);
        self.is_cut.store(false, Ordering::Relaxed);
    }

    /// The session has been cut off and does not come back.
    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
    }

    /// Whether it has been.
    pub fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    /// Since when there is none.
    pub fn down_since(&self) -> Option<Instant> {
        *self.down_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there was a connection since this was last asked.
    pub fn take_was_up(&self) -> bool {
        self.was_up.swap(false, Ordering::Relaxed)
    }

    /// The thread is alive.
    pub fn beat(&self) {
        self.pulse.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it has been.
    pub fn pulse(&self) -> u64 {
        self.pulse.load(Ordering::Relaxed)
    }
}
