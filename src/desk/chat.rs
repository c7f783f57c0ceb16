//! What those who write into one chat have to agree on: who sends, how often drafts change, and which message is the latest.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use moka::sync::Cache;
use tokio::sync::RwLock;

use crate::place::{MessageId, Sequence};

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

/// How many sequences are remembered, and how long after their last message.
const REMEMBERED: u64 = 10_000;
const REMEMBERED_FOR: Duration = Duration::from_hours(1);

/// The latest message that is known of each sequence.
#[derive(Debug)]
pub(super) struct Latest(Cache<Sequence, MessageId>);

impl Default for Latest {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_idle(REMEMBERED_FOR).build())
    }
}

impl Latest {
    /// There is a message `id` in `sequence`.
    pub(super) fn knows(&self, sequence: Sequence, id: &MessageId) {
        self.0.entry(sequence).and_upsert_with(|known| match known {
            Some(known) if !id.is_after(known.value()) => known.into_value(),
            _ => id.clone(),
        });
    }

    /// The latest message of `sequence` that is known, if any is.
    pub(super) fn of(&self, sequence: &Sequence) -> Option<MessageId> {
        self.0.get(sequence)
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
        let (latest, [here, there]) = (Latest::default(), ["here", "there"].map(|name| Sequence(name.to_owned())));
        assert_eq!(latest.of(&here), None);
        for id in ["98", "101", "99"] {
            latest.knows(here.clone(), &MessageId(id.to_owned()));
        }
        assert_eq!(latest.of(&here), Some(MessageId("101".to_owned())));
        assert_eq!(latest.of(&there), None);
    }
}
