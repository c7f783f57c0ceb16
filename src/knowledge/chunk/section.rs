//! What stands under one heading.

use std::borrow::Cow;

use super::{ChunkLimits, adjoin, is_speech, title};
use crate::knowledge::document::{Block, BlockKind, Document};
use crate::passage::SourceSpan;

/// Blocks that may share a passage, with the headings above them.
#[derive(Debug)]
pub struct Section<'a> {
    /// Outermost first, without the document's title.
    pub headings: Vec<String>,
    /// Without headings, unless tiny sections were joined.
    pub blocks: Cow<'a, [Block]>,
    /// The heading right above the blocks.
    heading: Option<&'a Block>,
}

/// The sections of `document` that hold anything, tiny neighbours joined.
pub fn sections<'a>(document: &'a Document, lines: Option<&[&str]>, limits: &ChunkLimits) -> Vec<Section<'a>> {
    let title = title::title_block(document);
    let mut found = Vec::new();
    let mut above: Vec<(u8, usize)> = Vec::new();
    let mut at = 0;
    while at < document.blocks.len() {
        if let BlockKind::Heading(level) = document.blocks[at].kind {
            above.retain(|&(other, _)| other < level);
            above.push((level, at));
            at += 1;
            continue;
        }
        let rest = &document.blocks[at..];
        let count = rest.iter().take_while(|block| !matches!(block.kind, BlockKind::Heading(_))).count();
        let named = above.iter().filter(|&&(_, heading)| Some(heading) != title);
        found.push(Section {
            headings: named.map(|&(_, heading)| document.blocks[heading].text.trim().to_owned()).collect(),
            blocks: Cow::Borrowed(&rest[..count]),
            heading: above
                .last()
                .filter(|&&(_, heading)| heading + 1 == at)
                .map(|&(_, heading)| &document.blocks[heading]),
        });
        at += count;
    }
    join_tiny(found, lines, limits)
}

/// Joins runs of tiny sections of one parent heading: each alone says too little to be found.
///
/// The main sections of a document stay apart whatever their length, because their headings tell what they are for
/// (“When to use it”).
fn join_tiny<'a>(sections: Vec<Section<'a>>, lines: Option<&[&str]>, limits: &ChunkLimits) -> Vec<Section<'a>> {
    let mut found: Vec<Section<'a>> = Vec::new();
    let mut run: Vec<Section<'a>> = Vec::new();
    let mut chars = 0;
    for section in sections {
        let size = section.chars();
        let follows = run.last().is_some_and(|last| last.is_sibling_before(&section, lines));
        if !(follows && chars + size <= limits.target_chars) {
            found.extend(joined(std::mem::take(&mut run), lines));
            chars = 0;
        }
        let tiny = size < limits.join_below_chars && section.heading.is_some() && !is_speech(&section.blocks[0]);
        if tiny {
            chars += size;
            run.push(section);
        } else {
            found.append(&mut run);
            chars = 0;
            found.push(section);
        }
    }
    found.extend(joined(run, lines));
    found
}

/// A run of tiny sections as one under their parent, each with its heading line; a single one stays as it is.
fn joined<'a>(mut run: Vec<Section<'a>>, lines: Option<&[&str]>) -> Option<Section<'a>> {
    if run.len() < 2 {
        return run.pop();
    }
    let mut headings = run[0].headings.clone();
    headings.pop();
    let blocks = run.iter().flat_map(|section| {
        section.heading.map(|heading| heading_line(heading, lines)).into_iter().chain(section.blocks.iter().cloned())
    });
    Some(Section { headings, blocks: Cow::Owned(blocks.collect()), heading: None })
}

/// The heading with its markup: its source lines, or Markdown notation where there are none.
fn heading_line(heading: &Block, lines: Option<&[&str]>) -> Block {
    let source = match (lines, heading.span) {
        (Some(lines), SourceSpan::Lines { start, end }) => {
            lines.get((start as usize).saturating_sub(1)..end as usize).map(|lines| lines.join("\n"))
        }
        _ => None,
    };
    let BlockKind::Heading(level) = heading.kind else { return heading.clone() };
    let text = source.unwrap_or_else(|| format!("{} {}", "#".repeat(level.into()), heading.text.trim()));
    Block { text, ..heading.clone() }
}

impl Section<'_> {
    fn chars(&self) -> usize {
        let heading = self.heading.map_or(0, |heading| heading.text.chars().count());
        heading + self.blocks.iter().map(|block| block.text.chars().count()).sum::<usize>()
    }

    /// Whether `next` is the section right after this one, of the same level and under the same headings.
    fn is_sibling_before(&self, next: &Section, lines: Option<&[&str]>) -> bool {
        let (Some(mine), Some(heading)) = (self.heading, next.heading) else { return false };
        let (Some((_, my_path)), Some((_, path))) = (self.headings.split_last(), next.headings.split_last()) else {
            return false;
        };
        let adjoins = |blocks: &[Block]| blocks.windows(2).all(|pair| adjoin(&pair[0], &pair[1], lines));
        mine.kind == heading.kind
            && my_path == path
            && !path.is_empty()
            && adjoins(&self.blocks)
            && adjoins(&next.blocks)
            && self.blocks.last().is_some_and(|last| adjoin(last, heading, lines))
            && adjoin(mine, &self.blocks[0], lines)
            && adjoin(heading, &next.blocks[0], lines)
    }
}
