//! Finds the cues of topics in a text.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::question::Language;
use crate::words::{fold, stem, words};

/// A part of a topic, by their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub topic: usize,
    pub subtopic: usize,
}

/// A word or phrase, and what it shows.
#[derive(Debug)]
pub struct Cue {
    words: Vec<Form>,
    pub place: Place,
}

/// What of a word is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    /// The word as written.
    Exact(String),
    /// Its stem in a language.
    Stem(Language, String),
}

impl Cue {
    /// The cue that is written as `text`; `None` if that has no word.
    pub fn new(text: &str, language: Language, place: Place) -> Option<Self> {
        let exact = text.chars().any(char::is_uppercase);
        let form = |word: &str| {
            if exact { Form::Exact(word.to_owned()) } else { Form::Stem(language, stem(&fold(word), language)) }
        };
        let words: Vec<_> = words(text).map(form).collect();
        (!words.is_empty()).then_some(Self { words, place })
    }

    /// Whether it has several words.
    pub fn is_phrase(&self) -> bool {
        self.words.len() > 1
    }
}

/// A cue that stands in a text, and how often.
pub struct Hit<'a> {
    pub cue: &'a Cue,
    pub count: f64,
}

/// Cues, to be looked up by their first word.
pub struct Cues {
    all: Vec<Cue>,
    /// A number for each form of a word of a cue.
    numbers: HashMap<Form, usize>,
    /// The words of each cue, by number.
    words: Vec<Vec<usize>>,
    /// The cues that begin with the word of each number.
    beginning: HashMap<usize, Vec<usize>>,
    /// For each language the words of texts met lately, and the numbers under which cues may name them.
    known: [Cache<Box<str>, Arc<[usize]>>; 2],
}

/// How many words of each language are kept.
const KEPT: usize = 8_192;
/// Longer ones are not.
const MOST_BYTES: usize = 40;

impl Cues {
    pub fn new(all: Vec<Cue>) -> Self {
        let mut numbers: HashMap<Form, usize> = HashMap::new();
        let mut number = |form: &Form| {
            let next = numbers.len();
            *numbers.entry(form.clone()).or_insert(next)
        };
        let words: Vec<Vec<usize>> = all.iter().map(|cue| cue.words.iter().map(&mut number).collect()).collect();
        let mut beginning: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, words) in words.iter().enumerate() {
            beginning.entry(words[0]).or_default().push(at);
        }
        Self { all, numbers, words, beginning, known: Language::ALL.map(|_| Cache::new(KEPT)) }
    }

    /// The cues in `text`, always in the same order. A word counts for the longest cues that begin with it, and only
    /// for those.
    pub fn hits(&self, text: &str, language: Language) -> Vec<Hit<'_>> {
        let text: Vec<Arc<[usize]>> = words(text).map(|word| self.numbers_of(word, language)).collect();
        let mut hits: BTreeMap<usize, f64> = BTreeMap::new();
        let mut at = 0;
        while at < text.len() {
            let known = text[at].iter().filter_map(|number| self.beginning.get(number)).flatten();
            let matching: Vec<usize> = known.copied().filter(|&cue| self.begins(cue, &text[at..])).collect();
            let longest = matching.iter().map(|&cue| self.words[cue].len()).max().unwrap_or(1);
            let mut counted: Vec<Place> = Vec::new();
            for cue in matching.into_iter().filter(|&cue| self.words[cue].len() == longest) {
                // One word of the text that is a cue in both languages is still one word.
                if !counted.contains(&self.all[cue].place) {
                    counted.push(self.all[cue].place);
                    *hits.entry(cue).or_default() += 1.0;
                }
            }
            at += longest;
        }
        hits.into_iter().map(|(cue, count)| Hit { cue: &self.all[cue], count }).collect()
    }

    /// Whether `text` begins with a cue.
    fn begins(&self, cue: usize, text: &[Arc<[usize]>]) -> bool {
        let cue = &self.words[cue];
        text.len() >= cue.len() && cue.iter().zip(text).all(|(word, numbers)| numbers.contains(word))
    }

    /// The numbers under which a cue may name a word of a text, from memory if it was met lately: most words are in no cue,
    /// and all are met over and over.
    fn numbers_of(&self, word: &str, language: Language) -> Arc<[usize]> {
        if word.len() > MOST_BYTES {
            return self.look_up(word, language);
        }
        let known = &self.known[language as usize];
        known.get(word).unwrap_or_else(|| {
            let numbers = self.look_up(word, language);
            known.insert(word.into(), Arc::clone(&numbers));
            numbers
        })
    }

    /// English cues count in both languages.
    fn look_up(&self, word: &str, language: Language) -> Arc<[usize]> {
        let folded = fold(word);
        let exact = [Some(word), word.strip_suffix('s')].into_iter().flatten().map(|word| Form::Exact(word.to_owned()));
        let known = Language::ALL.into_iter().filter(|&known| known == Language::English || known == language);
        let stems = known.map(|language| Form::Stem(language, stem(&folded, language)));
        exact.chain(stems).filter_map(|form| self.numbers.get(&form).copied()).collect()
    }
}
