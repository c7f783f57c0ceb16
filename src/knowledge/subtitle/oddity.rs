//! Oddities that do not hinder reading: counted by kind, so that a broken file gives five warnings and not thousands.

use std::collections::BTreeMap;

use crate::knowledge::document::ParseError;

/// What can be odd in a subtitle file that is read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    NoHeader,
    UnreadableTime,
    Reversed,
    OutOfOrder,
    StrayText,
}

impl Oddity {
    fn reason(self, count: usize) -> String {
        let (one, many) = match self {
            Self::NoHeader => ("the first line is not WEBVTT", ""),
            Self::UnreadableTime => {
                ("a cue's time cannot be read", "cues have a time that cannot be read, the first of them")
            }
            Self::Reversed => ("a cue ends before it starts", "cues end before they start, the first of them"),
            Self::OutOfOrder => {
                ("a cue starts before the one above it", "cues start before the one above them, the first of them")
            }
            Self::StrayText => ("text belongs to no cue", "pieces of text belong to no cue, the first of them"),
        };
        if count == 1 { one.to_owned() } else { format!("{count} {many}") }
    }

    fn mend(self) -> &'static str {
        match self {
            Self::NoHeader => "read without it; put WEBVTT in the first line",
            Self::UnreadableTime => "read with the times of its neighbours; write it as 00:01:02.345 --> 00:01:04.000",
            Self::Reversed => "read with start and end exchanged, or until the next cue; correct the times",
            Self::OutOfOrder => "read in order of time; sort the cues",
            Self::StrayText => {
                "read as part of the cue above it, if there is one; remove the blank line or add a time line"
            }
        }
    }
}

/// The oddities of one file.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    /// The first line and how often.
    seen: BTreeMap<Oddity, (u32, usize)>,
}

impl Oddities {
    /// Counts one at `line`.
    pub fn note(&mut self, oddity: Oddity, line: u32) {
        self.seen.entry(oddity).or_insert((line, 0)).1 += 1;
    }

    /// As warnings about `file`.
    pub fn into_warnings(self, file: &str) -> Vec<ParseError> {
        let warning = |(oddity, (line, count)): (Oddity, (u32, usize))| ParseError {
            file: file.to_owned(),
            line: Some(line),
            reason: oddity.reason(count),
            mend: oddity.mend().to_owned(),
        };
        self.seen.into_iter().map(warning).collect()
    }

    #[cfg(test)]
    pub fn kinds(&self) -> Vec<Oddity> {
        self.seen.keys().copied().collect()
    }
}
