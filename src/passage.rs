//! A passage: the piece of a document that is indexed, retrieved and cited, and where it stands in its source.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::question::Language;

/// Names one chunk across re-indexing runs: made from the document and the chunk's content, so that citations,
/// votes and labels stay true as long as the text does. Sixteen hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChunkId(String);

impl ChunkId {
    /// The identifier of the `occurrence`-th chunk (0 for the first) with this text in `source_file`.
    ///
    /// Position is left out on purpose: text that moves within its document keeps its identifier.
    pub fn new(source_file: &str, text: &str, occurrence: usize) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(source_file.as_bytes()).update(&[0]).update(text.as_bytes());
        hasher.update(&(occurrence as u64).to_le_bytes());
        Self(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// The identifier as it is written in files and addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 64-bit number under which a vector engine stores the chunk; `None` for a text that [`ChunkId::new`] never makes.
    pub fn as_point_id(&self) -> Option<u64> {
        let is_ours = self.0.len() == 16 && self.0.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        if is_ours { u64::from_str_radix(&self.0, 16).ok() } else { None }
    }
}

impl fmt::Display for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ChunkId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Where a passage stands in its source: both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SourceSpan {
    /// Lines of a text file, the first line being 1.
    Lines {
        /// First line.
        start: u32,
        /// Last line.
        end: u32,
    },
    /// A stretch of a recording.
    Time {
        /// When the first word is spoken.
        start: Timestamp,
        /// When the last word has been spoken.
        end: Timestamp,
    },
    /// Pages of a paginated document, the first page being 1.
    Pages {
        /// First page.
        start: u32,
        /// Last page.
        end: u32,
    },
}

impl SourceSpan {
    /// The smallest span that holds both; `None` if they are of different kinds.
    pub fn union(self, other: Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Lines { start: a, end: b }, Self::Lines { start: c, end: d }) => {
                Self::Lines { start: a.min(c), end: b.max(d) }
            }
            (Self::Time { start: a, end: b }, Self::Time { start: c, end: d }) => {
                Self::Time { start: a.min(c), end: b.max(d) }
            }
            (Self::Pages { start: a, end: b }, Self::Pages { start: c, end: d }) => {
                Self::Pages { start: a.min(c), end: b.max(d) }
            }
            _ => return None,
        })
    }
}

impl SourceSpan {
    /// Whether both have a line, a moment or a page in common.
    pub fn overlaps(self, other: Self) -> bool {
        match (self, other) {
            (Self::Lines { start: a, end: b }, Self::Lines { start: c, end: d })
            | (Self::Pages { start: a, end: b }, Self::Pages { start: c, end: d }) => a <= d && c <= b,
            (Self::Time { start: a, end: b }, Self::Time { start: c, end: d }) => a <= d && c <= b,
            _ => false,
        }
    }
}

impl fmt::Display for SourceSpan {
    /// Language-neutral: `L12–27`, `00:12:31–00:12:58`, `p. 3–4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Lines { start, end } if start == end => write!(f, "L{start}"),
            Self::Lines { start, end } => write!(f, "L{start}–{end}"),
            Self::Time { start, end } => write!(f, "{}–{}", start.to_seconds_text(), end.to_seconds_text()),
            Self::Pages { start, end } if start == end => write!(f, "p. {start}"),
            Self::Pages { start, end } => write!(f, "p. {start}–{end}"),
        }
    }
}

/// A moment of a recording, in milliseconds from its beginning; written `HH:MM:SS.mmm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    /// A moment this many milliseconds in.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds from the beginning.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Seconds from the beginning.
    #[expect(clippy::cast_precision_loss, reason = "a recording is shorter than 2^53 ms")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    fn to_seconds_text(self) -> String {
        let seconds = self.0 / 1000;
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.to_seconds_text(), self.0 % 1000)
    }
}

/// A text that is not `HH:MM:SS.mmm`.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is not a time; write it as HH:MM:SS.mmm")]
pub struct NotATimestamp(String);

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (clock, millis) = text.split_once('.')?;
            let mut fields = clock.splitn(3, ':').map(str::parse::<u64>);
            let (hours, minutes, seconds) = (fields.next()?.ok()?, fields.next()?.ok()?, fields.next()?.ok()?);
            let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
            seconds.checked_mul(1000)?.checked_add(millis.parse().ok()?)
        };
        parse().map(Self).ok_or_else(|| NotATimestamp(text.to_owned()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One row of `kb_chunks.jsonl` and one point of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// Stable name.
    pub chunk_id: ChunkId,
    /// Slug of the topic it belongs to, one of those in `configs/topics.toml`; empty when none fits.
    pub topic: String,
    /// The document's title.
    pub title: String,
    /// Headings above the passage, outermost first, without the document's title.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headings: Vec<String>,
    /// The text as it stands in the source. Markdown sources keep their markup.
    pub text: String,
    /// Subtopics and the document's own tags, lower case.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What people ask whom the passage helps, in their own words; searched, never quoted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// Path below the folder of sources, with `/` between folders.
    pub source_file: String,
    /// Where in that file.
    pub source_span: SourceSpan,
    /// Language of the text.
    pub lang: Language,
    /// Address of the published original, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Who may be shown it; empty means everybody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Licence that the document names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

impl Passage {
    /// Title and headings as one line: `Idempotency keys › Common mistakes`.
    pub fn breadcrumb(&self) -> String {
        let mut line = self.title.clone();
        for heading in &self.headings {
            line.push_str(" › ");
            line.push_str(heading);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_written_and_read_alike() {
        let time = Timestamp::from_millis(3_725_042);
        assert_eq!(time.to_string(), "01:02:05.042");
        assert_eq!("01:02:05.042".parse::<Timestamp>().expect("written by us"), time);
        for wrong in ["", "1", "00:00:01", "x:00:00.000", "99999999999999999999:0:0.0"] {
            assert!(wrong.parse::<Timestamp>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_chunk_keeps_its_identifier_until_its_text_changes() {
        let id = ChunkId::new("a.md", "text", 0);
        assert_eq!(id, ChunkId::new("a.md", "text", 0));
        assert_ne!(id, ChunkId::new("b.md", "text", 0));
        assert_ne!(id, ChunkId::new("a.md", "text.", 0));
        assert_ne!(id, ChunkId::new("a.md", "text", 1));
        assert!(id.as_point_id().is_some());
        for strange in ["+123456789abcdef", "ABCDEF0123456789", "1", ""] {
            assert_eq!(ChunkId::from(strange).as_point_id(), None, "{strange}");
        }
    }

    #[test]
    fn spans_of_one_kind_unite() {
        let lines = |start, end| SourceSpan::Lines { start, end };
        assert_eq!(lines(3, 5).union(lines(1, 4)), Some(lines(1, 5)));
        assert_eq!(lines(3, 5).union(SourceSpan::Pages { start: 1, end: 1 }), None);
        assert_eq!(lines(3, 5).to_string(), "L3–5");
    }
}
