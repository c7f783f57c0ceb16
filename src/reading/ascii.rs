//! Text as the patterns of [`super::role`] and [`super::quotable`] see it.
//!
//! A regular expression with a word boundary is matched by a fast automaton as long as it meets nothing but ASCII, and
//! by one that is some twenty times slower from the first accent or dash on (`regex`, *Performance*: "Unicode word
//! boundaries"). Reading passages is most of the time of an answer, and half of them are in Spanish.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Spanish words whose accent makes them others than those without it, which patterns look for ("si", "cache", "esta"). Theirs is
/// written as [`LETTER`].
const TOLD_APART: [&str; 7] = ["sí", "caché", "dónde", "cuándo", "está", "estás", "esté"];
/// Stands for a letter that has no likeness in ASCII; part of a word.
const LETTER: char = '_';
/// Stands for any other sign that has none; never part of a word.
const SIGN: char = '\u{1a}';

/// A text, and the same in ASCII: one byte for each of its characters.
#[derive(Debug, Clone)]
pub struct Ascii<'t> {
    text: &'t str,
    ascii: Cow<'t, str>,
}

impl<'t> Ascii<'t> {
    /// That of `text`: letters lose their accents and keep their case, curly quotes and long dashes become plain ones.
    pub fn of(text: &'t str) -> Self {
        let ascii = if text.is_ascii() {
            Cow::Borrowed(text)
        } else {
            text.split_inclusive(|c: char| !c.is_alphanumeric()).flat_map(nearest_of_word).collect()
        };
        Self { text, ascii }
    }

    /// The ASCII.
    pub fn as_str(&self) -> &str {
        &self.ascii
    }

    /// What stands in the text before the byte `at` of [`Self::as_str`].
    pub fn before(&self, at: usize) -> &'t str {
        match self.ascii {
            Cow::Borrowed(_) => &self.text[..at],
            Cow::Owned(_) => &self.text[..self.text.char_indices().nth(at).map_or(self.text.len(), |(byte, _)| byte)],
        }
    }
}

/// A word, and the sign behind it, if there is one.
fn nearest_of_word(word: &str) -> impl Iterator<Item = char> {
    let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let is_told_apart = !bare.is_ascii() && TOLD_APART.contains(&&*bare.to_lowercase());
    word.chars().map(move |c| if is_told_apart && c.is_alphabetic() && !c.is_ascii() { LETTER } else { nearest(c) })
}

fn nearest(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '‘' | '’' => '\'',
        '“' | '”' | '«' | '»' => '"',
        '–' | '—' => '-',
        '…' => '.',
        c if c.is_whitespace() => ' ',
        c => match std::iter::once(c).nfd().next() {
            Some(base) if base.is_ascii() => base,
            _ if c.is_alphanumeric() => LETTER,
            _ => SIGN,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_becomes_one_of_ascii() {
        let ascii = Ascii::of("“Índice” — ¿qué…? ß→汉 it’s");
        assert_eq!(ascii.as_str(), "\"Indice\" - \u{1a}que.? _\u{1a}_ it's");
        assert_eq!(ascii.before(8), "“Índice”");
        assert_eq!(ascii.before(100), ascii.text);
        assert_eq!(Ascii::of("plain").before(2), "pl");
        assert_eq!(Ascii::of("Caché: sí, así está más").as_str(), "Cach_: s_, asi est_ mas");
    }
}
