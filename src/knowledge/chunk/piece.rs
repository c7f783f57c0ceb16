//! Blocks as pieces of which none is longer than a passage may be, code and tables aside.

use std::ops::Range;

use super::ChunkLimits;
use crate::knowledge::document::{Block, BlockKind};
use crate::passage::SourceSpan;
use crate::sentence;

/// What packing puts together.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub text: String,
    /// Length of the text in characters.
    pub chars: usize,
    pub span: SourceSpan,
    pub kind: BlockKind,
    /// What stands between the piece before and this one.
    pub joint: &'static str,
}

impl Piece {
    /// Whether a reader needs this piece to make sense of `next`: it ends in a colon, or is a heading.
    pub fn introduces(&self, next: &Self) -> bool {
        introduces(&self.kind, &self.text, &next.kind)
    }

    /// Whether it is kept whole whatever its length.
    pub fn is_solid(&self) -> bool {
        matches!(self.kind, BlockKind::Code | BlockKind::Table)
    }
}

fn introduces(kind: &BlockKind, text: &str, next: &BlockKind) -> bool {
    let open = text.trim_end().trim_end_matches(['*', '_', '`']).ends_with([':', '：']);
    match (kind, next) {
        (BlockKind::Heading(_), _) => true,
        (BlockKind::Paragraph | BlockKind::ListItem, BlockKind::Code | BlockKind::Table)
        | (BlockKind::Paragraph, BlockKind::ListItem) => open,
        _ => false,
    }
}

/// The pieces of adjoining blocks, in order. `verbatim`: whether the blocks hold lines of the source.
pub fn pieces(blocks: &[Block], verbatim: bool, limits: &ChunkLimits) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let joint = at.checked_sub(1).map_or("", |before| joint(&blocks[before], block, verbatim));
        let chars = block.text.chars().count();
        let solid = matches!(block.kind, BlockKind::Code | BlockKind::Table);
        // A long paragraph before code that it introduces lends it only its last sentence.
        let lends = blocks.get(at + 1).is_some_and(|next| {
            matches!(next.kind, BlockKind::Code | BlockKind::Table)
                && introduces(&block.kind, &block.text, &next.kind)
                && chars + next.text.chars().count() > limits.max_chars
        });
        if solid || !(lends || chars > limits.max_chars) {
            let text = block.text.trim_end().to_owned();
            found.push(Piece { chars: text.chars().count(), text, span: block.span, kind: block.kind.clone(), joint });
        } else {
            let atoms = atoms(&block.text, limits.max_chars);
            found.extend(parts(block, &atoms, joint));
        }
    }
    found
}

/// What stands between two blocks: in source lines what stands there, else a blank line save between list entries.
fn joint(before: &Block, block: &Block, verbatim: bool) -> &'static str {
    let tight = match (before.span, block.span) {
        (SourceSpan::Lines { end, .. }, SourceSpan::Lines { start, .. }) if verbatim => start <= end + 1,
        _ => before.kind == BlockKind::ListItem && block.kind == BlockKind::ListItem,
    };
    if tight { "\n" } else { "\n\n" }
}

fn parts<'a>(block: &'a Block, atoms: &'a [Atom], joint: &'static str) -> impl Iterator<Item = Piece> + 'a {
    let mut lines = LineCounter::new(block);
    let mut last_end = 0;
    atoms.iter().map(move |atom| {
        let text = &block.text[atom.range.clone()];
        let gap = &block.text[last_end..atom.range.start];
        let joint = match (last_end, gap.matches('\n').count()) {
            (0, _) => joint,
            (_, 0) => {
                if gap.is_empty() {
                    ""
                } else {
                    " "
                }
            }
            (_, 1) => "\n",
            _ => "\n\n",
        };
        last_end = atom.range.end;
        let kind = if atom.solid { BlockKind::Code } else { block.kind.clone() };
        Piece { chars: text.chars().count(), text: text.to_owned(), span: lines.span(&atom.range), kind, joint }
    })
}

/// Tells in which lines of the source a part of a block stands, where the block's text has the source's lines.
struct LineCounter<'a> {
    block: &'a Block,
    is_verbatim: bool,
    counted_to: usize,
    line: u32,
}

impl<'a> LineCounter<'a> {
    fn new(block: &'a Block) -> Self {
        let (is_verbatim, line) = match block.span {
            SourceSpan::Lines { start, end } => {
                (block.text.trim_end().lines().count() == (end - start) as usize + 1, start)
            }
            _ => (false, 0),
        };
        Self { block, is_verbatim, counted_to: 0, line }
    }

    /// The span of `range`; ranges come in ascending order.
    fn span(&mut self, range: &Range<usize>) -> SourceSpan {
        if !self.is_verbatim {
            return self.block.span;
        }
        self.advance(range.start);
        let start = self.line;
        self.advance(range.end);
        SourceSpan::Lines { start, end: self.line }
    }

    fn advance(&mut self, to: usize) {
        let breaks = self.block.text[self.counted_to..to].matches('\n').count();
        self.line += u32::try_from(breaks).unwrap_or(u32::MAX - self.line);
        self.counted_to = to;
    }
}

/// A part of a block that is not cut further.
#[derive(Debug, PartialEq)]
pub struct Atom {
    pub range: Range<usize>,
    /// Code or a table within a list entry.
    pub solid: bool,
}

/// The sentences of `text`, its nested list entries apart, its nested code and tables whole; a sentence longer than
/// `max` characters is cut between words.
pub fn atoms(text: &str, max: usize) -> Vec<Atom> {
    let mut found = Vec::new();
    for (range, solid) in stretches(text) {
        if solid {
            found.push(Atom { range, solid });
            continue;
        }
        for sentence in sentence::ranges(&text[range.clone()]) {
            let sentence = range.start + sentence.start..range.start + sentence.end;
            let cuts = cut_between_words(&text[sentence.clone()], max).into_iter();
            found.extend(cuts.map(|cut| Atom { range: sentence.start + cut.start..sentence.start + cut.end, solid }));
        }
    }
    found
}

/// `text` as stretches of whole lines: fences, tables (both solid), and prose that begins anew with each list entry.
fn stretches(text: &str) -> Vec<(Range<usize>, bool)> {
    let mut found: Vec<(Range<usize>, bool)> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset = range.end;
        let bare = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
        let solid = fence.is_some() || mark.is_some() || bare.starts_with('|');
        let begins = fence.is_none() && (mark.is_some() || begins_entry(bare));
        match found.last_mut() {
            Some((last, last_solid)) if *last_solid == solid && !begins => last.end = range.end,
            _ => found.push((range, solid)),
        }
        match fence {
            None => fence = mark,
            Some(open) if bare.trim_start_matches(&open[..1]).is_empty() && mark == Some(open) => fence = None,
            Some(_) => {}
        }
    }
    found
        .into_iter()
        .map(|(range, solid)| (trimmed(text, range), solid))
        .filter(|(range, _)| !range.is_empty())
        .collect()
}

fn begins_entry(bare: &str) -> bool {
    let unnumbered = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let marks: &[&str] = if unnumbered.len() < bare.len() { &[". ", ") "] } else { &["- ", "* ", "+ "] };
    marks.iter().any(|mark| unnumbered.starts_with(mark))
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let indent = slice.len() - slice.trim_start().len();
    range.start + indent..range.start + indent + slice.trim().len()
}

/// Parts of about equal length of at most `max` characters, cut between words; a word longer than that is cut inside.
fn cut_between_words(text: &str, max: usize) -> Vec<Range<usize>> {
    let chars = text.chars().count();
    let goal = chars.div_ceil(chars.div_ceil(max.max(1)).max(1));
    let mut found = Vec::new();
    let mut rest = 0..text.len();
    while !rest.is_empty() {
        let slice = &text[rest.clone()];
        let end = rest.start + first_part(slice, goal, max);
        found.push(trimmed(text, rest.start..end));
        rest.start = end + (text[end..].len() - text[end..].trim_start().len());
    }
    found
}

/// The length in bytes of the first part of `text`: up to the white space after `goal` characters, or, if that lies
/// beyond `max`, the last white space before.
fn first_part(text: &str, goal: usize, max: usize) -> usize {
    let mut last_space = None;
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count >= max {
            return last_space.unwrap_or(at);
        }
        if c.is_whitespace() && count > 0 {
            last_space = Some(at);
            if count >= goal {
                return at;
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max: usize, expected: &[&str]) {
        let found: Vec<_> = atoms(text, max).into_iter().map(|atom| &text[atom.range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn long_text_is_cut_at_its_sentences_then_its_words() {
        check("One two. Three four. Five.", 100, &["One two.", "Three four.", "Five."]);
        check("aaa bbb ccc ddd", 8, &["aaa bbb", "ccc ddd"]);
        check("aaaaaaaaaa", 4, &["aaaa", "aaaa", "aa"]);
        check("ññññ ñññññññ", 5, &["ññññ", "ñññññ", "ññ"]);
    }

    #[test]
    fn nested_code_and_entries_stay_whole() {
        check(
            "- Do this. Then:\n  ```sh\n  ls. And.\n\n  cd\n  ```\n  - nested one\n  - nested two",
            100,
            &["- Do this.", "Then:", "```sh\n  ls. And.\n\n  cd\n  ```", "- nested one", "- nested two"],
        );
    }
}
