//! Reads a text as sentences of words, each word as the concepts that it may stand for.

use std::collections::{BTreeMap, HashMap};

use regex::Regex;

use super::fold::fold;
use super::rules::RulesError;
use super::words::{split, without_digits};

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

/// Digits for letters, and letters set apart.
const ODD_SPELLING: &str = r"[a-z][013457@$]|[013457@$][a-z]|(?:\b[a-z][^a-z0-9]+){3}[a-z]\b";

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

    /// How many words and phrases stand for any of `concepts`.
    pub fn count(&self, concepts: Concepts) -> usize {
        self.phrases.values().flatten().filter(|phrase| phrase.concept & concepts != 0).count()
    }

    /// Finds every folded text that has a word or phrase of `concepts`, by the longest word of each, and others: it does not look
    /// where words end, and takes whatever is spelt oddly.
    pub fn hint(&self, concepts: Concepts) -> Result<Regex, regex::Error> {
        let phrases = self.phrases.values().flatten().filter(|phrase| phrase.concept & concepts != 0);
        let longest =
            |phrase: &Phrase| phrase.words.iter().map(Pattern::text).max_by_key(|text| text.len()).map(regex::escape);
        let patterns: Vec<String> = phrases.filter_map(longest).chain([ODD_SPELLING.to_owned()]).collect();
        Regex::new(&patterns.join("|"))
    }

    /// The sentences of `folded` (see [`fold`]): for each word the concepts of the word, and of the phrases that begin with it.
    pub fn read(&self, folded: &str) -> Vec<Vec<Concepts>> {
        split(folded).iter().map(|words| self.read_sentence(words)).collect()
    }

    fn read_sentence(&self, words: &[String]) -> Vec<Concepts> {
        let mut matches = Vec::new();
        let mut hidden_until = 0;
        for at in 0..words.len() {
            let found = self.phrases_at(&words[at..]);
            let harmless =
                found.iter().filter(|phrase| phrase.concept == self.harmless).map(|phrase| at + phrase.words.len());
            hidden_until = harmless.fold(hidden_until, usize::max);
            if at >= hidden_until {
                matches.extend(found.into_iter().map(|phrase| (at, at + phrase.words.len(), phrase.concept)));
            }
        }
        let mut read = vec![0; words.len()];
        for &(at, _, concept) in &matches {
            read[at] |= concept;
        }
        let whole = read.clone();
        let things = self.voids.iter().fold(0, |things, (_, by)| things | by);
        for (at, end, concept) in matches {
            // "the child's process": the possessive is a word of its own.
            let behind = end + usize::from(words.get(end).is_some_and(|word| word == "s"));
            let behind = whole.get(behind).copied().unwrap_or_default();
            if behind & things != 0 && self.voids.iter().any(|&(void, by)| void == concept && behind & by != 0) {
                read[at] &= !concept;
            }
        }
        read
    }

    /// The phrases that `words` begins with.
    fn phrases_at(&self, words: &[String]) -> Vec<&Phrase> {
        let mut found = Vec::new();
        let plain = without_digits(&words[0]);
        for first in [Some(words[0].as_str()), plain.as_deref()].into_iter().flatten() {
            let phrases = self.phrases.get(key(first)).map_or([].as_slice(), Vec::as_slice);
            found.extend(phrases.iter().filter(|phrase| {
                phrase.words.len() <= words.len()
                    && phrase.words[0].fits(first)
                    && phrase.words.iter().zip(words).skip(1).all(|(pattern, word)| pattern.fits(word))
            }));
        }
        found
    }
}

impl Pattern {
    /// Letters and digits alone.
    fn text(&self) -> &str {
        match self {
            Self::Whole(text) | Self::Beginning(text) => text,
        }
    }

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
