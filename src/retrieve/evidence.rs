//! From ranked passages to evidence: what the question is about, everything the knowledge base says of it, and whether
//! that is enough to answer.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::query::Query;
use super::retriever::{Retrieved, Retriever};
use super::role::Role;
use super::{Filter, Hit, SearchError};
use crate::embed::terms;
use crate::passage::Passage;

/// When evidence is enough, section `[evidence]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceSettings {
    /// Share of the question's concepts, weighted by how rare they are, that the passages must speak of when their
    /// title names one of them.
    pub min_coverage: f32,
    /// The same share when the question holds every word of the subject's name.
    pub min_coverage_by_name: f32,
    /// The same share when no title names any of them; it must then lie in a single passage.
    pub min_coverage_unnamed: f32,
    /// How many passages from beside the main subject may be used.
    pub max_supporting: usize,
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self { min_coverage: 0.6, min_coverage_by_name: 0.35, min_coverage_unnamed: 0.85, max_supporting: 3 }
    }
}

/// Passages that answer a question.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The question.
    pub query: Query,
    /// What the main passages are about: their document's title, or the heading that sets them apart in it.
    pub subject: String,
    /// The passages, those on the main subject first and in the order of their source.
    pub passages: Vec<Arc<Passage>>,
    /// How many of the passages are on the main subject.
    pub main: usize,
}

/// Whether the knowledge base can answer.
pub enum Verdict {
    /// It can, from this.
    Enough(Evidence),
    /// It cannot; these documents are nearest.
    TooLittle {
        /// Titles, best first, none twice.
        nearest: Vec<String>,
    },
}

/// Judges what was retrieved, and gathers the rest of what the knowledge base says on the subject.
pub fn gather(
    retrieved: Retrieved,
    retriever: &Retriever,
    filter: &Filter,
    settings: &EvidenceSettings,
) -> Result<Verdict, SearchError> {
    let Retrieved { query, hits } = retrieved;
    let nearest = nearest_titles(&hits);
    let Some(best) = hits.first() else { return Ok(Verdict::TooLittle { nearest }) };
    let main = subject_passages(best, &query, retriever, filter)?;
    let subject = subject_path(&best.passage).last().cloned().unwrap_or_else(|| best.passage.title.clone());
    if !is_enough(&query, &hits, &subject, &main, settings) {
        return Ok(Verdict::TooLittle { nearest });
    }
    let supporting =
        hits.iter().filter(|hit| hit.score >= best.score * SUPPORTING_SHARE && hit.passage.lang == best.passage.lang);
    let supporting: Vec<_> = supporting
        .map(|hit| Arc::clone(&hit.passage))
        .filter(|passage| main.iter().all(|own| own.chunk_id != passage.chunk_id))
        .take(settings.max_supporting)
        .collect();
    let count = main.len();
    Ok(Verdict::Enough(Evidence {
        query,
        subject,
        passages: main.into_iter().chain(supporting).collect(),
        main: count,
    }))
}

/// Supporting passages score at least this share of the best one.
const SUPPORTING_SHARE: f32 = 0.6;
/// A subject with fewer passages than this takes in what its parent heading holds.
const THIN_SUBJECT: usize = 2;
/// More passages of one subject are not read; the best ones are near the best hit.
const MAX_MAIN: usize = 16;

/// The headings above a passage that name a subject, rather than a part of an answer such as "Common mistakes".
fn subject_path(passage: &Passage) -> Vec<String> {
    passage.headings.iter().filter(|heading| Role::of_heading(heading).is_none()).cloned().collect()
}

/// The passages on the subject of the best hit: those of its document below the same subject headings.
fn subject_passages(
    best: &Hit,
    query: &Query,
    retriever: &Retriever,
    filter: &Filter,
) -> Result<Vec<Arc<Passage>>, SearchError> {
    let mut document = retriever.index.document(&best.passage.source_file)?;
    document.retain(|passage| filter.admits(passage));
    let mut path = subject_path(&best.passage);
    loop {
        let below: Vec<_> =
            document.iter().filter(|passage| subject_path(passage).starts_with(&path)).cloned().collect();
        if below.len() >= THIN_SUBJECT || path.is_empty() || is_named(&path, query) {
            return Ok(around(below, best));
        }
        path.pop();
    }
}

/// Whether the innermost heading of `path` names all that is asked, so that its own passages are the answer.
fn is_named(path: &[String], query: &Query) -> bool {
    path.last().is_some_and(|heading| {
        let stems: HashSet<String> = terms::words(heading, query.language).flat_map(|word| word.terms).collect();
        query.concepts.iter().all(|concept| concept.is_in(&stems))
    })
}

/// At most [`MAX_MAIN`] passages, those around the best hit.
fn around(mut passages: Vec<Arc<Passage>>, best: &Hit) -> Vec<Arc<Passage>> {
    let at = passages.iter().position(|passage| passage.chunk_id == best.passage.chunk_id).unwrap_or_default();
    let start = at.saturating_sub(MAX_MAIN / 2).min(passages.len().saturating_sub(MAX_MAIN));
    passages.drain(..start);
    passages.truncate(MAX_MAIN);
    passages
}

fn is_enough(query: &Query, hits: &[Hit], subject: &str, main: &[Arc<Passage>], settings: &EvidenceSettings) -> bool {
    let all: HashSet<String> = main.iter().flat_map(|passage| stems_of(passage)).collect();
    let found = query.share_of_concepts(&all);
    let language = main.first().map_or(query.language, |passage| passage.lang);
    if query.asks_by_name(&terms::words(subject, language).flat_map(|word| word.terms).collect()) {
        return found >= settings.min_coverage_by_name;
    }
    let is_named = main.iter().any(|passage| query.share_of_concepts(&name_stems(passage)) > 0.0);
    if is_named && found >= settings.min_coverage {
        return true;
    }
    hits.iter()
        .take(1 + settings.max_supporting)
        .any(|hit| query.share_of_concepts(&stems_of(&hit.passage)) >= settings.min_coverage_unnamed)
}

fn stems_of(passage: &Passage) -> HashSet<String> {
    let mut stems = name_stems(passage);
    stems.extend(terms::words(&passage.text, passage.lang).flat_map(|word| word.terms));
    stems
}

fn name_stems(passage: &Passage) -> HashSet<String> {
    let names = std::iter::once(passage.breadcrumb()).chain(passage.tags.iter().cloned());
    names.flat_map(|name| terms::words(&name, passage.lang).flat_map(|word| word.terms).collect::<Vec<_>>()).collect()
}

fn nearest_titles(hits: &[Hit]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    hits.iter().map(|hit| hit.passage.title.clone()).filter(|title| seen.insert(title.clone())).take(3).collect()
}
