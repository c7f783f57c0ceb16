//! Passages as they are read: which words they use, and what in them can be quoted.
//!
//! Reading costs more than finding, so what has been read is kept for the next question.

pub mod ascii;
pub mod quotable;
pub mod role;

use std::sync::{Arc, OnceLock};

use moka::sync::Cache;

use self::quotable::Quotable;
use self::role::Role;
use crate::embed::stems::StemSet;
use crate::passage::{ChunkId, Passage};

/// How many readings are kept; one takes a few kilobytes.
const KEPT: u64 = 8_192;

/// A passage that is read: at once what names it, the rest when it is asked for.
#[derive(Debug)]
pub struct Reading {
    /// The passage.
    pub passage: Arc<Passage>,
    /// Stems of what names it; see [`names`].
    pub names: StemSet,
    /// Stems of its title and its headings.
    pub breadcrumb: StemSet,
    /// The part that each of its headings announces, outermost first; `None` for one that names a subject.
    pub heading_roles: Vec<Option<Role>>,
    /// The part that they announce together; see [`Role::below`].
    pub role: Option<Role>,
    /// Stems of the questions that it answers: first the one that it is written as the reply to, if it is, then those that it is
    /// listed for.
    pub questions: Vec<StemSet>,
    /// The parts of an answer that the question asks for that it is written as the reply to.
    pub wants: Vec<Role>,
    stems: OnceLock<StemSet>,
    quotables: OnceLock<Box<[Quotable]>>,
}

impl Reading {
    /// Begins to read a passage.
    pub fn of(passage: &Arc<Passage>) -> Self {
        let stems = |text: &str| StemSet::of(text, passage.lang);
        let role = Role::below(&passage.headings);
        let question = passage.headings.last().filter(|_| role == Some(Role::Reply));
        Self {
            passage: Arc::clone(passage),
            names: stems(&names(passage)),
            breadcrumb: stems(&passage.breadcrumb()),
            heading_roles: passage.headings.iter().map(|heading| Role::of_heading(heading)).collect(),
            role,
            questions: question.into_iter().chain(&passage.questions).map(|question| stems(question)).collect(),
            wants: question.map(|question| Role::wanted_by(question)).unwrap_or_default(),
            stems: OnceLock::new(),
            quotables: OnceLock::new(),
        }
    }

    /// Stems of all its words, names included.
    pub fn stems(&self) -> &StemSet {
        let text = || StemSet::of(&self.passage.text, self.passage.lang);
        self.stems.get_or_init(|| self.names.iter().chain(text().iter()).collect())
    }

    /// What can be quoted from it, in its order.
    pub fn quotables(&self) -> &[Quotable] {
        self.quotables.get_or_init(|| quotable::in_passage(&self.passage).into())
    }

    /// The same without code.
    pub fn sentences(&self) -> impl Iterator<Item = &Quotable> {
        self.quotables().iter().filter(|quotable| !quotable.is_code())
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
