//! Mends transcripts: spaces, immediate repetitions, light punctuation.
//!
//! Speech stutters, and machines write it down. What is mended here is only what nobody would miss; no word is added and
//! none is changed but for a capital at the beginning of a sentence. Mending twice is the same as mending once.

mod repetition;

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
        repetition::remove_tail(&mut words);
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

/// A word without the punctuation behind it.
fn core(word: &str) -> &str {
    word.trim_end_matches(CLINGING)
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
