//! A reply as text for a terminal.

use super::markdown::plain;
use super::{Notice, Shown, neutral, section_title, shown, source_language_note, sources_title};
use crate::answer::{Answer, Block, CitationNo, Reply, Section, SectionKind, Sentence};

/// The narrowest text that is made, in columns.
const NARROWEST: usize = 20;

/// The widest text that is made of itself: longer lines are hard to read.
const WIDEST: usize = 100;

/// How text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Columns; text is wrapped at words, code never is. Less than 20 counts as 20.
    pub width: usize,
    /// Whether text may be styled.
    pub style: Style,
}

/// Styles of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// None: for files, pipes and terminals without colour.
    Plain,
    /// ANSI escape sequences.
    Ansi,
}

impl Layout {
    /// The layout for standard output: as wide as the terminal, but at most 100 columns, and styled unless the variable
    /// `NO_COLOR` is set. What goes to a file or a pipe is 80 columns wide and plain.
    pub fn of(is_terminal: bool) -> Self {
        if !is_terminal {
            return Self { width: 80, style: Style::Plain };
        }
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { width: width.min(WIDEST), style: if is_plain { Style::Plain } else { Style::Ansi } }
    }
}

/// `reply` as lines, without a line break at the end.
pub fn render(reply: &Reply, layout: &Layout) -> String {
    let mut sheet = Sheet { layout: *layout, text: String::new() };
    match shown(reply) {
        Shown::Answer(answer) => sheet.answer(answer),
        Shown::Notice(notice) => sheet.notice(&notice),
    }
    sheet.text.truncate(sheet.text.trim_end().len());
    sheet.text
}

#[derive(Clone, Copy)]
enum Ink {
    Bold,
    Dim,
}

/// Text as it is written, part by part.
struct Sheet {
    layout: Layout,
    text: String,
}

impl Sheet {
    fn answer(&mut self, answer: &Answer) {
        self.heading(&answer.subject);
        if let Some(note) = source_language_note(answer) {
            self.wrapped("", note);
        }
        for section in &answer.sections {
            self.text.push('\n');
            self.heading(section_title(section.kind, answer.language));
            self.section(section);
        }
        self.text.push('\n');
        self.heading(sources_title(answer.language));
        for citation in &answer.citations {
            let mark = format!("  {} ", self.mark(citation.no));
            self.wrapped(&mark, &neutral(&citation.title));
            let indent = " ".repeat(columns(&mark));
            self.wrapped(&indent, &format!("{} {}", neutral(&citation.source_file), citation.span));
            if let Some(url) = &citation.url {
                self.wrapped(&indent, &neutral(url));
            }
        }
    }

    fn section(&mut self, section: &Section) {
        for (at, block) in section.blocks.iter().enumerate() {
            if at > 0 && matches!(block, Block::Code { .. }) {
                self.text.push('\n');
            }
            match block {
                Block::Paragraph { sentences } => {
                    let text = self.sentences(sentences);
                    self.wrapped("  ", &text);
                }
                Block::List { items } => {
                    let bullet = if section.kind == SectionKind::Checklist { "  ☐ " } else { "  • " };
                    for item in items {
                        let text = self.sentences(item);
                        self.wrapped(bullet, &text);
                    }
                }
                Block::Code { code, .. } => self.code(code, section.marks_of_code(at)),
            }
        }
    }

    fn notice(&mut self, notice: &Notice) {
        let title = self.inked(&notice.title, Ink::Bold);
        self.wrapped("", &title);
        for advice in &notice.advice {
            self.wrapped("", advice);
        }
        if let Some((heading, entries)) = &notice.nearest {
            self.wrapped("", &format!("{heading}:"));
            for entry in entries {
                self.wrapped("  • ", &neutral(entry));
            }
        }
    }

    fn heading(&mut self, text: &str) {
        let text = self.inked(&neutral(text), Ink::Bold);
        self.wrapped("", &text);
    }

    fn sentences(&self, sentences: &[Sentence]) -> String {
        let each = sentences.iter().map(|sentence| {
            // A mark stays on the line of the word before it.
            let marks: String = sentence.cites.iter().map(|no| self.mark(*no)).collect();
            format!("{}{GLUE}{marks}", plain(&sentence.text))
        });
        each.collect::<Vec<_>>().join(" ")
    }

    fn code(&mut self, code: &str, cites: &[CitationNo]) {
        for line in neutral(code).lines() {
            self.text.extend(["      ", line, "\n"]);
        }
        if !cites.is_empty() {
            let marks: String = cites.iter().map(|no| self.mark(*no)).collect();
            self.text.extend(["\n  ", &marks, "\n"]);
        }
    }

    fn mark(&self, no: CitationNo) -> String {
        self.inked(&format!("[{}]", no.0), Ink::Dim)
    }

    /// Word by word, since a word is what is moved to the next line.
    fn inked(&self, text: &str, ink: Ink) -> String {
        let start = match (self.layout.style, ink) {
            (Style::Plain, _) => return text.to_owned(),
            (Style::Ansi, Ink::Bold) => "\u{1b}[1m",
            (Style::Ansi, Ink::Dim) => "\u{1b}[2m",
        };
        let words = text.split_whitespace().map(|word| format!("{start}{word}\u{1b}[0m"));
        words.collect::<Vec<_>>().join(" ")
    }

    /// `text` in lines of at most the terminal's width: the first behind `bullet`, the others behind as much space.
    fn wrapped(&mut self, bullet: &str, text: &str) {
        let width = self.layout.width.max(NARROWEST);
        let indent = columns(bullet);
        let mut column = indent;
        self.text.push_str(bullet);
        for word in text.split_whitespace() {
            let word = word.replace(GLUE, " ");
            let length = columns(&word);
            if column > indent && column + 1 + length > width {
                self.text.push('\n');
                self.text.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            } else if column > indent {
                self.text.push(' ');
                column += 1;
            }
            self.text.push_str(&word);
            column += length;
        }
        self.text.push('\n');
    }
}

/// A space at which no line breaks. It acts on nothing and no source holds it, since it is a private character.
const GLUE: char = '\u{e000}';

/// How many columns `text` takes, styles aside.
fn columns(text: &str) -> usize {
    let mut chars = text.chars();
    let mut count = 0;
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // Only our own sequences are left in the text, and all of them end so.
            chars.by_ref().find(|&c| c == 'm');
        } else {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
pub(super) mod tests;
