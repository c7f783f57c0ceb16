//! Cards: questions with answers of a few sentences, made from the passages.
//!
//! A section whose heading announces its part ("Common mistakes", "A vs B") gives one card. Its question is built from the
//! name of the subject, as the document itself uses it in a sentence; its answer is made of whole sentences and list
//! entries of the passages. A section without such a heading gives a card where its first sentence defines something. The
//! same passages always give the same cards.

mod answer;
mod question;
mod section;
mod subject;

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use self::section::{Document, Section, Vocabulary};
use super::dedupe::{Comparable, first_of_alike};
use crate::passage::{ChunkId, Passage, SourceSpan};
use crate::question::Language;
use crate::words::{fold, words};

/// The most sentences in an answer.
pub const MOST_SENTENCES: usize = 6;

/// A question and its answer; one line of `qa_pairs.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Stable name, from the document, the question and the answer: sixteen hexadecimal digits.
    pub id: String,
    /// The question, to be understood by itself.
    pub q: String,
    /// One to six sentences, each a literal part of a source. Entries of a list stand on lines of their own behind `- `.
    pub a: String,
    /// The language of both.
    pub lang: Language,
    /// Slug of the topic; empty when none fits.
    pub topic: String,
    /// Tags of the first source.
    pub tags: Vec<String>,
    /// The passages that the answer is taken from, in its order.
    pub sources: Vec<Source>,
    /// What is asked for.
    pub kind: CardKind,
    /// Who may be shown it; empty means everybody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
}

/// A passage that a card or a snippet is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name.
    pub chunk_id: ChunkId,
    /// Its file.
    pub source_file: String,
    /// Where in the file.
    pub source_span: SourceSpan,
}

impl From<&Passage> for Source {
    fn from(passage: &Passage) -> Self {
        Self {
            chunk_id: passage.chunk_id.clone(),
            source_file: passage.source_file.clone(),
            source_span: passage.source_span,
        }
    }
}

/// What a card asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// What something is.
    Definition,
    /// How it works.
    Mechanism,
    /// When to use it; people ask for it as often as for what it is, and answers have a part for it.
    WhenToUse,
    /// When something else is better.
    WhenNotToUse,
    /// One thing against another.
    Comparison,
    /// What goes wrong.
    Pitfall,
    /// What to do or to check.
    Checklist,
    /// A worked case with its numbers.
    MiniCase,
    /// What people ask in their own words.
    Reply,
}

impl CardKind {
    /// As it stands in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Definition => "definition",
            Self::Mechanism => "mechanism",
            Self::WhenToUse => "when_to_use",
            Self::WhenNotToUse => "when_not_to_use",
            Self::Comparison => "comparison",
            Self::Pitfall => "pitfall",
            Self::Checklist => "checklist",
            Self::MiniCase => "mini_case",
            Self::Reply => "reply",
        }
    }
}

impl Comparable for Card {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.a)
    }

    fn reach(&self) -> (Language, &str) {
        (self.lang, &self.scope)
    }
}

/// The cards of `passages`, which stand in the order of their files and places, and how many were left out because
/// another has the same question or nearly the same answer (from `similarity` on, 0 to 1). Where two have the same
/// question, one whose heading announces it goes before one from running text.
pub fn cards(passages: &[Passage], similarity: f64) -> (Vec<Card>, usize) {
    let mut found: Vec<(bool, Card)> = Vec::new();
    let vocabulary = Vocabulary::of(passages.iter().map(|passage| passage.text.as_str()));
    for document in passages.chunk_by(|a, b| a.source_file == b.source_file) {
        let document = Document::read(document, &vocabulary);
        for section in &document.sections {
            found.extend(card(&document, section).map(|card| (section.is_announced(), card)));
        }
    }
    let all = found.len();
    let (mut asked, mut kept) = (HashSet::new(), vec![false; all]);
    for announced in [true, false] {
        for (at, (_, card)) in found.iter().enumerate().filter(|(_, (by_heading, _))| *by_heading == announced) {
            kept[at] = asked.insert((card.lang, card.scope.clone(), folded(&card.q)));
        }
    }
    let cards = found.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|((_, card), _)| card).collect();
    let (cards, _) = first_of_alike(cards, similarity);
    let left_out = all - cards.len();
    (cards, left_out)
}

fn card(document: &Document<'_>, section: &Section<'_>) -> Option<Card> {
    let asked = question::ask(document, section)?;
    let answer = answer::of(section, asked.kind)?;
    let passage = section.passages[0];
    let sources: Vec<Source> = answer.passages.iter().map(|&at| Source::from(section.passages[at])).collect();
    Some(Card {
        id: id("card", &[&passage.source_file, &asked.question, &answer.text]),
        q: asked.question,
        a: answer.text,
        lang: passage.lang,
        topic: passage.topic.clone(),
        tags: section.passages[*answer.passages.first()?].tags.clone(),
        sources,
        kind: asked.kind,
        scope: passage.scope.clone(),
    })
}

/// A name made of what it names.
pub(super) fn id(kind: &str, parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind.as_bytes());
    for part in parts {
        hasher.update(&[0]).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

/// A question whatever its case, accents and punctuation.
fn folded(question: &str) -> String {
    words(&fold(question)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
