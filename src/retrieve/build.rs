//! Passages to points: encodes what is new and takes the rest from an earlier build.

use std::collections::HashMap;
use std::sync::Arc;

use super::Point;
use super::statistics::Statistics;
use crate::embed::SparseVector;
use crate::embed::bm25::{Bm25, Bm25Settings};
use crate::passage::{ChunkId, Passage};
use crate::reading;

/// The points of an index, what it knows of its words, and how they came about.
pub struct Built {
    /// One for each passage, in the order of the passages.
    pub points: Vec<Point>,
    /// Term counts over them.
    pub statistics: Statistics,
    /// What encoded them; questions must be encoded by the same.
    pub encoder: Bm25,
    /// How many passages were encoded; the others were taken over.
    pub encoded: usize,
}

/// An earlier build to take unchanged points from.
pub struct Earlier {
    /// Its encoder; points are taken over only if it still fits.
    pub encoder: Bm25,
    /// Its points.
    pub points: Vec<Point>,
}

/// Encodes `passages`. Points of `earlier` whose passage is the same are taken over, as long as the mean length of a
/// passage has not drifted so far that their weights would be wrong.
pub fn build(passages: Vec<Arc<Passage>>, settings: &Bm25Settings, earlier: Option<Earlier>) -> Built {
    let fresh = Bm25::new(settings.clone(), average_length(&passages));
    let (encoder, mut kept) = match earlier {
        Some(earlier) if earlier.encoder.may_stand_for(&fresh) => (earlier.encoder, by_id(earlier.points)),
        _ => (fresh, HashMap::new()),
    };
    let mut new = 0;
    let mut statistics = Statistics::default();
    let points = passages
        .into_iter()
        .map(|passage| {
            let vector = match kept.remove(&passage.chunk_id) {
                Some(point) if has_same_words(&point.passage, &passage) => point.bm25,
                _ => {
                    new += 1;
                    encode(&encoder, &passage)
                }
            };
            let point = Point { passage, bm25: vector };
            statistics.add(&point);
            point
        })
        .collect();
    Built { points, statistics, encoder, encoded: new }
}

fn by_id(points: Vec<Point>) -> HashMap<ChunkId, Point> {
    points.into_iter().map(|point| (point.passage.chunk_id.clone(), point)).collect()
}

fn has_same_words(a: &Passage, b: &Passage) -> bool {
    a.text == b.text && a.title == b.title && a.headings == b.headings && a.tags == b.tags && a.lang == b.lang
}

fn encode(encoder: &Bm25, passage: &Passage) -> SparseVector {
    encoder.encode_passage(&reading::names(passage), &passage.text, passage.lang)
}

#[expect(clippy::cast_precision_loss, reason = "a corpus has far fewer than 2^53 words")]
fn average_length(passages: &[Arc<Passage>]) -> f32 {
    if passages.is_empty() {
        return 1.0;
    }
    let words: usize = passages
        .iter()
        .map(|passage| Bm25::length(&reading::names(passage), passage.lang) + Bm25::length(&passage.text, passage.lang))
        .sum();
    #[expect(clippy::cast_possible_truncation, reason = "an average needs no double precision")]
    let average = (words as f64 / passages.len() as f64) as f32;
    average
}
