//! Words of a text as search terms: split, folded, stopped and stemmed the same way for passages and questions.

use std::sync::{Arc, LazyLock};

use quick_cache::sync::Cache;
use unicode_segmentation::UnicodeSegmentation;

use super::bm25;
use crate::question::Language;
use crate::words::{self, fold, is_stopword};

/// Longer "words" are data (hashes, keys), not language.
const MAX_TERM_CHARS: usize = 40;
/// How many words of each language, as they are written, are kept with their terms. One takes some 200 bytes.
const KEPT: usize = 16_384;

/// A word of a text with its search terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// As it is written.
    pub surface: &'a str,
    /// What it is searched by.
    pub terms: Arc<Terms>,
}

/// The search terms of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Its stem.
    pub stem: Box<str>,
    /// The hash of the stem; then, for an identifier such as `max_age` or `HttpOnly`, those of the stems of its parts.
    pub hashes: Box<[u32]>,
}

impl Terms {
    /// Those of a word; `None` for a stop word, and for what is none.
    fn of(surface: &str, language: Language) -> Option<Self> {
        let folded = Some(fold(surface)).filter(|folded| carries_meaning(folded, language))?;
        let stem = words::stem(&folded, language);
        let mut hashes = vec![bm25::hash(&stem)];
        for part in identifier_parts(surface) {
            let part = bm25::hash(&words::stem(&fold(part), language));
            if !hashes.contains(&part) {
                hashes.push(part);
            }
        }
        Some(Self { stem: stem.into(), hashes: hashes.into() })
    }

    /// Those of a word of a document, from memory if it was met lately: stemming takes most of the time of reading a passage, and texts
    /// say the same words over and over.
    fn remembered(surface: &str, language: Language) -> Option<Arc<Self>> {
        type Remembered = Cache<Box<str>, Option<Arc<Terms>>>;
        static REMEMBERED: LazyLock<[Remembered; 2]> = LazyLock::new(|| Language::ALL.map(|_| Cache::new(KEPT)));
        if surface.chars().nth(MAX_TERM_CHARS).is_some() {
            return Self::of(surface, language).map(Arc::new);
        }
        let remembered = &REMEMBERED[language as usize];
        remembered.get(surface).unwrap_or_else(|| {
            let terms = Self::of(surface, language).map(Arc::new);
            remembered.insert(surface.into(), terms.clone());
            terms
        })
    }
}

/// The words of a question; nothing of them is kept in memory.
pub fn words_of_question(text: &str, language: Language) -> impl Iterator<Item = Word<'_>> {
    text.unicode_words()
        .filter_map(move |surface| Some(Word { surface, terms: Arc::new(Terms::of(surface, language)?) }))
}

/// The words of a document that carry meaning, with their terms in `language`; stop words are left out.
pub fn words(text: &str, language: Language) -> impl Iterator<Item = Word<'_>> {
    text.unicode_words().filter_map(move |surface| Some(Word { surface, terms: Terms::remembered(surface, language)? }))
}

/// The same words, as they are written and folded, without the work of stemming them.
pub fn folded(text: &str, language: Language) -> impl Iterator<Item = (&str, String)> {
    text.unicode_words()
        .map(|surface| (surface, fold(surface)))
        .filter(move |(_, folded)| carries_meaning(folded, language))
}

fn carries_meaning(folded: &str, language: Language) -> bool {
    !is_stopword(folded, language) && folded.chars().count() <= MAX_TERM_CHARS
}

/// The parts of an identifier (`connection_pool`, `node.js`, `HttpOnly`, `OAuth2`); none for a plain word.
pub fn identifier_parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in word.split(['_', '.', ':', '\'', '’']) {
        let mut start = 0;
        let mut previous_lower = false;
        let mut previous_letter = false;
        for (at, c) in piece.char_indices() {
            let begins_part = (c.is_uppercase() && previous_lower) || (c.is_numeric() && previous_letter);
            if begins_part {
                parts.push(&piece[start..at]);
                start = at;
            }
            previous_lower = c.is_lowercase();
            previous_letter = c.is_alphabetic();
        }
        parts.push(&piece[start..]);
    }
    if parts.len() == 1 { Vec::new() } else { parts.into_iter().filter(|part| part.chars().count() > 1).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, language: Language, expected: &str) {
        let hashes: Vec<_> = words(text, language).flat_map(|word| word.terms.hashes.to_vec()).collect();
        assert_eq!(hashes, expected.split(' ').map(bm25::hash).collect::<Vec<_>>(), "{text}");
        let again: Vec<_> = words(text, language).collect();
        assert_eq!(again, words_of_question(text, language).collect::<Vec<_>>());
        assert!(again.iter().all(|word| bm25::hash(&word.terms.stem) == word.terms.hashes[0]), "{again:?}");
    }

    #[test]
    fn english_words_are_stopped_and_stemmed() {
        check("How do the retries of a Payment work?", Language::English, "retri payment work");
        check("TLS 1.3, HTTP/2 and JWTs", Language::English, "tl 1.3 http 2 jwt");
    }

    #[test]
    fn spanish_words_meet_with_and_without_accents() {
        check("configuración configuraciones configuracion", Language::Spanish, "configur configur configur");
        check("contraseña contrasena Contraseñas", Language::Spanish, "contrasen contrasen contrasen");
        check("¿Qué es un índice?", Language::Spanish, "indic");
    }

    #[test]
    fn identifiers_are_found_whole_and_by_their_parts() {
        check("node.js max_age HttpOnly", Language::English, "node.j node js max_ag max age httpon http onli");
    }
}
