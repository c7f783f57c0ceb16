//! Blocks as pieces of which none is longer than a passage may be, code and tables aside.

use std::ops::Range;

use super::ChunkLimits;
use super::atom::{Atom, atoms};
use crate::knowledge::document::{Block, BlockKind};
use crate::passage::SourceSpan;

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
