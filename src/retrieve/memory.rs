//! An inverted index in memory.

use std::collections::HashMap;
use std::sync::Arc;

use super::statistics::Statistics;
use super::{Filter, Hit, Point};
use crate::embed::SparseVector;
use crate::passage::{ChunkId, Passage};

/// Postings by term, and the passages themselves.
pub struct MemoryIndex {
    passages: Vec<Arc<Passage>>,
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
        }
        index
    }

    pub(super) fn search(&self, vector: &SparseVector, filter: &Filter, limit: usize) -> Vec<Hit> {
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for (term, weight) in vector.entries() {
            let idf = self.statistics.idf(term);
            for posting in self.postings.get(&term).into_iter().flatten() {
                *scores.entry(posting.passage).or_default() += weight * idf * posting.weight;
            }
        }
        let mut ranked: Vec<(u32, f32)> =
            scores.into_iter().filter(|&(number, _)| filter.admits(&self.passages[number as usize])).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| self.id(a.0).cmp(self.id(b.0))));
        ranked.truncate(limit);
        ranked.into_iter().map(|(number, score)| Hit { passage: self.at(number), score }).collect()
    }

    pub(super) fn document(&self, source_file: &str) -> Vec<Arc<Passage>> {
        self.by_file.get(source_file).into_iter().flatten().map(|&number| self.at(number)).collect()
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
