//! Finding passages: one index in several engines, behind one enum.
//!
//! The engines hold the same points (sparse vectors of [`crate::embed::bm25`], and dense ones where there is a model) and
//! give the same scores, so an answer does not depend on which of them runs.

pub mod build;
pub mod evidence;
pub mod fusion;
pub mod glossary;
pub mod memory;
pub mod query;
pub mod rerank;
pub mod retriever;
pub mod statistics;

#[cfg(feature = "edge")]
pub mod edge;
#[cfg(any(feature = "edge", feature = "server"))]
mod qdrant;
pub mod server;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::embed::SparseVector;
use crate::embed::dense::DenseVector;
use crate::passage::{ChunkId, Passage};
use crate::question::{Language, Reach};

/// A passage as it is stored: with its vectors, so that a later build need not encode it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// What is retrieved and cited.
    pub passage: Arc<Passage>,
    /// Its BM25 half; see [`crate::embed::bm25`].
    pub bm25: SparseVector,
    /// What it means, if a model that knows its language has embedded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense: Option<DenseVector>,
}

/// A question as the engines search for it.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionVectors {
    /// Its words; see [`crate::embed::bm25`].
    pub bm25: SparseVector,
    /// What it means, if there is a model that knows its language.
    pub dense: Option<DenseVector>,
}

/// A passage that an engine found by its words or by its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The passage.
    pub passage: Arc<Passage>,
    /// Its BM25 score; 0 if it shares no word with the question.
    pub bm25: f32,
    /// The cosine between it and the question, from -1 to 1, where both are embedded.
    pub cosine: Option<f32>,
}

/// A retrieved passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The passage.
    pub passage: Arc<Passage>,
    /// How well it fits; comparable within one list of hits only.
    pub score: f32,
    /// How near it is to the question in meaning, from -1 to 1, if a model has embedded both.
    pub cosine: Option<f32>,
}

/// Which passages may be found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Which passages the asker may see.
    pub reach: Reach,
    /// Only this language.
    pub language: Option<Language>,
}

impl Filter {
    /// Whether `passage` may be found.
    pub fn admits(&self, passage: &Passage) -> bool {
        self.reach.admits(&passage.scope, &passage.topic, &passage.source_file)
            && self.language.is_none_or(|language| language == passage.lang)
    }
}

/// The engine failed; a question that finds nothing is no error.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The engine reports a fault of its own.
    #[error("the index cannot be searched: {0}")]
    Engine(String),
    /// Qdrant runs elsewhere, and gave no answer.
    #[error("the index cannot be searched: {0}")]
    Server(#[from] server::ServerError),
    /// A stored passage cannot be read back.
    #[error("a stored passage is damaged ({0}); run `colega reindex --full`")]
    Damaged(#[from] serde_json::Error),
}

/// One index. All methods block for as long as the engine works: well under a millisecond for ten thousand passages here, a
/// few turns over the network where they lie on a server.
pub enum Index {
    /// Everything in memory: for small corpora, for tests and where another process holds the folder of the engine.
    Memory(Box<memory::MemoryIndex>),
    /// Qdrant in this process, on disk.
    #[cfg(feature = "edge")]
    Edge(Box<edge::EdgeIndex>),
    /// Qdrant on a server or a cluster.
    #[cfg(feature = "server")]
    Server(Box<server::ServerIndex>),
}

impl Index {
    /// An index over `points` in memory.
    pub fn in_memory(points: impl IntoIterator<Item = Point>) -> Self {
        Self::Memory(Box::new(memory::MemoryIndex::new(points)))
    }

    /// The best `limit` passages by words that `filter` admits, and the best `limit` by meaning; those that are both come
    /// once, and each with both scores.
    pub fn search(
        &self,
        question: &QuestionVectors,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Candidate>, SearchError> {
        match self {
            Self::Memory(index) => Ok(index.search(question, filter, limit)),
            #[cfg(feature = "edge")]
            Self::Edge(index) => index.search(question, filter, limit),
            #[cfg(feature = "server")]
            Self::Server(index) => index.search(question, filter, limit),
        }
    }

    /// The source files of all passages that `filter` admits, sorted, with the number of their passages.
    pub fn documents(&self, filter: &Filter) -> Result<Vec<(String, usize)>, SearchError> {
        match self {
            Self::Memory(index) => Ok(index.documents(filter)),
            #[cfg(feature = "edge")]
            Self::Edge(index) => index.documents(filter),
            #[cfg(feature = "server")]
            Self::Server(index) => index.documents(filter),
        }
    }

    /// All passages of one source file, in the order in which they stand there.
    pub fn document(&self, source_file: &str) -> Result<Vec<Arc<Passage>>, SearchError> {
        match self {
            Self::Memory(index) => Ok(index.document(source_file)),
            #[cfg(feature = "edge")]
            Self::Edge(index) => index.document(source_file),
            #[cfg(feature = "server")]
            Self::Server(index) => index.document(source_file),
        }
    }

    /// One passage by its name.
    pub fn passage(&self, id: &ChunkId) -> Result<Option<Arc<Passage>>, SearchError> {
        match self {
            Self::Memory(index) => Ok(index.passage(id)),
            #[cfg(feature = "edge")]
            Self::Edge(index) => index.passage(id),
            #[cfg(feature = "server")]
            Self::Server(index) => index.passage(id),
        }
    }

    /// Name of the engine, for people.
    pub const fn engine_name(&self) -> &'static str {
        match self {
            Self::Memory(_) => "memory",
            #[cfg(feature = "edge")]
            Self::Edge(_) => "qdrant-edge",
            #[cfg(feature = "server")]
            Self::Server(_) => "qdrant",
        }
    }
}
