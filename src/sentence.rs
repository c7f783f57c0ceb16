//! Where sentences begin and end, in English and Spanish prose with inline Markdown.

use std::ops::Range;

/// Abbreviations after whose full stop a sentence goes on. Lower case, without the last stop.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "vs", "cf", "mr", "mrs", "ms", "dr", "st", "no", "fig", "sec", "approx", "ca", "al", "p.ej", "ej",
    "p", "pp", "art", "sr", "sra", "aprox", "núm", "num", "pág", "ed", "vol", "ee.uu", "incl", "est",
];

/// The sentences of `text`, as slices of it without white space around them.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    ranges(text).into_iter().map(move |range| &text[range])
}

/// The byte ranges of the sentences of `text`, in order and without white space around them.
///
/// A sentence ends at `.`, `!`, `?` or `…` (with closing quotes and brackets) when white space and then something that
/// can begin a sentence follows, and at a blank line. It never ends inside a code span, a number or a known abbreviation.
pub fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '`' => in_code = !in_code,
            '\n' if text[at + 1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n') => {
                push_trimmed(text, start..at, &mut found);
                start = at;
                in_code = false;
            }
            '.' | '!' | '?' | '…' if !in_code => {
                while chars.next_if(|&(_, next)| is_closing(next)).is_some() {}
                let end = chars.peek().map_or(text.len(), |&(next, _)| next);
                if ends_sentence(&text[start..at], c, &text[end..]) {
                    push_trimmed(text, start..end, &mut found);
                    start = end;
                }
            }
            _ => {}
        }
    }
    push_trimmed(text, start..text.len(), &mut found);
    found
}

fn is_closing(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '*' | '_')
}

/// Whether the terminator `mark`, with `before` of the same sentence in front of it and `after` behind it, ends the sentence.
fn ends_sentence(before: &str, mark: char, after: &str) -> bool {
    let Some(first) = after.chars().next() else { return true };
    if !first.is_whitespace() {
        return false;
    }
    let Some(next) = after.trim_start().chars().next() else { return true };
    if next.is_lowercase() || matches!(next, ',' | ';' | ':' | ')') {
        return false;
    }
    mark != '.' || !is_abbreviation(before)
}

fn is_abbreviation(before: &str) -> bool {
    let word =
        before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“')).next().unwrap_or_default();
    let bare = word.to_lowercase();
    let is_initial =
        word.chars().count() == 1 && word.chars().all(char::is_uppercase) && before.trim_end().len() > word.len();
    let is_list_number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) && before.trim() == word;
    is_initial || is_list_number || ABBREVIATIONS.contains(&bare.as_str())
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = range.start + slice.trim_end().len();
    if start < end {
        found.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split(text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn sentences_end_at_their_marks() {
        check("One. Two! Three? Four…", &["One.", "Two!", "Three?", "Four…"]);
        check("¿Qué es? ¡Eso! Vale.", &["¿Qué es?", "¡Eso!", "Vale."]);
        check("He said “stop.” Then (really.) he left.", &["He said “stop.”", "Then (really.) he left."]);
    }

    #[test]
    fn numbers_names_and_abbreviations_do_not_end_a_sentence() {
        check("Use TLS 1.3 with e.g. Nginx vs. Apache.", &["Use TLS 1.3 with e.g. Nginx vs. Apache."]);
        check(
            "Node.js is fine. Use p. ej. un `SELECT 1. Nada` así.",
            &["Node.js is fine.", "Use p. ej. un `SELECT 1. Nada` así."],
        );
        check("1. Do this. 2. Do that.", &["1. Do this.", "2. Do that."]);
    }

    #[test]
    fn a_blank_line_ends_a_sentence() {
        check("A title\n\nSome text\nover lines.", &["A title", "Some text\nover lines."]);
    }

    #[test]
    fn nothing_gives_nothing() {
        check(" \n\n ", &[]);
        check("...", &["..."]);
    }
}
