//! The votes on disk. The database is named in this file alone.
//!
//! Every write is flushed before it is confirmed. That is `flush` on a thread for blocking work: `flush_async` hangs
//! for ever with eight or more callers.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};
use sled::{Db, Tree};

use super::{Given, Tally, Vote, VoteError};
use crate::answer::AnswerId;
use crate::question::{Origin, UserId};

/// The form of what is stored; a later form reads earlier ones or refuses them.
const FORM: &[u8] = b"1";
/// Memory for pages of the database, in bytes; votes are few and small.
const CACHE: u64 = 16 * 1024 * 1024;
/// Letters in the name of an answer.
const ID_LETTERS: usize = 16;

pub(super) struct Store {
    db: Db,
    /// Answer → [`Given`].
    answers: Tree,
    /// Answer and hash of the voter → [`Cast`].
    votes: Tree,
    key: [u8; 32],
}

/// A vote as it is stored.
#[derive(Serialize, Deserialize)]
struct Cast {
    vote: Vote,
    at_ms: u64,
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let opened = sled::Config::new().path(path).cache_capacity(CACHE).flush_every_ms(None).open();
        let db = opened.map_err(|error| why_not(path, &error))?;
        if db.get("form")?.is_none() {
            db.insert("key", &rand::random::<[u8; 32]>())?;
            db.insert("form", FORM)?;
            db.flush()?;
        }
        let form = db.get("form")?.unwrap_or_default();
        ensure!(form == FORM, "{} is of a later version of Colega; use that version", path.display());
        let key = db.get("key")?.and_then(|key| key.as_ref().try_into().ok());
        let key = key.with_context(|| format!("{} has lost its key; move it away to begin anew", path.display()))?;
        Ok(Self { answers: db.open_tree("answers")?, votes: db.open_tree("votes")?, db, key })
    }

    pub(super) fn remember(&self, id: &AnswerId, given: &Given) -> Result<()> {
        self.answers.insert(id.0.as_bytes(), serde_json::to_vec(given)?)?;
        self.flush()
    }

    pub(super) fn record(
        &self,
        id: &AnswerId,
        origin: Origin,
        voter: &UserId,
        vote: Option<Vote>,
        at_ms: u64,
    ) -> Result<Tally, VoteError> {
        // The length is fixed, so that no answer's name is the beginning of another's.
        if id.0.len() != ID_LETTERS || !self.answers.contains_key(id.0.as_bytes()).map_err(anyhow::Error::from)? {
            return Err(VoteError::UnknownAnswer);
        }
        let key = [id.0.as_bytes(), self.hash(origin, voter)?.as_bytes()].concat();
        Ok(self.set(&key, vote, at_ms).and_then(|()| self.tally(id))?)
    }

    fn set(&self, key: &[u8], vote: Option<Vote>, at_ms: u64) -> Result<()> {
        match vote {
            Some(vote) => self.votes.insert(key, serde_json::to_vec(&Cast { vote, at_ms })?)?,
            None => self.votes.remove(key)?,
        };
        self.flush()
    }

    fn tally(&self, id: &AnswerId) -> Result<Tally> {
        let mut tally = Tally::default();
        for stored in self.votes.scan_prefix(id.0.as_bytes()).values() {
            let cast: Cast = serde_json::from_slice(&stored?).context("a stored vote is damaged")?;
            match cast.vote {
                Vote::Up => tally.up += 1,
                Vote::Down => tally.down += 1,
            }
        }
        Ok(tally)
    }

    /// Stands for a person; without the key nobody can tell for whom.
    fn hash(&self, origin: Origin, voter: &UserId) -> Result<blake3::Hash> {
        let person = serde_json::to_vec(&(origin, &voter.0)).context("a person cannot be named")?;
        Ok(blake3::keyed_hash(&self.key, &person))
    }

    fn flush(&self) -> Result<()> {
        self.db.flush().context("the votes cannot be written to disk")?;
        Ok(())
    }
}

fn why_not(path: &Path, error: &sled::Error) -> anyhow::Error {
    let path = path.display();
    if error.to_string().contains("could not acquire lock") {
        return anyhow!("{path} is in use by another process; stop that one, or set another paths.var");
    }
    anyhow!("the votes in {path} cannot be opened ({error}); move them away, and new ones are kept from now on")
}
