//! One generation on a server, searched; while no server answers, its copy here is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use qdrant_client::qdrant::facet_value::Variant as FacetVariant;
use qdrant_client::qdrant::read_consistency::Value as ReadConsistency;
use qdrant_client::qdrant::{
    Condition, FacetCountsBuilder, FacetHit, Filter as ServerFilter, GetPointsBuilder, PointId, Query,
    QueryPointsBuilder, ReadConsistencyType, ScrollPointsBuilder, VectorInput,
};
use tracing::{info, warn};

use super::super::qdrant::{self, BM25, DENSE, Passages, SOURCE_FILE, Scores, Stored};
use super::super::statistics::Statistics;
use super::super::{Candidate, Filter, Index, QuestionVectors, SearchError};
use super::connection::Connection;
use super::convert::{one_of, to_filter, to_number, to_stored};
use super::{Consistency, ServerError, Snapshot};
use crate::passage::{ChunkId, Passage};

/// Passages that a document is read with at once; longer ones take several turns.
const PASSAGES_A_TURN: u32 = 1_000;

/// A generation on a server.
pub struct ServerIndex {
    connection: Connection,
    collection: String,
    consistency: Option<ReadConsistency>,
    statistics: Arc<Statistics>,
    passages: Passages,
    snapshot: Option<Snapshot>,
    /// The snapshot, while it stands in.
    opened: Mutex<Option<Arc<Index>>>,
    /// Whether it was told that the snapshot cannot.
    is_told: AtomicBool,
}

impl ServerIndex {
    pub(super) fn new(
        connection: Connection,
        collection: String,
        consistency: Consistency,
        statistics: Arc<Statistics>,
        snapshot: Option<Snapshot>,
    ) -> Self {
        let consistency = to_read_consistency(consistency);
        let (passages, opened, is_told) = (Passages::default(), Mutex::default(), AtomicBool::default());
        Self { connection, collection, consistency, statistics, passages, snapshot, opened, is_told }
    }

    pub(crate) fn search(
        &self,
        question: &QuestionVectors,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, SearchError> {
        let ask = || {
            let found = self.search_server(question, filter, limit)?;
            if self.lock().take().is_some() {
                info!("a Qdrant server answers again");
            }
            Ok(found)
        };
        self.or_instead(ask, |index| index.search(question, filter, limit))
    }

    pub(crate) fn document(&self, source_file: &str) -> Result<Vec<Arc<Passage>>, SearchError> {
        let read = || {
            let numbers = self.passages.document(source_file, || self.look_up(source_file))?;
            let mut passages = self.passages.read(&numbers, |missing| self.fetch(missing))?;
            Ok(numbers.iter().filter_map(|number| passages.remove(number)).collect())
        };
        self.or_instead(read, |index| index.document(source_file))
    }

    pub(crate) fn documents(&self, filter: &Filter) -> Result<Vec<(String, usize)>, SearchError> {
        let count = || {
            let limit = u64::from(self.statistics.passages).max(1);
            let mut request = FacetCountsBuilder::new(&self.collection, SOURCE_FILE)
                .filter(to_filter(filter))
                .limit(limit)
                .exact(true);
            if let Some(consistency) = self.consistency {
                request = request.read_consistency(consistency);
            }
            let request = request.build();
            let counted = self.connection.ask(request, |client, request| async move { client.facet(request).await })?;
            let file = |hit: FacetHit| match hit.value?.variant? {
                FacetVariant::StringValue(file) => Some((file, usize::try_from(hit.count).ok()?)),
                _ => None,
            };
            let mut files: Vec<_> = counted.hits.into_iter().filter_map(file).collect();
            files.sort_unstable();
            Ok(files)
        };
        self.or_instead(count, |index| index.documents(filter))
    }

    pub(crate) fn passage(&self, id: &ChunkId) -> Result<Option<Arc<Passage>>, SearchError> {
        let Some(number) = id.as_point_id() else { return Ok(None) };
        let read = || Ok(self.passages.read(&[number], |missing| self.fetch(missing))?.remove(&number));
        self.or_instead(read, |index| index.passage(id))
    }

    /// What the server says; while it says nothing of use, what the snapshot says, if there is one.
    fn or_instead<T>(
        &self,
        ask: impl FnOnce() -> Result<T, SearchError>,
        instead: impl FnOnce(&Index) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        match (ask(), &self.snapshot) {
            (Err(SearchError::Server(failure)), Some(snapshot)) => instead(&*self.opened(snapshot, failure)?),
            (done, _) => done,
        }
    }

    fn opened(&self, snapshot: &Snapshot, failure: ServerError) -> Result<Arc<Index>, SearchError> {
        let mut opened = self.lock();
        if let Some(index) = &*opened {
            return Ok(Arc::clone(index));
        }
        let index = match snapshot() {
            Ok(index) => Arc::new(index),
            Err(error) => {
                if !self.is_told.swap(true, Ordering::Relaxed) {
                    warn!("the copy of the index here cannot stand in: {error:#}");
                }
                return Err(failure.into());
            }
        };
        warn!("answers come from the copy of the index here until a Qdrant server answers: {failure}");
        *opened = Some(Arc::clone(&index));
        Ok(index)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Index>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn search_server(
        &self,
        question: &QuestionVectors,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, SearchError> {
        let filter = &to_filter(filter);
        let words: Vec<(u32, f32)> =
            question.bm25.entries().map(|(term, weight)| (term, weight * self.statistics.idf(term))).collect();
        let words = &words;
        let by_words = |among: Option<&[u64]>| {
            if words.is_empty() {
                return Ok(Scores::new());
            }
            self.nearest(VectorInput::from(words.as_slice()), BM25, filter, limit, among)
        };
        let by_meaning = question.dense.as_ref().map(|dense| {
            move |among: Option<&[u64]>| {
                self.nearest(VectorInput::new_dense(dense.components().to_vec()), DENSE, filter, limit, among)
            }
        });
        self.passages.candidates(&qdrant::hybrid(by_words, by_meaning)?, |missing| self.fetch(missing))
    }

    /// The scores of the `limit` points that are nearest to a vector, or of those with the numbers `among`.
    fn nearest(
        &self,
        vector: VectorInput,
        name: &'static str,
        filter: &ServerFilter,
        limit: usize,
        among: Option<&[u64]>,
    ) -> Result<Scores, SearchError> {
        let (filter, limit) = match among {
            Some(numbers) => (ServerFilter::must([Condition::has_id(numbers.iter().copied())]), numbers.len()),
            None => (filter.clone(), limit),
        };
        let query = QueryPointsBuilder::new(&self.collection).query(Query::new_nearest(vector)).using(name);
        let mut query = query.filter(filter).limit(limit as u64).with_payload(false);
        if let Some(consistency) = self.consistency {
            query = query.read_consistency(consistency);
        }
        let query = query.build();
        let found = self.connection.ask(query, |client, request| async move { client.query(request).await })?;
        let score = |point: &qdrant_client::qdrant::ScoredPoint| Some((to_number(point.id.as_ref())?, point.score));
        Ok(found.result.iter().filter_map(score).collect())
    }

    fn fetch(&self, numbers: &[u64]) -> Result<Vec<Stored>, SearchError> {
        let ids: Vec<PointId> = numbers.iter().copied().map(PointId::from).collect();
        let mut request = GetPointsBuilder::new(&self.collection, ids).with_payload(true).with_vectors(false);
        if let Some(consistency) = self.consistency {
            request = request.read_consistency(consistency);
        }
        let request = request.build();
        let found = self.connection.ask(request, |client, request| async move { client.get_points(request).await })?;
        let stored = |point: qdrant_client::qdrant::RetrievedPoint| {
            Some(to_stored(to_number(point.id.as_ref())?, point.payload))
        };
        found.result.into_iter().filter_map(stored).collect()
    }

    fn look_up(&self, source_file: &str) -> Result<Vec<Stored>, SearchError> {
        let (mut stored, mut offset) = (Vec::new(), None);
        loop {
            let filter = ServerFilter::must([one_of(SOURCE_FILE, vec![source_file.to_owned()])]);
            let mut request = ScrollPointsBuilder::new(&self.collection).filter(filter).limit(PASSAGES_A_TURN);
            request = request.with_payload(true).with_vectors(false);
            if let Some(offset) = offset.take() {
                request = request.offset::<PointId>(offset);
            }
            let request = request.build();
            let turn = self.connection.ask(request, |client, request| async move { client.scroll(request).await })?;
            for point in turn.result {
                let Some(number) = to_number(point.id.as_ref()) else { continue };
                stored.push(to_stored(number, point.payload)?);
            }
            offset = turn.next_page_offset;
            if offset.is_none() {
                return Ok(stored);
            }
        }
    }
}

fn to_read_consistency(consistency: Consistency) -> Option<ReadConsistency> {
    let kind = match consistency {
        Consistency::One => return None,
        Consistency::Majority => ReadConsistencyType::Majority,
        Consistency::Quorum => ReadConsistencyType::Quorum,
        Consistency::All => ReadConsistencyType::All,
    };
    Some(ReadConsistency::Type(kind.into()))
}
