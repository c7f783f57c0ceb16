//! Passages to points: encodes and embeds what is new and takes the rest from an earlier build.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;
use tracing::info;

use super::Point;
use super::statistics::Statistics;
use crate::embed::SparseVector;
use crate::embed::bm25::{Bm25, Bm25Settings, Fields};
use crate::embed::dense::{DenseVector, Embedder, EmbedderId};
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
    /// How many passages were encoded or embedded; the others were taken over.
    pub encoded: usize,
    /// In what it differs from the earlier build; `None` where there was none, or nothing of it still fits.
    pub changes: Option<Changes>,
}

/// In what a build differs from an earlier one. A document in which anything has changed has changed as a whole, since its
/// passages have an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Passages that are no more.
    pub removed: Vec<ChunkId>,
    /// Places, in the new build, of all points of the documents that are new or have changed.
    pub written: Vec<usize>,
}

impl Changes {
    /// How many points they touch.
    pub const fn len(&self) -> usize {
        self.removed.len() + self.written.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How passages become vectors.
#[derive(Clone, Copy)]
pub struct Encoding<'a> {
    /// By their words.
    pub bm25: &'a Bm25Settings,
    /// By their meaning; not, without a model.
    pub embedder: Option<&'a Embedder>,
}

/// An earlier build to take unchanged points from.
pub struct Earlier {
    /// Its encoder; points are taken over only if it still fits.
    pub encoder: Bm25,
    /// What embedded them, if anything did; vectors are taken over only if it is the same.
    pub embedder: Option<EmbedderId>,
    /// Its points.
    pub points: Vec<Point>,
}

/// A passage with what is taken over of an earlier build.
struct Taken {
    passage: Arc<Passage>,
    sparse: Option<SparseVector>,
    dense: Option<DenseVector>,
}

/// Encodes and embeds `passages`. Vectors of `earlier` whose passage is the same are taken over: sparse ones as long as the
/// mean length of a passage has not drifted so far that their weights would be wrong, dense ones if they are by the same model.
///
/// # Errors
/// The model failed.
pub fn build(passages: Vec<Arc<Passage>>, encoding: Encoding<'_>, earlier: Option<Earlier>) -> Result<Built> {
    let fresh = Bm25::new(encoding.bm25.clone(), average_length(&passages));
    let is_same_model = |earlier: &Earlier| earlier.embedder.as_ref() == encoding.embedder.map(Embedder::id);
    let (keeps_sparse, keeps_dense) = match &earlier {
        Some(earlier) => (earlier.encoder.may_stand_for(&fresh), is_same_model(earlier)),
        None => (false, false),
    };
    let (encoder, mut kept) = match earlier {
        Some(earlier) => (if keeps_sparse { earlier.encoder } else { fresh }, by_id(earlier.points)),
        None => (fresh, HashMap::new()),
    };
    let mut taken: Vec<Taken> = Vec::with_capacity(passages.len());
    let mut touched: HashSet<String> = HashSet::new();
    // The place in the earlier build of the passage before; smaller than that of the next within a document, unless its order
    // has changed.
    let mut before = 0;
    for passage in passages {
        let (sparse, dense) = match kept.remove(&passage.chunk_id) {
            None => (None, None),
            Some((place, Point { passage: known, bm25, dense })) => {
                let is_in_order =
                    place > before || taken.last().is_none_or(|last| last.passage.source_file != passage.source_file);
                if known != passage || !is_in_order {
                    touched.insert(passage.source_file.clone());
                }
                before = place;
                let means_the_same =
                    |_: &DenseVector| passage.lang == known.lang && text_of(&known) == text_of(&passage);
                (Some(bm25).filter(|_| has_same_words(&known, &passage)), dense.filter(means_the_same))
            }
        };
        let (sparse, dense) = (sparse.filter(|_| keeps_sparse), dense.filter(|_| keeps_dense));
        taken.push(Taken { passage, sparse, dense });
    }
    let mut is_new: Vec<bool> = taken.iter().map(|taken| taken.sparse.is_none()).collect();
    let complete = |Taken { passage, sparse, dense }| {
        let bm25 = sparse.unwrap_or_else(|| encode(&encoder, &passage));
        Point { passage, bm25, dense }
    };
    let mut points: Vec<Point> = taken.into_par_iter().map(complete).collect();
    let statistics = Statistics::of(&points);
    if let Some(embedder) = encoding.embedder {
        embed(&mut points, embedder, &mut is_new)?;
    }
    let anew = is_new.iter().filter(|is_new| **is_new).count();
    let changes = (keeps_sparse && keeps_dense).then(|| {
        let new = points.iter().zip(&is_new).filter(|(_, is_new)| **is_new).map(|(point, _)| &point.passage);
        let gone = kept.values().map(|(_, point)| &point.passage);
        touched.extend(new.chain(gone).map(|passage| passage.source_file.clone()));
        let is_touched = |point: &Point| touched.contains(&point.passage.source_file);
        let written = (0..points.len()).filter(|&at| is_touched(&points[at])).collect();
        let mut removed: Vec<ChunkId> = kept.into_keys().collect();
        removed.sort();
        Changes { removed, written }
    });
    Ok(Built { points, statistics, encoder, encoded: anew, changes })
}

/// How many passages are embedded at once, and after how many it is told how far it is.
const EMBEDDED_AT_ONCE: usize = 128;
const TOLD_EVERY: usize = 512;

/// Embeds the points that are not, as far as the model knows their languages.
fn embed(points: &mut [Point], embedder: &Embedder, is_new: &mut [bool]) -> Result<()> {
    let lacks = |point: &Point| point.dense.is_none() && embedder.knows(point.passage.lang);
    let mut missing: Vec<usize> = (0..points.len()).filter(|&at| lacks(&points[at])).collect();
    // Texts of about one length waste least on padding.
    missing.sort_by_key(|&at| points[at].passage.text.len());
    for (done, batch) in missing.chunks(EMBEDDED_AT_ONCE).enumerate() {
        if (done * EMBEDDED_AT_ONCE).is_multiple_of(TOLD_EVERY) {
            info!(embedded = done * EMBEDDED_AT_ONCE, of = missing.len(), "embedding passages");
        }
        let texts: Vec<String> = batch.iter().map(|&at| text_of(&points[at].passage)).collect();
        let vectors: Vec<DenseVector> = embedder.embed_passages(&texts)?;
        for (&at, vector) in batch.iter().zip(vectors) {
            points[at].dense = Some(vector);
            is_new[at] = true;
        }
    }
    Ok(())
}

/// What of a passage is embedded: its names, which say what it is about, and its words.
fn text_of(passage: &Passage) -> String {
    format!("{}\n{}", passage.breadcrumb(), passage.text)
}

/// Points with their places, by the names of their passages.
fn by_id(points: Vec<Point>) -> HashMap<ChunkId, (usize, Point)> {
    points.into_iter().enumerate().map(|(place, point)| (point.passage.chunk_id.clone(), (place, point))).collect()
}

fn has_same_words(a: &Passage, b: &Passage) -> bool {
    a.text == b.text
        && a.title == b.title
        && a.headings == b.headings
        && a.tags == b.tags
        && a.questions == b.questions
        && a.lang == b.lang
}

fn encode(encoder: &Bm25, passage: &Passage) -> SparseVector {
    let fields = Fields { names: &reading::names(passage), questions: &passage.questions, text: &passage.text };
    encoder.encode_passage(fields, passage.lang)
}

#[expect(clippy::cast_precision_loss, reason = "a corpus has far fewer than 2^53 words")]
fn average_length(passages: &[Arc<Passage>]) -> f32 {
    if passages.is_empty() {
        return 1.0;
    }
    let words: usize = passages
        .par_iter()
        .map(|passage| Bm25::length(&reading::names(passage), passage.lang) + Bm25::length(&passage.text, passage.lang))
        .sum();
    #[expect(clippy::cast_possible_truncation, reason = "an average needs no double precision")]
    let average = (words as f64 / passages.len() as f64) as f32;
    average
}
