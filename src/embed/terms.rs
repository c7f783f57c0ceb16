//! Words of a text as search terms: split, folded, stopped and stemmed the same way for passages and questions.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::question::Language;

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
    text.unicode_words().filter_map(move |surface| {
        let folded = fold(surface);
        if is_stop_word(&folded, language) || folded.chars().count() > MAX_TERM_CHARS {
            return None;
        }
        let mut terms = vec![stem(&folded, language)];
        for part in identifier_parts(surface) {
            let part = stem(&fold(part), language);
            if !terms.contains(&part) {
                terms.push(part);
            }
        }
        Some(Word { surface, terms })
    })
}

/// Lower case without accents: `Configuración` gives `configuracion`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase).collect()
}

/// The Snowball stem of a folded word, itself folded.
///
/// Snowball's Spanish stemmer tells suffixes by their accents, which people leave out when they type. Everything is
/// folded first, and the accents of the commonest suffixes are put back before stemming: so `configuracion`,
/// `configuración` and `configuraciones` meet, whoever typed them.
pub fn stem(folded: &str, language: Language) -> String {
    static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    static SPANISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::Spanish));
    if folded.chars().any(|c| c.is_numeric()) {
        return folded.to_owned();
    }
    let folded = without_possessive(folded);
    if let Some(acronym) = folded.strip_suffix('s').filter(|acronym| is_without_vowels(acronym)) {
        return acronym.to_owned();
    }
    match language {
        Language::English => ENGLISH.stem(folded).into_owned(),
        Language::Spanish => fold(&SPANISH.stem(&with_suffix_accent(folded))),
    }
}

/// A folded word without the English possessive: `what's` gives `what`.
pub fn without_possessive(folded: &str) -> &str {
    folded.strip_suffix("'s").or_else(|| folded.strip_suffix("’s")).unwrap_or(folded)
}

/// The plural of an acronym (`jwts`), which the stemmers take for a word that they do not know.
fn is_without_vowels(word: &str) -> bool {
    word.len() >= 2 && !word.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

fn with_suffix_accent(folded: &str) -> Cow<'_, str> {
    const ACCENTED: [(&str, &str); 3] = [("cion", "ción"), ("sion", "sión"), ("logia", "logía")];
    ACCENTED
        .iter()
        .find_map(|(plain, accented)| Some(format!("{}{accented}", folded.strip_suffix(plain)?)))
        .map_or(Cow::Borrowed(folded), Cow::Owned)
}

/// Whether a folded word only holds sentences together.
pub fn is_stop_word(folded: &str, language: Language) -> bool {
    static ENGLISH: LazyLock<HashSet<String>> = LazyLock::new(|| stop_words(Language::English));
    static SPANISH: LazyLock<HashSet<String>> = LazyLock::new(|| stop_words(Language::Spanish));
    match language {
        Language::English => ENGLISH.contains(folded),
        Language::Spanish => SPANISH.contains(folded),
    }
}

fn stop_words(language: Language) -> HashSet<String> {
    let name = match language {
        Language::English => "en",
        Language::Spanish => "es",
    };
    stop_words::lookup(name).unwrap_or_default().iter().map(|word| fold(word)).collect()
}

/// The parts of an identifier (`connection_pool`, `node.js`, `HttpOnly`, `OAuth2`); none for a plain word.
fn identifier_parts(word: &str) -> Vec<&str> {
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
