//! The top-level blocks of a Markdown text, by lines.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html_block::{Content, contents};

/// What a top-level block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A heading; 1 is the outermost level.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// HTML.
    Html,
    /// A quotation or a footnote.
    Quote,
    /// A list's item, with what is nested in it.
    Item,
    /// Code, fenced or indented.
    Code,
    /// A table.
    Table,
}

/// A top-level block.
#[derive(Debug)]
pub struct Outlined {
    /// What it is.
    pub shape: Shape,
    /// Its lines, the first of the text being 0.
    pub lines: Range<usize>,
    /// The words of a heading; empty for other blocks.
    pub words: String,
}

/// What a line holds, as far as it decides whether the line is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Line {
    /// No words, or none but those of images.
    #[default]
    Bare,
    /// The words of a link and no others.
    Link,
    /// Words.
    Words,
    /// Code.
    Code,
    /// Hidden HTML.
    Hidden,
}

/// The top-level blocks of `text` in order, and what each line of it holds.
///
/// Rules and definitions of link targets are no blocks.
pub fn outline(text: &str) -> (Vec<Outlined>, Vec<Line>) {
    let mut reader = Reader::new(text);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.take(event, range);
    }
    (reader.blocks, reader.lines)
}

struct Reader<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
    lines: Vec<Line>,
    blocks: Vec<Outlined>,
    depth: usize,
    /// Whether the outermost open block is a list, whose items are the blocks.
    in_list: bool,
    links: usize,
    images: usize,
    /// The innermost open block, if it is one of these.
    leaf: Option<Leaf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaf {
    Heading,
    Code,
    Html,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let line_starts: Vec<_> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let lines = vec![Line::default(); line_starts.len()];
        Self { text, line_starts, lines, blocks: Vec::new(), depth: 0, in_list: false, links: 0, images: 0, leaf: None }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(&tag, range),
            Event::End(tag) => self.close(tag),
            Event::Text(words) | Event::Code(words) => {
                if self.leaf == Some(Leaf::Heading) {
                    self.add_to_heading(&words);
                }
                self.mark(range);
            }
            Event::InlineHtml(tag) if self.leaf == Some(Leaf::Heading) && is_type_parameter(&tag) => {
                self.add_to_heading(&tag);
            }
            Event::SoftBreak | Event::HardBreak if self.leaf == Some(Leaf::Heading) => self.add_to_heading(" "),
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        let is_outer = self.depth == 0;
        match tag {
            Tag::List(_) if is_outer => self.in_list = true,
            Tag::Item if self.depth == 1 && self.in_list => self.push(Shape::Item, range),
            Tag::Heading { level, .. } if is_outer => {
                let before = self.blocks.len();
                self.push(Shape::Heading(number(*level)), range);
                self.leaf = (self.blocks.len() > before).then_some(Leaf::Heading);
            }
            Tag::CodeBlock(_) => {
                self.leaf = Some(Leaf::Code);
                if let Some(lines) = self.lines_of(range.clone()) {
                    self.lines[lines].fill(Line::Code);
                }
                if is_outer {
                    self.push(Shape::Code, range);
                }
            }
            Tag::Table(_) if is_outer => self.push(Shape::Table, range),
            Tag::HtmlBlock if is_outer => {
                self.leaf = Some(Leaf::Html);
                self.mark_html(range.clone());
                self.push(Shape::Html, range);
            }
            Tag::Paragraph if is_outer => self.push(Shape::Paragraph, range),
            Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) if is_outer => self.push(Shape::Quote, range),
            Tag::Link { .. } => self.links += 1,
            Tag::Image { .. } => self.images += 1,
            _ => {}
        }
        self.depth += 1;
    }

    fn close(&mut self, tag: TagEnd) {
        self.depth -= 1;
        match tag {
            TagEnd::List(_) if self.depth == 0 => self.in_list = false,
            TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::HtmlBlock => self.leaf = None,
            TagEnd::Link => self.links -= 1,
            TagEnd::Image => self.images -= 1,
            _ => {}
        }
    }

    /// Adds a block. One that begins on the last line of that before it (footnotes can) becomes a part of that.
    fn push(&mut self, shape: Shape, range: Range<usize>) {
        let Some(lines) = self.lines_of(range) else { return };
        match self.blocks.last_mut() {
            Some(before) if before.lines.end > lines.start => before.lines.end = before.lines.end.max(lines.end),
            _ => self.blocks.push(Outlined { shape, lines, words: String::new() }),
        }
    }

    fn add_to_heading(&mut self, words: &str) {
        if let Some(heading) = self.blocks.last_mut() {
            heading.words.push_str(words);
        }
    }

    /// Notes that words stand on the lines of `range`.
    fn mark(&mut self, range: Range<usize>) {
        if matches!(self.leaf, Some(Leaf::Code | Leaf::Html))
            || self.images > 0
            || !self.text[range.clone()].contains(char::is_alphanumeric)
        {
            return;
        }
        let is_link = self.links > 0;
        let Some(lines) = self.lines_of(range) else { return };
        for line in &mut self.lines[lines] {
            *line = if is_link && *line == Line::Bare {
                Line::Link
            } else if is_link {
                *line
            } else {
                Line::Words
            };
        }
    }

    fn mark_html(&mut self, range: Range<usize>) {
        let html = &self.text[range.clone()];
        let Some(lines) = self.lines_of(range) else { return };
        for (line, content) in self.lines[lines].iter_mut().zip(contents(html.trim_end())) {
            *line = match content {
                Content::Text => Line::Words,
                Content::Markup => Line::Bare,
                Content::Hidden => Line::Hidden,
            };
        }
    }

    /// The lines on which `range` has text, if it has any.
    fn lines_of(&self, range: Range<usize>) -> Option<Range<usize>> {
        let end = range.start + self.text[range.clone()].trim_end().len();
        let line_at = |offset| self.line_starts.partition_point(|&start| start <= offset) - 1;
        (end > range.start).then(|| line_at(range.start)..line_at(end - 1) + 1)
    }
}

/// Whether what looks like a tag is rather the parameter of a type: `<T>` in `Option<T>`, `<u8>` in `Vec<u8>`.
fn is_type_parameter(tag: &str) -> bool {
    let name = tag.trim_start_matches('<').trim_end_matches('>');
    let is_typed = name.starts_with(|c: char| c.is_ascii_uppercase())
        || matches!(
            name,
            "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "bool" | "str" | "int"
        );
    is_typed && name.chars().all(char::is_alphanumeric)
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
