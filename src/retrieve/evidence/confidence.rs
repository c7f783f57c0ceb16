//! How sure it is that a document answers a question, before a word of the answer is written.
//!
//! No single sign tells: people's questions hold many words that no passage needs to speak of, and a question about something
//! else may share most of its words with some passage. So the signs are weighed together, by logistic regression. The
//! weights were fitted to 700 questions in both languages, 270 of which the knowledge base that comes with the program does
//! not answer, half of them near misses; none is of the goldset's test split.

use std::sync::Arc;

use crate::reading::Reading;
use crate::retrieve::Hit;
use crate::retrieve::query::Query;

/// More concepts than this are as good as this many.
const MANY: usize = 8;
/// How many of the best passages are looked at.
const LOOKED_AT: usize = 8;

/// What speaks for a document, each from 0 to 1; shares of concepts are by weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signs {
    /// The share of what is asked that it speaks of.
    pub spoken_of: f32,
    /// How many concepts that are.
    pub concepts: f32,
    /// How many of them the passage that was found speaks of.
    pub concepts_at_once: f32,
    /// The share of what is asked that its names hold: titles, headings and tags, those of replies aside.
    pub named: f32,
    /// How many of the best passages are of it.
    pub gathered: f32,
    /// The share of what is asked that no passage of any document speaks of.
    pub unknown: f32,
}

impl Signs {
    /// The signs for the passages on one subject, of which `best` was found first; `hits` are the best passages in its
    /// language.
    pub fn of(query: &Query, best: &Reading, subject: &[Arc<Reading>], hits: &[&Hit]) -> Self {
        let body = || subject.iter().filter(|reading| !reading.is_reply());
        let stems = body().flat_map(|reading| reading.stems.iter()).chain(best.stems.iter()).collect();
        let names = body().flat_map(|reading| reading.names.iter()).collect();
        let is_gathered = |hit: &&&Hit| hit.passage.source_file == best.passage.source_file;
        Self {
            spoken_of: query.share_of_concepts(&stems),
            concepts: part(query.concepts_in(&stems), MANY),
            concepts_at_once: part(query.concepts_in(&best.stems), MANY),
            named: query.share_of_concepts(&names),
            gathered: part(hits.iter().take(LOOKED_AT).filter(is_gathered).count(), LOOKED_AT),
            unknown: query.unknown_share(),
        }
    }

    /// The probability, from 0 to 1, that they answer.
    pub fn confidence(&self) -> f32 {
        let Self { spoken_of, concepts, concepts_at_once, named, gathered, unknown } = *self;
        let sum = -3.3 + 0.96 * spoken_of + 3.51 * concepts + 3.54 * concepts_at_once + 2.39 * named + 1.5 * gathered
            - 4.34 * unknown;
        1.0 / (1.0 + (-sum).exp())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a question has few concepts")]
fn part(count: usize, of: usize) -> f32 {
    count.min(of) as f32 / of as f32
}
