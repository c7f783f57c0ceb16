//! Rows of the store: under which key each stands, and what of a question is kept.
//!
//! Keys are text, so that they sort as they read: `exchange/<answer>`, `time/<milliseconds>/<answer>`,
//! `ballot/<answer>/<person>`, `correction/<answer>/<person>`, `decision/<candidate>`, `forgotten/<person>`.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::kept::{Correction, Kept, Outcome};
use super::settings::FeedbackSettings;
use crate::answer::{AnswerId, Engine};
use crate::passage::ChunkId;
use crate::place::Pseudonym;

/// Letters in the name of an answer.
const ID_LETTERS: usize = 16;
/// The longest pseudonym, in bytes; Colega's own have 64.
const LONGEST_PSEUDONYM: usize = 128;
/// The longest text of a correction, in characters, the mark of a cut included.
pub(super) const LONGEST_CORRECTION: usize = 2_000;

/// Where a row stands.
#[derive(Clone, Copy)]
pub(super) enum Key<'a> {
    /// [`Record`].
    Exchange(&'a AnswerId),
    /// Empty: finds exchanges by their time.
    Time(u64, &'a AnswerId),
    /// [`super::ballot::Thumbs`].
    Ballot(&'a AnswerId, &'a Pseudonym),
    /// [`Correction`].
    Correction(&'a AnswerId, &'a Pseudonym),
    /// [`Decided`].
    Decision(&'a str),
    /// When somebody was forgotten, in milliseconds since 1970; for a while only.
    Forgotten(&'a Pseudonym),
}

impl Key<'_> {
    pub(super) fn to_text(self) -> String {
        match self {
            Self::Exchange(id) => format!("exchange/{}", id.0),
            Self::Time(at_ms, id) => format!("{}{}", time_prefix(at_ms), id.0),
            Self::Ballot(id, by) => format!("{}{}", ballots_of(id), by.0),
            Self::Correction(id, by) => format!("{}{}", corrections_of(id), by.0),
            Self::Decision(key) => format!("decision/{key}"),
            Self::Forgotten(person) => format!("forgotten/{}", person.0),
        }
    }
}

/// What the keys of an answer's ballots begin with.
pub(super) fn ballots_of(id: &AnswerId) -> String {
    format!("ballot/{}/", id.0)
}

/// What the keys of an answer's corrections begin with.
pub(super) fn corrections_of(id: &AnswerId) -> String {
    format!("correction/{}/", id.0)
}

/// What the keys of the exchanges of one millisecond begin with; all digits there are, so that they sort.
pub(super) fn time_prefix(at_ms: u64) -> String {
    format!("time/{at_ms:020}/")
}

/// Takes `<milliseconds>/<answer>` apart.
pub(super) fn time_and_answer(rest: &str) -> Option<(u64, AnswerId)> {
    let (at_ms, id) = rest.split_once('/')?;
    Some((at_ms.parse().ok()?, AnswerId(id.to_owned())))
}

/// Takes `<answer>/<person>` apart.
pub(super) fn answer_and_person(rest: &str) -> Option<(AnswerId, Pseudonym)> {
    let (id, person) = rest.split_once('/')?;
    Some((AnswerId(id.to_owned()), Pseudonym(person.to_owned())))
}

/// A question and its reply as they are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) kept: Kept,
    /// The passages that the answer cites; they stay when its words do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cited: Vec<ChunkId>,
    /// What wrote the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) engine: Option<Engine>,
}

impl Record {
    /// What the settings allow to be kept.
    pub(super) fn of(mut kept: Kept, settings: &FeedbackSettings) -> Self {
        let (mut cited, mut engine) = (Vec::new(), None);
        if let Outcome::Answered { answer: Some(answer) } = &mut kept.outcome {
            cited = answer.citations.iter().map(|citation| citation.chunk_id.clone()).collect();
            engine = Some(answer.engine);
            answer.elapsed_ms = rounded(answer.elapsed_ms);
        }
        if let Some(trace) = &mut kept.trace {
            trace.elapsed_ms = rounded(trace.elapsed_ms);
            trace.shorten();
        }
        Self { kept, cited, engine }.within(settings)
    }

    /// The same without the words that the settings do not allow.
    pub(super) fn within(mut self, settings: &FeedbackSettings) -> Self {
        if !settings.keeps_words_of(&self.kept) {
            self.kept.trace = None;
            if let Outcome::Answered { answer } = &mut self.kept.outcome {
                *answer = None;
            }
        }
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        check_answer(&self.kept.id)?;
        ensure!(self.kept.asker.0.len() <= LONGEST_PSEUDONYM, "an asker has at most {LONGEST_PSEUDONYM} letters");
        Ok(())
    }
}

/// Microseconds are enough; and a number of few digits is read back from JSON exactly as it was written.
fn rounded(elapsed_ms: f64) -> f64 {
    (elapsed_ms * 1_000.0).round() / 1_000.0
}

/// What was decided about a candidate for the goldset, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    /// Whose words the candidate is made of.
    pub(super) people: Vec<Pseudonym>,
    pub(super) decision: serde_json::Value,
    /// When it was decided, in milliseconds since 1970.
    pub(super) at_ms: u64,
}

/// A correction over an `earlier` one of the same person: each part that says something replaces that part, and an empty
/// part leaves it. So "what was wrong" and "the right answer" may come in two messages, in either order. Of two that come
/// late, the later one wins.
pub(super) fn merged(earlier: Option<Correction>, new: &Correction) -> Correction {
    let new = Correction { wrong: cut(&new.wrong), right: cut(&new.right), ..new.clone() };
    let Some(earlier) = earlier else { return new };
    let (first, second) = if new.at_ms < earlier.at_ms { (new, earlier) } else { (earlier, new) };
    let part = |first: String, second: String| if second.is_empty() { first } else { second };
    Correction { wrong: part(first.wrong, second.wrong), right: part(first.right, second.right), ..second }
}

/// Trimmed, and no longer than may be; a mark stands where something is missing.
fn cut(text: &str) -> String {
    let text = text.trim();
    if text.chars().nth(LONGEST_CORRECTION).is_none() {
        return text.to_owned();
    }
    text.chars().take(LONGEST_CORRECTION - 1).chain(['…']).collect()
}

/// Answers have names of one length and without a slash, so that no name is the beginning of another's key.
pub(super) fn check_answer(id: &AnswerId) -> Result<()> {
    ensure!(is_answer(id), "the name of an answer is {ID_LETTERS} hexadecimal digits in lower case");
    Ok(())
}

pub(super) fn is_answer(id: &AnswerId) -> bool {
    id.0.len() == ID_LETTERS && id.0.bytes().all(|letter| matches!(letter, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn check_person(person: &Pseudonym) -> Result<()> {
    let is_fit = (1..=LONGEST_PSEUDONYM).contains(&person.0.len());
    ensure!(is_fit, "a person is named by 1 to {LONGEST_PSEUDONYM} letters");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correction(wrong: &str, right: &str, at_ms: u64) -> Correction {
        let (answer, by) = (AnswerId("00000000000000aa".into()), Pseudonym("p".into()));
        Correction { answer, by, wrong: wrong.into(), right: right.into(), at_ms }
    }

    #[test]
    fn parts_of_a_correction_complete_and_replace_each_other() {
        let check = |earlier: (&str, &str, u64), new: (&str, &str, u64), expected: (&str, &str, u64)| {
            let of = |(wrong, right, at_ms)| correction(wrong, right, at_ms);
            assert_eq!(merged(Some(of(earlier)), &of(new)), of(expected), "{earlier:?} {new:?}");
        };
        check(("old", "", 1), ("", "it is 3", 2), ("old", "it is 3", 2));
        check(("", "it is 3", 1), ("too long", "", 2), ("too long", "it is 3", 2));
        check(("a", "b", 1), ("c", "d", 2), ("c", "d", 2));
        check(("c", "", 2), ("a", "b", 1), ("c", "b", 2));
    }

    #[test]
    fn long_corrections_are_cut_with_a_mark_and_only_once() {
        let long = "ñ".repeat(LONGEST_CORRECTION + 1);
        let once = cut(&long);
        assert_eq!(once.chars().count(), LONGEST_CORRECTION);
        assert!(once.ends_with("ñ…"));
        assert_eq!(cut(&once), once);
        assert_eq!(cut(&long[2..]), long[2..]);
    }
}
