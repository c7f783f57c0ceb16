//! Effectively once: the inbox of what platforms have told, and the outbox of what they have been sent.
//!
//! An update is accepted (durably) before the platform is told that it arrived, and finished when everything that follows
//! from it has been done; a second delivery of it is known by its name. For everything that is sent, the outbox keeps
//! which message holds which part, written before the sending (an attempt) and after it (a message), so that after a
//! crash the desk knows what may have been sent and what cannot have been.
//!
//! The database is named in `store.rs` and in [`crate::dump`] alone.

mod inbox;
mod memory;
mod outbox;
mod outgoing;
mod pairing;
mod store;

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Result;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::task;

pub use self::outgoing::{ConversationId, OutKey, Outgoing, Role, Slot, State};
use self::store::Store;
use crate::commit::{Committer, Flushing};
use crate::place::MessageId;
use crate::question::{ChatId, Origin, Turn, UserId};

/// Stands for a person without naming them: a keyed hash. The store of feedback makes it.
pub use crate::place::Pseudonym;

/// What [`Delivery::forget`] removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Removed {
    /// Turns of conversations.
    pub turns: u64,
    /// Entries of the outbox (the messages stay on the platform).
    pub outgoing: u64,
    /// Permissions to write directly.
    pub pairings: u64,
}

/// The inbox and the outbox. A cheap handle: clones share everything.
///
/// What a method has confirmed outlives the end of the process, however it ends, where it says so by a [`Flushing`] once
/// that is over; [`Delivery::finish`] is the exception, since an update that is dealt with a second time changes nothing.
#[derive(Clone)]
pub struct Delivery {
    store: Arc<Store>,
    committer: Committer,
}

#[expect(
    clippy::unused_async,
    reason = "what takes microseconds today may be moved off the runtime's threads tomorrow"
)]
impl Delivery {
    /// Opens the store in the folder `path`, or makes it. Fails if another process holds it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let store = Arc::new(Store::open(path.as_ref())?);
        let committer = store.committer()?;
        Ok(Self { store, committer })
    }

    /// Keeps an update; false if it has been accepted before, finished or not.
    pub async fn accept<T: Serialize + Sync>(
        &self,
        origin: Origin,
        update: &str,
        body: &T,
    ) -> Result<(bool, Flushing)> {
        let is_new = self.store.accept(origin, update, body)?;
        // One that is known may have been accepted a moment ago by somebody who still waits for the disk.
        Ok((is_new, self.committer.begin().await?))
    }

    /// Keeps that an update has been dealt with, and forgets its body.
    pub async fn finish(&self, origin: Origin, update: &str) -> Result<()> {
        self.store.finish(origin, update, now_ms())
    }

    /// The bodies of the updates that were accepted and not finished, in the order in which they were accepted. One that
    /// cannot be read any more (it was written by another version) is finished and logged.
    pub async fn unfinished<T: DeserializeOwned + Send + 'static>(&self, origin: Origin) -> Result<Vec<T>> {
        self.store.unfinished(origin, now_ms())
    }

    /// What [`Delivery::set_cursor`] kept under `name`, such as the place up to which a channel has been read.
    pub async fn cursor(&self, origin: Origin, name: &str) -> Result<Option<String>> {
        self.store.cursor(origin, name)
    }

    /// Keeps `value` under `name`. Not flushed on its own: losing the latest value must do no harm.
    pub async fn set_cursor(&self, origin: Origin, name: &str, value: &str) -> Result<()> {
        self.store.set_cursor(origin, name, value)
    }

    /// Waits until everything that was kept so far is on disk.
    pub async fn flushed(&self) -> Result<()> {
        self.committer.flushed().await
    }

    /// All cursors of `origin`.
    pub async fn cursors(&self, origin: Origin) -> Result<Vec<(String, String)>> {
        self.store.cursors(origin)
    }

    /// Writes the rows of the store as they are, for a backup; gives their number. Blocks.
    pub fn dump(&self, writer: &mut impl Write) -> Result<u64> {
        self.store.dump(writer)
    }

    /// Makes a store at `path`, where there is none, out of what [`Self::dump`] wrote; gives the number of its rows.
    ///
    /// # Errors
    /// A line is damaged, or the folder cannot be written.
    pub fn restore(path: &Path, reader: impl BufRead) -> Result<u64> {
        Store::restore(path, reader)
    }

    /// What was sent, or is being sent, under `key`.
    pub async fn outgoing(&self, key: &OutKey) -> Result<Option<Outgoing>> {
        self.store.outgoing(key)
    }

    /// Keeps `outgoing` under `key`, and that its messages belong to it.
    pub async fn save(&self, key: &OutKey, outgoing: &Outgoing) -> Result<()> {
        self.begin_to_save(key, outgoing).await?.on_disk().await
    }

    /// The same, without waiting for the disk.
    pub async fn begin_to_save(&self, key: &OutKey, outgoing: &Outgoing) -> Result<Flushing> {
        self.store.save(key, outgoing)?;
        self.committer.begin().await
    }

    /// What a message of Colega's belongs to.
    pub async fn by_message(
        &self,
        origin: Origin,
        chat: &ChatId,
        message: &MessageId,
    ) -> Result<Option<(OutKey, Outgoing)>> {
        self.store.by_message(origin, chat, message)
    }

    /// Everything outgoing of `origin` whose question was asked at `since_ms` or later, the oldest first.
    pub async fn recent(&self, origin: Origin, since_ms: u64) -> Result<Vec<(OutKey, Outgoing)>> {
        let store = Arc::clone(&self.store);
        task::spawn_blocking(move || store.recent(origin, since_ms)).await?
    }

    /// Colega's messages in a chat, to questions of `since_ms` or later, of which nothing else is known: their people were
    /// forgotten.
    pub async fn nobodys(&self, origin: Origin, chat: &ChatId, since_ms: u64) -> Result<Vec<MessageId>> {
        self.store.nobodys(origin, chat, since_ms)
    }

    /// The latest turns of a conversation, that of `except` left out, that are not older than `since_ms`, the oldest first,
    /// at most three.
    pub async fn turns(&self, conversation: &ConversationId, except: &OutKey, since_ms: u64) -> Result<Vec<Turn>> {
        self.store.turns(conversation, except, since_ms)
    }

    /// Adds a turn of `person`'s. The same `key` again replaces the turn (an edited question).
    pub async fn add_turn(
        &self,
        conversation: &ConversationId,
        person: &Pseudonym,
        key: &OutKey,
        turn: &Turn,
        at_ms: u64,
    ) -> Result<()> {
        self.store.add_turn(conversation, person, key, turn, at_ms)
    }

    /// The latest entry of a conversation that is an answer, for `/why` and `/sources`.
    pub async fn last_answer(&self, conversation: &ConversationId) -> Result<Option<(OutKey, Outgoing)>> {
        self.store.last_answer(conversation)
    }

    /// A code of six digits with which an administrator can let `person` in; the same one for an hour from `now_ms` on.
    /// `None` when too many people wait (50).
    pub async fn pairing_code(&self, origin: Origin, person: &UserId, now_ms: u64) -> Result<Option<String>> {
        let code = self.store.pairing_code(origin, person, now_ms)?;
        self.committer.flushed().await?;
        Ok(code)
    }

    /// Lets in whoever was given `code` within the last hour; false if nobody was, and after ten wrong codes within an hour
    /// until that hour is over.
    pub async fn pair(&self, code: &str, now_ms: u64) -> Result<bool> {
        let is_paired = self.store.pair(code, now_ms)?;
        self.committer.flushed().await?;
        Ok(is_paired)
    }

    /// Whether somebody was let in.
    pub async fn is_paired(&self, origin: Origin, person: &UserId) -> Result<bool> {
        self.store.is_paired(origin, person)
    }

    /// Removes what there is of a person.
    pub async fn forget(&self, origin: Origin, user: &UserId, person: &Pseudonym) -> Result<Removed> {
        let (store, user, person) = (Arc::clone(&self.store), user.clone(), person.clone());
        let forget = move || -> Result<Removed> {
            Ok(Removed {
                turns: store.forget_turns_of(&person)?,
                outgoing: store.forget_outgoing(&person)?,
                pairings: store.unpair(origin, &user)?,
            })
        };
        let removed = task::spawn_blocking(forget).await??;
        self.committer.flushed().await?;
        Ok(removed)
    }

    /// Removes updates that were finished and outgoing entries that were asked for before `outgoing_before_ms` (milliseconds
    /// since 1970), and turns from before `turns_before_ms`. Gives how many. Cursors stay: there is one for each channel, and
    /// without it nobody knows what was missed in a channel that has been quiet for long.
    pub async fn prune(&self, outgoing_before_ms: u64, turns_before_ms: u64) -> Result<u64> {
        let store = Arc::clone(&self.store);
        let prune = move || -> Result<u64> {
            let turns = store.prune_turns(turns_before_ms)?;
            Ok(turns + store.prune_inbox(outgoing_before_ms)? + store.prune_outbox(outgoing_before_ms)?)
        };
        let removed = task::spawn_blocking(prune).await??;
        self.committer.flushed().await?;
        Ok(removed)
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
