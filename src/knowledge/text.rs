//! Plain text to blocks.
//!
//! Paragraphs are parted by blank lines and kept as they stand. A heading is only what is certainly one: a line that is
//! underlined, or a short line of capitals that is a paragraph of its own.

use std::ops::Range;

use super::document::{Block, BlockKind};
use crate::passage::SourceSpan;
use crate::sentence;

/// A longer paragraph is cut between sentences. In characters.
const LONGEST_PARAGRAPH: usize = 1200;

/// A longer line is no heading. In characters.
const LONGEST_HEADING: usize = 80;

/// The headings and paragraphs of `text`, with the lines they stand on.
///
/// The text is taken as [`decode`](super::decode::decode) gives it. White space at the ends of lines is left out,
/// everything else is kept as it stands.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for paragraph in paragraphs(text) {
        let lines = &paragraph.lines;
        if let [title, underline, rest @ ..] = lines.as_slice()
            && let Some(level) = underlined(title, underline)
        {
            blocks.push(block(BlockKind::Heading(level), title.trim(), paragraph.first, 2));
            cut(rest, paragraph.first + 2, &mut blocks);
        } else if let [title] = lines.as_slice()
            && is_capitals(title)
        {
            blocks.push(block(BlockKind::Heading(2), title.trim(), paragraph.first, 1));
        } else {
            cut(lines, paragraph.first, &mut blocks);
        }
    }
    blocks
}

/// Lines between blank lines.
pub(super) struct Paragraph<'a> {
    /// Number of the first.
    first: u32,
    /// Without white space at their ends; at least one.
    pub lines: Vec<&'a str>,
}

pub(super) fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut after_blank = true;
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim_end();
        if line.is_empty() {
            after_blank = true;
        } else {
            if after_blank {
                paragraphs.push(Paragraph { first: number, lines: Vec::new() });
            }
            after_blank = false;
            paragraphs.last_mut().expect("begun above").lines.push(line);
        }
    }
    paragraphs
}

/// The level of the heading `title` if `underline` underlines it.
fn underlined(title: &str, underline: &str) -> Option<u8> {
    let mark = underline.chars().next().filter(|mark| matches!(mark, '=' | '-'))?;
    let (width, length) = (title.chars().count(), underline.chars().count());
    let fits = underline.chars().all(|c| c == mark) && length >= 3 && length.abs_diff(width) <= 3;
    let is_title = width <= LONGEST_HEADING && title.contains(char::is_alphabetic);
    (fits && is_title).then_some(if mark == '=' { 1 } else { 2 })
}

/// Whether a line is a heading in capitals: `DEPLOYMENT AND ROLLBACK`.
fn is_capitals(line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 5
        && line.chars().count() <= LONGEST_HEADING
        && line.chars().all(|c| c.is_uppercase() || c.is_numeric() || " -–—:,&/'()".contains(c))
        && line.starts_with(char::is_alphanumeric)
}

/// The paragraph of `lines`, whose first has the number `first`, in pieces that are not too long.
fn cut(lines: &[&str], first: u32, blocks: &mut Vec<Block>) {
    let text = lines.join("\n");
    let (mut at, mut number) = (0, first);
    for piece in pieces(&text) {
        number = number.saturating_add(line_ends(&text[at..piece.start]));
        at = piece.start;
        let piece = &text[piece];
        blocks.push(block(BlockKind::Paragraph, piece, number, line_ends(piece).saturating_add(1)));
    }
}

fn line_ends(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn block(kind: BlockKind, text: &str, first: u32, lines: u32) -> Block {
    let span = SourceSpan::Lines { start: first, end: first.saturating_add(lines - 1) };
    Block { kind, text: text.to_owned(), span }
}

/// The whole of `text`, or as many of its sentences at a time as fit.
fn pieces(text: &str) -> Vec<Range<usize>> {
    if text.is_empty() {
        return Vec::new();
    }
    if !is_long(text) {
        let whole = 0..text.len();
        return vec![whole];
    }
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut size = 0;
    for part in sentence::ranges(text).into_iter().flat_map(|sentence| short(text, sentence)) {
        match pieces.last_mut() {
            Some(piece) if size + text[piece.end..part.end].chars().count() <= LONGEST_PARAGRAPH => {
                size += text[piece.end..part.end].chars().count();
                piece.end = part.end;
            }
            _ => {
                size = text[part.clone()].chars().count();
                pieces.push(part);
            }
        }
    }
    pieces
}

fn is_long(text: &str) -> bool {
    text.len() > LONGEST_PARAGRAPH && text.chars().nth(LONGEST_PARAGRAPH).is_some()
}

/// A sentence, cut between words if it alone is too long, or anywhere if it is one endless word.
fn short(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = sentence.start;
    while let Some((limit, _)) = text[start..sentence.end].char_indices().nth(LONGEST_PARAGRAPH) {
        let end = text[start..start + limit].rfind(char::is_whitespace).unwrap_or(limit);
        parts.push(start..start + text[start..start + end].trim_end().len());
        start = sentence.end - text[start + end..sentence.end].trim_start().len();
    }
    parts.push(start..sentence.end);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[(BlockKind, &str, u32, u32)]) {
        let found: Vec<_> = blocks(text)
            .into_iter()
            .map(|block| match block.span {
                SourceSpan::Lines { start, end } => (block.kind, block.text, start, end),
                other => panic!("{other}"),
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(k, t, s, e)| (k.clone(), (*t).to_owned(), *s, *e)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn paragraphs_are_kept_as_they_stand() {
        use BlockKind::Paragraph;
        check("one \n  two\t\n \n\nthree", &[(Paragraph, "one\n  two", 1, 2), (Paragraph, "three", 5, 5)]);
        check(" \n\n", &[]);
    }

    #[test]
    fn only_certain_headings_are_headings() {
        use BlockKind::{Heading, Paragraph};
        check(
            "Title\n=====\ntext\n\nPart\n----\n\nROLL BACK 2\n\nmore",
            &[
                (Heading(1), "Title", 1, 2),
                (Paragraph, "text", 3, 3),
                (Heading(2), "Part", 5, 6),
                (Heading(2), "ROLL BACK 2", 8, 8),
                (Paragraph, "more", 10, 10),
            ],
        );
        for text in ["TODO", "A SENTENCE.", "A very short line and\n---", "WARNING: X\nmore", "--------"] {
            check(text, &[(Paragraph, text, 1, 1 + line_ends(text))]);
        }
    }

    #[test]
    fn long_paragraphs_are_cut_between_sentences() {
        let sentence = "The quick brown fox jumps over the lazy dog again.";
        let text = format!("{}\n{}", [sentence; 40].join(" "), [sentence; 2].join("\n"));
        let found: Vec<_> = blocks(&text).iter().map(|block| (block.text.len(), block.span.to_string())).collect();
        assert_eq!(found, [(23 * 51 - 1, "L1".to_owned()), (19 * 51 - 1, "L1–3".to_owned())]);
        let endless: Vec<_> =
            blocks(&format!("{} é", "é".repeat(3000))).iter().map(|b| b.text.chars().count()).collect();
        assert_eq!(endless, [1200, 1200, 602]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "([A-Za-z.=é -]{0,60}\n){0,8}([a-z. ]{0,400}[.A-Z\n]){0,12}") {
            let blocks = blocks(&text);
            let bare = |text: &str| text.split_whitespace().collect::<String>().replace(['=', '-'], "");
            prop_assert_eq!(blocks.iter().map(|block| bare(&block.text)).collect::<String>(), bare(&text));
            let lines: Vec<&str> = text.split('\n').collect();
            for block in &blocks {
                prop_assert!(!block.text.trim().is_empty() && !is_long(&block.text));
                let SourceSpan::Lines { start, end } = block.span else { unreachable!("text has lines") };
                let source = lines[start as usize - 1..end as usize].iter().map(|line| line.trim_end());
                prop_assert!(source.collect::<Vec<_>>().join("\n").contains(&block.text));
            }
        }
    }
}
