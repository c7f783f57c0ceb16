//! Cuts a document into passages.
//!
//! A passage never crosses a heading, save that a run of tiny neighbouring sections becomes one. Within a section whole
//! blocks are packed until they are about as long as wished; only a block that is longer than a passage may be is cut,
//! at its sentences. Talks have no blocks to go by and are cut where their subject changes. Passages do not overlap.

mod atom;
mod pack;
mod piece;
mod section;
mod speech;
mod title;

use serde::{Deserialize, Serialize};

use crate::knowledge::document::{Block, BlockKind, Document};
use crate::passage::SourceSpan;

pub use title::title;

/// How long passages are, in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChunkLimits {
    /// The length that blocks under one heading are packed up to.
    pub target_chars: usize,
    /// The length that no passage exceeds, unless it is a single code block or table with the sentence that
    /// introduces it.
    pub max_chars: usize,
    /// Neighbouring sections that are all shorter than this become one passage; 0 keeps every section apart.
    pub join_below_chars: usize,
    /// The length below which a talk is cut only where somebody pauses for long.
    pub speech_min_chars: usize,
    /// The length that no passage of a talk exceeds.
    pub speech_max_chars: usize,
}

impl Default for ChunkLimits {
    fn default() -> Self {
        Self {
            target_chars: 900,
            max_chars: 1500,
            join_below_chars: 150,
            speech_min_chars: 700,
            speech_max_chars: 1400,
        }
    }
}

impl ChunkLimits {
    /// Says what is wrong with impossible limits and what to write instead.
    pub fn validate(&self) -> Result<(), String> {
        let say = |wrong: bool, what: &str| if wrong { Err(what.to_owned()) } else { Ok(()) };
        say(self.target_chars < 100, "ingest.chunk.target_chars is below 100; passages that short hold no answer")?;
        say(self.max_chars < self.target_chars, "ingest.chunk.max_chars is below target_chars; raise it")?;
        say(self.speech_min_chars < 50, "ingest.chunk.speech_min_chars is below 50; raise it")?;
        say(
            self.speech_max_chars < self.speech_min_chars,
            "ingest.chunk.speech_max_chars is below its minimum; raise it",
        )
    }
}

/// A passage before it has a name, a topic and a language.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Headings above it, outermost first, without the document's title.
    pub headings: Vec<String>,
    /// Its blocks: a blank line between two of them, a line break where the source has only that, a space between the
    /// sentences of a talk. Heading lines are in it only where several tiny sections were joined.
    pub text: String,
    /// The smallest span that holds its blocks.
    pub span: SourceSpan,
}

/// The passages of `document` in reading order; together they hold every word of its blocks, save the headings.
///
/// `source` is the decoded file, given where the blocks hold its lines word for word (Markdown, plain text). Then each
/// passage's text stands in the source at the passage's lines, white space aside, and passages end where the blocks
/// leave something out. Without `source` neighbouring blocks count as adjoining.
pub fn chunk(document: &Document, source: Option<&str>, limits: &ChunkLimits) -> Vec<Draft> {
    let lines = source.map(|source| source.lines().collect::<Vec<_>>());
    let mut drafts = Vec::new();
    for section in section::sections(document, lines.as_deref(), limits) {
        for run in section.blocks.chunk_by(|a, b| adjoin(a, b, lines.as_deref())) {
            let found = if is_speech(&run[0]) {
                speech::cut(run, limits)
            } else {
                pack::pack(&piece::pieces(run, source.is_some(), limits), limits)
            };
            drafts.extend(found.into_iter().map(|(text, span)| Draft {
                headings: section.headings.clone(),
                text,
                span,
            }));
        }
    }
    drafts
}

fn is_speech(block: &Block) -> bool {
    block.kind == BlockKind::Speech
}

/// Whether two blocks may stand in one passage: nothing but blank lines lies between them.
fn adjoin(a: &Block, b: &Block, lines: Option<&[&str]>) -> bool {
    if is_speech(a) || is_speech(b) {
        return is_speech(a) && is_speech(b) && !speech::long_pause(a, b);
    }
    let (Some(lines), SourceSpan::Lines { end, .. }, SourceSpan::Lines { start, .. }) = (lines, a.span, b.span) else {
        return a.span.union(b.span).is_some();
    };
    // Lines are numbered from 1, so the line after `end` has the index `end`.
    let between = lines.get(end as usize..start.saturating_sub(1) as usize);
    start >= end && (start <= end + 1 || between.is_some_and(|gap| gap.iter().all(|line| line.trim().is_empty())))
}

#[cfg(test)]
mod tests;
