//! Cutting documents into messages that fit, for every platform alike.
//!
//! A platform says how it writes spans and code, and how long something is ([`Markup`]). Here a document becomes pieces, each
//! of which fits; pieces that are too long are cut at the ends of sentences, else between words, else between characters as
//! people see them. Pieces are then packed: a heading stays with what follows it, and a block of code that is cut is closed
//! and opened again.

use unicode_segmentation::UnicodeSegmentation as _;

use super::document::{Block, Document, Marker, Span, Text};
use super::neutral;

/// How long something is, in a platform's terms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// UTF-16 code units that count towards the limit.
    pub units: usize,
    /// Pieces of formatting.
    pub entities: usize,
}

impl Size {
    fn plus(self, other: Self) -> Self {
        Self { units: self.units + other.units, entities: self.entities + other.entities }
    }

    fn fits(self, limit: Self) -> bool {
        self.units <= limit.units && self.entities <= limit.entities
    }
}

/// How a platform writes.
pub(super) trait Markup {
    /// What a message may be at most.
    const LIMIT: Size;

    /// One line of text; nothing in it acts but the spans' own formatting.
    fn line(&self, kind: Line, spans: &[Span]) -> String;

    /// A block of code.
    fn code(&self, language: &str, code: &str) -> String;

    /// How long `markup`, which this platform wrote, is.
    fn size(&self, markup: &str) -> Size;
}

/// Kinds of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Title,
    Heading,
    Text,
    Item(Marker),
    Small,
    /// The rest of a line that was cut.
    Rest,
}

/// Something that stays together.
struct Piece {
    markup: String,
    size: Size,
    is_heading: bool,
    /// What stands between the piece before and this one in the same message.
    gap: &'static str,
}

/// `document` as messages that fit. Never empty.
pub(super) fn parts(markup: &impl Markup, document: &Document) -> Vec<String> {
    let mut parts = pack(pieces(markup, document), limit(markup));
    if parts.is_empty() {
        parts.push("…".to_owned());
    }
    parts
}

fn limit<M: Markup>(_: &M) -> Size {
    M::LIMIT
}

/// What a piece may be at most: room is left for the heading above it.
fn piece_limit<M: Markup>(kind: Option<Line>) -> Size {
    let Size { units, entities } = M::LIMIT;
    match kind {
        Some(Line::Title | Line::Heading) => Size { units: units / 8, entities: entities / 8 },
        _ => Size { units: units - units / 4, entities: entities - entities / 4 },
    }
}

fn pieces<M: Markup>(markup: &M, document: &Document) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut before: Option<&Block> = None;
    for block in &document.blocks {
        let gap = match (before, block) {
            (Some(Block::Small(_)), Block::Small(_)) | (Some(Block::Heading(_)), _) => "\n",
            _ => "\n\n",
        };
        match block {
            Block::Title(text) => lines(markup, Line::Title, text, gap, &mut pieces),
            Block::Heading(text) => lines(markup, Line::Heading, text, gap, &mut pieces),
            Block::Paragraph(text) => lines(markup, Line::Text, text, gap, &mut pieces),
            Block::Small(text) => lines(markup, Line::Small, text, gap, &mut pieces),
            Block::Code { language, code } => codes(markup, language, code, gap, &mut pieces),
            Block::List { marker, items } => {
                for (at, item) in items.iter().enumerate() {
                    lines(markup, Line::Item(*marker), item, if at == 0 { gap } else { "\n" }, &mut pieces);
                }
            }
        }
        before = Some(block);
    }
    pieces
}

/// A line as pieces: one, unless it is too long.
fn lines<M: Markup>(markup: &M, kind: Line, text: &Text, gap: &'static str, pieces: &mut Vec<Piece>) {
    let text = tidy(text);
    if text.is_empty() {
        return;
    }
    let most = piece_limit::<M>(Some(kind));
    let fits = |kind, spans: &[Span]| markup.size(&markup.line(kind, spans)).fits(most);
    let cut = if fits(kind, &text) { vec![text] } else { cut(&text, |spans| fits(kind, spans)) };
    for (at, spans) in cut.iter().enumerate() {
        let (kind, gap) = match (at, kind) {
            (0, _) => (kind, gap),
            (_, Line::Title | Line::Heading) => (kind, " "),
            _ => (Line::Rest, " "),
        };
        // A heading that goes on is a line of its own, since its formatting would join the line before.
        let gap = if gap == " " && kind != Line::Rest { "\n" } else { gap };
        let line = markup.line(kind, spans);
        let is_heading = matches!(kind, Line::Title | Line::Heading);
        pieces.push(Piece { size: markup.size(&line), markup: line, is_heading, gap });
    }
}

/// A block of code as pieces: one, unless it is too long.
fn codes<M: Markup>(markup: &M, language: &str, code: &str, gap: &'static str, pieces: &mut Vec<Piece>) {
    let code = neutral(code);
    let most = piece_limit::<M>(None);
    let fits = |code: &str| markup.size(&markup.code(language, code)).fits(most);
    let mut push = |code: &str, gap| {
        if !is_blank(code) {
            let block = markup.code(language, code);
            pieces.push(Piece { size: markup.size(&block), markup: block, is_heading: false, gap });
        }
    };
    let (mut held, mut gap) = (String::new(), gap);
    for line in code.split('\n') {
        let longer = if held.is_empty() { line.to_owned() } else { format!("{held}\n{line}") };
        if fits(&longer) {
            held = longer;
            continue;
        }
        push(&held, std::mem::replace(&mut gap, "\n"));
        held.clear();
        for grapheme in line.graphemes(true) {
            if !held.is_empty() && !fits(&format!("{held}{grapheme}")) {
                push(&held, "\n");
                held.clear();
            }
            held.push_str(grapheme);
        }
    }
    push(&held, gap);
}

/// `text` in one line, without what acts, and with neighbours of one kind joined.
fn tidy(text: &Text) -> Text {
    let mut tidied = Text::new();
    for span in text {
        let span = span.map(|text| {
            let text = neutral(text);
            // Words are kept apart by single spaces; a space at either end stays.
            text.split(char::is_whitespace).collect::<Vec<_>>().join(" ")
        });
        let joined = match (tidied.last_mut(), &span) {
            (Some(Span::Plain(before)), Span::Plain(text))
            | (Some(Span::Strong(before)), Span::Strong(text))
            | (Some(Span::Emphasis(before)), Span::Emphasis(text)) => {
                before.push_str(text);
                true
            }
            _ => span.text().is_empty(),
        };
        if !joined {
            tidied.push(span);
        }
    }
    if tidied.iter().all(|span| is_blank(span.text())) { Text::new() } else { tidied }
}

/// Whether nothing of `text` can be seen: the joiner that keeps things from acting is no text either.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c == '\u{2060}')
}

/// Cuts `text` into pieces that fit, each as long as can be, preferably at the end of a sentence.
fn cut(text: &Text, fits: impl Fn(&[Span]) -> bool) -> Vec<Text> {
    let mut pieces: Vec<Text> = Vec::new();
    let mut held: Text = Text::new();
    let mut sentence_end = 0;
    for word in words(text, &fits) {
        held.push(word);
        if !fits(&tidy(&held)) {
            // The last sentence that began is carried over, unless it is most of what is held.
            let at = if sentence_end * 2 >= held.len() { sentence_end } else { held.len() - 1 };
            let rest = held.split_off(at.max(1).min(held.len() - 1).max(usize::from(held.len() > 1)));
            pieces.push(tidy(&held));
            held = rest;
            sentence_end = 0;
        }
        if held.last().is_some_and(|word| word.text().trim_end().ends_with(['.', '!', '?', ':', ';'])) {
            sentence_end = held.len();
        }
    }
    pieces.push(tidy(&held));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Words with the space behind them, each in its formatting; those that do not fit alone, in pieces.
fn words(text: &Text, fits: &impl Fn(&[Span]) -> bool) -> Vec<Span> {
    let mut words = Vec::new();
    for span in text {
        for word in span.text().split_inclusive(' ') {
            if fits(&[span.with(word)]) {
                words.push(span.with(word));
                continue;
            }
            let mut held = String::new();
            for grapheme in word.graphemes(true) {
                if !held.is_empty() && !fits(&[span.with(&format!("{held}{grapheme}"))]) {
                    words.push(span.with(&held));
                    held.clear();
                }
                held.push_str(grapheme);
            }
            words.push(span.with(&held));
        }
    }
    words
}

/// Puts pieces together as long as they fit. A heading at the end of a message goes to the next one.
fn pack(pieces: Vec<Piece>, limit: Size) -> Vec<String> {
    let mut parts = Vec::new();
    let mut held: Vec<Piece> = Vec::new();
    for piece in pieces {
        if !held.is_empty() && !joint_size(&held, Some(&piece)).fits(limit) {
            let is_carried = |from: &usize| {
                held[*from..].iter().all(|piece| piece.is_heading)
                    && joint_size(&held[*from..], Some(&piece)).fits(limit)
            };
            // A heading above nothing is better than a message of nothing but headings.
            let carried = held.split_off((1..held.len()).find(is_carried).unwrap_or(held.len()));
            parts.push(join(&held));
            held = carried;
        }
        held.push(piece);
    }
    if !held.is_empty() {
        parts.push(join(&held));
    }
    parts
}

/// The size of `pieces` in one message, with `last` behind them.
fn joint_size(pieces: &[Piece], last: Option<&Piece>) -> Size {
    let together = pieces.iter().chain(last).enumerate();
    together.fold(Size::default(), |size, (at, piece)| {
        let gap = Size { units: if at == 0 { 0 } else { piece.gap.len() }, entities: 0 };
        size.plus(gap).plus(piece.size)
    })
}

fn join(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            text.push_str(piece.gap);
        }
        text.push_str(&piece.markup);
    }
    text
}
