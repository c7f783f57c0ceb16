//! What those who write into one chat have to agree on: who sends, and how often drafts change.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::RwLock;

/// What those who write into a chat have to agree on.
#[derive(Debug)]
pub(super) struct Chat {
    /// Held to send (many at once) or to look for a lost message (alone).
    pub(super) sending: RwLock<()>,
    /// When the next draft may be shown: drafts of several answers share the platform's limits.
    next_draft: Mutex<Instant>,
}

impl Default for Chat {
    fn default() -> Self {
        Self { sending: RwLock::default(), next_draft: Mutex::new(Instant::now()) }
    }
}

impl Chat {
    /// Takes the turn to show a draft, the next one `pace` later; otherwise when to come again.
    pub(super) fn draft(&self, pace: Duration) -> Result<(), Instant> {
        let mut next = self.next_draft.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if *next > now {
            return Err(*next);
        }
        *next = now + pace;
        Ok(())
    }

    /// No draft for so long: the platform said so.
    pub(super) fn hold_drafts(&self, wait: Duration) {
        *self.next_draft.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + wait;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_of_one_chat_take_turns() {
        let chat = Chat::default();
        let pace = Duration::from_mins(1);
        assert_eq!(chat.draft(pace), Ok(()));
        let later = chat.draft(pace).expect_err("another was just shown");
        assert!(later > Instant::now() + pace / 2);
        chat.hold_drafts(Duration::ZERO);
        assert_eq!(chat.draft(pace), Ok(()));
    }
}
