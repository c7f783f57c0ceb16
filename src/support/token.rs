//! A text as what it says: words by their stems, names, numbers by their values, dates and units.

use std::ops::Range;

use super::number::{self, Numeral};
use super::run::{Run, runs};
use crate::question::Language;
use crate::words::{is_stopword, stem, without_possessive};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Says nothing about a subject.
    Filler,
    /// An ordinary word.
    Word,
    /// A word whose capital may come from its place alone: a name, or not.
    MaybeName,
    /// A name: capitalised, and not for its place.
    Name,
    /// A month.
    Date,
    /// A unit, behind a number.
    Unit,
    /// A number or an ordinal.
    Number,
}

/// A word or number of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    /// What it is compared by; equal for forms of one word and for ways to write one number.
    pub(super) key: String,
    /// What it is. A capitalised word is a [`Kind::Word`] until [`super::evidence`] has looked at its surroundings.
    pub(super) kind: Kind,
    /// Whether it begins with a capital.
    pub(super) is_capital: bool,
    /// Whether a capital means nothing here, since a sentence or a quote begins.
    pub(super) opens: bool,
    /// Whether it denies.
    pub(super) denies: bool,
}

impl Token {
    /// Whether it says anything.
    pub(super) fn is_content(&self) -> bool {
        self.kind != Kind::Filler
    }
}

/// Words that deny, folded.
const ENGLISH_DENIALS: &[&str] =
    &["not", "no", "never", "without", "none", "nor", "neither", "cannot", "nobody", "nothing"];
const SPANISH_DENIALS: &[&str] =
    &["no", "nunca", "sin", "ningun", "ninguna", "ninguno", "jamas", "nadie", "tampoco", "ni", "nada"];
/// What stands behind the apostrophe of a contraction, but for the `t` of `n't`.
const CONTRACTED: &[&str] = &["ll", "re", "ve", "d", "m"];
const MONTHS: [&str; 2] = [
    "january february march april may june july august september october november december",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
];

/// The tokens of `text`, at most `most`, and whether there were more.
pub(super) fn tokens(text: &str, language: Language, most: usize) -> (Vec<Token>, bool) {
    let mut runs = runs(text, most);
    let has_more = runs.len() > most;
    runs.truncate(most);
    (Reader { runs: &runs, language }.tokens(), has_more)
}

struct Reader<'r> {
    runs: &'r [Run<'r>],
    language: Language,
}

impl Reader<'_> {
    fn tokens(&self) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::with_capacity(self.runs.len());
        let mut at = 0;
        while at < self.runs.len() {
            let before = tokens.last();
            // Behind a number, `second` is a unit.
            let is_unit = before.is_some_and(|before| before.kind == Kind::Number)
                && number::unit(&self.runs[at].folded).is_some();
            let number = if is_unit { None } else { self.number(at) };
            let (token, used) = number.unwrap_or_else(|| (self.word(at, before), 1));
            let is_suffix = token.kind == Kind::Filler && token.key.is_empty();
            if !is_suffix {
                tokens.push(token);
            }
            at += used;
        }
        tokens
    }

    /// The number that begins at `at`, if one does, and how many runs it takes.
    fn number(&self, at: usize) -> Option<(Token, usize)> {
        let run = &self.runs[at];
        let is_digits = run.text.starts_with(|c: char| c.is_ascii_digit());
        let (mut value, mut used) = if is_digits {
            let Some(value) = self.year_of_range(at).or_else(|| number::value(run.text)) else {
                return Some((self.token(at, 1, run.text.to_owned(), Kind::Number), 1));
            };
            (value, 1)
        } else {
            match number::numeral(&run.folded, self.language)? {
                Numeral::Plain(value) => (value, 1),
                Numeral::Tens(tens) => self.with_units(at, tens),
                Numeral::Scale(scale) => (scale, 1),
                Numeral::One => match self.scale(at + 1) {
                    Some(scale) => (scale, 2),
                    None => return Some((self.token(at, 1, number::key(1.0), Kind::Filler), 1)),
                },
            }
        };
        while let Some(scale) = self.scale(at + used) {
            value *= scale;
            used += 1;
        }
        Some((self.token(at, used, number::key(value), Kind::Number), used))
    }

    /// The second year of `2018–19`.
    fn year_of_range(&self, at: usize) -> Option<f64> {
        let (run, before) = (&self.runs[at], self.runs.get(at.checked_sub(1)?)?);
        let is_range = matches!(run.gap, "-" | "–" | "/") && run.text.len() == 2 && before.text.len() == 4;
        let century = before.text.get(..2).filter(|_| is_range)?;
        number::value(&format!("{century}{}", run.text))
    }

    /// `tens` and the units behind it (`twenty-five`, `treinta y cinco`), and how many runs they take.
    fn with_units(&self, at: usize, tens: f64) -> (f64, usize) {
        let is_and = self.language == Language::Spanish && self.runs.get(at + 1).is_some_and(|run| run.text == "y");
        let next = if is_and { 2 } else { 1 };
        let units = self.runs.get(at + next).filter(|run| matches!(run.gap, "-" | " "));
        match units.and_then(|run| number::numeral(&run.folded, self.language)) {
            Some(Numeral::Plain(units)) if (1.0..10.0).contains(&units) => (tens + units, next + 1),
            Some(Numeral::One) if is_and || self.language == Language::English => (tens + 1.0, next + 1),
            _ => (tens, 1),
        }
    }

    fn scale(&self, at: usize) -> Option<f64> {
        let run = self.runs.get(at).filter(|run| run.gap.chars().all(char::is_whitespace))?;
        match number::numeral(&run.folded, self.language) {
            Some(Numeral::Scale(scale)) => Some(scale),
            _ => None,
        }
    }

    /// The word at `at`, with `before` in front of it; an empty filler for what only ends a number (the `th` of `5th`).
    fn word(&self, at: usize, before: Option<&Token>) -> Token {
        let run = &self.runs[at];
        let folded = run.folded.as_str();
        let is_behind_number = before.is_some_and(|before| before.kind == Kind::Number);
        if run.text == "%" || (folded == "cent" || folded == "ciento") && self.is_behind(at, &["per", "por"]) {
            return self.token(at, 1, "%".to_owned(), Kind::Unit);
        }
        if is_behind_number && run.gap.is_empty() && matches!(folded, "st" | "nd" | "rd" | "th" | "º" | "ª") {
            return self.token(at, 1, String::new(), Kind::Filler);
        }
        if let Some(unit) = number::unit(folded).filter(|_| is_behind_number) {
            return self.token(at, 1, unit.to_owned(), Kind::Unit);
        }
        if let Some(month) = self.month(at, folded) {
            return self.token(at, 1, format!("month {month}"), Kind::Date);
        }
        let bare = without_possessive(folded);
        let denials = if self.language == Language::English { ENGLISH_DENIALS } else { SPANISH_DENIALS };
        let denies = bare.ends_with("n't") || denials.contains(&bare);
        let is_contraction = bare.split_once('\'').is_some_and(|(_, end)| CONTRACTED.contains(&end));
        let is_letter = bare.len() == 1 && bare == run.text;
        let is_filler = denies || is_contraction || is_letter || is_stopword(bare, self.language);
        let kind = if is_filler { Kind::Filler } else { Kind::Word };
        let key = if is_filler { bare.to_owned() } else { stem(bare, self.language) };
        Token { denies, ..self.token(at, 1, key, kind) }
    }

    /// The number of the month that the folded word at `at` names. Short forms, and the month of May, need a number beside them.
    fn month(&self, at: usize, folded: &str) -> Option<usize> {
        let is_number = |run: &Run<'_>| run.text.starts_with(|c: char| c.is_ascii_digit());
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| self.runs.get(at));
        let has_number = beside.into_iter().any(is_number);
        if self.language == Language::English && !self.runs[at].text.starts_with(char::is_uppercase) {
            return None;
        }
        let names = MONTHS[self.language as usize].split(' ');
        let (month, name) = names.enumerate().find(|(_, name)| {
            *name == folded || (has_number && (folded == &name[..3] || folded == "sept" && *name == "september"))
        })?;
        (has_number || name != "may" && name == folded).then_some(month + 1)
    }

    fn is_behind(&self, at: usize, words: &[&str]) -> bool {
        at.checked_sub(1).is_some_and(|before| words.contains(&self.runs[before].text))
    }

    fn token(&self, at: usize, used: usize, key: String, kind: Kind) -> Token {
        let (first, last) = (&self.runs[at], &self.runs[at + used - 1]);
        let opens = at == 0 || first.gap.contains(['.', '!', '?', ':', '"', '“', '«', '¿', '¡', '\n']);
        let is_capital = first.text.starts_with(char::is_uppercase);
        Token { range: first.range.start..last.range.end, key, kind, is_capital, opens, denies: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, language: Language, expected: &str) {
        let (tokens, _) = tokens(text, language, 100);
        let shown: Vec<String> = tokens
            .iter()
            .filter(|token| token.is_content() || token.denies)
            .map(|token| match token.kind {
                Kind::Filler => format!("!{}", token.key),
                Kind::Word | Kind::MaybeName | Kind::Name => token.key.clone(),
                Kind::Date | Kind::Unit | Kind::Number => format!("<{}>", token.key),
            })
            .collect();
        assert_eq!(shown.join(" "), expected, "{text}");
    }

    #[test]
    fn words_are_stems_and_fillers_are_left() {
        check(
            "The queue's jobs aren't retried, and it's never lost.",
            Language::English,
            "queue job !aren't retri !never lost",
        );
        check("Las colas no pierden los trabajos.", Language::Spanish, "col !no pierd trabaj");
    }

    #[test]
    fn numbers_are_values_however_they_are_written() {
        check("twenty-five of 1,200 rows, the 5th and the third", Language::English, "<25> <1200> row <5> <3>");
        check("$2.4 million, two hundred thousand, a million", Language::English, "<2400000> <200000> <1000000>");
        check(
            "treinta y cinco de 1.200 filas; dos mil; un millón",
            Language::Spanish,
            "<35> <1200> fil <2000> <1000000>",
        );
        check("the 2018–19 season, version 1.3.2", Language::English, "<2018> <2019> season version <1.3.2>");
    }

    #[test]
    fn units_and_months_stand_beside_numbers() {
        check(
            "30s, a 30-second wait, seconds, 5 per cent and 5%",
            Language::English,
            "<30> <s> <30> <s> wait second <5> <%> <5> <%>",
        );
        check(
            "On 5 May, Nov 05 or in December it may march",
            Language::English,
            "<5> <month 5> <month 11> <5> <month 12> march",
        );
        check("el 5 de mayo, el 10 por ciento", Language::Spanish, "<5> <month 5> <10> <%>");
    }

    #[test]
    fn no_more_is_read_than_asked_for() {
        let text = "word ".repeat(100);
        assert!(!tokens(&text, Language::English, 100).1);
        let (tokens, has_more) = tokens(&text, Language::English, 99);
        assert_eq!((tokens.len(), has_more), (99, true));
    }
}
