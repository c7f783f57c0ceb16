//! Cards as rows to fine-tune a model with, and the two sides that they are split into.
//!
//! A model that has seen an article's questions knows its answers, so the split is by document: both languages of one
//! article are on one side. And no question of the training side asks what a question of the test side asks, or what a
//! case asks that Colega is judged by.

use std::str::FromStr;

use serde::Serialize;

use crate::goldset::likeness::Fingerprint;
use crate::goldset::{Case, Split};
use crate::knowledge::cards::Card;
use crate::question::Language;

/// How many documents of a hundred are on the test side.
const TEST_PERCENT: u64 = 15;

/// The two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To learn from.
    Train,
    /// To measure by what was learnt.
    Test,
}

/// The forms that trainers read, one JSON object a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `{"id", "messages": [{"role", "content"}]}`, the messages of a chat.
    Chatml,
    /// `{"id", "conversations": [{"from", "value"}]}`.
    Sharegpt,
    /// `{"id", "instruction", "input", "output"}`.
    Alpaca,
}

/// A word that is no side or no form.
#[derive(Debug, thiserror::Error)]
#[error("“{given}” is no {what}; write {choices}")]
pub struct Unknown {
    given: String,
    what: &'static str,
    choices: &'static str,
}

impl FromStr for Side {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "train" => Ok(Self::Train),
            "test" => Ok(Self::Test),
            _ => Err(Unknown { given: text.to_owned(), what: "split", choices: "train or test" }),
        }
    }
}

impl FromStr for Format {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "chatml" => Ok(Self::Chatml),
            "sharegpt" => Ok(Self::Sharegpt),
            "alpaca" => Ok(Self::Alpaca),
            _ => Err(Unknown { given: text.to_owned(), what: "format", choices: "chatml, sharegpt or alpaca" }),
        }
    }
}

/// The cards of one side.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection<'a> {
    /// In their order.
    pub cards: Vec<&'a Card>,
    /// How many were left out because they ask what the test side or a test case asks.
    pub alike: usize,
    /// How many were left out because not everybody may be shown them.
    pub scoped: usize,
}

/// The cards of `side`. Of the cases only those of the test split count.
pub fn select<'a>(cards: &'a [Card], cases: &[Case], side: Side) -> Selection<'a> {
    let (open, scoped): (Vec<&Card>, Vec<&Card>) = cards.iter().partition(|card| card.scope.is_empty());
    let (test, train): (Vec<&Card>, Vec<&Card>) = open.into_iter().partition(|card| side_of(card) == Side::Test);
    let scoped = scoped.into_iter().filter(|card| side_of(card) == side).count();
    if side == Side::Test {
        return Selection { cards: test, alike: 0, scoped };
    }
    let asked = test.iter().map(|card| (card.q.as_str(), card.lang));
    let judged = cases.iter().filter(|case| case.split == Split::Test).map(|case| (case.question.as_str(), case.lang));
    let held_out: Vec<Fingerprint> = asked.chain(judged).filter_map(|(q, lang)| Fingerprint::of(q, lang)).collect();
    let is_held_out = |card: &&Card| {
        Fingerprint::of(&card.q, card.lang).is_none_or(|print| held_out.iter().any(|other| other.is_like(&print)))
    };
    let (alike, cards): (Vec<&Card>, Vec<&Card>) = train.into_iter().partition(is_held_out);
    Selection { cards, alike: alike.len(), scoped }
}

fn side_of(card: &Card) -> Side {
    side(card.sources.first().map_or("", |source| &source.source_file))
}

/// The side of a document, by its path below the folder of its language: it stays there whatever is added.
pub fn side(source_file: &str) -> Side {
    let below = source_file.split_once('/').filter(|(folder, _)| Language::from_str(folder).is_ok());
    let document = below.map_or(source_file, |(_, rest)| rest);
    let hash = blake3::hash(document.as_bytes());
    let number = hash.as_bytes().iter().take(8).fold(0_u64, |number, &byte| (number << 8) | u64::from(byte));
    if number % 100 < TEST_PERCENT { Side::Test } else { Side::Train }
}

/// A row of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "the fields are those of the forms")]
pub enum Row<'a> {
    /// As [`Format::Chatml`].
    Chatml { id: &'a str, messages: [Message<'a>; 2] },
    /// As [`Format::Sharegpt`].
    Sharegpt { id: &'a str, conversations: [Turn<'a>; 2] },
    /// As [`Format::Alpaca`].
    Alpaca { id: &'a str, instruction: &'a str, input: &'a str, output: &'a str },
}

/// A message of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form")]
pub struct Message<'a> {
    pub role: &'static str,
    pub content: &'a str,
}

/// A turn of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the form")]
pub struct Turn<'a> {
    pub from: &'static str,
    pub value: &'a str,
}

impl Format {
    /// `card` in this form.
    pub fn row(self, card: &Card) -> Row<'_> {
        let Card { id, q, a, .. } = card;
        match self {
            Self::Chatml => Row::Chatml {
                id,
                messages: [Message { role: "user", content: q }, Message { role: "assistant", content: a }],
            },
            Self::Sharegpt => {
                Row::Sharegpt { id, conversations: [Turn { from: "human", value: q }, Turn { from: "gpt", value: a }] }
            }
            Self::Alpaca => Row::Alpaca { id, instruction: q, input: "", output: a },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goldset::Difficulty;
    use crate::knowledge::cards::{CardKind, Source};
    use crate::passage::{ChunkId, SourceSpan};

    /// A file on that side.
    fn file(on: Side) -> String {
        let files = (0..200).map(|number| format!("en/apis/{number}.md"));
        files.into_iter().find(|file| side(file) == on).expect("both sides have some")
    }

    fn card(on: Side, q: &str, scope: &str) -> Card {
        let source_file = file(on);
        let source_span = SourceSpan::Lines { start: 1, end: 1 };
        Card {
            id: q.to_owned(),
            q: q.to_owned(),
            a: "It is a thing.".to_owned(),
            lang: Language::English,
            topic: String::new(),
            tags: Vec::new(),
            sources: vec![Source { chunk_id: ChunkId::from("a"), source_file, source_span }],
            kind: CardKind::Definition,
            scope: scope.to_owned(),
        }
    }

    fn case(question: &str, split: Split) -> Case {
        Case {
            id: question.to_owned(),
            question: question.to_owned(),
            earlier: Vec::new(),
            subject: String::new(),
            lang: Language::English,
            expected_points: Vec::new(),
            must_cite: Vec::new(),
            topics: Vec::new(),
            difficulty: Difficulty::Easy,
            relevant_chunks: Vec::new(),
            answerable: false,
            split,
            origin: None,
        }
    }

    #[test]
    fn both_languages_of_an_article_are_on_one_side() {
        for number in 0..50 {
            assert_eq!(side(&format!("en/apis/{number}.md")), side(&format!("es/apis/{number}.md")));
        }
        assert_ne!(file(Side::Test), file(Side::Train));
    }

    #[test]
    fn no_training_question_asks_what_is_held_out() {
        let cards = [
            card(Side::Test, "What is an idempotency key?", ""),
            card(Side::Train, "Can you explain idempotency keys?", ""),
            card(Side::Train, "What is a circuit breaker?", ""),
            card(Side::Train, "What is a message queue?", ""),
            card(Side::Train, "What is a saga?", ""),
            card(Side::Train, "What is our password?", "internal"),
        ];
        let cases = [case("circuit breakers?", Split::Test), case("What is a saga?", Split::Dev)];
        let train = select(&cards, &cases, Side::Train);
        let questions: Vec<&str> = train.cards.iter().map(|card| card.q.as_str()).collect();
        assert_eq!(questions, ["What is a message queue?", "What is a saga?"]);
        assert_eq!((train.alike, train.scoped), (2, 1));
        assert_eq!(select(&cards, &cases, Side::Test).cards, [&cards[0]]);
    }

    #[test]
    fn rows_have_the_form_that_trainers_read() {
        let card = card(Side::Train, "What?", "");
        let check = |format: Format, expected: &str| {
            assert_eq!(serde_json::to_string(&format.row(&card)).expect("JSON"), expected);
        };
        check(
            Format::Chatml,
            r#"{"id":"What?","messages":[{"role":"user","content":"What?"},{"role":"assistant","content":"It is a thing."}]}"#,
        );
        check(
            Format::Sharegpt,
            r#"{"id":"What?","conversations":[{"from":"human","value":"What?"},{"from":"gpt","value":"It is a thing."}]}"#,
        );
        check(Format::Alpaca, r#"{"id":"What?","instruction":"What?","input":"","output":"It is a thing."}"#);
    }
}
