//! HTML pages: what a reader sees of them, in the notation of Markdown.
//!
//! The page is read as a stream of tokens; no tree is built, so that neither depth nor brokenness costs anything.

use crate::knowledge::document::{BlockKind, ParseError, Parsed};

mod code;
mod list;
mod page;
mod prose;
mod table;
pub(crate) mod tokens;
mod tree;

use page::Page;
use tree::Keep;

/// Reads a page (decoded, LF line ends). Spans are the lines on which a block's text stands.
///
/// Scripts, hidden elements and page furniture (navigation, headers, footers, forms) are left out. Broken markup is
/// read as well as it can be; only a page without any text is an error.
pub fn parse(file: &str, text: &str) -> Result<Parsed, ParseError> {
    let mut parsed = read(text, Keep::Content);
    if parsed.blocks.is_empty() {
        parsed = read(text, Keep::Everything);
    }
    if parsed.blocks.is_empty() {
        return Err(ParseError {
            file: file.to_owned(),
            line: None,
            reason: "the page holds no text".to_owned(),
            mend: "save it once it is shown in full (its text may come from scripts), or remove the file".to_owned(),
        });
    }
    if parsed.meta.title.is_none() {
        let top = parsed.blocks.iter().find(|block| block.kind == BlockKind::Heading(1));
        parsed.meta.title = top.map(|heading| heading.text.clone());
    }
    Ok(parsed)
}

fn read(text: &str, keep: Keep) -> Parsed {
    let mut page = Page::new(keep);
    tokens::read(text, |piece, line| page.take(&piece, line));
    let (meta, blocks) = page.finish();
    Parsed { meta, blocks, warnings: Vec::new() }
}

#[cfg(test)]
mod tests;
