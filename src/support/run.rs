//! A text cut into runs of letters and numbers, before anything is made of them.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::number;
use crate::words::fold;

/// A run of letters or the digits of a number.
pub(super) struct Run<'t> {
    pub(super) range: Range<usize>,
    pub(super) text: &'t str,
    /// The text in lower case, without accents and with plain apostrophes.
    pub(super) folded: String,
    /// What stands between the one before and this.
    pub(super) gap: &'t str,
}

/// The first runs of letters and numbers of `text`, one more than `most`.
pub(super) fn runs(text: &str, most: usize) -> Vec<Run<'_>> {
    let mut found: Vec<Run<'_>> = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next().filter(|_| found.len() <= most) {
        let length = match c {
            '0'..='9' => number::length(&text[at..]),
            '%' => 1,
            _ => word_length(&text[at..]),
        };
        if length > 0 {
            let run = &text[at..at + length];
            let folded = fold(run).replace('’', "'");
            found.push(Run { range: at..at + length, text: run, folded, gap: &text[from..at] });
            from = at + length;
        }
        at += length.max(c.len_utf8());
    }
    found
}

/// The length of the word at the start of `text`; digits and apostrophes in it belong to it.
fn word_length(text: &str) -> usize {
    let is_inner = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let joins = matches!(c, '\'' | '’')
            && end > 0
            && text[at + c.len_utf8()..].chars().next().is_some_and(char::is_alphabetic);
        if !is_inner(c) && !joins {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_their_unit_begins_and_words_keep_their_digits() {
        let check = |text: &str, expected: &str| {
            let found: Vec<&str> = runs(text, 100).iter().map(|run| run.text).collect();
            assert_eq!(found.join("|"), expected);
        };
        check("30ms, IPv6 and 1,200 rows", "30|ms|IPv6|and|1,200|rows");
        check("don't ‘quote’ it’s max_age=5%", "don't|quote|it’s|max|age|5|%");
        check("¿Qué es el 1.º?", "Qué|es|el|1|º");
        check("", "");
    }
}
