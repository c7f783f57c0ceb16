//! From ranked passages to evidence: what the question is about, everything the knowledge base says of it, and whether
//! that is enough to answer.

pub mod confidence;
mod reply;
mod subject;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tracing::debug;

use self::confidence::Signs;
use self::subject::Subject;
use super::query::Query;
use super::retriever::{Retrieved, Retriever};
use super::{Filter, Hit, SearchError};
use crate::embed::stems::StemSet;
use crate::reading::Reading;
use crate::reading::role::Role;

/// When evidence is enough, section `[evidence]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceSettings {
    /// How sure it must be (0 to 1) that a document answers; see [`confidence`].
    pub min_confidence: f32,
    /// How many passages from beside the main subject may be used.
    pub max_supporting: usize,
    /// How sure it must be (0 to 1) that the reply to a question that people ask replies to the one asked.
    pub min_reply: f32,
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self { min_confidence: 0.5, max_supporting: 3, min_reply: 0.15 }
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
    pub passages: Vec<EvidencePassage>,
    /// The parts that are asked for, in the order of their importance ("and when not?"); empty for all.
    pub focus: Vec<Role>,
}

impl Evidence {
    /// Whether the document or the subject bears the name of most of what is asked.
    pub fn is_named_by(&self, query: &Query) -> bool {
        let Some(first) = self.passages.first() else { return false };
        let passage = &first.reading.passage;
        let names = format!("{} {}", passage.title, self.subject);
        query.share_of_concepts(&StemSet::of(&names, passage.lang)) >= 0.5
    }

    /// The share of what `query` asks that the passages speak of.
    pub fn covers(&self, query: &Query) -> f32 {
        query.share_of_concepts(&self.passages.iter().flat_map(|from| from.reading.stems().iter()).collect())
    }
}

/// A passage and how it came to be evidence.
#[derive(Debug, Clone)]
pub struct EvidencePassage {
    /// The passage, read.
    pub reading: Arc<Reading>,
    /// Whether it is on the main subject.
    pub is_main: bool,
    /// Its score as a share of that of the subject's best passage; 0 if it was not retrieved itself.
    pub relevance: f32,
    /// How well it replies to the question, from 0 to 1, if it does: as the reply to one that people ask, or by comparing.
    pub reply_fitness: Option<f32>,
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
    found: &Retrieved,
    retriever: &Retriever,
    filter: &Filter,
    settings: &EvidenceSettings,
) -> Result<Verdict, SearchError> {
    let Retrieved { query, hits } = found;
    let nearest = nearest_titles(hits);
    let (own, foreign): (Vec<&Hit>, Vec<&Hit>) =
        first_of_each_document(hits).partition(|candidate| candidate.passage.lang == query.language);
    let (mut own, foreign) = (near_the_best(own), near_the_best(foreign));
    // Who asks by name wants the document of that name: "message queue" is not the one on dead letter queues.
    let read = |hit: &Hit| retriever.readings.read(&hit.passage);
    if !own.first().is_some_and(|best| reply::fitness(&read(best), query, 1.0) >= REPLIED) {
        own.sort_by_key(|candidate| {
            !query.asks_by_name(&StemSet::of(&candidate.passage.title, candidate.passage.lang))
        });
    }
    // A document in the asker's language that answers is better than one that fits a little better.
    for candidate in own.into_iter().chain(foreign) {
        let document = retriever.index.document(&candidate.passage.source_file)?;
        let admitted = document.iter().filter(|passage| filter.admits(passage));
        let subject =
            Subject::of(candidate, query, admitted.map(|passage| retriever.readings.read(passage)).collect(), hits);
        let signs = Signs::of(found, candidate, &subject.passages, retriever);
        let confidence = signs.confidence();
        debug!(?signs, confidence, "a document was judged");
        if confidence >= settings.min_confidence {
            return Ok(Verdict::Enough(collect(found, candidate, subject, retriever, settings)));
        }
    }
    Ok(Verdict::TooLittle { nearest })
}

/// The subject's passages, and the best ones from beside it.
fn collect(
    found: &Retrieved,
    best: &Hit,
    subject: Subject,
    retriever: &Retriever,
    settings: &EvidenceSettings,
) -> Evidence {
    let Subject { name, passages: main } = subject;
    let Retrieved { query, hits } = found;
    let beside = hits
        .iter()
        .filter(|hit| hit.score >= best.score * SUPPORTING_SHARE && hit.passage.lang == best.passage.lang)
        .map(|hit| &hit.passage)
        .filter(|passage| main.iter().all(|own| own.passage.chunk_id != passage.chunk_id))
        .take(settings.max_supporting)
        .map(|passage| retriever.readings.read(passage));
    let readings = main.iter().cloned().map(|reading| (reading, true)).chain(beside.map(|reading| (reading, false)));
    let mut passages: Vec<EvidencePassage> = readings
        .map(|(reading, is_main)| {
            // What is beside the subject may have been found before it.
            let relevance = found.relevance(&reading, best).min(1.0);
            EvidencePassage { reading, is_main, relevance, reply_fitness: None }
        })
        .collect();
    let leads: Vec<f32> = (0..passages.len()).map(|at| lead(&passages, at)).collect();
    for (passage, lead) in passages.iter_mut().zip(leads) {
        let fitness = fitness(passage, lead, query);
        passage.reply_fitness = Some(fitness).filter(|&fitness| fitness >= settings.min_reply);
    }
    Evidence { query: query.clone(), subject: name, passages, focus: Vec::new() }
}

/// By how much the passage `at` is more relevant than any other on the main subject; below 0 if it is less so.
fn lead(passages: &[EvidencePassage], at: usize) -> f32 {
    let others = passages.iter().enumerate().filter(|&(other, passage)| other != at && passage.is_main);
    passages[at].relevance - others.map(|(_, passage)| passage.relevance).fold(0.0, f32::max)
}

/// How well a passage replies to `query`, from 0 to 1. Who wants things told apart is answered by what does that, unless there is
/// a reply to this very question.
fn fitness(passage: &EvidencePassage, lead: f32, query: &Query) -> f32 {
    let EvidencePassage { reading, is_main, relevance, .. } = passage;
    let compares = || query.share_of_concepts(&reading.breadcrumb) >= COMPARED && query.asks_to_compare();
    if *is_main && reading.role == Some(Role::Comparison) && compares() {
        relevance.min(BELOW_A_REPLY)
    } else {
        reply::leading(reading, query, lead)
    }
}

/// Title and headings of a comparison name at least this share of what is to be told apart.
const COMPARED: f32 = 0.4;
/// Less than the reply to the very question is worth.
const BELOW_A_REPLY: f32 = 0.99;

/// The probability that goes with log odds.
fn logistic(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The best hit of each document, best first.
fn first_of_each_document(hits: &[Hit]) -> impl Iterator<Item = &Hit> {
    let mut seen = BTreeSet::new();
    hits.iter().filter(move |hit| seen.insert(&hit.passage.source_file))
}

/// Those of one language that score nearly as well as the first.
fn near_the_best(candidates: Vec<&Hit>) -> Vec<&Hit> {
    let least = candidates.first().map_or(0.0, |best| best.score * CANDIDATE_SHARE);
    candidates.into_iter().filter(|candidate| candidate.score >= least).take(CANDIDATE_SUBJECTS).collect()
}

/// A passage that replies at least this surely (0 to 1) is what was asked for, whatever its document is called.
const REPLIED: f32 = 0.3;
/// How many documents are considered as the one that answers, in each language.
const CANDIDATE_SUBJECTS: usize = 3;
/// Their best passages score at least this share of the best one.
const CANDIDATE_SHARE: f32 = 0.5;
/// Passages from beside the subject, and replies to what people ask about it, score at least this share of the best one.
const SUPPORTING_SHARE: f32 = 0.3;

/// Titles of the documents that come nearest, best first.
fn nearest_titles(hits: &[Hit]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    hits.iter().map(|hit| hit.passage.title.clone()).filter(|title| seen.insert(title.clone())).take(3).collect()
}
