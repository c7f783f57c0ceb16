//! What could become a case, the most instructive first.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::group::{self, Group, Said};
use super::likeness::Fingerprint;
use super::proposal::{Proposal, Remark, proposal, remarks};
use crate::answer::{Answer, AnswerId};
use crate::feedback::kept::Exchange;
use crate::place::Pseudonym;
use crate::question::{Language, Origin};
use crate::render::review as wording;

/// Other wordings that are shown.
const WORDINGS: usize = 4;
/// Answers whose names are kept.
const ANSWERS: usize = 20;

/// Why a question is worth a case; the better reason is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The answer helped somebody.
    Liked,
    /// The answer did not help, and nobody said what would.
    Disliked,
    /// The knowledge base is silent on it.
    Unanswered,
    /// Several people asked it, or one several times.
    Repeated,
    /// Somebody said what the answer should have been.
    Corrected,
}

/// What was done with the questions of a candidate and their answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Times that it was asked; the same person within an hour counts once.
    pub asks: u64,
    /// People who asked it.
    pub people: u64,
    /// Times that there was no answer.
    pub unanswered: u64,
    /// People whom an answer helped.
    pub up: u64,
    /// People whom it did not.
    pub down: u64,
    /// Corrections.
    pub corrections: u64,
}

/// Questions that say the same and could become a case. It names nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Names it: the answer to the first of its questions.
    pub id: AnswerId,
    /// How much a case of it would teach; comparable with other candidates.
    pub value: u64,
    /// Why.
    pub reason: Reason,
    /// How often it was asked, and what was thought of the answers.
    pub counts: Counts,
    /// Language of the questions.
    pub lang: Language,
    /// The case as it is proposed.
    pub proposal: Proposal,
    /// Other wordings of the question.
    pub wordings: Vec<String>,
    /// What was answered: the answer that was corrected or disliked, or else the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Box<Answer>>,
    /// Titles of the nearest documents, where there was no answer.
    pub nearest: Vec<String>,
    /// What people said of it, the latest first.
    pub remarks: Vec<Remark>,
    /// Where it was asked.
    pub asked_in: Vec<Origin>,
    /// The answers that were given, the oldest first; no more than twenty.
    pub answers: Vec<AnswerId>,
    /// When it was last asked, in milliseconds since 1970.
    pub last_at_ms: u64,
    /// Whose questions and corrections these are; with them the candidate goes.
    #[serde(skip)]
    pub people: Vec<Pseudonym>,
}

impl Candidate {
    /// The reason in words.
    pub fn why(&self, language: Language) -> String {
        let Counts { asks, people, up, down, corrections, .. } = self.counts;
        match self.reason {
            Reason::Corrected => wording::corrected(language, corrections),
            Reason::Repeated => wording::repeated(language, asks, people),
            Reason::Unanswered => wording::unanswered(language).to_owned(),
            Reason::Disliked => wording::disliked(language, down),
            Reason::Liked => wording::liked(language, up),
        }
    }
}

/// What is not to be asked about again.
#[derive(Debug, Default)]
pub struct Settled {
    /// Candidates that were accepted or rejected.
    pub ids: HashSet<AnswerId>,
    /// What those asked, and what the goldset asks.
    pub asked: Vec<Fingerprint>,
}

/// What could become a case, by its value, the greatest first. Questions that say the same are one candidate; those that
/// are `settled` are left out, however they are worded, and so are questions of which no words are kept.
pub fn candidates(exchanges: &[Exchange], settled: &Settled) -> Vec<Candidate> {
    let askings = group::askings(exchanges);
    let is_settled =
        |group: &Group<'_, '_>| group.members().any(|asking| settled.ids.contains(&asking.exchange.kept.id));
    let mut candidates: Vec<Candidate> = group::groups(&askings, &settled.asked)
        .iter()
        .filter(|group| !is_settled(group))
        .filter_map(candidate)
        .collect();
    candidates
        .sort_by_key(|candidate| (Reverse(candidate.value), Reverse(candidate.last_at_ms), candidate.id.0.clone()));
    candidates
}

fn candidate(group: &Group<'_, '_>) -> Option<Candidate> {
    let counts = group.counts();
    let reason = reason(&counts, group.is_unanswered())?;
    let shown = shown(group, reason);
    let wordings = group.wordings();
    let nearest = match group.last().said {
        Said::Nothing(nearest) => nearest.to_vec(),
        Said::Answer(_) => Vec::new(),
    };
    Some(Candidate {
        id: group.first().exchange.kept.id.clone(),
        value: value(reason, &counts),
        reason,
        counts,
        lang: group.first().language,
        proposal: proposal(group, wordings[0], shown, reason),
        wordings: wordings.iter().skip(1).take(WORDINGS).map(|asking| asking.question.to_owned()).collect(),
        answer: shown.map(|answer| Box::new(answer.clone())),
        nearest,
        remarks: remarks(group),
        asked_in: group.asked_in(),
        answers: group.members().map(|asking| asking.exchange.kept.id.clone()).take(ANSWERS).collect(),
        last_at_ms: group.last().at_ms(),
        people: group.people().into_iter().cloned().collect(),
    })
}

/// The best reason there is; `None` for what was asked once and left at that.
fn reason(counts: &Counts, is_unanswered: bool) -> Option<Reason> {
    match counts {
        Counts { corrections: 1.., .. } => Some(Reason::Corrected),
        Counts { asks: 2.., .. } => Some(Reason::Repeated),
        _ if is_unanswered => Some(Reason::Unanswered),
        Counts { down, up, .. } if down > up => Some(Reason::Disliked),
        Counts { up: 1.., .. } => Some(Reason::Liked),
        _ => None,
    }
}

/// The reason decides; among candidates of one reason, what more people did counts.
fn value(reason: Reason, counts: &Counts) -> u64 {
    let Counts { asks, people, up, down, corrections, .. } = *counts;
    let within = 20 * corrections + 10 * down + 5 * people + 2 * asks + up;
    1_000 * (1 + reason as u64) + within.min(999)
}

/// The answer to show: the one that people found wanting, where there is one, or else the latest.
fn shown<'a>(group: &Group<'a, '_>, reason: Reason) -> Option<&'a Answer> {
    let answers = || {
        group.members().rev().filter_map(|asking| match asking.said {
            Said::Answer(answer) => Some((asking.exchange, answer)),
            Said::Nothing(_) => None,
        })
    };
    let wanting = match reason {
        Reason::Corrected => answers().find(|(exchange, _)| !exchange.corrections.is_empty()),
        Reason::Disliked | Reason::Repeated => answers().find(|(exchange, _)| exchange.down > exchange.up),
        Reason::Liked | Reason::Unanswered => None,
    };
    wanting.or_else(|| if group.is_unanswered() { None } else { answers().next() }).map(|(_, answer)| answer)
}

#[cfg(test)]
pub(crate) mod tests;
