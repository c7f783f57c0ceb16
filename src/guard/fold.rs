//! One plain spelling for matching: what the eye reads, whatever characters it was written with.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `text` without characters that show nothing (zero-width, direction marks, tags, soft hyphens).
pub fn without_invisible(text: &str) -> Cow<'_, str> {
    if text.contains(is_invisible) {
        Cow::Owned(text.chars().filter(|&c| !is_invisible(c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Lower case, no accents, full-width and look-alike letters as the Latin ones, typographic quotes as plain ones.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .filter(|&c| !is_invisible(c))
        .nfkd()
        .filter(|&c| !is_combining_mark(c))
        .flat_map(char::to_lowercase)
        .map(look_alike)
        .collect()
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// The Latin letter that a lower-case Cyrillic, Greek or Armenian one is mistaken for.
fn look_alike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'є' | 'ε' => 'e',
        'һ' | 'հ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' | 'η' | 'ո' => 'n',
        'о' | 'ο' | 'օ' | 'ø' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        '’' | '‘' | 'ʼ' | '′' => '\'',
        '“' | '”' | '„' | '«' | '»' | '″' => '"',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(fold(input), expected);
    }

    #[test]
    fn letters_become_plain() {
        check("ÍGNORA Años", "ignora anos");
        check("ｉｇｎｏｒｅ", "ignore");
        check("іgnоrе", "ignore");
        check("ig\u{200b}no\u{ad}re", "ignore");
        check("don’t", "don't");
    }

    #[test]
    fn visible_text_is_left_alone() {
        assert!(matches!(without_invisible("¿Qué tal? 👍"), Cow::Borrowed(_)));
        assert_eq!(without_invisible("a\u{2063}b\u{e0041}"), "ab");
    }
}
