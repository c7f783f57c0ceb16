//! Questions that continue a conversation: "and in GraphQL?", "¿y cuándo no?", "give me an example".
//!
//! What a question says by its wording is read here: whether it needs the turn before it, and which part of an answer it
//! wants. Whether it then makes sense on its own or as a continuation is for the knowledge base to say; see
//! [`super::search`].

mod wording;

use unicode_segmentation::UnicodeSegmentation;

use crate::question::{Language, Turn};
use crate::reading::role::Role;
use crate::retrieve::query::subject_words;
use crate::retrieve::statistics::Statistics;
use crate::words;

use self::wording::{Asked, Opening};

/// A question that may continue the turn before it.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    /// How much it needs that turn.
    pub bond: Bond,
    /// What that turn was about.
    pub context: String,
    /// Whether its own words name a subject that the context only colours ("and REST?"), rather than the reverse
    /// ("and in GraphQL?").
    pub is_head: bool,
    /// Its own words that name something; empty if there are none.
    pub own: String,
    /// The parts of an answer that it asks for; empty for all.
    pub focus: Vec<Role>,
    /// It, spelt out for people: "GraphQL: and when not?".
    pub spelt_out: String,
}

/// How much a question needs the turn before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// It says nothing of its own ("why?") or points back ("how do I test it?").
    Needs,
    /// It adds something ("and in GraphQL?"), unless what it names is a new subject.
    Adds,
    /// A few words that may be a new subject ("JWT?") or not ("in production?").
    Fragment,
    /// It reads like a question of its own.
    Free,
}

/// Most words of a turn that are taken along, the latest first.
const CONTEXT_WORDS: usize = 8;
/// Questions with more words that name something stand alone, whatever they begin with.
const MOST_OWN_WORDS: usize = 6;
/// A question without a verb of at most so many words is a fragment.
const FRAGMENT_WORDS: usize = 4;

/// The language that `text` asks for in so many words, if it asks for little else: "and in Spanish?".
pub fn asked_language(text: &str) -> Option<Language> {
    wording::asked_language(&words::fold(text))
}

/// Reads `text` as a continuation of the last of the `earlier` turns; `None` without one, or if it is too long for that.
pub fn follow_up(text: &str, language: Language, earlier: &[Turn], corpus: &Statistics) -> Option<FollowUp> {
    let context = context(earlier.last()?, language, corpus);
    let folded = words::fold(text);
    let opening = Opening::of(&folded);
    let asked = Asked::of(opening.rest);
    let own = own_words(last_words(text, opening.rest), language, &asked, corpus);
    if context.is_empty() || own.len() > MOST_OWN_WORDS {
        return None;
    }
    let bond = bond(&opening, &own);
    let is_head = opening.is_connected && !opening.is_clause() && !opening.is_prepositional();
    let own: Vec<&str> = own.into_iter().map(wording::without_pronoun).collect();
    let spelt_out = format!("{context}: {}", text.trim());
    Some(FollowUp { bond, context, is_head, own: own.join(" "), focus: asked.parts, spelt_out })
}

/// The end of `text` with as many words as `folded_end`.
fn last_words<'t>(text: &'t str, folded_end: &str) -> &'t str {
    let skipped = text.unicode_words().count().saturating_sub(folded_end.unicode_words().count());
    text.unicode_word_indices().nth(skipped).map_or("", |(at, _)| &text[at..])
}

fn bond(opening: &Opening<'_>, own: &[&str]) -> Bond {
    let own_folded: Vec<String> = own.iter().map(|word| words::fold(word)).collect();
    if own.is_empty() || wording::points_back(opening.rest, &own_folded) {
        return Bond::Needs;
    }
    if opening.is_half_comparison() {
        return Bond::Adds;
    }
    if opening.is_definition() {
        return Bond::Free;
    }
    let words = opening.rest.split_whitespace().count();
    if opening.is_connected || (opening.is_prepositional() && words <= FRAGMENT_WORDS) {
        return Bond::Adds;
    }
    if !opening.is_clause() && words <= FRAGMENT_WORDS { Bond::Fragment } else { Bond::Free }
}

/// What `turn` was about: the words of its question that name something, and those of its answer's subject.
fn context(turn: &Turn, language: Language, corpus: &Statistics) -> String {
    let mut context: Vec<&str> = Vec::new();
    let mut stems: Vec<[String; 2]> = Vec::new();
    let folded = words::fold(&turn.question);
    let of_question = own_words(&turn.question, language, &Asked::of(&folded), corpus);
    let skipped = of_question.len().saturating_sub(CONTEXT_WORDS);
    let of_subject = subject_words(&turn.subject, language, corpus);
    for word in of_question.into_iter().skip(skipped).chain(of_subject) {
        let folded = words::fold(word);
        let stem = Language::ALL.map(|language| words::stem(words::without_possessive(&folded), language));
        if !stems.iter().any(|known| known.iter().zip(&stem).any(|(known, own)| known == own)) {
            stems.push(stem);
            context.push(word);
        }
    }
    context.join(" ")
}

/// The words of `text` that name something, those aside that only say what is `asked` for.
fn own_words<'t>(text: &'t str, language: Language, asked: &Asked<'_>, corpus: &Statistics) -> Vec<&'t str> {
    let mut own = subject_words(text, language, corpus);
    own.retain(|word| {
        let folded = words::fold(word);
        !asked.says(&folded) && !wording::is_filler(&folded)
    });
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bond: Bond, questions: &[&str]) {
        let earlier = [Turn { question: "What is GraphQL?".into(), subject: "GraphQL".into() }];
        for text in questions {
            let language = crate::language::detect(text).unwrap_or(Language::English);
            let found = follow_up(text, language, &earlier, &Statistics::default()).map(|follow_up| follow_up.bond);
            assert_eq!(found, Some(bond), "{text}");
        }
    }

    #[test]
    fn questions_without_a_subject_of_their_own_need_the_turn_before() {
        let english = [
            "why?",
            "Give me an example",
            "and when not?",
            "ok, and the drawbacks?",
            "pros and cons?",
            "how does it work?",
        ];
        let spanish =
            ["¿y cuándo no?", "dame un ejemplo", "¿por qué?", "vale, ¿y los errores comunes?", "¿y no es caro?"];
        check(Bond::Needs, &english);
        check(Bond::Needs, &spanish);
        check(Bond::Needs, &["How do I test it?", "¿cómo puedo monitorizarlo?", "is that safe for payments?"]);
        check(Bond::Needs, &["How do I limit the depth of its queries?", "¿cómo los pruebo en CI?", "and in Spanish?"]);
    }

    #[test]
    fn additions_fragments_and_whole_questions_are_told_apart() {
        check(
            Bond::Adds,
            &[
                "and in Postgres?",
                "what about retries?",
                "¿y con Kafka?",
                "in Kubernetes?",
                "vs REST?",
                "more on caching",
            ],
        );
        check(Bond::Adds, &["what is the difference with REST?", "¿y qué diferencia hay con REST?"]);
        check(Bond::Fragment, &["JWT?", "connection pools", "example in Python"]);
        check(Bond::Free, &["And what is a circuit breaker?", "How do I rotate secrets safely?", "¿Qué es JWT?"]);
        check(
            Bond::Free,
            &["What is a saga and how does it handle failures?", "REST vs gRPC: when should I use which?"],
        );
    }

    #[test]
    fn a_language_may_be_asked_for() {
        for (text, language) in [
            ("and in Spanish?", Some(Language::Spanish)),
            ("en inglés, gracias", Some(Language::English)),
            ("¿y en inglés?", Some(Language::English)),
            ("the same in English please", Some(Language::English)),
            ("How do I write error messages in Spanish for an API with many clients?", None),
        ] {
            assert_eq!(asked_language(text), language, "{text}");
        }
    }

    #[test]
    fn the_context_names_each_thing_once() {
        let context = |question: &str, subject: &str| {
            let turn = Turn { question: question.into(), subject: subject.into() };
            context(&turn, Language::English, &Statistics::default())
        };
        assert_eq!(context("How do idempotency keys work?", "Idempotency keys"), "idempotency keys");
        assert_eq!(context("What is a dirty read?", "Isolation levels"), "dirty read Isolation levels");
        assert_eq!(context("GraphQL: and the drawbacks?", "GraphQL"), "GraphQL");
        assert_eq!(context("why?", ""), "");
    }
}
