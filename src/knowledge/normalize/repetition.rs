//! Immediate repetitions of a word or a short phrase: slips of the tongue, unless they are meant.

use super::core;

/// Longest phrase whose immediate repetition is taken for a slip, in words.
const LONGEST_PHRASE: usize = 4;

/// Words that are rightly said twice in a row, or whose doubling means something. Lower case.
const DOUBLES: &[&str] = &[
    // Grammar and emphasis.
    "that", "had", "is", "do", "her", "very", "really", "so", "much", "more", "many", "long", "far", "too", "no", "yes",
    "yeah", "bye", "ha", "blah", "knock", "muy", "sí", "ya", "más", "mucho", "bien", "casi", "luego", "nos", "poco",
];

/// Signs, as they are dictated. Lower case.
const SIGNS: &[&str] = &[
    "dot",
    "slash",
    "dash",
    "star",
    "plus",
    "minus",
    "equals",
    "colon",
    "hash",
    "bang",
    "hyphen",
    "underscore",
    "percent",
    "pipe",
    "ampersand",
    "backslash",
    "punto",
    "barra",
    "guion",
    "guión",
    "igual",
    "asterisco",
    "almohadilla",
];

/// Numbers in words: “port eighty eighty”. Lower case.
const NUMBERS: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "veinte",
    "treinta",
    "cuarenta",
    "cincuenta",
    "sesenta",
    "setenta",
    "ochenta",
    "noventa",
    "cien",
    "ciento",
    "mil",
    "millón",
];

/// Words that join a word to itself: “again and again and again”.
const JOINERS: &[&str] = &["and", "y", "or", "o", "by", "to", "after", "a", "por", "en", "tras", "on"];

/// Removes repetitions from the end of `words`. Called after each new word, it leaves none anywhere.
pub(super) fn remove_tail(words: &mut Vec<String>) {
    while let Some(length) = repeated_tail(words) {
        merge_tail(words, length);
    }
}

/// How many words at the end of `words` repeat those directly before them, if they are a slip.
fn repeated_tail(words: &[String]) -> Option<usize> {
    (1..=LONGEST_PHRASE.min(words.len() / 2)).find(|&length| {
        let (before, second) = words.split_at(words.len() - length);
        let (context, first) = before.split_at(before.len() - length);
        is_slip(context, first, second)
    })
}

fn is_slip(context: &[String], first: &[String], second: &[String]) -> bool {
    let same = first.iter().zip(second).all(|(a, b)| is_word(a) && is_word(b) && same_word(core(a), core(b)));
    // A sentence may begin as the one before it ended.
    let within = first.iter().chain(&second[..second.len() - 1]);
    if !same || within.into_iter().any(|word| !matches!(&word[core(word).len()..], "" | ",")) {
        return false;
    }
    let [word, others @ ..] = first else { return false };
    let is_one_word = others.iter().all(|other| same_word(core(word), core(other)));
    if first.iter().all(|word| is_dictated(core(word))) || (is_one_word && is_double(core(word))) {
        return false;
    }
    if let [a, b] = first {
        let (a, b) = (core(a).to_lowercase(), core(b).to_lowercase());
        let goes_on = JOINERS.contains(&a.as_str()) && context.last().is_some_and(|before| same_word(core(before), &b));
        return !goes_on && !["and", "y", "or", "o", "by"].contains(&b.as_str());
    }
    true
}

fn is_double(word: &str) -> bool {
    DOUBLES.contains(&word.to_lowercase().as_str())
}

/// Whether it is a number, a sign or a letter that is spelled: of those each counts.
fn is_dictated(word: &str) -> bool {
    let is_letter = word.chars().count() == 1 && !["I", "i", "a", "y"].contains(&word);
    let lower = word.to_lowercase();
    is_letter || SIGNS.contains(&lower.as_str()) || NUMBERS.contains(&lower.as_str())
}

/// Whether it is made of letters alone, but for an apostrophe or a hyphen inside and punctuation behind.
fn is_word(token: &str) -> bool {
    let core = core(token);
    core.starts_with(char::is_alphabetic) && core.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
}

fn same_word(a: &str, b: &str) -> bool {
    a == b || a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

/// Removes the repetition: the words of the first time, with the punctuation of the last.
fn merge_tail(words: &mut Vec<String>, length: usize) {
    let last = words.pop().expect("a repetition has words");
    words.truncate(words.len() + 1 - length);
    if let Some(kept) = words.last_mut() {
        kept.truncate(core(kept).len());
        kept.push_str(&last[core(&last).len()..]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::normalize;

    fn check(text: &str, expected: &str) {
        assert_eq!(normalize(text), expected);
    }

    #[test]
    fn repetitions_are_removed() {
        check("thanks thanks", "thanks");
        check("well I'm a I'm a cache and we we we use it it", "well I'm a cache and we use it");
        check("We, we are the the, best.", "We are the, best.");
        check("you can you can you can see", "you can see");
        check("el el servidor y y la la base de datos", "el servidor y la base de datos");
        check("is that is that una una cache", "is that una cache");
        check("one thing, one thing. Yes", "one thing. Yes");
    }

    #[test]
    fn meant_doubles_stay() {
        for text in [
            "that that is and had had",
            "very very fast, muy muy bien",
            "no no, no",
            "20 20 and 1.5 1.5",
            "twenty twenty",
            "Thanks. Thanks.",
            "again and again and again",
            "more and more and more",
            "a s s l key",
            "t s t s table",
            "port eighty eighty",
            "cuatro dos cuatro dos",
            "x == x",
            "-- --",
            "dot dot slash",
            "poco a poco",
            "Is it? Is it?",
            "`a a` b",
        ] {
            check(text, text);
        }
    }
}
