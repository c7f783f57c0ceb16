//! An inverted index in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::statistics::Statistics;
use super::{Candidate, Filter, Point, QuestionVectors};
use crate::embed::SparseVector;
use crate::embed::dense::DenseVector;
use crate::passage::{ChunkId, Passage};

/// Postings by term, and the passages themselves.
pub struct MemoryIndex {
    passages: Vec<Arc<Passage>>,
    dense: Vec<Option<DenseVector>>,
    postings: HashMap<u32, Vec<Posting>>,
    by_id: HashMap<ChunkId, u32>,
    by_file: HashMap<String, Vec<u32>>,
    statistics: Statistics,
}

struct Posting {
    passage: u32,
    weight: f32,
}

impl MemoryIndex {
    /// An index over `points`.
    ///
    /// # Panics
    /// With more than four thousand million points.
    pub fn new(points: impl IntoIterator<Item = Point>) -> Self {
        let mut index = Self {
            passages: Vec::new(),
            dense: Vec::new(),
            postings: HashMap::new(),
            by_id: HashMap::new(),
            by_file: HashMap::new(),
            statistics: Statistics::default(),
        };
        for point in points {
            let number = u32::try_from(index.passages.len()).expect("fewer than four thousand million passages");
            for (term, weight) in point.bm25.entries() {
                index.postings.entry(term).or_default().push(Posting { passage: number, weight });
            }
            index.statistics.add(&point);
            index.by_id.insert(point.passage.chunk_id.clone(), number);
            index.by_file.entry(point.passage.source_file.clone()).or_default().push(number);
            index.passages.push(point.passage);
            index.dense.push(point.dense);
        }
        index
    }

    pub(super) fn search(&self, question: &QuestionVectors, filter: &Filter, limit: usize) -> Vec<Candidate> {
        let by_words = self.by_words(&question.bm25);
        let by_meaning = question.dense.as_ref().map(|dense| self.by_meaning(dense)).unwrap_or_default();
        let mut found: Vec<u32> = self.best(&by_words, filter, limit);
        found.extend(self.best(&by_meaning, filter, limit));
        found.sort_unstable();
        found.dedup();
        let candidate = |number: u32| Candidate {
            passage: self.at(number),
            bm25: by_words.get(&number).copied().unwrap_or_default(),
            cosine: by_meaning.get(&number).copied(),
        };
        found.into_iter().map(candidate).collect()
    }

    /// The BM25 score of every passage that has one.
    fn by_words(&self, question: &SparseVector) -> HashMap<u32, f32> {
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for (term, weight) in question.entries() {
            let idf = self.statistics.idf(term);
            for posting in self.postings.get(&term).into_iter().flatten() {
                *scores.entry(posting.passage).or_default() += weight * idf * posting.weight;
            }
        }
        scores
    }

    /// The cosine of every passage that is embedded.
    fn by_meaning(&self, question: &DenseVector) -> HashMap<u32, f32> {
        let embedded = (0..).zip(&self.dense).filter_map(|(number, dense)| Some((number, dense.as_ref()?)));
        embedded.map(|(number, dense)| (number, dense.cosine(question))).collect()
    }

    /// The `limit` passages that score best; ties by chunk identifier.
    fn best(&self, scores: &HashMap<u32, f32>, filter: &Filter, limit: usize) -> Vec<u32> {
        let admitted = scores.iter().filter(|&(&number, _)| filter.admits(&self.passages[number as usize]));
        let mut ranked: Vec<(u32, f32)> = admitted.map(|(&number, &score)| (number, score)).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| self.id(a.0).cmp(self.id(b.0))));
        ranked.into_iter().take(limit).map(|(number, _)| number).collect()
    }

    pub(super) fn document(&self, source_file: &str) -> Vec<Arc<Passage>> {
        self.by_file.get(source_file).into_iter().flatten().map(|&number| self.at(number)).collect()
    }

    pub(super) fn documents(&self, filter: &Filter) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for passage in self.passages.iter().filter(|passage| filter.admits(passage)) {
            *counts.entry(&passage.source_file).or_default() += 1;
        }
        counts.into_iter().map(|(file, count)| (file.to_owned(), count)).collect()
    }

    pub(super) fn passage(&self, id: &ChunkId) -> Option<Arc<Passage>> {
        self.by_id.get(id).map(|&number| self.at(number))
    }

    fn at(&self, number: u32) -> Arc<Passage> {
        Arc::clone(&self.passages[number as usize])
    }

    fn id(&self, number: u32) -> &ChunkId {
        &self.passages[number as usize].chunk_id
    }
}
