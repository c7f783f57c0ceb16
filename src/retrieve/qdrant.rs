//! What Qdrant in this process and Qdrant on a server have in common: how a passage is stored, and how both of its vectors
//! are searched.

use std::collections::HashMap;
use std::sync::Arc;

use moka::sync::Cache;
use serde_json::{Map, Value};

use super::{Candidate, Point, SearchError};
use crate::passage::Passage;

/// Name of the sparse vector.
pub(super) const BM25: &str = "bm25";
/// Name of the dense vector.
pub(super) const DENSE: &str = "dense";
/// Field that tells the order of passages: points come back in the order of their numbers, which are hashes.
const ORDINAL: &str = "ordinal";
/// Field that holds a passage's file and each folder above it, since the engine matches whole values only.
pub(super) const PATHS: &str = "paths";
/// Field that holds a passage's file.
pub(super) const SOURCE_FILE: &str = "source_file";
/// Fields that searches filter by.
pub(super) const FILTERED_FIELDS: [&str; 5] = ["scope", "topic", "lang", SOURCE_FILE, PATHS];

/// How many passages, and how many documents, are kept in memory after they were read from the engine.
const KEPT_PASSAGES: u64 = 8_192;
const KEPT_DOCUMENTS: u64 = 512;

/// The number of a point; see [`crate::passage::ChunkId::as_point_id`].
pub(super) fn number(point: &Point) -> Result<u64, SearchError> {
    point.passage.chunk_id.as_point_id().ok_or_else(|| {
        SearchError::Engine(format!("“{}” is no chunk identifier; run `colega ingest` again", point.passage.chunk_id))
    })
}

/// The payload of the point that stands at `at` among all of an index.
pub(super) fn payload(at: usize, point: &Point) -> Result<Value, SearchError> {
    let mut payload = serde_json::to_value(&*point.passage)?;
    payload[ORDINAL] = at.into();
    payload[PATHS] = paths(&point.passage.source_file).into();
    Ok(payload)
}

/// The file and the folders that it is in, outermost first: `en`, `en/apis`, `en/apis/rest.md`.
fn paths(source_file: &str) -> Vec<&str> {
    let ends = source_file.match_indices('/').map(|(end, _)| end).chain([source_file.len()]);
    ends.map(|end| &source_file[..end]).collect()
}

/// A point as it was read back.
pub(super) struct Stored {
    pub number: u64,
    /// Its place among all of an index.
    pub ordinal: Option<u64>,
    pub passage: Arc<Passage>,
}

impl Stored {
    pub(super) fn new(number: u64, payload: Map<String, Value>) -> Result<Self, SearchError> {
        let ordinal = payload.get(ORDINAL).and_then(Value::as_u64);
        Ok(Self { number, ordinal, passage: Arc::new(serde_json::from_value(Value::Object(payload))?) })
    }
}

/// Scores of points by their numbers.
pub(super) type Scores = HashMap<u64, f32>;

/// The scores of the points that are best by words, and by meaning if `by_meaning` is asked. What one of the two has found,
/// the other has scored too low to be among its best, or not at all: it is asked for those once more, by their numbers.
pub(super) fn hybrid(
    by_words: impl Fn(Option<&[u64]>) -> Result<Scores, SearchError>,
    by_meaning: Option<impl Fn(Option<&[u64]>) -> Result<Scores, SearchError>>,
) -> Result<(Scores, Scores), SearchError> {
    let mut words = by_words(None)?;
    let Some(by_meaning) = by_meaning else { return Ok((words, Scores::new())) };
    let mut meaning = by_meaning(None)?;
    let of = |scores: &Scores| scores.keys().copied().collect::<Vec<_>>();
    let (found_by_words, found_by_meaning) = (of(&words), of(&meaning));
    if !found_by_meaning.is_empty() {
        words.extend(by_words(Some(&found_by_meaning))?);
    }
    if !found_by_words.is_empty() {
        meaning.extend(by_meaning(Some(&found_by_words))?);
    }
    Ok((words, meaning))
}

/// Passages that were read lately: reading one back from its stored form costs more than finding it. A generation never
/// changes, so nothing here grows old.
pub(super) struct Passages {
    by_number: Cache<u64, Arc<Passage>>,
    /// The numbers of a document's passages, in its order.
    documents: Cache<String, Arc<[u64]>>,
}

impl Default for Passages {
    fn default() -> Self {
        Self { by_number: Cache::new(KEPT_PASSAGES), documents: Cache::new(KEPT_DOCUMENTS) }
    }
}

impl Passages {
    /// The passages with these numbers; `fetch` reads those that are not in memory.
    pub(super) fn read(
        &self,
        numbers: &[u64],
        fetch: impl FnOnce(&[u64]) -> Result<Vec<Stored>, SearchError>,
    ) -> Result<HashMap<u64, Arc<Passage>>, SearchError> {
        let mut passages: HashMap<u64, Arc<Passage>> = HashMap::with_capacity(numbers.len());
        let mut missing = Vec::new();
        for &number in numbers {
            match self.by_number.get(&number) {
                Some(passage) => drop(passages.insert(number, passage)),
                None => missing.push(number),
            }
        }
        if !missing.is_empty() {
            for Stored { number, passage, .. } in fetch(&missing)? {
                self.by_number.insert(number, Arc::clone(&passage));
                passages.insert(number, passage);
            }
        }
        Ok(passages)
    }

    /// The candidates with these scores, by number; `fetch` as in [`Self::read`].
    pub(super) fn candidates(
        &self,
        (by_words, by_meaning): &(Scores, Scores),
        fetch: impl FnOnce(&[u64]) -> Result<Vec<Stored>, SearchError>,
    ) -> Result<Vec<Candidate>, SearchError> {
        let mut numbers: Vec<u64> = by_words.keys().chain(by_meaning.keys()).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut passages = self.read(&numbers, fetch)?;
        // What was found can be read back, since a generation does not change.
        let candidate = |number| {
            let (bm25, cosine) = (by_words.get(number).copied(), by_meaning.get(number).copied());
            Some(Candidate { passage: passages.remove(number)?, bm25: bm25.unwrap_or_default(), cosine })
        };
        Ok(numbers.iter().filter_map(candidate).collect())
    }

    /// The numbers of a document's passages, in its order; `look_up` finds them where they are not in memory.
    pub(super) fn document(
        &self,
        source_file: &str,
        look_up: impl FnOnce() -> Result<Vec<Stored>, SearchError>,
    ) -> Result<Arc<[u64]>, SearchError> {
        if let Some(numbers) = self.documents.get(source_file) {
            return Ok(numbers);
        }
        let mut found = look_up()?;
        found.sort_unstable_by_key(|stored| (stored.ordinal, stored.number));
        let numbers: Arc<[u64]> = found.iter().map(|stored| stored.number).collect();
        for Stored { number, passage, .. } in found {
            self.by_number.insert(number, passage);
        }
        // Of names that somebody made up, nothing is kept.
        if !numbers.is_empty() {
            self.documents.insert(source_file.to_owned(), Arc::clone(&numbers));
        }
        Ok(numbers)
    }
}
