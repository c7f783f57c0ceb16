//! Passages as they are read: which words they use, and what in them can be quoted.
//!
//! Reading costs more than finding, so what has been read is kept for the next question.

pub mod quotable;
pub mod role;

use std::sync::Arc;

use moka::sync::Cache;

use self::quotable::Quotable;
use crate::embed::stems::StemSet;
use crate::passage::{ChunkId, Passage};

/// How many readings are kept; one takes a few kilobytes.
const KEPT: u64 = 4_096;

/// A passage that has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The passage.
    pub passage: Arc<Passage>,
    /// Stems of what names it: title, headings and tags.
    pub names: StemSet,
    /// Stems of all its words, names included.
    pub stems: StemSet,
    /// What can be quoted from it, in its order.
    pub quotables: Vec<Quotable>,
}

impl Reading {
    /// Reads a passage.
    pub fn of(passage: &Arc<Passage>) -> Self {
        let names = StemSet::of(&passage.names(), passage.lang);
        let all = names.iter().chain(StemSet::of(&passage.text, passage.lang).iter()).collect();
        Self { passage: Arc::clone(passage), names, stems: all, quotables: quotable::in_passage(passage) }
    }
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
