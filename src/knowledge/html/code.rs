//! Source code of a page (`<pre>`), as a fenced block of Markdown.

use html5ever::tokenizer::Tag;

use super::prose::Stretch;
use super::tree::attribute;

/// Preformatted text while it is read.
#[derive(Debug, Default)]
pub struct Code {
    text: String,
    start: u32,
    end: u32,
    language: Option<String>,
}

impl Code {
    /// Takes the language from a tag's `class="language-rust"`, if it names one and none is known yet.
    pub fn note_language(&mut self, tag: &Tag) {
        let class = attribute(tag, "class").unwrap_or_default();
        let named = class.split_whitespace().find_map(|name| {
            let language =
                ["language-", "lang-", "highlight-source-"].iter().find_map(|start| name.strip_prefix(start))?;
            let is_plain = language.chars().all(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '-' | '.' | '_'));
            (is_plain && !language.is_empty()).then(|| language.to_lowercase())
        });
        self.language = self.language.take().or(named);
    }

    /// Adds text as it stands; `line` is the one on which it ends.
    pub fn push(&mut self, text: &str, line: u32) {
        if !text.trim().is_empty() {
            if self.start == 0 {
                self.start = line;
            }
            self.end = line;
        }
        self.text.push_str(text);
    }

    /// Ends the line that stands open, if one does: some pages put each line into an element of its own.
    pub fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// The fenced block; `None` where there is no code, or only the numbers of the lines beside it.
    pub fn into_block(self) -> Option<Stretch> {
        let code = self.text.trim_end().trim_start_matches(['\n', '\r']);
        let is_line_numbers = code.contains('\n') && code.chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
        if code.is_empty() || is_line_numbers {
            return None;
        }
        let longest_run = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat((longest_run + 1).max(3));
        let text = format!("{fence}{}\n{code}\n{fence}", self.language.unwrap_or_default());
        Some(Stretch { text, start: self.start, end: self.end })
    }
}
