//! Mends transcripts: spaces, immediate repetitions, light punctuation.
//!
//! Speech stutters, and machines write it down. What is mended here is only what nobody would miss; no word is added and
//! none is changed but for a capital at the beginning of a sentence. Mending twice is the same as mending once.

/// Longest phrase whose immediate repetition is taken for a slip, in words.
const LONGEST_PHRASE: usize = 4;

/// Words that are rightly said twice in a row, or whose doubling means something. Lower case.
const DOUBLES: &[&str] = &[
    // Grammar and emphasis.
    "that",
    "had",
    "is",
    "do",
    "her",
    "very",
    "really",
    "so",
    "much",
    "more",
    "many",
    "long",
    "far",
    "too",
    "no",
    "yes",
    "yeah",
    "bye",
    "ha",
    "blah",
    "knock",
    "muy",
    "sí",
    "ya",
    "más",
    "mucho",
    "bien",
    "casi",
    "luego",
    "nos",
    "poco",
    // Numbers and signs, as they are dictated.
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
    "twenty",
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
    "veinte",
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

/// Words that join a word to itself: “again and again and again”.
const JOINERS: &[&str] = &["and", "y", "or", "o", "by", "to", "after", "a", "por", "en", "tras", "on"];

/// After these a full stop ends no sentence. Lower case.
const ABBREVIATIONS: &[&str] = &[
    "etc", "vs", "cf", "approx", "no", "fig", "dr", "mr", "mrs", "ms", "st", "ej", "aprox", "sr", "sra", "pág", "núm",
    "al",
];

/// Endings of names that a transcript may part from them: “Node. js”.
const NAME_ENDINGS: &[&str] = &["js", "ts", "io", "com", "org", "net", "es", "rs", "py", "dev", "yaml", "yml", "json"];

/// Punctuation that clings to the word before it.
const CLINGING: [char; 6] = [',', '.', ';', ':', '?', '!'];

/// Mends `text`, which is speech. Idempotent.
pub fn normalize(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for token in text.split_whitespace() {
        let token = tidied(token);
        let Some(rest) = cling(&token, &mut words) else { continue };
        words.push(rest.to_owned());
        while let Some(length) = repeated_tail(&words) {
            merge_tail(&mut words, length);
        }
    }
    capitalise(&mut words);
    words.join(" ")
}

/// Two full stops or commas at a word's end become one; three are an ellipsis.
fn tidied(token: &str) -> String {
    for mark in ['.', ','] {
        let marks = token.len() - token.trim_end_matches(mark).len();
        if marks == 2 {
            return token[..token.len() - 1].to_owned();
        }
    }
    token.to_owned()
}

/// Moves punctuation that stands alone, or a comma before a word, to the word before it. Gives what is left of the token.
fn cling<'t>(token: &'t str, words: &mut [String]) -> Option<&'t str> {
    let Some(last) = words.last_mut() else { return Some(token) };
    let mut chars = token.chars();
    let Some(mark) = chars.next().filter(|mark| CLINGING.contains(mark)) else { return Some(token) };
    let rest = chars.as_str();
    if !(rest.is_empty() || (mark == ',' && rest.starts_with(char::is_alphabetic))) {
        return Some(token);
    }
    let is_marked = last.ends_with(CLINGING);
    // A second mark adds nothing, except that “?” and “!” go together.
    if !is_marked || (matches!(mark, '?' | '!') && last.ends_with(['?', '!']) && !last.ends_with(mark)) {
        last.push(mark);
    }
    (!rest.is_empty()).then_some(rest)
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
    match first {
        [word] => !is_double(core(word)),
        [a, b] => {
            let (a, b) = (core(a).to_lowercase(), core(b).to_lowercase());
            let goes_on =
                JOINERS.contains(&a.as_str()) && context.last().is_some_and(|before| same_word(core(before), &b));
            !goes_on && !["and", "y", "or", "o", "by"].contains(&b.as_str())
        }
        _ => true,
    }
}

fn is_double(word: &str) -> bool {
    let lower = word.to_lowercase();
    let is_letter = word.chars().count() == 1 && !["I", "i", "a", "y"].contains(&word);
    is_letter || DOUBLES.contains(&lower.as_str())
}

/// Whether it is made of letters alone, but for an apostrophe or a hyphen inside and punctuation behind.
fn is_word(token: &str) -> bool {
    let core = core(token);
    core.starts_with(char::is_alphabetic) && core.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
}

/// A word without the punctuation behind it.
fn core(word: &str) -> &str {
    word.trim_end_matches(CLINGING)
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

/// A capital behind a full stop.
fn capitalise(words: &mut [String]) {
    for at in 1..words.len() {
        let (before, from) = words.split_at_mut(at);
        let (before, word) = (&before[at - 1], &mut from[0]);
        if ends_sentence(before) && may_begin(core(word)) {
            let first = word.chars().next().expect("begins with a letter");
            let capital: String = first.to_uppercase().collect();
            word.replace_range(..first.len_utf8(), &capital);
        }
    }
}

fn ends_sentence(word: &str) -> bool {
    let Some(bare) = word.strip_suffix('.') else { return false };
    bare.chars().count() > 1
        && bare.chars().all(|c| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-'))
        && !ABBREVIATIONS.contains(&bare.to_lowercase().as_str())
}

/// Whether a lower-case word may take a capital: not a command such as `npm`, which nobody can pronounce, nor `iPhone`.
fn may_begin(word: &str) -> bool {
    word.chars().all(|c| c.is_lowercase() || matches!(c, '\'' | '’'))
        && word.starts_with(char::is_alphabetic)
        && word.contains(|c| "aeiouyáéíóúü".contains(c))
        && !NAME_ENDINGS.contains(&word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(normalize(text), expected);
        assert_eq!(normalize(expected), expected);
    }

    #[test]
    fn repetitions_are_removed() {
        check("thanks thanks", "thanks");
        check("well I'm a I'm a cache and we we we use it it", "well I'm a cache and we use it");
        check("We, we are the the, best.", "We are the, best.");
        check("you can you can you can see", "you can see");
        check("el el servidor y y la la base de datos", "el servidor y la base de datos");
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

    #[test]
    fn punctuation_is_mended() {
        check("so , it works .. really ,and well.. Yes", "so, it works. Really, and well. Yes");
        check("wait ... what ? ! ok", "wait ... what?! ok");
        check("a , , b", "a, b");
        check(", , b", ", b");
    }

    #[test]
    fn sentences_begin_with_a_capital() {
        check("it ends. it begins. ésta también.", "it ends. It begins. Ésta también.");
        for text in [
            "use e.g. this",
            "etc. and so",
            "run it. npm install",
            "Node. js",
            "wait... what",
            "an iPhone. iPhone",
            "a. b",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn space_collapses() {
        check("  a\n\tb  ", "a b");
        check("", "");
    }

    proptest! {
        #[test]
        fn twice_is_once(
            text in prop_oneof![
                any::<String>(),
                "(([aAiIbB]|the|The|no|and|ǅ|ß|İ|1)?[.,?!;:…]{0,3} {0,2}){0,20}",
            ]
        ) {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once.as_str());
        }

        #[test]
        fn no_word_is_invented(text in "((we|use|a|cache|The|no|that)[.,?]{0,2} {1,2}){0,20}") {
            let words = |text: &str| -> Vec<String> { text.split_whitespace().map(|word| core(word).to_lowercase()).collect() };
            let before = words(&text);
            let mut rest = before.iter();
            for word in words(&normalize(&text)) {
                prop_assert!(rest.any(|known| *known == word), "{word}");
            }
        }
    }
}
