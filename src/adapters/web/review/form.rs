//! A decision as its form sends it: each list is a field with one entry a line.

use serde::{Deserialize, Deserializer};

use crate::answer::AnswerId;
use crate::goldset::{Difficulty, Proposal};
use crate::passage::ChunkId;

/// What a person decided, and the case as they left it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::web) struct Sent {
    pub(super) candidate: AnswerId,
    pub(super) decision: Choice,
    #[serde(default)]
    question: String,
    #[serde(default)]
    points: String,
    #[serde(default)]
    must_cite: String,
    #[serde(default)]
    topics: String,
    #[serde(default)]
    passages: String,
    #[serde(default = "medium")]
    difficulty: Difficulty,
    /// Browsers leave out a box that is not ticked.
    #[serde(default, deserialize_with = "ticked")]
    answerable: bool,
}

/// The button that was pressed.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Choice {
    Accept,
    Reject,
}

impl Sent {
    /// The case.
    pub(super) fn proposal(&self) -> Proposal {
        Proposal {
            question: self.question.trim().replace("\r\n", "\n"),
            expected_points: entries(&self.points),
            must_cite: entries(&self.must_cite),
            topics: entries(&self.topics),
            difficulty: self.difficulty,
            relevant_chunks: entries(&self.passages).iter().map(|entry| ChunkId::from(entry.as_str())).collect(),
            answerable: self.answerable,
        }
    }
}

const fn medium() -> Difficulty {
    Difficulty::Medium
}

fn ticked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(matches!(String::deserialize(deserializer)?.as_str(), "yes" | "on" | "true"))
}

/// The lines of a field that hold something.
fn entries(field: &str) -> Vec<String> {
    field.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A name as it stands in an address; ours are letters and digits, and anything else is left out.
pub(super) fn encoded(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_lines_and_a_box_that_is_not_ticked_is_not_sent() {
        let read = |rest: &str| -> Sent {
            serde_json::from_str(&format!(r#"{{"candidate":"a","decision":"accept"{rest}}}"#)).expect("a form")
        };
        let sent = read(r#","question":" What?\r\nNow ","points":"One.\r\n\r\n  Two. \r\n","answerable":"yes""#);
        let proposal = sent.proposal();
        assert_eq!(proposal.question, "What?\nNow");
        assert_eq!(proposal.expected_points, ["One.", "Two."]);
        assert!(proposal.answerable && !read("").proposal().answerable);
    }

    #[test]
    fn addresses_hold_nothing_that_acts() {
        assert_eq!(encoded("00aa\r\nSet-Cookie: x&y=é"), "00aaSet-Cookiexy");
    }
}
