//! How a reply came about: what was searched, what was found and what became of it. Shown by `/why`, kept with votes.

use serde::{Deserialize, Serialize};

use crate::passage::{ChunkId, SourceSpan};
use crate::question::Language;

/// How a reply came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The question without secrets.
    pub question: String,
    /// What was searched for instead, when the question continued an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<String>,
    /// The language of the reply.
    pub language: Language,
    /// Passages found, best first; empty when the question did not get that far. Behind them stand the cited passages that
    /// belong to the same subject but were not found by the search itself, with a score of 0.
    pub found: Vec<Found>,
    /// Sentences and blocks of code that were written and then dropped, because no passage supports them.
    pub dropped: usize,
    /// Rules of the guard that hold for the question, yet only warn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Kinds of credential that were taken out of the question; whoever wrote them should revoke them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaked: Vec<String>,
    /// The generation of the index that was searched.
    pub generation: String,
    /// From the question's arrival to its reply, in milliseconds.
    pub elapsed_ms: f64,
}

/// How many of the best passages are kept with an answer, whatever became of them.
const KEPT: usize = 8;

impl Trace {
    /// Leaves what explains an answer later: the best passages, and those that it cites or might have. The rest would be most
    /// of what a store holds.
    pub fn shorten(&mut self) {
        let mut place = 0;
        self.found.retain(|found| {
            place += 1;
            place <= KEPT || found.fate != Fate::Dropped
        });
    }
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The passage.
    pub chunk_id: ChunkId,
    /// Title and headings.
    pub title: String,
    /// The file it is in.
    pub source_file: String,
    /// Where in that file.
    pub span: SourceSpan,
    /// How well it fits; comparable within one trace only.
    pub score: f32,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a passage that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The answer cites it.
    Cited,
    /// It was evidence, but no sentence of it was chosen.
    Unused,
    /// It was about something else, or too far from the question.
    Dropped,
}

/// A reply and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What to say.
    pub reply: crate::answer::Reply,
    /// Why.
    pub trace: Trace,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_stay_and_whatever_was_evidence() {
        let found = |number: u32| Found {
            chunk_id: ChunkId::new("a.md", &number.to_string(), 0),
            title: String::new(),
            source_file: "a.md".to_owned(),
            span: SourceSpan::Lines { start: number, end: number },
            score: 1.0,
            fate: [Fate::Dropped, Fate::Cited, Fate::Dropped, Fate::Dropped, Fate::Unused][number as usize % 5],
        };
        let mut trace = Trace {
            question: String::new(),
            searched: None,
            language: Language::English,
            found: (0..20).map(found).collect(),
            dropped: 0,
            warnings: Vec::new(),
            leaked: Vec::new(),
            generation: String::new(),
            elapsed_ms: 0.0,
        };
        trace.shorten();
        let lines = |found: &Found| match found.span {
            SourceSpan::Lines { start, .. } => start,
            _ => unreachable!("all are lines"),
        };
        assert_eq!(trace.found.iter().map(lines).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 16, 19]);
    }
}
