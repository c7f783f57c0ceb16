//! Markdown: its blocks, each of them the source's own lines.
//!
//! The parser tells only where blocks begin and end; their text is cut from the source, so that a quotation of it is
//! found there again.

use std::ops::Range;

use crate::knowledge::document::{Block, BlockKind, Meta, ParseError, Parsed};
use crate::knowledge::meta::{front_matter, merge};
use crate::passage::SourceSpan;

mod directive;
mod html_block;
mod outline;

use outline::{Line, Outlined, Shape};

/// Reads Markdown (decoded, LF line ends). Spans are lines of the file, front matter counted.
///
/// A block's text is the run of source lines of its span, without the white space at its end; a heading's is its words.
/// Left out are badges and other lines of nothing but images or links, rules, definitions of link targets, directives of
/// site generators, and HTML that holds no text. There is no Markdown that cannot be read, so this never fails.
pub fn parse(file: &str, text: &str) -> Result<Parsed, ParseError> {
    let front = front_matter(file, text);
    let plain = directive::without_directives(text, front.lines);
    let source: Vec<&str> = text.split('\n').collect();
    let (outlined, lines) = outline::outline(&plain);
    let mut blocks = Vec::new();
    for block in outlined {
        cut(&source, &lines, block, &mut blocks);
    }
    let top = blocks.iter().find(|block| block.kind == BlockKind::Heading(1));
    let of_body = Meta { title: top.map(|heading| heading.text.clone()), ..Meta::default() };
    Ok(Parsed { meta: merge(front.meta, of_body), blocks, warnings: front.warnings })
}

/// Adds what is kept of a block, in one piece or in several around lines that are not kept.
fn cut(source: &[&str], lines: &[Line], block: Outlined, blocks: &mut Vec<Block>) {
    let Outlined { shape, lines: range, words } = block;
    match shape {
        Shape::Heading(level) => {
            let text = heading_words(&words);
            if !text.is_empty() {
                blocks.push(Block { kind: BlockKind::Heading(level), text, span: span(&range) });
            }
        }
        Shape::Paragraph if lines[range.clone()].contains(&Line::Words) => {
            push(source, without_bare_ends(source, lines, range), BlockKind::Paragraph, blocks);
        }
        Shape::Paragraph => {}
        Shape::Html => {
            let mut start = range.start;
            for run in lines[range].split(|&line| line == Line::Hidden) {
                let kept = without_bare_ends(source, lines, start..start + run.len());
                push(source, kept, BlockKind::Paragraph, blocks);
                start += run.len() + 1;
            }
        }
        Shape::Quote => push(source, range, BlockKind::Paragraph, blocks),
        Shape::Item => push(source, range, BlockKind::ListItem, blocks),
        Shape::Code => push(source, range, BlockKind::Code, blocks),
        Shape::Table => push(source, range, BlockKind::Table, blocks),
    }
}

/// Adds the source lines of `range` as a block, if they hold anything.
fn push(source: &[&str], range: Range<usize>, kind: BlockKind, blocks: &mut Vec<Block>) {
    let is_blank = |line: &&str| line.trim().is_empty();
    let start = range.start + source[range.clone()].iter().take_while(|line| is_blank(line)).count();
    let text = source[start.min(range.end)..range.end].join("\n");
    let text = text.trim_end();
    let is_empty = match kind {
        BlockKind::Code => text.chars().all(|c| c.is_whitespace() || matches!(c, '`' | '~')),
        _ => !text.contains(char::is_alphanumeric),
    };
    if !is_empty {
        let end = start + text.matches('\n').count() + 1;
        blocks.push(Block { kind, text: text.to_owned(), span: span(&(start..end)) });
    }
}

/// `range` without lines of images or tags at its ends. A tag that goes on over several lines stays whole.
fn without_bare_ends(source: &[&str], lines: &[Line], range: Range<usize>) -> Range<usize> {
    let has_words = |line: &usize| matches!(lines[*line], Line::Words | Line::Link | Line::Code);
    let Some(mut start) = range.clone().find(has_words) else { return range.start..range.start };
    let end = range.clone().rev().find(has_words).map_or(range.end, |last| last + 1);
    let is_whole = |line: &str| line.trim_end().ends_with(['>', ')', ']']) || line.trim().is_empty();
    while start > range.start && !is_whole(source[start - 1]) {
        start -= 1;
    }
    start..end
}

/// The words of a heading on one line, without an anchor at their end (`{ #name }`).
fn heading_words(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let anchor = words.rfind('{').filter(|&at| {
        let inside = words[at + 1..].trim_start().trim_start_matches(':').trim_start();
        words.ends_with('}') && inside.starts_with(['#', '.'])
    });
    anchor.map_or(words.as_str(), |at| words[..at].trim_end()).to_owned()
}

/// The span of lines that are counted from 0, as it is told to people: counted from 1.
fn span(lines: &Range<usize>) -> SourceSpan {
    let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    SourceSpan::Lines { start: number(lines.start + 1), end: number(lines.end) }
}

#[cfg(test)]
mod tests;
