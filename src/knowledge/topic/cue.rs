//! Finds the cues of topics in a text.

use std::collections::{BTreeMap, HashMap, HashSet};

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

impl Form {
    /// The word, or what is left of it.
    fn word(&self) -> &str {
        match self {
            Self::Exact(word) | Self::Stem(_, word) => word,
        }
    }
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

    fn begins(&self, forms: &[Vec<Form>]) -> bool {
        forms.len() >= self.words.len() && self.words.iter().zip(forms).all(|(word, forms)| forms.contains(word))
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
    first_words: HashMap<Form, Vec<usize>>,
    /// How the words of all cues begin, folded. Most words of a text begin otherwise and need not be stemmed.
    beginnings: HashSet<String>,
}

/// Stemming leaves so many characters at the beginning of a word alone.
const BEGINNING: usize = 3;

impl Cues {
    pub fn new(all: Vec<Cue>) -> Self {
        let mut first_words: HashMap<Form, Vec<usize>> = HashMap::new();
        for (at, cue) in all.iter().enumerate() {
            first_words.entry(cue.words[0].clone()).or_default().push(at);
        }
        let words = all.iter().flat_map(|cue| &cue.words);
        let beginnings = words.map(|form| fold(form.word()).chars().take(BEGINNING).collect()).collect();
        Self { all, first_words, beginnings }
    }

    /// Whether a folded word may be one of a cue.
    fn may_hold(&self, folded: &str) -> bool {
        let ends = folded.char_indices().map(|(at, c)| at + c.len_utf8()).take(BEGINNING);
        ends.into_iter().any(|end| self.beginnings.contains(&folded[..end]))
    }

    /// The cues in `text`, always in the same order. A word counts for the longest cues that begin with it, and only
    /// for those.
    pub fn hits(&self, text: &str, language: Language) -> Vec<Hit<'_>> {
        let forms = self.forms(text, language);
        let mut hits: BTreeMap<usize, f64> = BTreeMap::new();
        let mut at = 0;
        while at < forms.len() {
            let known = forms[at].iter().filter_map(|form| self.first_words.get(form)).flatten();
            let matching: Vec<usize> = known.copied().filter(|&cue| self.all[cue].begins(&forms[at..])).collect();
            let longest = matching.iter().map(|&cue| self.all[cue].words.len()).max().unwrap_or(1);
            let mut counted: Vec<Place> = Vec::new();
            for cue in matching.into_iter().filter(|&cue| self.all[cue].words.len() == longest) {
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

    /// The forms of each word of `text` under which a cue may name it: English cues count in both languages.
    fn forms(&self, text: &str, language: Language) -> Vec<Vec<Form>> {
        let known = || Language::ALL.into_iter().filter(|&known| known == Language::English || known == language);
        let forms = |word: &str| {
            let folded = fold(word);
            if !self.may_hold(&folded) {
                return Vec::new();
            }
            let mut forms = vec![Form::Exact(word.to_owned())];
            forms.extend(word.strip_suffix('s').map(|one| Form::Exact(one.to_owned())));
            forms.extend(known().map(|language| Form::Stem(language, stem(&folded, language))));
            forms
        };
        words(text).map(forms).collect()
    }
}
