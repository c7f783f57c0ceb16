//! Answers that are being written, so that they can be stopped: by a button, by deleting or editing the question, and by a
//! newer question of the same person in the same conversation.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::delivery::{ConversationId, OutKey};
use crate::place::Pseudonym;

/// How far the platform's clock may be behind ours; Telegram tells whole seconds only.
const CLOCKS_DIFFER_MS: u64 = 2_000;

/// Why an answer stops before it is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The asker pressed the button.
    Cancelled,
    /// The asker has asked something else meanwhile.
    Superseded,
    /// The question has been edited or deleted; what follows takes care of the messages.
    Changed,
}

/// Since when somebody has been waiting for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// It was begun at this time, in milliseconds since 1970.
    Begun(u64),
    /// It was begun before a restart, and its asker may have seen all of it: it is finished whatever they ask next.
    Restart,
}

/// The answers that are being written.
#[derive(Debug, Default)]
pub(super) struct Running(Mutex<HashMap<OutKey, Entry>>);

#[derive(Debug)]
struct Entry {
    conversation: ConversationId,
    asker: Pseudonym,
    /// When the question was asked.
    at_ms: u64,
    /// Since when its asker has been waiting.
    since: Since,
    stop: watch::Sender<Option<Stopped>>,
}

/// An answer that is being written; dropping it takes it off the list.
pub(super) struct Writing<'a> {
    running: &'a Running,
    key: OutKey,
    stop: watch::Receiver<Option<Stopped>>,
}

impl Running {
    /// Enters an answer to what was asked at `at_ms`, and stops the one that the same person was waiting for in the same
    /// conversation when they asked. Questions that were asked one after the other while nobody was there to answer are all
    /// answered.
    pub(super) fn enter(
        &self,
        key: &OutKey,
        conversation: &ConversationId,
        asker: &Pseudonym,
        at_ms: u64,
        since: Since,
    ) -> Writing<'_> {
        let (sender, stop) = watch::channel(None);
        let mut running = self.lock();
        for (own, older) in running.iter() {
            let is_theirs = own != key && older.conversation == *conversation && older.asker == *asker;
            let was_begun =
                matches!(older.since, Since::Begun(begun_ms) if begun_ms <= at_ms.saturating_add(CLOCKS_DIFFER_MS));
            let was_waited_for = older.at_ms <= at_ms && was_begun;
            if is_theirs && was_waited_for {
                older.stop.send_replace(Some(Stopped::Superseded));
            }
        }
        let entry = Entry { conversation: conversation.clone(), asker: asker.clone(), at_ms, since, stop: sender };
        running.insert(key.clone(), entry);
        Writing { running: self, key: key.clone(), stop }
    }

    /// Stops the answer `key`, if it is being written; false if it is not.
    pub(super) fn stop(&self, key: &OutKey, why: Stopped) -> bool {
        let running = self.lock();
        let Some(entry) = running.get(key) else { return false };
        entry.stop.send_replace(Some(why));
        true
    }

    /// Stops all answers that somebody waits for; false if there is none.
    pub(super) fn stop_all_of(&self, person: &Pseudonym, why: Stopped) -> bool {
        let running = self.lock();
        let mut stopped = false;
        for entry in running.values().filter(|entry| entry.asker == *person) {
            entry.stop.send_replace(Some(why));
            stopped = true;
        }
        stopped
    }

    /// How many answers are being written.
    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    /// The answer that a button calls `name`, and who waits for it.
    pub(super) fn find(&self, name: &str) -> Option<(OutKey, Pseudonym)> {
        let running = self.lock();
        running.iter().find(|(key, _)| cancel_name(key) == name).map(|(key, entry)| (key.clone(), entry.asker.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OutKey, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writing<'_> {
    /// Waits until the answer is to stop.
    pub(super) async fn stopped(&mut self) -> Stopped {
        match self.stop.wait_for(Option::is_some).await {
            Ok(why) => why.unwrap_or(Stopped::Changed),
            // The entry was replaced by a later one of the same question.
            Err(_) => Stopped::Changed,
        }
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let mut running = self.running.lock();
        // A lane lets one answer of a question be written at a time, so the entry is ours.
        running.remove(&self.key);
    }
}

/// What the button that cancels an answer calls it: a key may be longer than a button can hold.
pub(super) fn cancel_name(key: &OutKey) -> String {
    blake3::hash(key.0.as_bytes()).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::now_ms;
    use super::*;

    fn key(name: &str) -> OutKey {
        OutKey(name.to_owned())
    }

    #[tokio::test]
    async fn a_newer_question_stops_the_same_persons_older_one_and_nobody_elses() {
        let running = Running::default();
        let (here, ana, ben) = (ConversationId("c".into()), Pseudonym("ana".into()), Pseudonym("ben".into()));
        let now = now_ms();
        let mut older = running.enter(&key("1"), &here, &ana, now - 1, Since::Begun(now));
        let mut others = running.enter(&key("2"), &here, &ben, now, Since::Begun(now));
        let mut newer = running.enter(&key("3"), &here, &ana, now, Since::Begun(now));
        assert_eq!(older.stopped().await, Stopped::Superseded);
        for writing in [&mut others, &mut newer] {
            assert!(futures_are_pending(writing.stopped()));
        }
        assert!(running.stop(&key("3"), Stopped::Cancelled));
        assert_eq!(newer.stopped().await, Stopped::Cancelled);
        drop(newer);
        assert!(!running.stop(&key("3"), Stopped::Cancelled), "it is off the list");
        assert_eq!(running.find(&cancel_name(&key("2"))), Some((key("2"), ben)));
    }

    #[tokio::test]
    async fn questions_that_nobody_was_there_to_answer_are_all_answered() {
        let running = Running::default();
        let (here, ana) = (ConversationId("c".into()), Pseudonym("ana".into()));
        let long_ago = now_ms() - 60_000;
        let now = Since::Begun(now_ms());
        let mut first = running.enter(&key("1"), &here, &ana, long_ago, now);
        let mut second = running.enter(&key("2"), &here, &ana, long_ago + 5_000, now);
        assert!(futures_are_pending(first.stopped()) && futures_are_pending(second.stopped()));
        let mut edited = running.enter(&key("0"), &here, &ana, long_ago - 5_000, now);
        assert!(futures_are_pending(second.stopped()) && futures_are_pending(edited.stopped()));
        assert!(running.stop_all_of(&ana, Stopped::Cancelled));
        assert_eq!(first.stopped().await, Stopped::Cancelled);
        assert!(!running.stop_all_of(&Pseudonym("ben".into()), Stopped::Cancelled));
    }

    #[tokio::test]
    async fn what_was_begun_before_a_restart_is_finished() {
        let running = Running::default();
        let (here, ana, now) = (ConversationId("c".into()), Pseudonym("ana".into()), now_ms());
        let mut older = running.enter(&key("1"), &here, &ana, now - 9, Since::Restart);
        let _newer = running.enter(&key("2"), &here, &ana, now + 9_000, Since::Begun(now));
        assert!(futures_are_pending(older.stopped()));
    }

    fn futures_are_pending(future: impl Future) -> bool {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        std::pin::pin!(future).poll(&mut context).is_pending()
    }
}
