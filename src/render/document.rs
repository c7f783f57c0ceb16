//! What chat platforms are sent, before it is in any platform's markup: blocks of text in which nothing acts.
//!
//! [`super::chat`] says things in this form; [`super::discord`] and [`super::telegram`] write it down, escape it and cut it
//! into messages.

use crate::question::Language;

/// A message, however long.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The language of the wording.
    pub language: Language,
    /// Its blocks in the order in which they are read.
    pub blocks: Vec<Block>,
}

/// A block of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// What the message is about.
    Title(Text),
    /// Heading of a part.
    Heading(Text),
    /// Running text.
    Paragraph(Text),
    /// A list.
    List {
        /// What stands before the entries.
        marker: Marker,
        /// The entries.
        items: Vec<Text>,
    },
    /// Source code, shown exactly as it is.
    Code {
        /// Language tag, or empty.
        language: String,
        /// The code without a last line break.
        code: String,
    },
    /// Small print: citations, notes.
    Small(Text),
}

/// What stands before the entries of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A bullet.
    Bullet,
    /// A box to tick.
    Box,
}

/// Text in one line or several.
pub type Text = Vec<Span>;

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// As it is.
    Plain(String),
    /// Bold.
    Strong(String),
    /// Italic.
    Emphasis(String),
    /// Code within a line.
    Code(String),
    /// A link; `url` begins with `https://` or `http://`, everything else is shown as text.
    Link {
        /// What is shown.
        text: String,
        /// Where it leads.
        url: String,
    },
}

/// Plain text.
pub fn plain(text: impl Into<String>) -> Text {
    vec![Span::Plain(text.into())]
}

impl Span {
    /// What is shown.
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text)
            | Self::Strong(text)
            | Self::Emphasis(text)
            | Self::Code(text)
            | Self::Link { text, .. } => text,
        }
    }

    /// The same formatting over another text.
    #[must_use]
    pub fn with(&self, text: &str) -> Self {
        self.map(|_| text.to_owned())
    }

    /// The same formatting over what `change` makes of the text.
    pub(super) fn map(&self, change: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Plain(text) => Self::Plain(change(text)),
            Self::Strong(text) => Self::Strong(change(text)),
            Self::Emphasis(text) => Self::Emphasis(change(text)),
            Self::Code(text) => Self::Code(change(text)),
            Self::Link { text, url } => Self::Link { text: change(text), url: url.clone() },
        }
    }
}
