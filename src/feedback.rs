//! What people think of answers: one vote for each person and answer, which they can change and take back.
//!
//! Votes count only for answers that were given. People are kept as keyed hashes; the key is drawn when the store is
//! made and stays in it, so the hashes say nothing to anybody who has only an export.

mod store;

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::task;

use crate::answer::{Answer, AnswerId, Engine};
use crate::passage::ChunkId;
use crate::question::{Origin, UserId};

use self::store::Store;

/// What somebody thinks of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// It helped.
    Up,
    /// It did not.
    Down,
}

/// The votes on one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// People whom it helped.
    pub up: u64,
    /// People whom it did not.
    pub down: u64,
}

/// What is kept of an answer: enough to learn from its votes, and no word of the question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The passages that it cites, in the order of their numbers.
    pub chunks: Vec<ChunkId>,
    /// What wrote it.
    pub engine: Engine,
    /// When it was given, in milliseconds since 1970.
    pub at_ms: u64,
}

/// A vote that is not taken.
#[derive(Debug, thiserror::Error)]
pub enum VoteError {
    /// No such answer was given, or not by this daemon.
    #[error("there is no answer of that name")]
    UnknownAnswer,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

/// The store of votes. A cheap handle: clones share everything.
///
/// What a method has confirmed outlives the end of the process, however it ends.
#[derive(Clone)]
pub struct Votes(Arc<Store>);

impl Votes {
    /// Opens the store in the folder `path`, or makes it. Fails if another process holds it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self(Arc::new(Store::open(path.as_ref())?)))
    }

    /// Keeps that `answer` was given at `at`, so that it can be voted on.
    pub async fn remember(&self, answer: &Answer, at: SystemTime) -> Result<()> {
        let given = Given {
            chunks: answer.citations.iter().map(|citation| citation.chunk_id.clone()).collect(),
            engine: answer.engine,
            at_ms: millis(at),
        };
        let (store, id) = (Arc::clone(&self.0), answer.id.clone());
        task::spawn_blocking(move || store.remember(&id, &given)).await.context("keeping an answer failed")?
    }

    /// Sets the vote of `voter`, who is at home in `origin`, at `at`; `None` takes it back. Gives all votes on the answer.
    pub async fn record(
        &self,
        answer: &AnswerId,
        origin: Origin,
        voter: &UserId,
        vote: Option<Vote>,
        at: SystemTime,
    ) -> Result<Tally, VoteError> {
        let (store, id, voter) = (Arc::clone(&self.0), answer.clone(), voter.clone());
        let work = move || store.record(&id, origin, &voter, vote, millis(at));
        task::spawn_blocking(work).await.context("keeping a vote failed")?
    }
}

fn millis(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Language;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn answer(id: &str) -> Answer {
        Answer {
            id: AnswerId(id.to_owned()),
            language: Language::English,
            source_language: None,
            subject: String::new(),
            sections: Vec::new(),
            citations: Vec::new(),
            engine: Engine::Extractive,
            elapsed_ms: 0.0,
        }
    }

    async fn cast(votes: &Votes, id: &str, person: &str, vote: Option<Vote>) -> Result<Tally, VoteError> {
        votes.record(&AnswerId(id.into()), Origin::Web, &UserId(person.into()), vote, NOW).await
    }

    #[tokio::test]
    async fn a_person_has_one_vote_on_an_answer_and_may_change_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let votes = Votes::open(folder.path()).expect("opens");
        for id in ["00000000000000aa", "00000000000000ab"] {
            votes.remember(&answer(id), NOW).await.expect("kept");
        }
        let steps = [
            ("ana", Some(Vote::Up), (1, 0)),
            ("ana", Some(Vote::Up), (1, 0)),
            ("ben", Some(Vote::Up), (2, 0)),
            ("ana", Some(Vote::Down), (1, 1)),
            ("ana", None, (1, 0)),
            ("ana", None, (1, 0)),
        ];
        for (person, given, (up, down)) in steps {
            let tally = cast(&votes, "00000000000000aa", person, given).await.expect("kept");
            assert_eq!(tally, Tally { up, down }, "{person} {given:?}");
        }
        let other = cast(&votes, "00000000000000ab", "ana", Some(Vote::Down)).await.expect("kept");
        assert_eq!(other, Tally { up: 0, down: 1 }, "answers have votes of their own");
    }

    #[tokio::test]
    async fn people_of_different_origins_are_different() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let votes = Votes::open(folder.path()).expect("opens");
        let answer = answer("00000000000000aa");
        votes.remember(&answer, NOW).await.expect("kept");
        let (person, up) = (UserId("1".into()), Some(Vote::Up));
        votes.record(&answer.id, Origin::Web, &person, up, NOW).await.expect("kept");
        let tally = votes.record(&answer.id, Origin::Terminal, &person, up, NOW).await.expect("kept");
        assert_eq!(tally, Tally { up: 2, down: 0 });
    }

    #[tokio::test]
    async fn answers_that_were_not_given_cannot_be_voted_on() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let votes = Votes::open(folder.path()).expect("opens");
        for id in ["00000000000000aa", "", "../x", &"a".repeat(100_000)] {
            let refused = cast(&votes, id, "ana", Some(Vote::Up)).await;
            assert!(matches!(refused, Err(VoteError::UnknownAnswer)), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_store_that_is_in_use_says_so() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let _held = Votes::open(folder.path()).expect("opens");
        let error = Votes::open(folder.path()).err().expect("held").to_string();
        assert!(error.contains("in use by another process"), "{error}");
    }

    #[tokio::test]
    async fn nobody_is_kept_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let votes = Votes::open(folder.path()).expect("opens");
        votes.remember(&answer("00000000000000aa"), NOW).await.expect("kept");
        cast(&votes, "00000000000000aa", "ana-maria-lopez", Some(Vote::Up)).await.expect("kept");
        drop(votes);
        for file in std::fs::read_dir(folder.path()).expect("a folder").flatten().filter(|file| file.path().is_file()) {
            let bytes = std::fs::read(file.path()).expect("readable");
            assert!(!bytes.windows(15).any(|window| window == b"ana-maria-lopez"), "{}", file.path().display());
        }
    }
}
