//! BM25 as sparse vectors: the passage's half holds saturated term frequencies, the question's half which terms it asks
//! for, and the engine multiplies in the inverse document frequency (Qdrant's IDF modifier).
//!
//! Formula: Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond* (2009); title and headings
//! are a field of their own with a higher weight, and so are questions that people ask, combined before saturation as in their BM25F. Pairs of neighbouring
//! words are terms too, with a low weight in the question (the sequential dependence of Metzler and Croft, 2005).

use std::collections::{HashMap, HashSet};
use std::io::Cursor;

use serde::{Deserialize, Serialize};

use super::SparseVector;
use super::terms::{self, Word};
use crate::question::Language;
use crate::words;

/// The free parameters of the formula, section `[bm25]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bm25Settings {
    /// Saturation of repeated terms.
    pub k1: f32,
    /// How much long passages are held back, from 0 to 1.
    pub b: f32,
    /// How many times a word of the title or of a heading counts.
    pub title_weight: f32,
    /// How many times a word of the questions counts that a passage is listed for.
    pub questions_weight: f32,
    /// Weight of a pair of neighbouring words in a question, where a single word weighs 1.
    pub pair_weight: f32,
}

impl Default for Bm25Settings {
    fn default() -> Self {
        Self { k1: 0.8, b: 0.4, title_weight: 1.5, questions_weight: 1.0, pair_weight: 0.3 }
    }
}

/// Encodes passages and questions. Two encoders with equal settings and equal average length are interchangeable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bm25 {
    settings: Bm25Settings,
    /// Mean number of words of a passage, its names included.
    average_length: f32,
}

impl Bm25 {
    /// An encoder for a corpus whose passages have `average_length` terms on average.
    pub fn new(settings: Bm25Settings, average_length: f32) -> Self {
        Self { settings, average_length: average_length.max(1.0) }
    }

    /// Whether points of this encoder may stay in an index that `fresh` would encode: same settings, and a mean length
    /// within a tenth.
    pub fn may_stand_for(&self, fresh: &Self) -> bool {
        self.settings == fresh.settings && (self.average_length / fresh.average_length - 1.0).abs() <= 0.1
    }

    /// Number of terms that count as the length of a text.
    pub fn length(text: &str, language: Language) -> usize {
        terms::words(text, language).count()
    }

    /// The vector of a passage.
    pub fn encode_passage(&self, fields: Fields<'_>, language: Language) -> SparseVector {
        let mut frequency: HashMap<u32, f32> = HashMap::new();
        let body: Vec<Word<'_>> = terms::words(fields.text, language).collect();
        count(&body, 1.0, &mut frequency);
        let names: Vec<Word<'_>> = terms::words(fields.names, language).collect();
        count(&names, self.settings.title_weight, &mut frequency);
        for question in fields.questions {
            let question: Vec<Word<'_>> = terms::words(question, language).collect();
            count(&question, self.settings.questions_weight, &mut frequency);
        }
        // What people ask makes a passage no longer.
        #[expect(clippy::cast_precision_loss, reason = "a passage has far fewer than 2^24 words")]
        let length = (body.len() + names.len()) as f32;
        let Bm25Settings { k1, b, .. } = self.settings;
        let damping = k1 * (1.0 - b + b * length / self.average_length);
        let entries = frequency.into_iter().map(|(term, tf)| (term, tf * (k1 + 1.0) / (tf + damping))).collect();
        SparseVector::from_entries(entries, f32::max)
    }

    /// The vector of a question: every term in the stems of both languages, since passages of both are searched.
    pub fn encode_question(&self, words: &[QuestionWord]) -> SparseVector {
        let mut entries = Vec::new();
        for language in Language::ALL {
            let mut previous: Option<(String, f32)> = None;
            for word in words {
                let stem = words::stem(&word.folded, language);
                entries.push((hash(&stem), word.weight));
                for part in &word.parts {
                    entries.push((hash(&words::stem(part, language)), word.weight));
                }
                if let Some((before, weight)) = previous.filter(|_| word.follows_previous) {
                    let weight = self.settings.pair_weight * weight.min(word.weight);
                    entries.push((hash_pair(&before, &stem), weight));
                }
                previous = Some((stem, word.weight));
            }
        }
        SparseVector::from_entries(entries, f32::max)
    }
}

/// The terms of a passage but for those that its questions alone hold.
pub fn own_terms(names: &str, text: &str, language: Language) -> HashSet<u32> {
    let mut frequency = HashMap::new();
    for field in [names, text] {
        count(&terms::words(field, language).collect::<Vec<_>>(), 1.0, &mut frequency);
    }
    frequency.into_keys().collect()
}

/// What of a passage is encoded.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// What names it.
    pub names: &'a str,
    /// Questions that it is listed for.
    pub questions: &'a [String],
    /// Its text.
    pub text: &'a str,
}

/// A word of a question, ready for both languages.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionWord {
    /// Lower case, without accents, not stemmed.
    pub folded: String,
    /// Folded parts of an identifier.
    pub parts: Vec<String>,
    /// How much it counts; 1 for a word that was asked.
    pub weight: f32,
    /// Whether it stood right behind the word before it in the list, stop words aside.
    pub follows_previous: bool,
}

fn count(words: &[Word<'_>], weight: f32, frequency: &mut HashMap<u32, f32>) {
    for word in words {
        for &term in &word.terms.hashes {
            *frequency.entry(term).or_default() += weight;
        }
    }
    for pair in words.windows(2) {
        *frequency.entry(hash_pair(&pair[0].terms.stem, &pair[1].terms.stem)).or_default() += weight;
    }
}

/// The dimension of a term: `MurmurHash3` (32 bit), as Qdrant's own BM25 uses.
pub fn hash(term: &str) -> u32 {
    // Reading from memory cannot fail.
    murmur3::murmur3_32(&mut Cursor::new(term.as_bytes()), 0).unwrap_or_default()
}

fn hash_pair(first: &str, second: &str) -> u32 {
    hash(&format!("{first} {second}"))
}
