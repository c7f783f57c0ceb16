//! Generations on a server. Each is a collection named `<alias>-<generation>`, written whole before anybody looks at it: the
//! note that says what it is comes last, as a few points that no search finds. Setting the alias is the one step that makes a
//! generation live. A collection without its note is what a crash left.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use qdrant_client::Payload;
use qdrant_client::qdrant::{
    AliasDescription, CountPointsBuilder, CreateAliasBuilder, CreateCollection, CreateCollectionBuilder,
    CreateFieldIndexCollectionBuilder, Distance, FieldType, GetPointsBuilder, NamedVectors, PointId, PointStruct,
    RetrievedPoint, ScrollPointsBuilder, SparseVectorParamsBuilder, SparseVectorsConfigBuilder, UpsertPointsBuilder,
    Value, Vector, VectorParamsBuilder, VectorsConfigBuilder,
};
use serde_json::json;

use super::super::qdrant::{BM25, DENSE, FILTERED_FIELDS};
use super::super::statistics::Statistics;
use super::super::{Index, Point, SearchError};
use super::connection::Connection;
use super::convert::{from_point, to_number, to_point};
use super::index::ServerIndex;
pub use super::lease::Lease;
use super::{ServerError, ServerSettings, Snapshot};

/// Points that are written, and read, at once.
const POINTS_A_TURN: usize = 256;
/// The note is cut into points of about this length, since a server takes 32 MiB at once.
const NOTE_BYTES: usize = 4 << 20;
/// The first point of the note has this number, and the others those below it. Chunk identifiers are hashes: that one of them
/// comes so near is less likely than a broken disk.
const NOTE: u64 = u64::MAX;
/// Most points of a note.
const NOTE_POINTS: u64 = 1 << 10;
/// A term that no text has, for points that are no passages: all points have a vector.
const NO_TERM: u32 = u32::MAX;

/// The collections of one Colega. A cheap handle.
#[derive(Clone)]
pub struct Collections {
    pub(super) connection: Connection,
    pub(super) settings: ServerSettings,
}

impl Collections {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// There is no address, or one is none.
    pub fn new(settings: &ServerSettings, key: Option<&str>) -> Result<Self> {
        ensure!(
            !settings.urls.is_empty(),
            "index.server.urls names no Qdrant server, such as \"http://127.0.0.1:6334\""
        );
        Ok(Self { connection: Connection::new(settings, key)?, settings: settings.clone() })
    }

    /// The generation that the alias names; `None` before the first.
    pub fn live(&self) -> Result<Option<String>, ServerError> {
        let aliases = self.connection.ask((), |client, ()| async move { client.list_aliases().await })?.aliases;
        Ok(self.live_among(aliases))
    }

    /// The same, patiently: for those who are about to change it.
    pub fn live_for_sure(&self) -> Result<Option<String>, ServerError> {
        let aliases = self.connection.work((), |client, ()| async move { client.list_aliases().await })?.aliases;
        Ok(self.live_among(aliases))
    }

    fn live_among(&self, aliases: Vec<AliasDescription>) -> Option<String> {
        let own = aliases.into_iter().find(|alias| alias.alias_name == self.settings.collection)?;
        self.generation(&own.collection_name)
    }

    /// Those of the points with these numbers that there are; `None` where there is no such collection.
    pub(super) fn points(&self, collection: &str, numbers: &[u64]) -> Result<Option<Vec<RetrievedPoint>>, ServerError> {
        let ids: Vec<PointId> = numbers.iter().copied().map(PointId::from).collect();
        let request = GetPointsBuilder::new(collection, ids).with_payload(true).build();
        match self.connection.work(request, |client, request| async move { client.get_points(request).await }) {
            Err(ServerError::Missing(_)) => Ok(None),
            found => Ok(Some(found?.result)),
        }
    }

    /// All generations, whole or not, the oldest first.
    pub fn names(&self) -> Result<Vec<String>, ServerError> {
        let collections =
            self.connection.work((), |client, ()| async move { client.list_collections().await })?.collections;
        let mut names: Vec<String> =
            collections.iter().filter_map(|collection| self.generation(&collection.name)).collect();
        names.sort();
        Ok(names)
    }

    /// What was said of a generation when it was written; `None` where it is not there or not whole.
    pub fn note(&self, generation: &str) -> Result<Option<String>, ServerError> {
        let numbers: Vec<u64> = (0..NOTE_POINTS).map(|at| NOTE - at).collect();
        let points = self.points(&self.collection(generation), &numbers)?.unwrap_or_default();
        let mut parts: Vec<(u64, String, i64)> = Vec::new();
        for point in points {
            let number = to_number(point.id.as_ref()).unwrap_or_default();
            let text = |key: &str| point.payload.get(key).and_then(Value::as_str).cloned();
            let of = point.payload.get("of").and_then(Value::as_integer);
            if let (Some(text), Some(of)) = (text("note"), of) {
                parts.push((NOTE - number, text, of));
            }
        }
        parts.sort_unstable();
        let is_whole = parts.first().is_some_and(|first| usize::try_from(first.2).is_ok_and(|of| of == parts.len()));
        Ok(is_whole.then(|| parts.into_iter().map(|(_, text, _)| text).collect()))
    }

    /// Whether a generation is there and was written to its end.
    pub fn is_whole(&self, generation: &str) -> Result<bool, ServerError> {
        Ok(self.points(&self.collection(generation), &[NOTE])?.is_some_and(|points| !points.is_empty()))
    }

    /// Writes a generation, in place of what a crash may have left under its name. It is whole when this returns.
    ///
    /// # Errors
    /// No server answers, or one refuses; what was written is not live.
    pub fn write(&self, generation: &str, note: &str, points: &[Point]) -> Result<()> {
        self.remove(generation)?;
        let collection = self.collection(generation);
        self.create(&collection, points)?;
        let numbered: Vec<(usize, &Point)> = points.iter().enumerate().collect();
        for turn in numbered.chunks(POINTS_A_TURN) {
            let turn = turn.iter().map(|&(at, point)| to_point(at, point)).collect::<Result<Vec<_>, SearchError>>()?;
            self.upsert(&collection, turn)?;
        }
        let stored = self.count(&collection)?;
        ensure!(stored == points.len() as u64, "the Qdrant server kept {stored} of {} passages", points.len());
        for part in note_points(note)? {
            self.upsert(&collection, vec![part])?;
        }
        Ok(())
    }

    fn create(&self, collection: &str, points: &[Point]) -> Result<(), ServerError> {
        let mut sparse = SparseVectorsConfigBuilder::default();
        sparse.add_named_vector_params(BM25, SparseVectorParamsBuilder::default());
        let mut request = CreateCollectionBuilder::new(collection)
            .sparse_vectors_config(sparse)
            .shard_number(self.settings.shards)
            .replication_factor(self.settings.replicas)
            .on_disk_payload(true);
        // All vectors are by one model.
        if let Some(dense) = points.iter().find_map(|point| point.dense.as_ref()) {
            let dimension = dense.components().len() as u64;
            let mut vectors = VectorsConfigBuilder::default();
            vectors.add_named_vector_params(DENSE, VectorParamsBuilder::new(dimension, Distance::Cosine).on_disk(true));
            request = request.vectors_config(vectors);
        }
        // That it is there already means that an attempt which was given up has created it: there was none before.
        self.create_collection(request.build())?;
        for field in FILTERED_FIELDS {
            let request =
                CreateFieldIndexCollectionBuilder::new(collection, field, FieldType::Keyword).wait(true).build();
            self.connection.work(request, |client, request| async move { client.create_field_index(request).await })?;
        }
        Ok(())
    }

    /// Whether it was this call that created it, and it was not there before.
    pub(super) fn create_collection(&self, request: CreateCollection) -> Result<bool, ServerError> {
        match self.connection.work(request, |client, request| async move { client.create_collection(request).await }) {
            Ok(_) => Ok(true),
            Err(ServerError::Refused(why)) if why.contains("already exists") => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn upsert(&self, collection: &str, points: Vec<PointStruct>) -> Result<(), ServerError> {
        let request = UpsertPointsBuilder::new(collection, points).wait(true).build();
        self.connection.work(request, |client, request| async move { client.upsert_points(request).await })?;
        Ok(())
    }

    fn count(&self, collection: &str) -> Result<u64, ServerError> {
        let request = CountPointsBuilder::new(collection).exact(true).build();
        let counted = self.connection.work(request, |client, request| async move { client.count(request).await })?;
        Ok(counted.result.map(|result| result.count).unwrap_or_default())
    }

    /// All points of a generation, in the order of their sources.
    pub fn read(&self, generation: &str) -> Result<Vec<Point>> {
        let collection = self.collection(generation);
        let (mut points, mut offset) = (Vec::new(), None);
        loop {
            let request = ScrollPointsBuilder::new(&collection).limit(u32::try_from(POINTS_A_TURN)?);
            let mut request = request.with_payload(true).with_vectors(true);
            if let Some(offset) = offset.take() {
                request = request.offset::<PointId>(offset);
            }
            let request = request.build();
            let turn = self.connection.work(request, |client, request| async move { client.scroll(request).await })?;
            for point in turn.result {
                let is_note = to_number(point.id.as_ref()).is_some_and(|number| number > NOTE - NOTE_POINTS);
                if let Some(point) = (!is_note).then(|| from_point(point)).flatten() {
                    points.push(point.context("a passage on the Qdrant server is damaged")?);
                }
            }
            offset = turn.next_page_offset;
            if offset.is_none() {
                break;
            }
        }
        points.sort_by_key(|(ordinal, _)| *ordinal);
        Ok(points.into_iter().map(|(_, point)| point).collect())
    }

    /// Makes a generation live, in one step that replaces the one before.
    pub fn make_live(&self, generation: &str) -> Result<(), ServerError> {
        let request = CreateAliasBuilder::new(self.collection(generation), &self.settings.collection).build();
        self.connection.work(request, |client, request| async move { client.create_alias(request).await })?;
        Ok(())
    }

    /// Removes a generation, if it is there.
    pub fn remove(&self, generation: &str) -> Result<(), ServerError> {
        self.remove_collection(&self.collection(generation))
    }

    pub(super) fn remove_collection(&self, collection: &str) -> Result<(), ServerError> {
        let removed = self
            .connection
            .work(collection.to_owned(), |client, request| async move { client.delete_collection(request).await });
        match removed {
            Ok(_) | Err(ServerError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A generation ready to be searched.
    pub fn open(&self, generation: &str, statistics: Arc<Statistics>, snapshot: Option<Snapshot>) -> Index {
        Index::Server(Box::new(ServerIndex::new(
            self.connection.clone(),
            self.collection(generation),
            self.settings.consistency,
            statistics,
            snapshot,
        )))
    }

    fn collection(&self, generation: &str) -> String {
        format!("{}-{generation}", self.settings.collection)
    }

    /// The generation that a collection holds, if it holds one of ours: a number and a hash, as `000012-0123abcd`.
    fn generation(&self, collection: &str) -> Option<String> {
        let name = collection.strip_prefix(&self.settings.collection)?.strip_prefix('-')?;
        let (number, hash) = name.split_once('-')?;
        let is_ours = number.len() >= 6
            && number.bytes().all(|digit| digit.is_ascii_digit())
            && hash.len() == 8
            && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_ours.then(|| name.to_owned())
    }
}

/// A point that no search finds.
pub(super) fn hidden_point(number: u64, payload: serde_json::Value) -> Result<PointStruct> {
    let vectors = NamedVectors::default().add_vector(BM25, Vector::new_sparse(vec![NO_TERM], vec![1.0]));
    Ok(PointStruct::new(number, vectors, Payload::try_from(payload)?))
}

/// The note in points; the first comes last, so that a note without it is not whole.
fn note_points(note: &str) -> Result<Vec<PointStruct>> {
    let mut parts = Vec::new();
    let mut rest = note;
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(rest.floor_char_boundary(NOTE_BYTES));
        parts.push(part);
        rest = behind;
    }
    let of = parts.len() as u64;
    ensure!(of > 0 && of <= NOTE_POINTS, "what is said of the generation has {} bytes, too many or none", note.len());
    let numbered: Vec<(u64, &str)> = (0..).zip(parts).collect();
    numbered.into_iter().rev().map(|(at, part)| hidden_point(NOTE - at, json!({ "note": part, "of": of }))).collect()
}
