//! Cuts folded text into sentences and words, and sees through spelling that hides a word.

/// The word that `h4ck` or `p@ssw0rd` is meant to be read as; none where there is no letter or nothing to replace.
pub fn without_digits(word: &str) -> Option<String> {
    let disguised = |c| matches!(c, '0' | '1' | '3' | '4' | '5' | '7' | '@' | '$');
    if !word.contains(disguised) || !word.contains(char::is_alphabetic) {
        return None;
    }
    let letter = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => c,
    };
    Some(word.chars().map(letter).collect())
}

/// Cuts folded text into words (`node.js` is one) and sentences (at `.`, `?`, `!`, `;` before anything but a word, and at blank lines).
pub fn split(text: &str) -> Vec<Vec<String>> {
    let mut sentences = Vec::new();
    let mut sentence = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let before_word = chars.peek().is_some_and(|next| next.is_alphanumeric());
        if c.is_alphanumeric() || (matches!(c, '@' | '$' | '.') && before_word && !word.is_empty()) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            sentence.push(std::mem::take(&mut word));
        }
        let ends = match c {
            '.' | '?' | '!' | ';' => !before_word,
            '\n' => chars.peek() == Some(&'\n'),
            _ => false,
        };
        if ends {
            sentences.push(join_spaced_letters(&std::mem::take(&mut sentence)));
        }
    }
    sentence.extend((!word.is_empty()).then_some(word));
    sentences.push(join_spaced_letters(&sentence));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// `i g n o r e` as `ignore`: four or more letters in a row that stand alone become one word.
fn join_spaced_letters(words: &[String]) -> Vec<String> {
    let alone = |word: &String| word.chars().count() == 1 && word.contains(char::is_alphabetic);
    let mut joined = Vec::with_capacity(words.len());
    for run in words.chunk_by(|before, word| alone(before) && alone(word)) {
        if run.len() >= 4 {
            joined.push(run.concat());
        } else {
            joined.extend_from_slice(run);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let sentences: Vec<String> = split(text).into_iter().map(|words| words.join("|")).collect();
        assert_eq!(sentences, expected);
    }

    #[test]
    fn sentences_end_before_anything_but_a_word() {
        check("use node.js. is it v1.2?no!", &["use|node.js", "is|it|v1.2|no"]);
        check("one\ntwo\n\nthree", &["one|two", "three"]);
        check("?! ...", &[]);
    }

    #[test]
    fn hidden_words_are_seen() {
        check("i g n o r e it, a b c", &["ignore|it|a|b|c"]);
        check("p@ss my$elf", &["p@ss|my$elf"]);
        assert_eq!(without_digits("h4ck").as_deref(), Some("hack"));
        assert_eq!((without_digits("2048"), without_digits("hack")), (None, None));
    }
}
