//! HTML as a stream of text, tags and comments with line numbers, in time and memory that grow with the input alone.

use std::cell::{Cell, RefCell};

use html5ever::LocalName;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// How many words may stand in one tag. The tokenizer compares each attribute with all before it, so a tag is cut here.
const MAX_WORDS_IN_TAG: usize = 5000;
/// How much is given to the tokenizer at once, in bytes.
const FEED: usize = 4096;

/// A piece of a page.
pub enum Piece<'a> {
    /// Text of one line with its entities decoded, the line's end included.
    Text(&'a str),
    /// A start tag.
    Open(&'a Tag),
    /// An end tag.
    Close(&'a LocalName),
    /// A comment's inside.
    Comment(&'a str),
}

/// Gives every piece of `html`, with the line on which it ends (the first being 1), to `take`, in order.
pub fn read(html: &str, take: impl FnMut(Piece<'_>, u32)) {
    let sink = Sink {
        take: RefCell::new(take),
        lines_before: Cell::new(0),
        heard: Cell::new(false),
        in_markup: Cell::new(false),
        raw: Cell::new(false),
    };
    let mut tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let mut unheard_words = 0;
    let mut in_comment = false;
    let mut lines = 0;
    for part in parts(html) {
        if !tokenizer.sink.in_markup.get()
            && let Some(kind) = markup_start(part)
        {
            in_comment = matches!(kind, '!' | '?') && !tokenizer.sink.raw.get();
            tokenizer.sink.in_markup.set(true);
        }
        tokenizer.sink.heard.set(false);
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(part));
        // Our sink never asks the tokenizer to stop, so it takes all that it is given.
        let _ = tokenizer.feed(&queue);
        lines += part.bytes().filter(|&byte| byte == b'\n').count() as u64;
        unheard_words = if tokenizer.sink.heard.get() { 0 } else { unheard_words + words(part) };
        if unheard_words > MAX_WORDS_IN_TAG && !in_comment {
            let sink = tokenizer.sink;
            sink.lines_before.set(lines);
            sink.in_markup.set(false);
            tokenizer = Tokenizer::new(sink, TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() });
            unheard_words = 0;
        }
    }
    tokenizer.end();
}

/// `html` in parts of at most [`FEED`] bytes that end after each `>`, so that markup always ends with its part.
fn parts(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let limit = rest.floor_char_boundary(FEED);
        let end = rest.as_bytes()[..limit].iter().position(|&byte| byte == b'>').map_or(limit, |at| at + 1);
        let (part, after) = rest.split_at(end);
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}

/// The character after the first `<` that begins a tag or a comment.
fn markup_start(part: &str) -> Option<char> {
    part.match_indices('<')
        .filter_map(|(at, _)| part[at + 1..].chars().next())
        .find(|next| next.is_ascii_alphabetic() || matches!(next, '!' | '?' | '/'))
}

/// An upper bound of how many attributes can begin in `part`.
fn words(part: &str) -> usize {
    part.bytes().filter(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'')).count()
}

struct Sink<F> {
    take: RefCell<F>,
    /// Lines that went to an earlier tokenizer.
    lines_before: Cell<u64>,
    /// Whether anything came since the last part was given in.
    heard: Cell<bool>,
    /// Whether a tag or a comment may have begun and not ended.
    in_markup: Cell<bool>,
    /// Whether the text of an element without markup in it (`<script>`) is being read.
    raw: Cell<bool>,
}

impl<F: FnMut(Piece<'_>, u32)> Sink<F> {
    fn give(&self, piece: Piece<'_>, line: u64) {
        self.heard.set(true);
        let line = u32::try_from(self.lines_before.get() + line).unwrap_or(u32::MAX);
        (self.take.borrow_mut())(piece, line);
    }
}

impl<F: FnMut(Piece<'_>, u32)> TokenSink for Sink<F> {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::CharacterTokens(text) => {
                let breaks = text.matches('\n').count() as u64;
                for (text, line) in text.split_inclusive('\n').zip(line.saturating_sub(breaks).max(1)..) {
                    self.give(Piece::Text(text), line);
                }
            }
            Token::CommentToken(text) => {
                self.in_markup.set(false);
                self.give(Piece::Comment(&text), line);
            }
            Token::TagToken(tag) => {
                self.in_markup.set(false);
                if tag.kind == TagKind::EndTag {
                    self.raw.set(false);
                    self.give(Piece::Close(&tag.name), line);
                } else {
                    self.give(Piece::Open(&tag), line);
                    if let Some(kind) = raw_kind(&tag) {
                        self.raw.set(true);
                        return TokenSinkResult::RawData(kind);
                    }
                }
            }
            Token::DoctypeToken(_) => {
                self.in_markup.set(false);
                self.heard.set(true);
            }
            Token::NullCharacterToken | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// How the text of an element is read in which `<` begins no tag. An element that says it is empty (`<script/>`) is
/// taken at its word, which browsers do not do, since half a page would be lost.
fn raw_kind(tag: &Tag) -> Option<RawKind> {
    match &*tag.name {
        _ if tag.self_closing => None,
        "title" | "textarea" => Some(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "script" => Some(RawKind::ScriptData),
        _ => None,
    }
}
