//! Reads a text as sentences of words, each word as the concepts that it may stand for.

use std::collections::{BTreeMap, HashMap};

use super::fold::fold;
use super::rules::RulesError;

/// A set of concepts, one bit each.
pub type Concepts = u128;

/// Which words and phrases stand for which concepts.
#[derive(Debug)]
pub struct Lexicon {
    names: Vec<String>,
    /// By the first characters of the phrase's first word.
    phrases: HashMap<String, Vec<Phrase>>,
    harmless: Concepts,
    voids: Vec<(Concepts, Concepts)>,
}

#[derive(Debug)]
struct Phrase {
    words: Vec<Pattern>,
    concept: Concepts,
}

#[derive(Debug)]
enum Pattern {
    Whole(String),
    Beginning(String),
}

/// So many characters of a word find the phrases that may begin with it.
const KEY_CHARS: usize = 3;

impl Lexicon {
    /// Compiles `concepts` (name to words and phrases); `harmless` names the concept whose phrases hide their words from
    /// all others, `voids` maps a concept to the one whose words, standing right behind, take it back.
    pub fn new(
        concepts: &BTreeMap<String, Vec<String>>,
        harmless: &str,
        voids: &BTreeMap<String, String>,
    ) -> Result<Self, RulesError> {
        if concepts.len() > Concepts::BITS as usize {
            return Err(RulesError::TooManyConcepts(concepts.len()));
        }
        let names = concepts.keys().cloned().collect();
        let mut lexicon = Self { names, phrases: HashMap::new(), harmless: 0, voids: Vec::new() };
        lexicon.harmless = lexicon.concept(harmless)?;
        for (name, entries) in concepts {
            let concept = lexicon.concept(name)?;
            for entry in entries {
                let (key, words) = parse(entry).ok_or_else(|| RulesError::BadPhrase(name.clone(), entry.clone()))?;
                lexicon.phrases.entry(key).or_default().push(Phrase { words, concept });
            }
        }
        for (concept, by) in voids {
            let pair = (lexicon.concept(concept)?, lexicon.concept(by)?);
            lexicon.voids.push(pair);
        }
        Ok(lexicon)
    }

    /// The bit of a concept.
    pub fn concept(&self, name: &str) -> Result<Concepts, RulesError> {
        let place = self.names.iter().position(|known| known == name);
        place.map(|place| 1 << place).ok_or_else(|| RulesError::UnknownConcept(name.to_owned()))
    }

    /// The sentences of `folded` (see [`fold`]): for each word the concepts of the word, and of the phrases that begin with it.
    pub fn read(&self, folded: &str) -> Vec<Vec<Concepts>> {
        split(folded).iter().map(|words| self.read_sentence(words)).collect()
    }

    fn read_sentence(&self, words: &[String]) -> Vec<Concepts> {
        let mut read = vec![0; words.len()];
        let mut hidden_until = 0;
        for at in 0..words.len() {
            let (concepts, harmless) = self.concepts_at(&words[at..]);
            hidden_until = hidden_until.max(at + harmless);
            read[at] = if at < hidden_until { 0 } else { concepts };
        }
        for at in 0..words.len() {
            // "the child's process": the possessive is a word of its own.
            let behind = at + 1 + usize::from(words.get(at + 1).is_some_and(|word| word == "s"));
            let behind = read.get(behind).copied().unwrap_or_default();
            for &(concept, by) in &self.voids {
                if behind & by != 0 {
                    read[at] &= !concept;
                }
            }
        }
        read
    }

    /// The concepts of the phrases that `words` begins with, and the length of the longest harmless one.
    fn concepts_at(&self, words: &[String]) -> (Concepts, usize) {
        let mut concepts = 0;
        let mut harmless = 0;
        let plain = without_digits(&words[0]);
        for first in [Some(words[0].as_str()), plain.as_deref()].into_iter().flatten() {
            for phrase in self.phrases.get(key(first)).map_or([].as_slice(), Vec::as_slice) {
                let rest = || phrase.words.iter().zip(words).skip(1).all(|(pattern, word)| pattern.fits(word));
                if phrase.words.len() > words.len() || !phrase.words[0].fits(first) || !rest() {
                    continue;
                }
                concepts |= phrase.concept;
                if phrase.concept == self.harmless {
                    harmless = harmless.max(phrase.words.len());
                }
            }
        }
        (concepts, harmless)
    }
}

impl Pattern {
    fn fits(&self, word: &str) -> bool {
        match self {
            Self::Whole(whole) => word == whole,
            Self::Beginning(beginning) => word.starts_with(beginning),
        }
    }
}

fn key(word: &str) -> &str {
    word.char_indices().nth(KEY_CHARS).map_or(word, |(end, _)| &word[..end])
}

fn parse(entry: &str) -> Option<(String, Vec<Pattern>)> {
    let folded = fold(entry);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let first = words.first()?.trim_end_matches('*');
    // A shorter beginning would not be found by its key.
    if words[0].ends_with('*') && first.chars().count() < KEY_CHARS {
        return None;
    }
    let pattern = |word: &&str| match word.strip_suffix('*') {
        Some(beginning) => Pattern::Beginning(beginning.to_owned()),
        None => Pattern::Whole((*word).to_owned()),
    };
    let plain = |word: &&str| word.trim_end_matches('*').chars().all(char::is_alphanumeric);
    words.iter().all(plain).then(|| (key(first).to_owned(), words.iter().map(pattern).collect()))
}

/// The word that `h4ck` or `p@ssw0rd` is meant to be read as; none where there is no letter or nothing to replace.
fn without_digits(word: &str) -> Option<String> {
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

/// Cuts folded text into sentences (at `.`, `?`, `!`, `;` before anything but a word, and at blank lines) and words.
fn split(text: &str) -> Vec<Vec<String>> {
    let mut sentences = Vec::new();
    let mut sentence = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let before_word = chars.peek().is_some_and(|next| next.is_alphanumeric());
        if c.is_alphanumeric() || (matches!(c, '@' | '$') && before_word && !word.is_empty()) {
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
            sentences.push(join_spaced_letters(std::mem::take(&mut sentence)));
        }
    }
    sentence.extend((!word.is_empty()).then_some(word));
    sentences.push(join_spaced_letters(sentence));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// `i g n o r e` as `ignore`: four or more letters in a row that stand alone become one word.
fn join_spaced_letters(words: Vec<String>) -> Vec<String> {
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

    fn lexicon() -> Lexicon {
        let concepts = [
            ("act", vec!["kill*", "break into"]),
            ("harmless", vec!["kill time"]),
            ("person", vec!["child"]),
            ("thing", vec!["process*"]),
        ];
        let concepts = concepts.map(|(name, words)| (name.to_owned(), words.into_iter().map(str::to_owned).collect()));
        let voids = [("person".to_owned(), "thing".to_owned())];
        Lexicon::new(&concepts.into(), "harmless", &voids.into()).expect("a valid lexicon")
    }

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let lexicon = lexicon();
        let names = |word: Concepts| {
            let names = lexicon.names.iter().enumerate().filter(move |(place, _)| word & (1 << place) != 0);
            names.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("+")
        };
        let read: Vec<Vec<String>> =
            lexicon.read(&fold(text)).into_iter().map(|sentence| sentence.into_iter().map(names).collect()).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn words_and_phrases_stand_for_concepts() {
        check("Kill the child", &[&["act", "", "person"]]);
        check("killing; break in. BREAK into", &[&["act"], &["", ""], &["act", ""]]);
        check("k1ll k i l l kıll", &[&["act", "act", "act"]]);
    }

    #[test]
    fn harmless_phrases_and_things_are_no_danger() {
        check("kill time", &[&["", ""]]);
        check("kill the child's process", &[&["act", "", "", "", "thing"]]);
    }

    #[test]
    fn a_phrase_that_could_never_be_found_is_refused() {
        for entry in ["a*", "", "user's", "*"] {
            let concepts = [("harmless".to_owned(), vec![entry.to_owned()])];
            let result = Lexicon::new(&concepts.into(), "harmless", &BTreeMap::new());
            assert!(matches!(result, Err(RulesError::BadPhrase(..))), "{entry}");
        }
    }
}
