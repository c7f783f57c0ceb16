//! Passages as they are read: which words they use, and what in them can be quoted.
//!
//! Reading costs more than finding, so what has been read is kept for the next question.

pub mod quotable;
pub mod role;

use std::sync::Arc;

use moka::sync::Cache;

use self::quotable::Quotable;
use self::role::Role;
use crate::embed::stems::StemSet;
use crate::passage::{ChunkId, Passage};

/// How many readings are kept; one takes a few kilobytes.
const KEPT: u64 = 8_192;

/// A passage that has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The passage.
    pub passage: Arc<Passage>,
    /// Stems of what names it; see [`names`].
    pub names: StemSet,
    /// The part that its headings announce.
    pub role: Option<Role>,
    /// Stems of the question that it replies to; empty if it replies to none.
    pub question: StemSet,
    /// Stems of all its words, names included.
    pub stems: StemSet,
    /// What can be quoted from it, in its order.
    pub quotables: Vec<Quotable>,
}

impl Reading {
    /// Reads a passage.
    pub fn of(passage: &Arc<Passage>) -> Self {
        let stems = |text: &str| StemSet::of(text, passage.lang);
        let names = stems(&names(passage));
        let all = names.iter().chain(stems(&passage.text).iter()).collect();
        let role = Role::below(&passage.headings);
        let question = passage.headings.last().filter(|_| role == Some(Role::Reply)).map(|heading| stems(heading));
        let quotables = quotable::in_passage(passage);
        Self {
            passage: Arc::clone(passage),
            names,
            role,
            question: question.unwrap_or_default(),
            stems: all,
            quotables,
        }
    }

    /// Whether it replies to a question that people ask.
    pub fn is_reply(&self) -> bool {
        self.role == Some(Role::Reply)
    }
}

/// Everything that names a passage: title, headings and tags, without "Questions people ask", which names nothing.
pub fn names(passage: &Passage) -> String {
    let telling = passage.headings.iter().filter(|heading| !Role::collects_questions(heading));
    let names = std::iter::once(&passage.title).chain(telling).chain(&passage.tags);
    names.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Readings of the passages that questions led to lately.
pub struct Readings(Cache<ChunkId, Arc<Reading>>);

impl Default for Readings {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Readings {
    /// The reading of a passage.
    pub fn read(&self, passage: &Arc<Passage>) -> Arc<Reading> {
        self.0.get_with_by_ref(&passage.chunk_id, || Arc::new(Reading::of(passage)))
    }
}
