//! Which lines of an HTML block within Markdown hold text for readers.

use crate::knowledge::html::tokens::{Piece, read};

/// What a line of an HTML block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Words.
    Text,
    /// Nothing but tags.
    Markup,
    /// A comment, a script or a style sheet.
    Hidden,
}

/// What each line of an HTML block holds.
pub fn contents(html: &str) -> Vec<Content> {
    let count = html.split('\n').count();
    let mut contents = vec![Content::Markup; count];
    let mut mark = |first: usize, last: usize, content: Content| {
        for line in &mut contents[first.saturating_sub(1).min(count)..last.min(count)] {
            if *line != Content::Text {
                *line = content;
            }
        }
    };
    let mut hidden_since: Option<usize> = None;
    let mut last_line = 0;
    read(html, |piece, line| {
        let line = line as usize;
        last_line = line;
        match piece {
            Piece::Text(text) if hidden_since.is_none() && text.contains(char::is_alphanumeric) => {
                mark(line, line, Content::Text);
            }
            Piece::Comment(comment) => {
                let first = line - comment.matches('\n').count().min(line - 1);
                mark(first, line, Content::Hidden);
            }
            Piece::Open(tag) if is_hidden(&tag.name) && !tag.self_closing => {
                hidden_since.get_or_insert(line);
            }
            Piece::Close(name) if is_hidden(name) => {
                if let Some(first) = hidden_since.take() {
                    mark(first, line, Content::Hidden);
                }
            }
            Piece::Text(_) | Piece::Open(_) | Piece::Close(_) => {}
        }
    });
    if let Some(first) = hidden_since {
        mark(first, count, Content::Hidden);
    } else if !html.trim_end().ends_with('>') {
        // A tag that never ends swallows what follows it, and readers see that as text.
        mark(last_line + 1, count, Content::Text);
    }
    contents
}

fn is_hidden(name: &str) -> bool {
    matches!(name, "script" | "style" | "template")
}
