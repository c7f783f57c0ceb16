//! What is kept of questions, answers and what people think of them.

use serde::{Deserialize, Serialize};

pub use super::ballot::{Ballot, Counted, Means};
use crate::answer::{Answer, AnswerId, Reply};
use crate::passage::ChunkId;
use crate::place::Pseudonym;
use crate::question::Origin;
use crate::trace::Trace;

/// A question and what was said to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Names it; the answer's, where there is one.
    pub id: AnswerId,
    /// Where it was asked.
    pub origin: Origin,
    /// Whether only the asker and Colega read along; such questions are kept without their words unless a setting allows it.
    pub is_direct: bool,
    /// Whether passages could be shown there that not everybody may see.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_scoped: bool,
    /// Who asked; empty where nobody knows any more.
    pub asker: Pseudonym,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// How the reply came about, the question without secrets among it. `None` when the words are not kept.
    pub trace: Option<Trace>,
    /// What was said.
    pub outcome: Outcome,
}

impl Kept {
    /// Whether it holds words of the question or of the answer.
    pub fn has_words(&self) -> bool {
        self.trace.is_some() || matches!(self.outcome, Outcome::Answered { answer: Some(_) })
    }
}

/// What was said to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// An answer; `None` when the words are not kept.
    Answered {
        /// The answer.
        answer: Option<Box<Answer>>,
    },
    /// The knowledge base holds nothing.
    NoEvidence {
        /// Titles of the nearest documents, best first.
        nearest: Vec<String>,
    },
    /// It was refused.
    Refused {
        /// The rule that decided.
        rule: String,
    },
}

impl Outcome {
    /// What is kept of a reply; `None` for one that asks to come back later.
    pub fn of(reply: &Reply) -> Option<Self> {
        match reply {
            Reply::Answer(answer) => Some(Self::Answered { answer: Some(Box::new(answer.clone())) }),
            Reply::NoEvidence(suggestions) => Some(Self::NoEvidence { nearest: suggestions.nearest.clone() }),
            Reply::Refused(refusal) => Some(Self::Refused { rule: refusal.rule.clone() }),
            Reply::SlowDown { .. } | Reply::Busy { .. } => None,
        }
    }
}

/// What somebody says that an answer should have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The answer.
    pub answer: AnswerId,
    /// Who.
    pub by: Pseudonym,
    /// What was wrong, without secrets; may be empty.
    pub wrong: String,
    /// The right answer, without secrets; may be empty if `wrong` is not.
    pub right: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

/// A question, what was said to it, and what people think of that.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The question and the reply.
    pub kept: Kept,
    /// The passages that the answer cites, in the order of their numbers, also where its words are not kept.
    pub cited: Vec<ChunkId>,
    /// People whom it helped.
    pub up: u64,
    /// People whom it did not.
    pub down: u64,
    /// What people say that it should have been, in the order of their pseudonyms.
    pub corrections: Vec<Correction>,
}

/// Everybody's reactions to an answer at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recount {
    /// The answer.
    pub answer: AnswerId,
    /// Who holds which thumbs up, the latest last.
    pub held: Vec<(Pseudonym, Vec<super::Vote>)>,
    /// Whether these are all who do.
    pub is_complete: bool,
    /// The moment, in milliseconds since 1970. What somebody did later counts.
    pub at_ms: u64,
}

/// How many things [`super::Feedback::forget`] removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Forgotten {
    /// Questions with their answers.
    pub questions: u64,
    /// Votes.
    pub votes: u64,
    /// Corrections.
    pub corrections: u64,
    /// Candidates for the goldset that rested on them alone.
    pub candidates: u64,
}

/// Everything that is kept, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Answers given.
    pub answers: u64,
    /// Those given since a certain time.
    pub answers_since: u64,
    /// Questions for which the knowledge base held nothing.
    pub unanswered: u64,
    /// Votes on all answers.
    pub votes: super::Tally,
}
