//! The texts that a sentence is held against, cut into sentences and looked up by word.

use std::collections::BTreeMap;
use std::ops::Range;

use super::token::{Kind, Token, tokens};
use crate::question::Language;
use crate::sentence;

/// Longer sentences (tables, data) count as several, so that no word is far from another of its sentence.
const LONGEST: usize = 100;
/// How many words an acronym may stand for.
const SPELT_OUT: Range<usize> = 2..6;
/// Shorter stems are too short to be alike.
const SHORTEST_ALIKE: usize = 4;
/// Stems are forms of one word if they begin with this share of the longer one.
const ALIKE: f64 = 0.7;

/// Texts that may support a sentence, read once for many sentences.
#[derive(Debug)]
pub struct Evidence<'t> {
    texts: Vec<&'t str>,
    language: Language,
    sentences: Vec<Sentence>,
    terms: BTreeMap<String, Term>,
}

#[derive(Debug)]
pub(super) struct Sentence {
    pub(super) tokens: Vec<Token>,
    /// The number of the first sentence of its text.
    pub(super) first: usize,
}

/// What is known of a word of the texts.
#[derive(Debug, Default)]
struct Term {
    /// The sentences that have it, in ascending order.
    sentences: Vec<usize>,
    is_written_small: bool,
    /// Whether it has a capital where no sentence begins.
    is_written_large: bool,
}

impl<'t> Evidence<'t> {
    /// Reads `texts`; each begins on its own, so that no sentence of one is next to one of another. `language` is that
    /// of the sentences that will be judged: their words are cut to stems in the same way.
    pub fn new(texts: impl IntoIterator<Item = &'t str>, language: Language) -> Self {
        let texts: Vec<&str> = texts.into_iter().collect();
        let mut sentences: Vec<Sentence> = Vec::new();
        for text in &texts {
            let first = sentences.len();
            for part in parts(text).into_iter().flat_map(sentence::split) {
                let (tokens, _) = tokens(part, language, usize::MAX - 1);
                let pieces = tokens.chunks(LONGEST).map(<[Token]>::to_vec);
                sentences.extend(pieces.map(|tokens| Sentence { tokens, first }));
            }
        }
        let mut evidence = Self { texts, language, sentences, terms: BTreeMap::new() };
        evidence.index();
        evidence
    }

    /// Fills the terms, and tells names by them.
    fn index(&mut self) {
        let mut terms: BTreeMap<String, Term> = BTreeMap::new();
        for (no, sentence) in self.sentences.iter().enumerate() {
            for token in &sentence.tokens {
                let term = match terms.get_mut(&token.key) {
                    Some(term) => term,
                    None => terms.entry(token.key.clone()).or_default(),
                };
                term.add(no);
                term.is_written_small |= !token.is_capital;
                term.is_written_large |= token.is_capital && !token.opens;
            }
            for (_, acronym) in acronyms(&sentence.tokens) {
                terms.entry(acronym).or_default().add(no);
            }
        }
        self.terms = terms;
        let mut sentences = std::mem::take(&mut self.sentences);
        for sentence in &mut sentences {
            self.tell_names(&mut sentence.tokens);
        }
        self.sentences = sentences;
    }

    /// Makes names of those words of a sentence that have a capital for no other reason.
    fn tell_names(&self, tokens: &mut [Token]) {
        for at in 0..tokens.len() {
            let token = &tokens[at];
            let term = self.terms.get(&token.key);
            let is_before_name = tokens.get(at + 1).is_some_and(|next| next.is_capital && next.kind == Kind::Word);
            let means_name = !token.opens || is_before_name || term.is_some_and(|term| term.is_written_large);
            let is_common = term.is_some_and(|term| term.is_written_small);
            if token.kind == Kind::Word && token.is_capital && !is_common {
                tokens[at].kind = if means_name { Kind::Name } else { Kind::MaybeName };
            }
        }
    }

    /// The tokens of a sentence to be judged, at most `most`, and whether there were more.
    pub(super) fn read(&self, text: &str, most: usize) -> (Vec<Token>, bool) {
        let (mut tokens, has_more) = tokens(text, self.language, most);
        self.tell_names(&mut tokens);
        (tokens, has_more)
    }

    pub(super) fn texts(&self) -> &[&'t str] {
        &self.texts
    }

    pub(super) fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The sentences that have the word, or the acronym spelt out, in ascending order.
    pub(super) fn with(&self, key: &str) -> &[usize] {
        self.terms.get(key).map_or(&[], |term| &term.sentences)
    }

    /// The sentences that have a word whose stem begins like `key`, each with the share that is alike; in no order.
    pub(super) fn with_alike(&self, key: &str) -> Vec<(usize, f64)> {
        let Some((third, _)) = key.char_indices().nth(SHORTEST_ALIKE - 1) else { return Vec::new() };
        let near =
            self.terms.range(key[..third].to_owned()..).take_while(|(other, _)| other.starts_with(&key[..third]));
        let alike = near.map(|(other, term)| (likeness(key, other), term)).filter(|&(share, _)| share >= ALIKE);
        alike.flat_map(|(share, term)| term.sentences.iter().map(move |&no| (no, share))).collect()
    }
}

impl Term {
    fn add(&mut self, sentence: usize) {
        if self.sentences.last() != Some(&sentence) {
            self.sentences.push(sentence);
        }
    }
}

/// The runs of capitalised words of a sentence that could stand for an acronym, with the acronym.
pub(super) fn acronyms(tokens: &[Token]) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    for run in tokens.chunk_by(|a, b| is_part(a) && is_part(b)) {
        let range = start..start + run.len();
        start = range.end;
        if SPELT_OUT.contains(&run.len()) {
            found.push((range, run.iter().filter_map(|token| token.key.chars().next()).collect()));
        }
    }
    found
}

fn is_part(token: &Token) -> bool {
    token.is_capital && matches!(token.kind, Kind::Word | Kind::MaybeName | Kind::Name)
}

/// The share of the longer one that both begin with.
#[expect(clippy::cast_precision_loss, reason = "words are short")]
fn likeness(a: &str, b: &str) -> f64 {
    let shared = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    shared as f64 / a.chars().count().max(b.chars().count()) as f64
}

/// `text` cut before each heading and each entry of a list or table, whose lines are sentences of their own.
fn parts(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut was_heading = false;
    for line in text.split_inclusive('\n') {
        let opening = line.trim_start();
        let is_heading = opening.starts_with('#');
        let is_entry = opening.starts_with(['-', '*', '+', '|', '•']) || is_numbered(opening);
        if is_heading || is_entry || was_heading {
            found.push(&text[start..at]);
            start = at;
        }
        was_heading = is_heading;
        at += line.len();
    }
    found.push(&text[start..]);
    found
}

fn is_numbered(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_lists_are_sentences_of_their_own() {
        let text = "# Queues\nThey hold\nwork.\n- fast\n- small\n1. one thing\n";
        let evidence = Evidence::new([text], Language::English);
        let lengths: Vec<usize> = evidence.sentences.iter().map(|sentence| sentence.tokens.len()).collect();
        assert_eq!(lengths, [1, 3, 1, 1, 3]);
    }

    #[test]
    fn a_capital_at_the_start_makes_no_name() {
        let evidence = Evidence::new(["Queues hold work. We run Kafka. Kafka is a log."], Language::English);
        let kinds = |text| evidence.read(text, 100).0.iter().map(|token| token.kind).collect::<Vec<_>>();
        assert_eq!(kinds("Queues hold"), [Kind::MaybeName, Kind::Word]);
        assert_eq!(kinds("Work is held"), [Kind::Word, Kind::Filler, Kind::Word]);
        assert_eq!(kinds("Kafka holds"), [Kind::Name, Kind::Word]);
        assert_eq!(kinds("Run Kafka"), [Kind::Word, Kind::Name]);
    }

    #[test]
    fn words_are_found_by_form_and_by_initials() {
        let evidence = Evidence::new(["Use a JSON Web Token.", "La autenticación usa claves."], Language::Spanish);
        assert_eq!(evidence.with("jwt"), [0]);
        assert_eq!(evidence.with_alike("autent").iter().map(|&(no, _)| no).collect::<Vec<_>>(), [1]);
        assert_eq!(evidence.with_alike("autor"), []);
    }
}
