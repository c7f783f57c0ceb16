//! What an index knows of its words: how common each term is, and which words name its subjects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Point;
use crate::embed::{bm25, terms};
use crate::language;
use crate::question::Language;
use crate::reading;
use crate::words;

/// What one word says of the language of a text at most, as a logarithm.
const MOST_OF_A_WORD: f32 = 2.0;
/// How many points one core counts before they are added to the others.
const COUNTED_AT_ONCE: usize = 4_096;
/// So much tells the language.
const SURE: f32 = 1.0;

/// Counts over all passages of an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Number of passages.
    pub passages: u32,
    /// Number of passages in English and in Spanish.
    #[serde(default)]
    in_language: [u32; 2],
    /// For each term the number of passages whose names or text hold it.
    #[serde(with = "sorted")]
    passages_with: HashMap<u32, u32>,
    /// For each term the number of passages that only their questions give it to.
    #[serde(with = "sorted", default, skip_serializing_if = "HashMap::is_empty")]
    asked_with: HashMap<u32, u32>,
    /// Folded words of titles, headings and tags: what the corpus is about.
    pub subject_words: BTreeSet<String>,
}

impl Statistics {
    /// Counts one more passage.
    pub fn add(&mut self, point: &Point) {
        self.passages += 1;
        let passage = &point.passage;
        self.in_language[usize::from(passage.lang == Language::Spanish)] += 1;
        let own = || bm25::own_terms(&reading::names(passage), &passage.text, passage.lang);
        let own = (!passage.questions.is_empty()).then(own);
        for (term, _) in point.bm25.entries() {
            let is_own = own.as_ref().is_none_or(|own| own.contains(&term));
            let counts = if is_own { &mut self.passages_with } else { &mut self.asked_with };
            *counts.entry(term).or_default() += 1;
        }
        let names = std::iter::once(&passage.title).chain(&passage.headings).chain(&passage.tags);
        for (_, folded) in names.flat_map(|name| terms::folded(name, passage.lang)) {
            if !self.subject_words.contains(&folded) {
                self.subject_words.insert(folded);
            }
        }
    }

    /// Counts over all `points`, on all cores.
    pub fn of(points: &[Point]) -> Self {
        let counted = points.par_chunks(COUNTED_AT_ONCE).map(|points| {
            let mut statistics = Self::default();
            for point in points {
                statistics.add(point);
            }
            statistics
        });
        counted.reduce(Self::default, Self::with_all_of)
    }

    fn with_all_of(mut self, mut other: Self) -> Self {
        // What is smaller is added to what is larger; the sum does not depend on which is which.
        if other.passages_with.len() > self.passages_with.len() {
            std::mem::swap(&mut self, &mut other);
        }
        self.passages += other.passages;
        for (own, others) in self.in_language.iter_mut().zip(other.in_language) {
            *own += others;
        }
        for (own, others) in [(&mut self.passages_with, other.passages_with), (&mut self.asked_with, other.asked_with)]
        {
            for (term, count) in others {
                *own.entry(term).or_default() += count;
            }
        }
        self.subject_words.extend(other.subject_words);
        self
    }

    /// The language among whose passages the words of `text` are commoner; `None` where their stems do not tell, or tell too little.
    /// For questions of few words, none of which is of a language by itself (`registro A`).
    pub fn language_of(&self, text: &str) -> Option<Language> {
        let [in_english, in_spanish] = self.in_language;
        if in_english == 0 || in_spanish == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
        let share = |term: u32, of: u32| (self.with(term) + 0.5) / (of as f32 + 1.0);
        let balance: f32 = words::words(&language::prose(text))
            .map(|word| {
                let folded = words::fold(word);
                [Language::English, Language::Spanish].map(|own| bm25::hash(&words::stem(&folded, own)))
            })
            .filter(|[english, spanish]| english != spanish)
            .map(|[english, spanish]| {
                (share(spanish, in_spanish) / share(english, in_english)).ln().clamp(-MOST_OF_A_WORD, MOST_OF_A_WORD)
            })
            .sum();
        match balance {
            _ if balance > SURE => Some(Language::Spanish),
            _ if balance < -SURE => Some(Language::English),
            _ => None,
        }
    }

    /// Inverse document frequency of a term, by Qdrant's formula: `ln((N − n + 0.5) / (n + 0.5) + 1)`.
    pub fn idf(&self, term: u32) -> f32 {
        self.idf_of(self.with(term))
    }

    /// Number of passages that hold a term, in whatever part.
    #[expect(clippy::cast_precision_loss, reason = "rounding a count of millions does not change a ranking")]
    fn with(&self, term: u32) -> f32 {
        let counts = [&self.passages_with, &self.asked_with];
        counts.into_iter().filter_map(|counts| counts.get(&term)).sum::<u32>() as f32
    }

    /// The same without what people ask: what the documents themselves say. A yardstick for answers that does not change with
    /// what is done to find them.
    #[must_use]
    pub fn of_documents(&self) -> Self {
        Self { asked_with: HashMap::new(), ..self.clone() }
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
        self.passages_with.contains_key(&term) || self.asked_with.contains_key(&term)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::embed::bm25::{Bm25, Bm25Settings, Fields};
    use crate::passage::{ChunkId, Passage, SourceSpan};
    use crate::retrieve::build::{Encoding, build};

    fn passage(text: &str, lang: Language) -> Arc<Passage> {
        Arc::new(Passage {
            chunk_id: ChunkId::new("a.md", text, 0),
            topic: String::new(),
            title: "DNS".to_owned(),
            headings: Vec::new(),
            text: text.to_owned(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: "a.md".to_owned(),
            source_span: SourceSpan::Lines { start: 1, end: 1 },
            lang,
            url: None,
            scope: String::new(),
            license: None,
        })
    }

    #[test]
    fn counting_in_parts_is_counting_all() {
        let points: Vec<Point> = ["Kafka keeps a log.", "Kafka keeps records.", "A log has records."]
            .map(|text| {
                let bm25 = Bm25::new(Bm25Settings::default(), 3.0);
                let fields = Fields { names: "DNS", questions: &["what is kafka".to_owned()], text };
                let bm25 = bm25.encode_passage(fields, Language::English);
                Point { passage: passage(text, Language::English), bm25, dense: None }
            })
            .into();
        let of = |points: &[Point]| {
            points.iter().fold(Statistics::default(), |mut statistics, point| {
                statistics.add(point);
                statistics
            })
        };
        let (first, rest) = points.split_at(1);
        assert_eq!(of(first).with_all_of(of(rest)), of(&points));
        assert_eq!(of(rest).with_all_of(of(first)), of(&points));
        assert_eq!(Statistics::of(&points), of(&points));
    }

    #[test]
    fn a_few_words_are_in_the_language_of_the_passages_that_use_them() {
        let english = ["Records map a name to an address.", "Caching keeps a copy.", "Kafka keeps a log, number"];
        let spanish =
            ["Los registros apuntan un nombre a una dirección.", "La caché guarda una copia.", "Kafka guarda un log"];
        let of = |texts: [&str; 3], language, from: u32| {
            texts.map(|text| (from..from + 2).map(|n| passage(&format!("{text} {n}."), language)).collect::<Vec<_>>())
        };
        let passages = [of(english, Language::English, 0), of(spanish, Language::Spanish, 2)].concat().concat();
        let encoding = Encoding { bm25: &Bm25Settings::default(), embedder: None };
        let statistics = build(passages, encoding, None).expect("no model fails").statistics;
        assert_eq!(statistics.language_of("registro A vs CNAME"), Some(Language::Spanish));
        assert_eq!(statistics.language_of("caching, A vs CNAME"), Some(Language::English));
        for open in ["DNS", "CNAME", "Kafka?", "zyzzyva", "`registros`", ""] {
            assert_eq!(statistics.language_of(open), None, "{open}");
        }
    }
}
