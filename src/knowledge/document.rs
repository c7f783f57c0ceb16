//! A document between parsing and chunking: its blocks, each with its place in the source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::passage::SourceSpan;
use crate::question::Language;

/// A parsed document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Path below the folder of sources, with `/` between folders.
    pub source_file: String,
    /// What it says of itself.
    pub meta: Meta,
    /// Its content in reading order.
    pub blocks: Vec<Block>,
}

/// What a parser makes of one file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// What the file says of itself.
    pub meta: Meta,
    /// Its content in reading order.
    pub blocks: Vec<Block>,
    /// What was wrong with it, yet no reason not to read it.
    pub warnings: Vec<ParseError>,
}

/// What a document says of itself in front matter, in a sidecar file or in its markup. All of it is optional.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meta {
    /// Title; without it the first top heading or the file's name serves.
    pub title: Option<String>,
    /// Language of the text; without it each passage's is detected.
    pub language: Option<Language>,
    /// Slug of its topic; without it each passage's is found by cue words.
    pub topic: Option<String>,
    /// Tags, lower case.
    pub tags: Vec<String>,
    /// What people ask whom a part of it helps, by the heading of the part; below an empty one what all of it helps with.
    pub questions: BTreeMap<String, Vec<String>>,
    /// Address of the published original (http or https).
    pub url: Option<String>,
    /// Who may be shown it; `None` means everybody.
    pub scope: Option<String>,
    /// Licence, preferably an SPDX identifier.
    pub license: Option<String>,
}

/// A piece of a document that chunking keeps in one piece, unless it is longer than a chunk may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text: for Markdown and plain text the lines as they stand in the source; for other formats what a
    /// reader sees. For a heading, the heading's words without markup.
    pub text: String,
    /// Where it stands.
    pub span: SourceSpan,
}

/// Kinds of block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading; 1 is the outermost level.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// One entry of a list, with what is nested below it.
    ListItem,
    /// Source code with its fence, in Markdown notation whatever the format it came from (```` ```lang ````). Never split.
    Code,
    /// A table, in Markdown notation.
    Table,
    /// One spoken sentence of a transcript, with the times of its words.
    Speech,
}

/// A file that cannot be read as what its name says: which, where, why and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{file}{}: {reason}; {mend}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ParseError {
    /// Path below the folder of sources.
    pub file: String,
    /// The line, the first being 1, where it is known.
    pub line: Option<u32>,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub mend: String,
}
