//! What the best hit is about, and which passages of its document say so.

use std::sync::Arc;

use super::SUPPORTING_SHARE;
use crate::embed::stems::StemSet;
use crate::reading::Reading;
use crate::reading::role::Role;
use crate::retrieve::Hit;
use crate::retrieve::query::Query;

/// A subject with fewer passages than this takes in what its parent heading holds.
const THIN_SUBJECT: usize = 2;
/// But not if that holds more passages than this: they are about other things too.
const WIDE_SUBJECT: usize = 8;
/// More passages of one subject are not read.
const MAX_MAIN: usize = 16;

/// What the best hit is about.
pub(super) struct Subject {
    /// Its name.
    pub name: String,
    /// Its passages, in the order of their source.
    pub passages: Vec<Arc<Reading>>,
}

impl Subject {
    /// The subject of the best hit: its document where the question asks for that by name, else the heading above it. Of
    /// the replies to what people ask, those that were found belong to it.
    pub fn of(best: &Hit, query: &Query, document: Vec<Arc<Reading>>, hits: &[Hit]) -> Self {
        let (mut replies, body): (Vec<_>, Vec<_>) = document.into_iter().partition(|reading| reading.is_reply());
        if body.is_empty() {
            return Self { name: best.passage.title.clone(), passages: around(replies, best) };
        }
        let mut subject = Self::in_body(best, query, body);
        let least = best.score * SUPPORTING_SHARE;
        let is_found = |hit: &Hit, reply: &Reading| is_of(hit, reply) && hit.score >= least;
        replies.retain(|reply| hits.iter().any(|hit| is_found(hit, reply)));
        subject.passages.append(&mut replies);
        subject
    }

    /// The subject among the passages of a document that are no replies.
    fn in_body(best: &Hit, query: &Query, body: Vec<Arc<Reading>>) -> Self {
        let passage = &best.passage;
        if query.asks_by_name(&StemSet::of(&passage.title, passage.lang)) {
            return Self { name: passage.title.clone(), passages: first_and_around(body, best) };
        }
        let is_article = body.iter().any(|reading| reading.role.is_some_and(|role| role != Role::Comparison));
        let paths: Vec<Vec<&str>> = body.iter().map(|reading| subject_path(reading, is_article)).collect();
        let below = |path: &[&str]| -> Vec<Arc<Reading>> {
            let is_below = body.iter().zip(&paths).filter(|(_, own)| own.starts_with(path));
            is_below.map(|(reading, _)| Arc::clone(reading)).collect()
        };
        let at = position(&body, best);
        let own = at.map(|at| paths[at].clone()).unwrap_or_default();
        let name = own.last().map_or(passage.title.as_str(), |heading| heading).to_owned();
        let mut path = own.as_slice();
        let mut passages = below(path);
        while let (true, [outer @ .., _]) = (passages.len() < THIN_SUBJECT, path) {
            let wider = below(outer);
            if wider.len() > WIDE_SUBJECT {
                break;
            }
            (path, passages) = (outer, wider);
        }
        Self { name, passages: around(passages, best) }
    }
}

/// The headings above a passage that name a subject, rather than a part of an answer such as "Common mistakes". In an
/// article, "A versus B" is such a part too; elsewhere it is a subject of its own.
fn subject_path(reading: &Reading, is_article: bool) -> Vec<&str> {
    let is_subject = |role: Option<Role>| match role {
        None => true,
        Some(Role::Comparison) => !is_article,
        Some(_) => false,
    };
    let headings = reading.passage.headings.iter().zip(&reading.heading_roles);
    headings.filter(|&(_, &role)| is_subject(role)).map(|(heading, _)| heading.as_str()).collect()
}

/// Whether `reading` is of the passage that was found.
fn is_of(hit: &Hit, reading: &Reading) -> bool {
    hit.passage.chunk_id == reading.passage.chunk_id
}

fn position(passages: &[Arc<Reading>], best: &Hit) -> Option<usize> {
    passages.iter().position(|reading| is_of(best, reading))
}

/// At most [`MAX_MAIN`] passages, those around the best hit.
fn around(mut passages: Vec<Arc<Reading>>, best: &Hit) -> Vec<Arc<Reading>> {
    let at = position(&passages, best).unwrap_or_default();
    let start = at.saturating_sub(MAX_MAIN / 2).min(passages.len().saturating_sub(MAX_MAIN));
    passages.drain(..start);
    passages.truncate(MAX_MAIN);
    passages
}

/// The first [`MAX_MAIN`] passages, which say what a document is about; where the best hit is not among them, half as many,
/// and the best hit with those right before it.
fn first_and_around(mut passages: Vec<Arc<Reading>>, best: &Hit) -> Vec<Arc<Reading>> {
    if position(&passages, best).is_some_and(|at| at >= MAX_MAIN) {
        let rest = around(passages.split_off(MAX_MAIN / 2), best);
        let end = position(&rest, best).map_or(0, |at| at + 1);
        passages.extend(rest[end.saturating_sub(MAX_MAIN / 2)..end].iter().cloned());
    }
    passages.truncate(MAX_MAIN);
    passages
}
