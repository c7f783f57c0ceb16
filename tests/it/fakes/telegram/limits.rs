//! Rates, as <https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this> says them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many messages and edits are taken; 0 for no limit.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// In one chat within five seconds: one a second, with room for a short burst.
    pub per_chat: usize,
    /// In one group within a minute.
    pub per_group: usize,
    /// In all chats within a second.
    pub overall: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_chat: 8, per_group: 20, overall: 30 }
    }
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self { per_chat: 0, per_group: 0, overall: 0 };
}

/// When something was taken lately.
#[derive(Debug, Default)]
pub struct Meter(VecDeque<Instant>);

impl Meter {
    /// How long to wait until one more fits into `most` within `window`.
    pub fn wait(&self, most: usize, window: Duration, now: Instant) -> Option<Duration> {
        if most == 0 {
            return None;
        }
        let within = self.0.iter().rev().take_while(|at| now.duration_since(**at) < window).count();
        (within >= most).then(|| window.saturating_sub(now.duration_since(self.0[self.0.len() - most])))
    }

    /// Counts one more.
    pub fn take(&mut self, now: Instant) {
        while self.0.front().is_some_and(|at| now.duration_since(*at) > Duration::from_mins(1)) {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }
}
