//! The lines of an export.

use std::io::{BufRead, Read as _};

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::answer::AnswerId;
use crate::feedback::ballot::Thumbs;
use crate::feedback::kept::Correction;
use crate::feedback::row::{Decided, Record};
use crate::place::Pseudonym;

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// A line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub(super) enum Row {
    Feedback(Header),
    Exchange(Record),
    Ballot(BallotRow),
    Correction(Correction),
    Decision(DecisionRow),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) form: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BallotRow {
    pub(super) answer: AnswerId,
    pub(super) by: Pseudonym,
    pub(super) thumbs: Thumbs,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionRow {
    pub(super) candidate: String,
    pub(super) decided: Decided,
}

/// Lines that are not empty, with their numbers.
pub(super) struct Lines<R> {
    reader: R,
    number: usize,
}

impl<R> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<(usize, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.number += 1;
            let mut line = Vec::new();
            let read = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut line);
            match read.with_context(|| format!("line {} cannot be read", self.number)) {
                Err(error) => return Some(Err(error)),
                Ok(0) => return None,
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => return Some(Ok((self.number, line))),
            }
        }
    }
}

pub(super) fn parse(number: usize, line: &[u8]) -> Result<Row> {
    serde_json::from_slice(line).map_err(|error| {
        let words = error.to_string();
        // The place that serde names counts lines within the line.
        let words = words.split(" at line ").next().unwrap_or_default();
        let column = error.column();
        anyhow!("line {number}, column {column}: {words}; mend the line or take it out")
    })
}
