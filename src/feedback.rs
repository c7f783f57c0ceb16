//! What people asked, what they were told and what they think of it: votes, corrections, and what was decided about them.
//!
//! Each person has one vote on an answer, which they can change and take back. Votes and corrections count only for
//! answers that were given. People are kept as keyed hashes; the key is drawn when the store is made and stays in it, so
//! the hashes say nothing to anybody who has only an export.
//!
//! Words are kept as they are given: callers take secrets out of them first ([`crate::trace::Trace::question`] and
//! the texts of a [`Correction`], by the guard's redaction).

mod ballot;
mod exchange;
pub mod kept;
mod migrate;
mod retention;
mod row;
mod settings;
mod store;
mod transfer;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::task;

use self::kept::{Ballot, Correction, Counted, Exchange, Forgotten, Kept, Recount, Totals};
use self::row::Decided;
pub use self::settings::FeedbackSettings;
use self::store::Store;
pub use self::transfer::{KeyExport, Transferred};
use crate::answer::AnswerId;
use crate::commit::{Committer, Flushing};
use crate::place::Pseudonym;
use crate::question::{Origin, UserId};
use crate::telemetry::metrics;

/// What somebody thinks of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

impl Vote {
    /// As it stands in files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// The votes on one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// People whom it helped.
    pub up: u64,
    /// People whom it did not.
    pub down: u64,
}

/// A vote or a correction that is not taken.
#[derive(Debug, thiserror::Error)]
pub enum VoteError {
    /// No such answer was given, or not by this daemon, or it is kept no more.
    #[error("there is no answer of that name")]
    UnknownAnswer,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

/// What people asked, what they were told and what they think of it. A cheap handle: clones share everything.
///
/// What a method has confirmed outlives the end of the process, however it ends.
#[derive(Clone)]
pub struct Feedback {
    store: Arc<Store>,
    committer: Committer,
}

impl Feedback {
    /// Opens the store in the folder `path`, or makes it. Fails if another process holds it, or if a later version of
    /// Colega wrote it.
    pub fn open(path: impl AsRef<Path>, settings: FeedbackSettings) -> Result<Self> {
        let store = Store::open(path.as_ref(), settings)?;
        Ok(Self { committer: store.committer()?, store: Arc::new(store) })
    }

    /// Stands for a person; without the store's key nobody can tell for whom.
    pub fn pseudonym(&self, origin: Origin, user: &UserId) -> Pseudonym {
        self.store.pseudonym(origin, user)
    }

    /// What only this store can set below `text`, to know later that the text is from here; another one for each
    /// `purpose`. Comparing two takes the same time wherever they differ.
    pub fn seal(&self, purpose: &str, text: &str) -> blake3::Hash {
        self.store.seal(purpose, text)
    }

    /// Keeps a question and its reply; again under the same name, it replaces what was kept, and votes stay. Words are
    /// left out where the settings say so.
    pub async fn keep(&self, kept: &Kept) -> Result<()> {
        self.begin_to_keep(kept).await?.on_disk().await
    }

    /// The same, without waiting for the disk: votes on it count from now on.
    pub async fn begin_to_keep(&self, kept: &Kept) -> Result<Flushing> {
        let kept = kept.clone();
        self.write(move |store| store.keep(kept)).await?;
        self.committer.begin().await
    }

    /// What was kept under a name.
    pub async fn kept(&self, id: &AnswerId) -> Result<Option<Kept>> {
        let id = id.clone();
        self.read(move |store| store.kept(&id)).await
    }

    /// Counts a ballot. `update` names the update that brought it: the same one again changes nothing, for the latest 16 of
    /// each person and answer. Empty for a ballot that has no name and may be counted again (the page's).
    pub async fn vote(
        &self,
        answer: &AnswerId,
        voter: &Pseudonym,
        ballot: &Ballot,
        update: &str,
        at: SystemTime,
    ) -> Result<Counted, VoteError> {
        let (answer, voter, ballot) = (answer.clone(), voter.clone(), ballot.clone());
        let update = update.to_owned();
        let counted = self.change(move |store| store.vote(&answer, &voter, &ballot, &update, millis(at))).await?;
        metrics::voted(counted.own.map_or("none", Vote::name));
        Ok(counted)
    }

    /// Makes the reactions to an answer those of a recount, but for people who did something after it. Whoever was forgotten
    /// lately and has not voted since stays forgotten, though the platform still shows what they did.
    pub async fn recount(&self, recount: Recount) -> Result<(), VoteError> {
        self.change(move |store| store.recount(&recount)).await
    }

    /// Keeps a correction; a later one of the same person replaces the parts of it that it has words for. Each part is cut
    /// to 2,000 characters. One without words, or about a question whose words are not kept, is not kept either; then false.
    pub async fn correct(&self, correction: &Correction) -> Result<bool, VoteError> {
        let correction = correction.clone();
        self.change(move |store| store.correct(&correction)).await
    }

    /// Removes everything of a person: their questions with the replies and what anybody thinks of those, their votes and
    /// corrections anywhere, and decisions about candidates that rest on them alone. For two days it is known that they
    /// were forgotten, so that what they did before does not come back by what was under way.
    pub async fn forget(&self, person: &Pseudonym) -> Result<Forgotten> {
        let person = person.clone();
        self.change(move |store| store.forget(&person, millis(SystemTime::now()))).await
    }

    /// Removes the questions from before `before_ms` (milliseconds since 1970) with everything on them, so that nobody can
    /// vote on them any more, and the decisions made before it; from the others the words that the settings do not allow
    /// any more. Gives how many questions were removed. See [`FeedbackSettings::oldest_kept_ms`]; 0 removes none.
    pub async fn prune(&self, before_ms: u64) -> Result<u64> {
        self.change(move |store| store.prune(before_ms, millis(SystemTime::now()))).await
    }

    /// Everything that was asked at `since_ms` (milliseconds since 1970) or later, the oldest first.
    pub async fn exchanges(&self, since_ms: u64) -> Result<Vec<Exchange>> {
        self.read(move |store| store.exchanges(since_ms)).await
    }

    /// Everything that is kept, counted; answers since `since_ms` (milliseconds since 1970) also on their own.
    pub async fn totals(&self, since_ms: u64) -> Result<Totals> {
        self.read(move |store| store.totals(since_ms)).await
    }

    /// Keeps what was decided about a candidate for the goldset; again under the same `key`, it replaces the decision.
    ///
    /// `people`: whose questions and corrections the candidate is made of. Once all of them have been forgotten, the
    /// decision is removed. `decision` itself must not name them, or it is removed with the first. Its numbers should have
    /// at most 15 digits: longer ones may come back from an export changed in the last.
    pub async fn decide(
        &self,
        key: &str,
        people: &[Pseudonym],
        decision: &serde_json::Value,
        at: SystemTime,
    ) -> Result<()> {
        let decided = Decided { people: people.to_vec(), decision: decision.clone(), at_ms: millis(at) };
        let key = key.to_owned();
        self.change(move |store| store.decide(&key, &decided)).await
    }

    /// All decisions by their keys, sorted.
    pub async fn decisions(&self) -> Result<BTreeMap<String, serde_json::Value>> {
        self.read(Store::decisions).await
    }

    /// Writes everything as JSON, one object a line; the same store gives the same bytes. Blocks, and whoever votes
    /// meanwhile waits.
    pub fn export(&self, mut writer: impl Write, key: KeyExport) -> Result<Transferred> {
        self.store.export(&mut writer, key)
    }

    /// Takes in an export: all of it, or nothing if a line is wrong; the error names the line. What is kept under the same
    /// names is replaced, so that taking it in twice is taking it in once. Words that the settings do not allow are left
    /// out. Blocks, and holds all of it in memory meanwhile.
    pub fn import(&self, reader: impl BufRead) -> Result<Transferred> {
        let done = self.store.import(reader)?;
        self.store.flush()?;
        Ok(done)
    }

    /// Writes the rows of the store as they are, for a backup; gives their number. Blocks, and whoever votes meanwhile waits.
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

    async fn read<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> Result<T> + Send + 'static) -> Result<T> {
        let store = Arc::clone(&self.store);
        task::spawn_blocking(move || work(&store)).await.context("reading feedback failed")?
    }

    /// Does `work`, and waits until what it changed is on disk.
    async fn change<T, E>(&self, work: impl FnOnce(&Store) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        let done = self.write(work).await?;
        self.committer.flushed().await?;
        Ok(done)
    }

    async fn write<T, E>(&self, work: impl FnOnce(&Store) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        task::spawn_blocking(move || work(&store)).await.context("keeping feedback failed")?
    }
}

/// Milliseconds since 1970, as times are kept.
pub fn millis(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
