//! What a document is called.

use crate::knowledge::document::{Block, BlockKind, Document};
use crate::words::fold;

/// The document's title: the one it names, else its top heading, else its file's name made readable.
pub fn title(document: &Document) -> String {
    let named = document.meta.title.clone().filter(|title| !title.trim().is_empty());
    named
        .or_else(|| top_heading(&document.blocks).map(|at| document.blocks[at].text.trim().to_owned()))
        .unwrap_or_else(|| from_file_name(&document.source_file))
}

/// The index of the heading that says no more than the title, and so is left out of the headings above a passage.
pub(super) fn title_block(document: &Document) -> Option<usize> {
    let title = fold(&title(document));
    top_heading(&document.blocks).filter(|&at| fold(document.blocks[at].text.trim()) == title)
}

/// The first heading of level 1, or the one that opens the document if no other is of its level or above.
fn top_heading(blocks: &[Block]) -> Option<usize> {
    let levels = || blocks.iter().map(level);
    if let Some(first) = levels().position(|level| level == Some(1)) {
        return Some(first);
    }
    let opening = level(blocks.first()?)?;
    levels().skip(1).flatten().all(|other| other > opening).then_some(0)
}

fn level(block: &Block) -> Option<u8> {
    let BlockKind::Heading(level) = block.kind else { return None };
    (!block.text.trim().is_empty()).then_some(level)
}

/// `talks/event-sourcing.eoabgl7qts1lx2b0.en.vtt` becomes `event sourcing`.
fn from_file_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
    let mut kept = stem;
    while let Some((head, tail)) = kept.rsplit_once(['.', '-', '_', ' ']) {
        let tail = tail.trim_matches(['[', ']', '(', ')']);
        let is_language = kept.as_bytes()[head.len()] == b'.' && ["en", "es"].contains(&tail);
        if head.trim().is_empty() || !(is_language || is_opaque(tail)) {
            break;
        }
        kept = head;
    }
    let words: Vec<_> = kept.split(['.', '-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { name.to_owned() } else { words.join(" ") }
}

/// Whether a part of a file name is an identifier that means nothing to a reader: long, and letters and digits by turns.
fn is_opaque(part: &str) -> bool {
    let is_mixed = part.len() >= 8 && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let turns = part.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    is_mixed && turns >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_made_readable() {
        let check = |path, expected| assert_eq!(from_file_name(path), expected, "{path}");
        check("talks/event-sourcing.eoabgl7qts1lx2b0e5wwt3nf.vtt", "event sourcing");
        check("Sharding at scale [dQw4w9WgXcQ].en.vtt", "Sharding at scale");
        check("runbook_2024-05-01.md", "runbook 2024 05 01");
        check("log4shell.md", "log4shell");
        check("kubernetes1.28-notes.txt", "kubernetes1 28 notes");
        check("eoabgl7qts1lx2b0e5wwt3nf.vtt", "eoabgl7qts1lx2b0e5wwt3nf");
        check("README", "README");
        check("___.md", "___.md");
    }
}
