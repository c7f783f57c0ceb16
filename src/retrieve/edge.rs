//! Qdrant in this process (`qdrant-edge`), one folder a shard.

mod writing;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use qdrant_edge::external::serde_json::json;
use qdrant_edge::{
    CountRequest, CreateIndex, Distance, EdgeConfig, EdgeShard, EdgeSparseVectorParams, EdgeVectorParams, FacetRequest,
    FacetValue, FacetValueHit, FieldIndexOperations, Modifier, NamedQuery, OperationError, Payload, PayloadFieldSchema,
    PayloadSchemaType, PointId, PointOperations, PointStruct, PointStructPersisted, QueryEnum, QueryRequest,
    ScoredPoint, ScoringQuery, ScrollRequest, UpdateOperation, Vector, VectorInternal, Vectors, WalOptions,
    WithPayloadInterface, WithVector,
};

use self::writing::{shorten_log, write, write_sealing};
use super::build::Changes;
use super::qdrant::{self, BM25, DENSE, FILTERED_FIELDS, PATHS, Passages, SOURCE_FILE, Scores, Stored};
use super::{Candidate, Filter, Point, QuestionVectors, SearchError};
use crate::embed::SparseVector;
use crate::embed::dense::DenseVector;
use crate::passage::{ChunkId, Passage};

/// Where a filter leaves fewer points, each is looked up in the lists of the terms, instead of the lists being gone through. Qdrant's
/// default of 5,000 takes a team's whole knowledge base for few.
const SCANNED: usize = 500;
/// The log only has to hold one write operation; Qdrant's default of 32 MiB would be written out for every generation.
const LOG_SEGMENT_BYTES: usize = 4 * 1024 * 1024;

/// A shard of Qdrant. Dropping it flushes and unlocks its folder.
pub struct EdgeIndex {
    shard: EdgeShard,
    passages: Passages,
}

impl EdgeIndex {
    /// Makes a new shard in the empty folder `folder` and writes all `points`; they are on disk when it returns.
    pub fn create(folder: &Path, points: &[Point]) -> Result<Self, SearchError> {
        fs::create_dir_all(folder).map_err(|error| SearchError::Engine(format!("{}: {error}", folder.display())))?;
        let bm25 = EdgeSparseVectorParams::builder().modifier(Modifier::Idf).on_disk(true).full_scan_threshold(SCANNED);
        let mut config = EdgeConfig::builder()
            .sparse_vector(BM25, bm25.build())
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
        write_sealing(&shard, points)?;
        shard.flush();
        shorten_log(folder);
        Ok(Self::over(shard))
    }

    /// Changes the shard in `folder`, which holds the points of an earlier build, into one of `points`; it is on disk when
    /// this returns. What was removed is found no more, but lies in the folder until a shard is made anew.
    pub fn change(folder: &Path, points: &[Point], changes: &Changes) -> Result<Self, SearchError> {
        let shard = EdgeShard::load(folder, None)?;
        let removed: Vec<PointId> =
            changes.removed.iter().filter_map(ChunkId::as_point_id).map(PointId::NumId).collect();
        if !removed.is_empty() {
            shard.update(UpdateOperation::PointOperation(PointOperations::DeletePoints { ids: removed }))?;
        }
        write(&shard, points, &changes.written)?;
        shard.flush();
        shorten_log(folder);
        let index = Self::over(shard);
        index.check(points, changes)?;
        Ok(index)
    }

    /// Whether the changes are there: the engine passes over what its log takes for old, and says nothing.
    fn check(&self, points: &[Point], changes: &Changes) -> Result<(), SearchError> {
        let lost = |id: &ChunkId| SearchError::Engine(format!("a change of passage {id} was lost"));
        for id in &changes.removed {
            if self.passage(id)?.is_some() {
                return Err(lost(id));
            }
        }
        for point in changes.written.iter().map(|&at| &points[at]) {
            if self.passage(&point.passage.chunk_id)?.as_ref() != Some(&point.passage) {
                return Err(lost(&point.passage.chunk_id));
            }
        }
        Ok(())
    }

    /// Opens the shard in `folder`. Only one process can hold it at a time.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        Ok(Self::over(EdgeShard::load(folder, None)?))
    }

    fn over(shard: EdgeShard) -> Self {
        Self { shard, passages: Passages::default() }
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
        let filter = &to_engine_filter(filter)?;
        let by_words = |among: Option<&[u64]>| self.nearest(to_sparse(&question.bm25), BM25, filter, limit, among);
        let by_meaning = question
            .dense
            .as_ref()
            .map(|dense| move |among: Option<&[u64]>| self.nearest(to_dense(dense), DENSE, filter, limit, among));
        self.passages.candidates(&qdrant::hybrid(by_words, by_meaning)?, |missing| self.fetch(missing))
    }

    /// The scores of the `limit` points that are nearest to a vector, or of those with the numbers `among`.
    fn nearest(
        &self,
        vector: VectorInternal,
        name: &str,
        filter: &qdrant_edge::Filter,
        limit: usize,
        among: Option<&[u64]>,
    ) -> Result<Scores, SearchError> {
        let is_empty = matches!(&vector, VectorInternal::Sparse(sparse) if sparse.indices.is_empty());
        let (filter, limit) = match among {
            Some(numbers) => (with_numbers(numbers)?, numbers.len()),
            None => (filter.clone(), limit),
        };
        if is_empty || limit == 0 {
            return Ok(Scores::new());
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

    fn fetch(&self, numbers: &[u64]) -> Result<Vec<Stored>, SearchError> {
        let ids: Vec<PointId> = numbers.iter().copied().map(PointId::NumId).collect();
        let points = self.shard.retrieve(&ids, Some(WithPayloadInterface::Bool(true)), None)?;
        points.into_iter().filter_map(|point| stored(point.id, point.payload)).collect()
    }

    pub(super) fn document(&self, source_file: &str) -> Result<Vec<Arc<Passage>>, SearchError> {
        let numbers = self.passages.document(source_file, || self.look_up(source_file))?;
        let mut passages = self.passages.read(&numbers, |missing| self.fetch(missing))?;
        Ok(numbers.iter().filter_map(|number| passages.remove(number)).collect())
    }

    pub(super) fn documents(&self, filter: &Filter) -> Result<Vec<(String, usize)>, SearchError> {
        let found = self.shard.facet(FacetRequest {
            key: SOURCE_FILE.parse().map_err(|()| SearchError::Engine(format!("“{SOURCE_FILE}” is no field name")))?,
            limit: self.len()?.max(1),
            filter: Some(to_engine_filter(filter)?),
            exact: true,
        })?;
        let file = |hit: FacetValueHit| match hit.value {
            FacetValue::Keyword(file) => Some((file, hit.count)),
            _ => None,
        };
        let mut files: Vec<_> = found.hits.into_iter().filter_map(file).collect();
        files.sort_unstable();
        Ok(files)
    }

    fn look_up(&self, source_file: &str) -> Result<Vec<Stored>, SearchError> {
        let filter =
            serde_json::from_value(json!({ "must": [{ "key": SOURCE_FILE, "match": { "value": source_file } }] }))?;
        let (points, _) = self.shard.scroll(ScrollRequest {
            limit: Some(usize::from(u16::MAX)),
            filter: Some(filter),
            with_payload: Some(WithPayloadInterface::Bool(true)),
            ..ScrollRequest::default()
        })?;
        points.into_iter().filter_map(|point| stored(point.id, point.payload)).collect()
    }

    pub(super) fn passage(&self, id: &ChunkId) -> Result<Option<Arc<Passage>>, SearchError> {
        let Some(number) = id.as_point_id() else { return Ok(None) };
        Ok(self.passages.read(&[number], |missing| self.fetch(missing))?.remove(&number))
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

fn to_engine(at: usize, point: &Point) -> Result<PointStructPersisted, SearchError> {
    let bm25 = Vector::new_sparse(point.bm25.indices.clone(), point.bm25.values.clone())?;
    let mut vectors = HashMap::from([(BM25.to_owned(), bm25)]);
    if let Some(dense) = &point.dense {
        vectors.insert(DENSE.to_owned(), Vector::from(dense.components().to_vec()));
    }
    let payload = qdrant::payload(at, point)?;
    Ok(PointStruct::new(qdrant::number(point)?, Vectors::new_named(vectors), payload).into())
}

/// `None` for a point that is not by Colega.
fn stored(id: PointId, payload: Option<Payload>) -> Option<Result<Stored, SearchError>> {
    Some(Stored::new(to_number(id)?, payload.map(|payload| payload.0.into_iter().collect()).unwrap_or_default()))
}

fn with_numbers(numbers: &[u64]) -> Result<qdrant_edge::Filter, SearchError> {
    Ok(serde_json::from_value(json!({ "must": [{ "has_id": numbers }] }))?)
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
    use super::writing::{CLOSED, LOG, POINTS_UNTIL_SEALED};
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
            questions: Vec::new(),
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
    fn a_shard_of_many_points_keeps_the_end_of_its_log_alone_and_can_be_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let shard = folder.path().join("shard");
        let file = |number: usize| format!("{number}.md");
        // More than are sealed at once, and a log of many parts.
        let mut points: Vec<Point> = (0..2 * POINTS_UNTIL_SEALED + 10).map(|number| point(&file(number))).collect();
        for point in &mut points {
            Arc::make_mut(&mut point.passage).text = "Queues hold work. ".repeat(200);
        }
        let parts = || {
            let log = fs::read_dir(shard.join(LOG)).expect("a folder").flatten();
            log.filter(|entry| entry.file_name().to_string_lossy().starts_with(CLOSED)).count()
        };
        let index = EdgeIndex::create(&shard, &points).expect("written");
        let question = QuestionVectors { bm25: points[0].bm25.clone(), dense: None };
        assert_eq!(index.search(&question, &Filter::default(), 50).expect("searched").len(), 50);
        // The one with all points, and an empty one.
        assert_eq!(fs::read_dir(shard.join("segments")).expect("a folder").count(), 2);
        drop(index);
        assert_eq!(parts(), 1);
        for round in 0..3 {
            let removed = vec![points.remove(0).passage.chunk_id.clone()];
            points.push(point(&format!("new-{round}.md")));
            let changes = Changes { removed, written: vec![points.len() - 1] };
            let index = EdgeIndex::change(&shard, &points, &changes).expect("changed");
            assert_eq!(index.len().expect("counted"), points.len());
            assert!(parts() <= 1, "{}", parts());
        }
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
            let documents: Vec<(String, usize)> = expected.iter().map(|&file| (file.to_owned(), 1)).collect();
            assert_eq!(index.documents(&filter).expect("counted"), documents, "{:?}", filter.reach.sources);
        }
    }
}
