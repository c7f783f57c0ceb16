//! From a question to ranked passages.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::glossary::Glossary;
use super::query::Query;
use super::rerank;
use super::statistics::Statistics;
use super::{Filter, Hit, Index, SearchError};
use crate::embed::bm25::Bm25;
use crate::question::Language;
use crate::reading::Readings;

/// How passages are searched and ranked, section `[retrieve]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetrieveSettings {
    /// How many passages the engine gives to the rerank.
    pub candidates: usize,
    /// How much a title or heading that names what is asked lifts a passage (0 = not at all).
    pub title_boost: f32,
    /// How much a passage in the language of the question is lifted.
    pub language_boost: f32,
    /// How much the other hits of the same document lift a passage.
    pub document_boost: f32,
    /// How much the passages of a talk that come just before and after lift a passage.
    pub neighbour_boost: f32,
}

impl Default for RetrieveSettings {
    fn default() -> Self {
        Self { candidates: 50, title_boost: 0.8, language_boost: 0.6, document_boost: 0.3, neighbour_boost: 0.2 }
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
        let vector = self.encoder.encode_question(&query.words);
        let hits = self.index.search(&vector, filter, self.settings.candidates.max(limit))?;
        let mut hits = rerank::rerank(hits, &query, &self.settings);
        hits.truncate(limit);
        Ok(Retrieved { query, hits })
    }
}
