//! What decides a ranking, and an index made of it for one measurement.

use std::sync::Arc;

use anyhow::Result;

use crate::embed::bm25::Bm25Settings;
use crate::embed::dense::Embedder;
use crate::language;
use crate::passage::Passage;
use crate::question::Language;
use crate::reading::Readings;
use crate::retrieve::Index;
use crate::retrieve::build::{self, Built, Encoding};
use crate::retrieve::glossary::Glossary;
use crate::retrieve::retriever::{RetrieveSettings, Retriever};

/// The settings that decide a ranking.
#[derive(Clone)]
pub struct RankingSettings {
    /// Term weights.
    pub bm25: Bm25Settings,
    /// What embeds passages and questions, if anything does.
    pub embedder: Option<Arc<Embedder>>,
    /// Rerank weights.
    pub retrieve: RetrieveSettings,
    /// Synonyms.
    pub glossary: Arc<Glossary>,
}

impl Default for RankingSettings {
    /// The settings that Colega comes with, and its glossary.
    fn default() -> Self {
        Self {
            bm25: Bm25Settings::default(),
            embedder: None,
            retrieve: RetrieveSettings::default(),
            glossary: Arc::new(Glossary::built_in()),
        }
    }
}

impl RankingSettings {
    /// An index in memory over `passages`.
    ///
    /// # Errors
    /// The model failed.
    pub fn retriever(&self, passages: Vec<Arc<Passage>>) -> Result<Retriever> {
        let encoding = Encoding { bm25: &self.bm25, embedder: self.embedder.as_deref() };
        let Built { points, statistics, encoder, .. } = build::build(passages, encoding, None)?;
        Ok(Retriever {
            index: Index::in_memory(points),
            statistics,
            encoder,
            embedder: self.embedder.clone(),
            glossary: Arc::clone(&self.glossary),
            settings: self.retrieve.clone(),
            readings: Readings::default(),
            generation: "memory".to_owned(),
        })
    }
}

/// The language that a row names or, failing that, is written in.
pub(super) fn language_of(named: Option<Language>, text: &str) -> Language {
    named.or_else(|| language::detect(text)).unwrap_or(Language::English)
}
