//! Words of a text as search terms: split, folded, stopped and stemmed the same way for passages and questions.

use unicode_segmentation::UnicodeSegmentation;

use crate::question::Language;
use crate::words::{fold, is_stopword, stem};

/// Longer "words" are data (hashes, keys), not language.
const MAX_TERM_CHARS: usize = 40;

/// A word of a text with its search terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// As it is written.
    pub surface: &'a str,
    /// Its stem first; then, for an identifier such as `max_age` or `HttpOnly`, the stems of its parts.
    pub terms: Vec<String>,
}

/// The words of `text` that carry meaning, with their terms in `language`; stop words are left out.
pub fn words(text: &str, language: Language) -> impl Iterator<Item = Word<'_>> {
    folded(text, language).map(move |(surface, folded)| {
        let mut terms = vec![stem(&folded, language)];
        for part in identifier_parts(surface) {
            let part = stem(&fold(part), language);
            if !terms.contains(&part) {
                terms.push(part);
            }
        }
        Word { surface, terms }
    })
}

/// The same words, as they are written and folded, without the work of stemming them.
pub fn folded(text: &str, language: Language) -> impl Iterator<Item = (&str, String)> {
    text.unicode_words()
        .map(|surface| (surface, fold(surface)))
        .filter(move |(_, folded)| !is_stopword(folded, language) && folded.chars().count() <= MAX_TERM_CHARS)
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
        let terms: Vec<_> = words(text, language).flat_map(|word| word.terms).collect();
        assert_eq!(terms.join(" "), expected, "{text}");
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
