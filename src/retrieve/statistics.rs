//! What an index knows of its words: how common each term is, and which words name its subjects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::Point;
use crate::embed::{bm25, terms};
use crate::question::Language;
use crate::words;

/// What one word says of the language of a text at most, as a logarithm.
const MOST_OF_A_WORD: f32 = 2.0;
/// So much tells the language.
const SURE: f32 = 1.0;

/// Counts over all passages of an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Number of passages.
    pub passages: u32,
    /// For each term the number of passages that hold it.
    #[serde(with = "sorted")]
    passages_with: HashMap<u32, u32>,
    /// Folded words of titles, headings and tags: what the corpus is about.
    pub subject_words: BTreeSet<String>,
}

impl Statistics {
    /// Counts one more passage.
    pub fn add(&mut self, point: &Point) {
        self.passages += 1;
        for (term, _) in point.bm25.entries() {
            *self.passages_with.entry(term).or_default() += 1;
        }
        let passage = &point.passage;
        let names = std::iter::once(&passage.title).chain(&passage.headings).chain(&passage.tags);
        for word in names.flat_map(|name| terms::words(name, passage.lang)) {
            self.subject_words.insert(words::fold(word.surface));
        }
    }

    /// The language in whose passages the words of `text` are commoner; `None` where their stems do not tell, or tell too little.
    /// For questions of few words, none of which is of a language by itself (`registro A`).
    pub fn language_of(&self, text: &str) -> Option<Language> {
        let with = |term: u32| {
            #[expect(clippy::cast_precision_loss, reason = "a ratio of counts needs no more digits")]
            let count = self.passages_with.get(&term).copied().unwrap_or_default() as f32;
            count + 0.5
        };
        let balance: f32 = words::words(text)
            .map(|word| {
                let folded = words::fold(word);
                let [english, spanish] =
                    [Language::English, Language::Spanish].map(|own| bm25::hash(&words::stem(&folded, own)));
                (with(spanish) / with(english)).ln().clamp(-MOST_OF_A_WORD, MOST_OF_A_WORD)
            })
            .sum();
        match balance {
            _ if balance > SURE => Some(Language::Spanish),
            _ if balance < -SURE => Some(Language::English),
            _ => None,
        }
    }

    /// Inverse document frequency of a term, by Qdrant's formula: `ln((N − n + 0.5) / (n + 0.5) + 1)`.
    #[expect(clippy::cast_precision_loss, reason = "rounding a count of millions does not change a ranking")]
    pub fn idf(&self, term: u32) -> f32 {
        self.idf_of(self.passages_with.get(&term).copied().unwrap_or_default() as f32)
    }

    #[expect(clippy::cast_precision_loss, reason = "rounding a count of millions does not change a ranking")]
    fn idf_of(&self, with: f32) -> f32 {
        let all = self.passages as f32;
        ((all - with + 0.5) / (with + 0.5) + 1.0).ln()
    }

    /// The inverse document frequency of a term that no passage holds: the highest there is.
    pub fn idf_of_unknown(&self) -> f32 {
        self.idf_of(0.0)
    }

    /// Whether any passage holds the term.
    pub fn knows(&self, term: u32) -> bool {
        self.passages_with.contains_key(&term)
    }
}

/// Written in the order of the keys, so that equal statistics give equal bytes.
mod sorted {
    use super::{BTreeMap, HashMap};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(map: &HashMap<u32, u32>, serializer: S) -> Result<S::Ok, S::Error> {
        map.iter().collect::<BTreeMap<_, _>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashMap<u32, u32>, D::Error> {
        HashMap::deserialize(deserializer)
    }
}
