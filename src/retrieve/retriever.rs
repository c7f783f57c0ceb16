//! From a question to ranked passages.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::fusion;
use super::glossary::Glossary;
use super::query::Query;
use super::rerank;
use super::statistics::Statistics;
use super::{Filter, Hit, Index, QuestionVectors, SearchError};
use crate::embed::bm25::Bm25;
use crate::embed::dense::{DenseVector, Embedder};
use crate::question::Language;
use crate::reading::{Reading, Readings};

/// How passages are searched and ranked, section `[retrieve]` of the configuration. The boosts are weights of the rerank; see
/// [`super::rerank`]. One of 0 counts for nothing, and 0.7 halves the score of a passage that lacks its sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetrieveSettings {
    /// How many passages the engine gives to the rerank.
    pub candidates: usize,
    /// How much the meaning of a passage counts beside its words, from 0 to 1, where a model has embedded it.
    pub dense_share: f32,
    /// For a passage that is as near to the question in meaning as the nearest, where a model tells.
    pub meaning_boost: f32,
    /// By which share, from 0 to 1, other words than those of the question count less against a passage where a model tells
    /// how near it is.
    pub meaning_relief: f32,
    /// For title and headings that name what is asked.
    pub title_boost: f32,
    /// For a passage that speaks of all that is asked.
    pub words_boost: f32,
    /// For a single sentence that does.
    pub sentence_boost: f32,
    /// For a first sentence that does.
    pub opening_boost: f32,
    /// For a passage that answers a known question which holds no other words than the one asked.
    pub question_boost: f32,
    /// For a known question, which the passage answers, that is like the one asked.
    pub likeness_boost: f32,
    /// For a passage of the part of an answer that the wording of the question asks for.
    pub wanted_boost: f32,
    /// For a passage in the language of the question.
    pub language_boost: f32,
    /// For the other hits of the same document.
    pub document_boost: f32,
    /// For the hits of a talk that come just before and after.
    pub neighbour_boost: f32,
}

impl Default for RetrieveSettings {
    fn default() -> Self {
        Self {
            candidates: 50,
            dense_share: 0.7,
            meaning_boost: 3.0,
            meaning_relief: 0.3,
            title_boost: 1.65,
            words_boost: 1.1,
            sentence_boost: 0.9,
            opening_boost: 0.5,
            question_boost: 0.85,
            likeness_boost: 0.5,
            wanted_boost: 0.3,
            language_boost: 2.7,
            document_boost: 1.55,
            neighbour_boost: 2.0,
        }
    }
}

/// An index with everything needed to search it.
pub struct Retriever {
    /// The passages.
    pub index: Index,
    /// What is known of its words.
    pub statistics: Statistics,
    /// What encoded its passages.
    pub encoder: Bm25,
    /// What embedded them, if anything did.
    pub embedder: Option<Arc<Embedder>>,
    /// Synonyms.
    pub glossary: Arc<Glossary>,
    /// Weights.
    pub settings: RetrieveSettings,
    /// Passages read lately.
    pub readings: Readings,
    /// Names what is searched, for `/why`: the generation of the index.
    pub generation: String,
}

/// A question and what was found for it, best first.
pub struct Retrieved {
    /// The question as it was searched.
    pub query: Query,
    /// The passages.
    pub hits: Vec<Hit>,
}

impl Retrieved {
    /// The score of the passage that `reading` is of, as a share of that of `best`; 0 if it was not found.
    pub fn relevance(&self, reading: &Reading, best: &Hit) -> f32 {
        let own = self.hits.iter().find(|hit| hit.passage.chunk_id == reading.passage.chunk_id);
        own.map_or(0.0, |hit| hit.score / best.score)
    }
}

impl Retriever {
    /// The best `limit` passages for `text`.
    pub fn retrieve(
        &self,
        text: &str,
        language: Language,
        filter: &Filter,
        limit: usize,
    ) -> Result<Retrieved, SearchError> {
        self.search(self.query(&[(text, 1.0)], language), filter, limit)
    }

    /// A question of several parts, each with its weight; see [`Query::of_parts`].
    pub fn query(&self, parts: &[(&str, f32)], language: Language) -> Query {
        Query::of_parts(parts, language, &self.glossary, &self.statistics)
    }

    /// The best `limit` passages for `query`.
    pub fn search(&self, query: Query, filter: &Filter, limit: usize) -> Result<Retrieved, SearchError> {
        let bm25 = self.encoder.encode_question(&query.words);
        let question = QuestionVectors { bm25, dense: self.embed(&query) };
        let found = self.index.search(&question, filter, self.settings.candidates.max(limit))?;
        let hits = fusion::fuse(found, self.settings.dense_share);
        let mut hits = rerank::rerank(hits, &query, &self.settings, &self.readings);
        hits.truncate(limit);
        Ok(Retrieved { query, hits })
    }

    /// What the question means, if a model knows its language. One that fails is done without: the words still find.
    fn embed(&self, query: &Query) -> Option<DenseVector> {
        let embedder = self.embedder.as_ref().filter(|embedder| embedder.knows(query.language))?;
        embedder.embed_question(&query.text).inspect_err(|error| warn!("a question is not embedded: {error:#}")).ok()
    }
}
