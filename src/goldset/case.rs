//! One case: a question and what a good answer to it says and cites.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::candidate::{Counts, Reason};
use crate::answer::AnswerId;
use crate::passage::ChunkId;
use crate::question::{Language, Origin};

/// The longest question, in characters.
const QUESTION: usize = 2_000;
/// The longest expected point, path, topic or name of a passage, in characters.
const ENTRY: usize = 1_000;
/// The most entries in a list.
const ENTRIES: usize = 30;

/// A question with what a good answer says and cites; one line of `goldset.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Names the case; never changes.
    pub id: String,
    /// The question; without [`Case::earlier`] ones, to be understood by itself.
    pub question: String,
    /// What was asked before it in the same conversation, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
    /// Its language.
    pub lang: Language,
    /// What a good answer says, a sentence each.
    pub expected_points: Vec<String>,
    /// Files that a good answer cites.
    pub must_cite: Vec<String>,
    /// What it is about.
    pub topics: Vec<String>,
    /// What keeps cases that ask about one thing in one split; empty where that does not matter.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// How hard it is to answer well.
    pub difficulty: Difficulty,
    /// Passages that help to answer it.
    pub relevant_chunks: Vec<ChunkId>,
    /// Whether the knowledge base holds an answer; if not, a good reply says so.
    pub answerable: bool,
    /// What the case is used for.
    pub split: Split,
    /// What people did that made it a case; `None` for one that was written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<CaseOrigin>,
}

/// How hard a question is to answer well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// One passage says it.
    Easy,
    /// Several passages say it together.
    Medium,
    /// The words of the question are not those of the passages, or an earlier answer was wrong.
    Hard,
}

impl Difficulty {
    /// All of them, the easiest first.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Medium, Self::Hard];

    /// As it stands in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }
}

/// A word that is no difficulty.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no difficulty; write easy, medium or hard")]
pub struct UnknownDifficulty(String);

impl FromStr for Difficulty {
    type Err = UnknownDifficulty;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|difficulty| difficulty.name() == text)
            .ok_or_else(|| UnknownDifficulty(text.to_owned()))
    }
}

/// What a case is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// To improve by. Cases out of feedback are of this split alone.
    Dev,
    /// To judge by; nothing is ever tuned on it.
    Test,
}

impl Split {
    /// As it stands in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }
}

/// A word that is no split.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no split; write dev or test")]
pub struct UnknownSplit(String);

impl FromStr for Split {
    type Err = UnknownSplit;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = [Self::Dev, Self::Test].into_iter().find(|split| split.name() == text);
        found.ok_or_else(|| UnknownSplit(text.to_owned()))
    }
}

/// What people did that made it a case. It names answers and counts people, and says nothing of who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseOrigin {
    /// The candidate that was accepted.
    pub candidate: AnswerId,
    /// What made it one.
    pub reason: Reason,
    /// How often, and what was thought of the answers.
    pub counts: Counts,
    /// Where it was asked.
    pub asked_in: Vec<Origin>,
    /// The answers that were given, the oldest first; no more than twenty.
    pub answers: Vec<AnswerId>,
    /// When a person accepted it, in milliseconds since 1970.
    pub accepted_at_ms: u64,
}

/// What is wrong with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There are no words in it.
    #[error("`question` is empty")]
    NoQuestion,
    /// It is too long, or has more than one line.
    #[error("`question` is longer than 2,000 characters")]
    LongQuestion,
    /// An answer that says nothing cannot be judged.
    #[error("`expected_points` is empty although `answerable` is true; say what a good answer says")]
    NoPoints,
    /// What cannot be answered has nothing to be said and cited.
    #[error("`answerable` is false although there are `expected_points` or `must_cite`; empty them or set it to true")]
    PointsWithoutAnswer,
    /// An entry of a list is empty, of several lines or too long.
    #[error("`{0}` has an entry that is empty, longer than 1,000 characters or of several lines")]
    BadEntry(&'static str),
    /// A list is too long.
    #[error("`{0}` has more than 30 entries")]
    TooMany(&'static str),
    /// It has no name.
    #[error("`id` is empty or holds more than letters, digits, `-`, `_`, `.` and `/`")]
    BadId,
}

impl Case {
    /// Refuses what cannot be measured by.
    pub fn validate(&self) -> Result<(), Problem> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if self.id.is_empty() || !self.id.chars().all(is_name) {
            return Err(Problem::BadId);
        }
        if self.question.trim().is_empty() {
            return Err(Problem::NoQuestion);
        }
        if self.question.chars().count() > QUESTION {
            return Err(Problem::LongQuestion);
        }
        if self.earlier.iter().any(|turn| turn.trim().is_empty() || turn.chars().count() > QUESTION) {
            return Err(Problem::BadEntry("earlier"));
        }
        entries("expected_points", self.expected_points.iter().map(String::as_str))?;
        entries("must_cite", self.must_cite.iter().map(String::as_str))?;
        entries("topics", self.topics.iter().map(String::as_str))?;
        entries("relevant_chunks", self.relevant_chunks.iter().map(ChunkId::as_str))?;
        match self.answerable {
            true if self.expected_points.is_empty() => Err(Problem::NoPoints),
            false if !self.expected_points.is_empty() || !self.must_cite.is_empty() => {
                Err(Problem::PointsWithoutAnswer)
            }
            _ => Ok(()),
        }
    }
}

fn entries<'a>(list: &'static str, entries: impl ExactSizeIterator<Item = &'a str>) -> Result<(), Problem> {
    if entries.len() > ENTRIES {
        return Err(Problem::TooMany(list));
    }
    let is_bad = |entry: &str| entry.trim().is_empty() || entry.contains('\n') || entry.chars().count() > ENTRY;
    let mut entries = entries;
    if entries.any(is_bad) { Err(Problem::BadEntry(list)) } else { Ok(()) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn case(id: &str, question: &str) -> Case {
        Case {
            id: id.to_owned(),
            question: question.to_owned(),
            earlier: Vec::new(),
            lang: Language::English,
            expected_points: vec!["It is a unique value.".to_owned()],
            must_cite: vec!["en/idempotency.md".to_owned()],
            topics: Vec::new(),
            subject: String::new(),
            difficulty: Difficulty::Easy,
            relevant_chunks: Vec::new(),
            answerable: true,
            split: Split::Dev,
            origin: None,
        }
    }

    #[test]
    fn cases_that_cannot_be_measured_by_are_refused() {
        let check = |change: fn(&mut Case), expected| {
            let mut case = case("a", "What is it?");
            change(&mut case);
            assert_eq!(case.validate(), expected, "{case:?}");
        };
        check(|_| (), Ok(()));
        check(|case| case.id = "a b".to_owned(), Err(Problem::BadId));
        check(|case| case.question = " \n".to_owned(), Err(Problem::NoQuestion));
        check(|case| case.question = "ñ".repeat(2_001), Err(Problem::LongQuestion));
        check(|case| case.expected_points.clear(), Err(Problem::NoPoints));
        check(|case| case.answerable = false, Err(Problem::PointsWithoutAnswer));
        check(|case| case.topics.push(String::new()), Err(Problem::BadEntry("topics")));
        check(|case| case.must_cite = vec!["a".to_owned(); 31], Err(Problem::TooMany("must_cite")));
        check(
            |case| {
                case.answerable = false;
                case.expected_points.clear();
                case.must_cite.clear();
            },
            Ok(()),
        );
    }
}
