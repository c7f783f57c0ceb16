//! Where sentences begin and end, in English and Spanish prose with inline Markdown.

use std::ops::Range;

/// Abbreviations after whose full stop a sentence goes on, without that stop; in this case or with a capital in front.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "vs", "cf", "mr", "mrs", "dr", "st", "fig", "sec", "approx", "ca", "al", "p.ej", "ej", "p", "pp",
    "art", "sr", "sra", "aprox", "ed", "vol", "incl", "est",
];
/// Those that a number follows; elsewhere they are words, or end a sentence.
const BEFORE_NUMBERS: &[&str] = &["no", "núm", "num", "pág", "fig", "sec", "art", "p", "pp", "vol"];
/// Those that are written as they stand here.
const CAPITALS: &[&str] = &["EE.UU", "Ms"];

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
    mark != '.' || !is_abbreviation(before, next)
}

/// Whether the full stop behind `before` belongs to its last word, with `next` as what follows.
fn is_abbreviation(before: &str, next: char) -> bool {
    let mut words = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“'));
    let word = words.next().unwrap_or_default();
    let is_list_number = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) && before.trim() == word;
    // "500 ms.", "5 sec.": behind a number it is a unit.
    let is_unit = words.next().is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()));
    let lower = lower_first(word);
    let is_known = if BEFORE_NUMBERS.contains(&&*lower) {
        next.is_ascii_digit()
    } else {
        CAPITALS.contains(&word) || ABBREVIATIONS.contains(&&*lower)
    };
    is_list_number || (is_known && !is_unit) || is_initial(before, word)
}

/// Whether `word` is the initial of a name, as the "M" in "Robert M. Pirsig": not the end of "version N." or "plan B.".
fn is_initial(before: &str, word: &str) -> bool {
    let is_capital = |word: &str| word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let mut others = before[..before.len() - word.len()].split_whitespace().rev();
    is_capital(word) && others.next().is_some_and(|other| other.starts_with(char::is_uppercase))
}

/// `word` with its first letter, if that alone is a capital, in lower case.
fn lower_first(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if !chars.as_str().contains(char::is_uppercase) => first.to_lowercase().chain(chars).collect(),
        _ => word.to_owned(),
    }
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
        check(
            "See No. 5 by Robert M. Pirsig in the U.S. E.g. this.",
            &["See No. 5 by Robert M. Pirsig in the U.S.", "E.g. this."],
        );
    }

    #[test]
    fn units_words_and_letters_at_the_end_are_no_abbreviations() {
        check("It takes 500 ms. Then it ends.", &["It takes 500 ms.", "Then it ends."]);
        check("They wait for 5 sec. Then they go.", &["They wait for 5 sec.", "Then they go."]);
        check("It goes to the CA. The certificate is public.", &["It goes to the CA.", "The certificate is public."]);
        check(
            "Unas paran y otras no. Depende del plan B. Siempre.",
            &["Unas paran y otras no.", "Depende del plan B.", "Siempre."],
        );
        check("Roll back to version N. A drill helps.", &["Roll back to version N.", "A drill helps."]);
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
