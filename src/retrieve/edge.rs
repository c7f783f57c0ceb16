//! Qdrant in this process (`qdrant-edge`), one folder a shard.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use moka::sync::Cache;
use qdrant_edge::external::serde_json::json;
use qdrant_edge::{
    CountRequest, CreateIndex, Distance, EdgeConfig, EdgeShard, EdgeSparseVectorParams, EdgeVectorParams,
    FieldIndexOperations, Modifier, NamedQuery, OperationError, Payload, PayloadFieldSchema, PayloadSchemaType,
    PointId, PointInsertOperations, PointOperations, PointStruct, PointStructPersisted, QueryEnum, QueryRequest,
    ScoredPoint, ScoringQuery, ScrollRequest, UpdateOperation, Vector, VectorInternal, Vectors, WalOptions,
    WithPayloadInterface, WithVector,
};

use super::{Candidate, Filter, Point, QuestionVectors, SearchError};
use crate::embed::SparseVector;
use crate::embed::dense::DenseVector;
use crate::passage::{ChunkId, Passage};

/// Name of the sparse vector.
const BM25: &str = "bm25";
/// Name of the dense vector.
const DENSE: &str = "dense";
/// Fields that searches filter by.
const FILTERED_FIELDS: [&str; 5] = ["scope", "topic", "lang", "source_file", PATHS];
/// Points a write operation; bounds the memory that the write-ahead log needs.
const POINTS_A_WRITE: usize = 512;
/// The log only has to hold one write operation; Qdrant's default of 32 MiB would be written out for every generation.
const LOG_SEGMENT_BYTES: usize = 4 * 1024 * 1024;

/// How many passages, and how many documents, are kept in memory after they were read from the shard.
const KEPT_PASSAGES: u64 = 8_192;
const KEPT_DOCUMENTS: u64 = 512;

/// A shard of Qdrant. Dropping it flushes and unlocks its folder.
pub struct EdgeIndex {
    shard: EdgeShard,
    /// Reading a passage back from its stored JSON costs more than finding it.
    passages: Cache<u64, Arc<Passage>>,
    /// The numbers of a document's passages, in its order.
    documents: Cache<String, Arc<[u64]>>,
}

impl EdgeIndex {
    /// Makes a new shard in the empty folder `folder` and writes all `points`; they are on disk when it returns.
    pub fn create(folder: &Path, points: &[Point]) -> Result<Self, SearchError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| SearchError::Engine(format!("{}: {error}", folder.display())))?;
        let mut config = EdgeConfig::builder()
            .sparse_vector(BM25, EdgeSparseVectorParams::builder().modifier(Modifier::Idf).build())
            .wal_options(WalOptions { segment_capacity: LOG_SEGMENT_BYTES, ..WalOptions::default() });
        // All vectors are by one model.
        if let Some(dense) = points.iter().find_map(|point| point.dense.as_ref()) {
            let dimension = dense.components().len();
            config = config.vector(DENSE, EdgeVectorParams::builder(dimension, Distance::Cosine).on_disk(true).build());
        }
        let shard = EdgeShard::new(folder, config.build())?;
        for field in FILTERED_FIELDS {
            shard.update(keyword_index(field)?)?;
        }
        let numbered: Vec<(usize, &Point)> = points.iter().enumerate().collect();
        for batch in numbered.chunks(POINTS_A_WRITE) {
            let batch = batch.iter().map(|&(at, point)| to_engine(at, point)).collect::<Result<Vec<_>, _>>()?;
            let insert = PointInsertOperations::PointsList(batch);
            shard.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert)))?;
        }
        shard.optimize()?;
        shard.flush();
        Ok(Self::over(shard))
    }

    /// Opens the shard in `folder`. Only one process can hold it at a time.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        Ok(Self::over(EdgeShard::load(folder, None)?))
    }

    fn over(shard: EdgeShard) -> Self {
        Self { shard, passages: Cache::new(KEPT_PASSAGES), documents: Cache::new(KEPT_DOCUMENTS) }
    }

    /// Number of points.
    pub fn len(&self) -> Result<usize, SearchError> {
        Ok(self.shard.count(CountRequest { filter: None, exact: true })?)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> Result<bool, SearchError> {
        Ok(self.len()? == 0)
    }

    pub(super) fn search(
        &self,
        question: &QuestionVectors,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, SearchError> {
        let filter = to_engine_filter(filter)?;
        let mut by_words = self.nearest(to_sparse(&question.bm25), BM25, filter.clone(), limit)?;
        let mut by_meaning = HashMap::new();
        if let Some(dense) = &question.dense {
            by_meaning = self.nearest(to_dense(dense), DENSE, filter, limit)?;
            // What one of them has found, the other has scored too low to be among its best, or not at all.
            let found_by_words: Vec<u64> = by_words.keys().copied().collect();
            by_words.extend(self.scores(to_sparse(&question.bm25), BM25, by_meaning.keys())?);
            by_meaning.extend(self.scores(to_dense(dense), DENSE, found_by_words.iter())?);
        }
        let mut numbers: Vec<u64> = by_words.keys().chain(by_meaning.keys()).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut passages = self.read(&numbers)?;
        // What was found can be read back, since a generation does not change.
        let candidate = |number| {
            let (bm25, cosine) = (by_words.get(number).copied(), by_meaning.get(number).copied());
            Some(Candidate { passage: passages.remove(number)?, bm25: bm25.unwrap_or_default(), cosine })
        };
        Ok(numbers.iter().filter_map(candidate).collect())
    }

    /// The scores of the `limit` points that are nearest to a vector, by number.
    fn nearest(
        &self,
        vector: VectorInternal,
        name: &str,
        filter: qdrant_edge::Filter,
        limit: usize,
    ) -> Result<HashMap<u64, f32>, SearchError> {
        let is_empty = matches!(&vector, VectorInternal::Sparse(sparse) if sparse.indices.is_empty());
        if is_empty || limit == 0 {
            return Ok(HashMap::new());
        }
        let points = self.shard.query(QueryRequest {
            prefetches: Vec::new(),
            query: Some(ScoringQuery::Vector(QueryEnum::Nearest(NamedQuery::new(vector, name)))),
            filter: Some(filter),
            score_threshold: None,
            limit,
            offset: 0,
            params: None,
            with_vector: WithVector::Bool(false),
            with_payload: WithPayloadInterface::Bool(false),
        })?;
        let score = |point: &ScoredPoint| Some((to_number(point.id)?, point.score));
        Ok(points.iter().filter_map(score).collect())
    }

    /// The scores of the points with these numbers.
    fn scores<'a>(
        &self,
        vector: VectorInternal,
        name: &str,
        numbers: impl ExactSizeIterator<Item = &'a u64>,
    ) -> Result<HashMap<u64, f32>, SearchError> {
        let limit = numbers.len();
        let filter = serde_json::from_value(json!({ "must": [{ "has_id": numbers.collect::<Vec<_>>() }] }))?;
        self.nearest(vector, name, filter, limit)
    }

    /// The passages with these numbers, from memory where they have been read before.
    fn read(&self, numbers: &[u64]) -> Result<HashMap<u64, Arc<Passage>>, SearchError> {
        let mut passages: HashMap<u64, Arc<Passage>> = HashMap::with_capacity(numbers.len());
        let mut missing = Vec::new();
        for &number in numbers {
            match self.passages.get(&number) {
                Some(passage) => drop(passages.insert(number, passage)),
                None => missing.push(PointId::NumId(number)),
            }
        }
        if !missing.is_empty() {
            for point in self.shard.retrieve(&missing, Some(WithPayloadInterface::Bool(true)), None)? {
                let passage = Arc::new(to_passage(point.payload)?);
                if let Some(number) = to_number(point.id) {
                    self.passages.insert(number, Arc::clone(&passage));
                    passages.insert(number, passage);
                }
            }
        }
        Ok(passages)
    }

    pub(super) fn document(&self, source_file: &str) -> Result<Vec<Arc<Passage>>, SearchError> {
        let numbers = match self.documents.get(source_file) {
            Some(numbers) => numbers,
            None => self.look_up(source_file)?,
        };
        let mut passages = self.read(&numbers)?;
        Ok(numbers.iter().filter_map(|number| passages.remove(number)).collect())
    }

    /// The numbers of a document's passages, in its order.
    fn look_up(&self, source_file: &str) -> Result<Arc<[u64]>, SearchError> {
        let filter =
            serde_json::from_value(json!({ "must": [{ "key": "source_file", "match": { "value": source_file } }] }))?;
        let (points, _) = self.shard.scroll(ScrollRequest {
            limit: Some(usize::from(u16::MAX)),
            filter: Some(filter),
            with_payload: Some(WithPayloadInterface::Bool(true)),
            ..ScrollRequest::default()
        })?;
        let mut numbers = Vec::with_capacity(points.len());
        for point in points {
            let Some(number) = to_number(point.id) else { continue };
            numbers.push((point.payload.as_ref().and_then(ordinal), number));
            self.passages.insert(number, Arc::new(to_passage(point.payload)?));
        }
        numbers.sort_unstable();
        let numbers: Arc<[u64]> = numbers.into_iter().map(|(_, number)| number).collect();
        self.documents.insert(source_file.to_owned(), Arc::clone(&numbers));
        Ok(numbers)
    }

    pub(super) fn passage(&self, id: &ChunkId) -> Result<Option<Arc<Passage>>, SearchError> {
        let Some(number) = id.as_point_id() else { return Ok(None) };
        Ok(self.read(&[number])?.remove(&number))
    }
}

impl From<OperationError> for SearchError {
    fn from(error: OperationError) -> Self {
        Self::Engine(error.to_string())
    }
}

/// Points are numbered by their chunk identifiers; see [`ChunkId::as_point_id`].
const fn to_number(id: PointId) -> Option<u64> {
    match id {
        PointId::NumId(number) => Some(number),
        PointId::Uuid(_) => None,
    }
}

fn to_sparse(vector: &SparseVector) -> VectorInternal {
    let SparseVector { indices, values } = vector.clone();
    VectorInternal::Sparse(qdrant_edge::SparseVector { indices, values })
}

fn to_dense(vector: &DenseVector) -> VectorInternal {
    vector.components().to_vec().into()
}

fn keyword_index(field: &str) -> Result<UpdateOperation, SearchError> {
    let field_name = field.parse().map_err(|()| SearchError::Engine(format!("“{field}” is no field name")))?;
    Ok(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(CreateIndex {
        field_name,
        field_schema: Some(PayloadFieldSchema::FieldType(PayloadSchemaType::Keyword)),
    })))
}

/// Field that tells the order of passages: points come back in the order of their numbers, which are hashes.
const ORDINAL: &str = "ordinal";

/// Field that holds a passage's file and each folder above it, since the engine matches whole values only.
const PATHS: &str = "paths";

fn ordinal(payload: &Payload) -> Option<u64> {
    payload.0.get(ORDINAL)?.as_u64()
}

fn to_engine(at: usize, point: &Point) -> Result<PointStructPersisted, SearchError> {
    let number = point.passage.chunk_id.as_point_id().ok_or_else(|| {
        SearchError::Engine(format!("“{}” is no chunk identifier; run `colega ingest` again", point.passage.chunk_id))
    })?;
    let bm25 = Vector::new_sparse(point.bm25.indices.clone(), point.bm25.values.clone())?;
    let mut vectors = HashMap::from([(BM25.to_owned(), bm25)]);
    if let Some(dense) = &point.dense {
        vectors.insert(DENSE.to_owned(), Vector::from(dense.components().to_vec()));
    }
    let mut payload = serde_json::to_value(&*point.passage)?;
    payload[ORDINAL] = at.into();
    payload[PATHS] = paths(&point.passage.source_file).into();
    Ok(PointStruct::new(number, Vectors::new_named(vectors), payload).into())
}

/// The file and the folders that it is in, outermost first: `en`, `en/apis`, `en/apis/rest.md`.
fn paths(source_file: &str) -> Vec<&str> {
    let ends = source_file.match_indices('/').map(|(end, _)| end).chain([source_file.len()]);
    ends.map(|end| &source_file[..end]).collect()
}

fn to_passage(payload: Option<Payload>) -> Result<Passage, SearchError> {
    let fields = payload.map(|payload| payload.0.into_iter().collect()).unwrap_or_default();
    Ok(serde_json::from_value(serde_json::Value::Object(fields))?)
}

/// A passage without a scope has no such field, so "no scope or one of these" is "empty or one of these".
fn to_engine_filter(filter: &Filter) -> Result<qdrant_edge::Filter, SearchError> {
    let mut must = Vec::new();
    let nobody_excluded = json!({ "is_empty": { "key": "scope" } });
    if filter.reach.scopes.is_empty() {
        must.push(nobody_excluded);
    } else {
        must.push(json!({ "should": [nobody_excluded, { "key": "scope", "match": { "any": filter.reach.scopes } }] }));
    }
    if !filter.reach.topics.is_empty() {
        must.push(json!({ "key": "topic", "match": { "any": filter.reach.topics } }));
    }
    if !filter.reach.sources.is_empty() {
        let paths: Vec<&str> = filter.reach.sources.iter().map(|path| path.trim_end_matches('/')).collect();
        must.push(json!({ "key": PATHS, "match": { "any": paths } }));
    }
    if let Some(language) = filter.language {
        must.push(json!({ "key": "lang", "match": { "value": language.code() } }));
    }
    Ok(serde_json::from_value(json!({ "must": must }))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::SourceSpan;
    use crate::question::{Language, Reach};

    fn point(source_file: &str) -> Point {
        let passage = Passage {
            chunk_id: ChunkId::new(source_file, "Queues hold work.", 0),
            topic: "apis".to_owned(),
            title: "Queues".to_owned(),
            headings: Vec::new(),
            text: "Queues hold work.".to_owned(),
            tags: Vec::new(),
            source_file: source_file.to_owned(),
            source_span: SourceSpan::Lines { start: 1, end: 1 },
            lang: Language::English,
            url: None,
            scope: String::new(),
            license: None,
        };
        Point { passage: Arc::new(passage), bm25: SparseVector { indices: vec![7], values: vec![1.0] }, dense: None }
    }

    #[test]
    fn only_sources_below_the_paths_in_reach_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = ["en/apis/rest.md", "en/apis-old/rest.md", "en/data/sql.md", "guide.md"];
        let points: Vec<Point> = files.iter().map(|file| point(file)).collect();
        let index = EdgeIndex::create(&folder.path().join("shard"), &points).expect("written");
        for sources in [&["en/apis"][..], &["en/apis/"], &["en", "guide.md"], &["nowhere"], &[""], &[]] {
            let sources = sources.iter().map(|&path| path.to_owned()).collect();
            let filter = Filter { reach: Reach { sources, ..Reach::default() }, language: None };
            let question = QuestionVectors { bm25: points[0].bm25.clone(), dense: None };
            let found = index.search(&question, &filter, 10).expect("searched");
            let mut found: Vec<_> = found.iter().map(|found| found.passage.source_file.as_str()).collect();
            found.sort_unstable();
            let mut expected: Vec<_> = points
                .iter()
                .filter(|point| filter.admits(&point.passage))
                .map(|point| point.passage.source_file.as_str())
                .collect();
            expected.sort_unstable();
            assert_eq!(found, expected, "{:?}", filter.reach.sources);
        }
    }
}
