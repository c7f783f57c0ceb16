//! From ranked passages to evidence: what the question is about, everything the knowledge base says of it, and whether
//! that is enough to answer.

pub mod confidence;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::confidence::Signs;
use super::query::Query;
use super::retriever::{Retrieved, Retriever};
use super::{Filter, Hit, SearchError};
use crate::embed::stems::StemSet;
use crate::passage::Passage;
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
    /// From this fitness on (0 to 1) the reply to a question that people ask is taken for one to the question asked.
    pub min_reply: f32,
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self { min_confidence: 0.55, max_supporting: 3, min_reply: 0.35 }
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
        query.share_of_concepts(&self.passages.iter().flat_map(|from| from.reading.stems.iter()).collect())
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
    /// How well it replies to the question, from 0 to 1, if it does.
    pub reply_fitness: Option<f32>,
}

/// How well a passage replies to what `query` asks, from 0 to 1; 0 where it replies to no question. It counts how much of
/// what is asked its question asks too, and the passage speaks of, and how much of its question is asked.
fn reply_fitness(reading: &Reading, query: &Query) -> f32 {
    if !reading.is_reply() {
        return 0.0;
    }
    let asked = query.share_of_concepts(&reading.question);
    let spoken_of = query.share_of_concepts(&reading.stems);
    let of_its_own = reading.question.share_in(&query.stems());
    0.4 * asked + 0.4 * spoken_of + 0.2 * of_its_own
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
    let Some(best) = hits.first() else { return Ok(Verdict::TooLittle { nearest }) };
    let (mut own, foreign): (Vec<&Hit>, Vec<&Hit>) = first_of_each_document(hits)
        .take_while(|candidate| candidate.score >= best.score * CANDIDATE_SHARE)
        .partition(|candidate| candidate.passage.lang == query.language);
    // Who asks by name wants the document of that name: "message queue" is not the one on dead letter queues.
    let replies =
        |candidate: &Hit| reply_fitness(&retriever.readings.read(&candidate.passage), query) >= settings.min_reply;
    if !own.first().is_some_and(|best| replies(best)) {
        own.sort_by_key(|candidate| {
            !query.asks_by_name(&StemSet::of(&candidate.passage.title, candidate.passage.lang))
        });
    }
    // A document in the asker's language that answers is better than one that fits a little better.
    for candidate in own.into_iter().take(CANDIDATE_SUBJECTS).chain(foreign.into_iter().take(CANDIDATE_SUBJECTS)) {
        let mut document = retriever.index.document(&candidate.passage.source_file)?;
        document.retain(|passage| filter.admits(passage));
        let subject = Subject::of(candidate, query, document, hits, retriever);
        let read = retriever.readings.read(&candidate.passage);
        let same_language: Vec<&Hit> = hits.iter().filter(|hit| hit.passage.lang == candidate.passage.lang).collect();
        if Signs::of(query, &read, &subject.passages, &same_language).confidence() >= settings.min_confidence {
            return Ok(Verdict::Enough(collect(query, hits, candidate, subject, retriever, settings)));
        }
    }
    Ok(Verdict::TooLittle { nearest })
}

/// The subject's passages, and the best ones from beside it.
fn collect(
    query: &Query,
    hits: &[Hit],
    best: &Hit,
    subject: Subject,
    retriever: &Retriever,
    settings: &EvidenceSettings,
) -> Evidence {
    let Subject { name, passages: main } = subject;
    let relevance = |passage: &Passage| {
        hits.iter().find(|hit| hit.passage.chunk_id == passage.chunk_id).map_or(0.0, |hit| hit.score / best.score)
    };
    let beside = hits
        .iter()
        .filter(|hit| hit.score >= best.score * SUPPORTING_SHARE && hit.passage.lang == best.passage.lang)
        .map(|hit| &hit.passage)
        .filter(|passage| main.iter().all(|own| own.passage.chunk_id != passage.chunk_id))
        .take(settings.max_supporting)
        .map(|passage| retriever.readings.read(passage));
    let passages = main
        .iter()
        .cloned()
        .map(|reading| (reading, true))
        .chain(beside.map(|reading| (reading, false)))
        .map(|(reading, is_main)| EvidencePassage {
            relevance: relevance(&reading.passage),
            reply_fitness: Some(reply_fitness(&reading, query)).filter(|&fitness| fitness >= settings.min_reply),
            reading,
            is_main,
        })
        .collect();
    Evidence { query: query.clone(), subject: name, passages, focus: Vec::new() }
}

/// The best hit of each document, best first.
fn first_of_each_document(hits: &[Hit]) -> impl Iterator<Item = &Hit> {
    let mut seen = BTreeSet::new();
    hits.iter().filter(move |hit| seen.insert(&hit.passage.source_file))
}

/// How many documents are considered as the one that answers.
const CANDIDATE_SUBJECTS: usize = 3;
/// Their best passages score at least this share of the best one.
const CANDIDATE_SHARE: f32 = 0.5;
/// Supporting passages score at least this share of the best one.
const SUPPORTING_SHARE: f32 = 0.6;
/// A subject with fewer passages than this takes in what its parent heading holds.
const THIN_SUBJECT: usize = 2;
/// But not if that holds more passages than this: they are about other things too.
const WIDE_SUBJECT: usize = 8;
/// More passages of one subject are not read.
const MAX_MAIN: usize = 16;

/// What the best hit is about.
struct Subject {
    name: String,
    passages: Vec<Arc<Reading>>,
}

impl Subject {
    /// The subject of the best hit: its document where the question asks for that by name, else the heading above it. Of
    /// the replies to what people ask, those that were found belong to it.
    fn of(best: &Hit, query: &Query, document: Vec<Arc<Passage>>, hits: &[Hit], retriever: &Retriever) -> Self {
        let (mut replies, body): (Vec<_>, Vec<_>) =
            document.into_iter().partition(|passage| Role::below(&passage.headings) == Some(Role::Reply));
        let (name, chosen) = if body.is_empty() {
            (best.passage.title.clone(), around(replies, best))
        } else {
            let (name, mut chosen) = Self::in_body(best, query, body);
            let least = best.score * SUPPORTING_SHARE;
            replies.retain(|reply| hits.iter().any(|hit| hit.passage.chunk_id == reply.chunk_id && hit.score >= least));
            chosen.append(&mut replies);
            (name, chosen)
        };
        // Reading takes longest, so only what was chosen is read.
        Self { name, passages: chosen.iter().map(|passage| retriever.readings.read(passage)).collect() }
    }

    /// Name and passages of the subject among those of a document that are no replies.
    fn in_body(best: &Hit, query: &Query, body: Vec<Arc<Passage>>) -> (String, Vec<Arc<Passage>>) {
        let passage = &best.passage;
        if query.asks_by_name(&StemSet::of(&passage.title, passage.lang)) {
            return (passage.title.clone(), first_and_around(body, best));
        }
        let is_part =
            |passage: &Arc<Passage>| Role::below(&passage.headings).is_some_and(|role| role != Role::Comparison);
        let is_article = body.iter().any(is_part);
        let path_of = |passage: &Passage| subject_path(passage, is_article);
        let below = |path: &[String]| -> Vec<Arc<Passage>> {
            body.iter().filter(|passage| path_of(passage).starts_with(path)).cloned().collect()
        };
        let mut path = path_of(passage);
        let mut passages = below(&path);
        while passages.len() < THIN_SUBJECT && path.pop().is_some() {
            let wider = below(&path);
            if wider.len() > WIDE_SUBJECT {
                break;
            }
            passages = wider;
        }
        let name = path_of(passage).into_iter().next_back().unwrap_or_else(|| passage.title.clone());
        (name, around(passages, best))
    }
}

/// The headings above a passage that name a subject, rather than a part of an answer such as "Common mistakes". In an
/// article, "A versus B" is such a part too; elsewhere it is a subject of its own.
fn subject_path(passage: &Passage, is_article: bool) -> Vec<String> {
    let is_subject = |heading: &&String| match Role::of_heading(heading) {
        None => true,
        Some(Role::Comparison) => !is_article,
        Some(_) => false,
    };
    passage.headings.iter().filter(is_subject).cloned().collect()
}

/// At most [`MAX_MAIN`] passages, those around the best hit.
fn around(mut passages: Vec<Arc<Passage>>, best: &Hit) -> Vec<Arc<Passage>> {
    let at = passages.iter().position(|passage| passage.chunk_id == best.passage.chunk_id).unwrap_or_default();
    let start = at.saturating_sub(MAX_MAIN / 2).min(passages.len().saturating_sub(MAX_MAIN));
    passages.drain(..start);
    passages.truncate(MAX_MAIN);
    passages
}

/// The first [`MAX_MAIN`] passages, which say what a document is about; where the best hit is not among them, half as many,
/// and the best hit with those right before it.
fn first_and_around(mut passages: Vec<Arc<Passage>>, best: &Hit) -> Vec<Arc<Passage>> {
    let at = passages.iter().position(|passage| passage.chunk_id == best.passage.chunk_id);
    if at.is_some_and(|at| at >= MAX_MAIN) {
        let rest = around(passages.split_off(MAX_MAIN / 2), best);
        let end = rest.iter().position(|passage| passage.chunk_id == best.passage.chunk_id).map_or(0, |at| at + 1);
        passages.extend(rest[end.saturating_sub(MAX_MAIN / 2)..end].iter().cloned());
    }
    passages.truncate(MAX_MAIN);
    passages
}

fn nearest_titles(hits: &[Hit]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    hits.iter().map(|hit| hit.passage.title.clone()).filter(|title| seen.insert(title.clone())).take(3).collect()
}
