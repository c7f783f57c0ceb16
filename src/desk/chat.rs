//! What those who write into one chat have to agree on: who sends, and how often drafts change.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::RwLock;

use crate::place::MessageId;

/// What those who write into a chat have to agree on.
#[derive(Debug)]
pub(super) struct Chat {
    /// Held to send (many at once) or to look for a lost message (alone).
    pub(super) sending: RwLock<()>,
    /// When the next draft may be shown: drafts of several answers share the platform's limits.
    next_draft: Mutex<Instant>,
    /// The latest message that is known.
    latest: Mutex<Option<MessageId>>,
}

impl Default for Chat {
    fn default() -> Self {
        Self { sending: RwLock::default(), next_draft: Mutex::new(Instant::now()), latest: Mutex::default() }
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

    /// There is a message `id`.
    pub(super) fn knows(&self, id: &MessageId) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.as_ref().is_none_or(|latest| id.is_after(latest)) {
            *latest = Some(id.clone());
        }
    }

    /// The latest message that is known, if any is.
    pub(super) fn latest(&self) -> Option<MessageId> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

    #[test]
    fn the_latest_message_is_the_one_of_the_highest_number() {
        let chat = Chat::default();
        assert_eq!(chat.latest(), None);
        for id in ["98", "101", "99"] {
            chat.knows(&MessageId(id.to_owned()));
        }
        assert_eq!(chat.latest(), Some(MessageId("101".to_owned())));
    }
}
