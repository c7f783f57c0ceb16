//! From form 1 of the store, which kept votes and what the voted answers cite, to the present one.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use sled::{Batch, Db};

use super::Vote;
use super::ballot::Thumbs;
use super::kept::{Kept, Outcome};
use super::row::{Key, Record};
use super::store::FORM;
use crate::answer::{AnswerId, Engine};
use crate::passage::ChunkId;
use crate::place::Pseudonym;
use crate::question::Origin;

/// Answer → [`Given`].
const ANSWERS: &str = "answers";
/// Sixteen letters of an answer and 32 bytes of a hash of the voter → [`Cast`].
const VOTES: &str = "votes";

#[derive(Deserialize)]
struct Given {
    chunks: Vec<ChunkId>,
    engine: Engine,
    at_ms: u64,
}

#[derive(Deserialize)]
struct Cast {
    vote: Vote,
    at_ms: u64,
}

/// Turns the votes into rows of the present form, all at once. The key stays, and so do the people.
pub(super) fn from_votes(db: &Db) -> Result<()> {
    let mut batch = Batch::default();
    for row in &db.open_tree(ANSWERS)? {
        let (id, given) = row?;
        let id = AnswerId(String::from_utf8(id.to_vec())?);
        let given: Given = serde_json::from_slice(&given).with_context(|| format!("the answer {}", id.0))?;
        let kept = Kept {
            id: id.clone(),
            // Votes were taken on the page alone.
            origin: Origin::Web,
            is_direct: false,
            is_scoped: false,
            asker: Pseudonym(String::new()),
            at_ms: given.at_ms,
            trace: None,
            outcome: Outcome::Answered { answer: None },
        };
        let record = Record { kept, cited: given.chunks, engine: Some(given.engine) };
        record.check()?;
        batch.insert(Key::Exchange(&id).to_text().as_bytes(), serde_json::to_vec(&record)?);
        batch.insert(Key::Time(given.at_ms, &id).to_text().as_bytes(), serde_json::to_vec(&())?);
    }
    for row in &db.open_tree(VOTES)? {
        let (key, cast) = row?;
        ensure!(key.len() == 16 + blake3::OUT_LEN, "a vote has a key of {} bytes", key.len());
        let (id, voter) = key.split_at(16);
        let id = AnswerId(String::from_utf8(id.to_vec())?);
        let voter = Pseudonym(blake3::Hash::from_slice(voter)?.to_hex().to_string());
        let cast: Cast = serde_json::from_slice(&cast).with_context(|| format!("a vote on {}", id.0))?;
        let thumbs = Thumbs::by_button(cast.vote, cast.at_ms);
        batch.insert(Key::Ballot(&id, &voter).to_text().as_bytes(), serde_json::to_vec(&thumbs)?);
    }
    batch.insert("form", FORM);
    db.apply_batch(batch)?;
    db.flush()?;
    Ok(())
}

/// Removes what form 1 has left behind.
pub(super) fn clean(db: &Db) -> Result<()> {
    for name in [ANSWERS, VOTES] {
        if db.tree_names().iter().any(|own| own.as_ref() == name.as_bytes()) {
            db.drop_tree(name)?;
            db.flush()?;
        }
    }
    Ok(())
}
