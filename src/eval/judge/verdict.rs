//! What is to be said of the reply to one case.

use std::collections::HashMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::claims::Claims;
use super::points::{Matcher, PointVerdict, Said};
use crate::answer::{Answer, Reply};
use crate::eval::metrics;
use crate::goldset::{Case, Difficulty, Split};
use crate::question::Language;
use crate::retrieve::retriever::Retriever;
use crate::trace::{Asked, Fate};

/// How many passages that were retrieved are named.
const NAMED: usize = 5;
/// An answer to a case makes at least this share of its points, or the case is not met.
pub const MET: f64 = 0.5;

/// What is to be said of the reply to one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The case.
    pub id: String,
    /// What it asks.
    pub question: String,
    /// In which language.
    pub lang: Language,
    /// What about.
    pub topics: Vec<String>,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// What the case is used for.
    pub split: Split,
    /// Whether the knowledge base holds an answer.
    pub answerable: bool,
    /// What came of it.
    pub outcome: Outcome,
    /// Each point that a good answer makes.
    pub points: Vec<PointVerdict>,
    /// What the answer claims.
    pub claims: Claims,
    /// Whether it cites one of the files that it must cite; `None` where the case names none.
    pub cites_source: Option<bool>,
    /// How good the ranking of the passages is; `None` where the case names none that help.
    pub ranking: Option<Ranking>,
    /// The best passages found, by title and headings.
    pub retrieved: Vec<String>,
    /// Time to the reply, in milliseconds.
    pub elapsed_ms: f64,
}

/// How a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There is an answer.
    Answered,
    /// It says that there is no evidence.
    NoEvidence,
    /// It says that it does not help with that.
    Refused,
}

/// How good the ranking of the passages for one case is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Share of the passages that help that stand among the first five.
    pub recall_at_5: f64,
    /// One over the rank of the first that helps.
    pub reciprocal_rank: f64,
    /// Normalised discounted cumulative gain over the first ten.
    pub ndcg_at_10: f64,
}

/// Judges the reply to `case`, whose passages are those of `retriever`.
pub fn judge(case: &Case, asked: &Asked, retriever: &Retriever, matcher: &Matcher) -> Result<Verdict> {
    let answer = match &asked.reply {
        Reply::Answer(answer) => Some(answer),
        _ => None,
    };
    let outcome = match &asked.reply {
        Reply::Answer(_) => Outcome::Answered,
        Reply::Refused(_) => Outcome::Refused,
        Reply::NoEvidence(_) | Reply::SlowDown { .. } | Reply::Busy { .. } => Outcome::NoEvidence,
    };
    let said = answer.map_or_else(|| Said::of_texts(&[], case.lang), Said::of);
    let points = case.expected_points.iter().map(|point| matcher.look_for(point, case.lang, &said)).collect();
    let found = || asked.trace.found.iter().filter(|found| found.score > 0.0);
    Ok(Verdict {
        id: case.id.clone(),
        question: case.question.clone(),
        lang: case.lang,
        topics: case.topics.clone(),
        difficulty: case.difficulty,
        split: case.split,
        answerable: case.answerable,
        outcome,
        points,
        claims: answer.map_or_else(|| Ok(Claims::default()), |answer| claims(answer, retriever, matcher))?,
        cites_source: (!case.must_cite.is_empty()).then(|| cites_one_of(answer, &case.must_cite)),
        ranking: Ranking::of(case, &found().map(|found| found.chunk_id.as_str()).collect::<Vec<_>>()),
        retrieved: found().take(NAMED).map(|found| named(&found.title, found.fate)).collect(),
        elapsed_ms: asked.trace.elapsed_ms,
    })
}

fn claims(answer: &Answer, retriever: &Retriever, matcher: &Matcher) -> Result<Claims> {
    let mut passages = HashMap::new();
    for citation in &answer.citations {
        if let Some(passage) = retriever.index.passage(&citation.chunk_id)? {
            passages.insert(citation.no, passage);
        }
    }
    Ok(Claims::of(answer, &passages, &matcher.support))
}

fn cites_one_of(answer: Option<&Answer>, files: &[String]) -> bool {
    answer.is_some_and(|answer| answer.citations.iter().any(|citation| files.contains(&citation.source_file)))
}

fn named(title: &str, fate: Fate) -> String {
    if fate == Fate::Cited { format!("{title} (cited)") } else { title.to_owned() }
}

impl Ranking {
    /// `ranked` are the names of passages, best first.
    fn of(case: &Case, ranked: &[&str]) -> Option<Self> {
        if case.relevant_chunks.is_empty() {
            return None;
        }
        let relevance: HashMap<&str, f64> = case.relevant_chunks.iter().map(|chunk| (chunk.as_str(), 1.0)).collect();
        Some(Self {
            recall_at_5: metrics::recall_at(5, ranked, &relevance),
            reciprocal_rank: metrics::reciprocal_rank_at(10, ranked, &relevance),
            ndcg_at_10: metrics::ndcg_at(10, ranked, &relevance),
        })
    }
}

impl Verdict {
    /// The share of its points that the answer makes; `None` for what cannot be answered.
    #[expect(clippy::cast_precision_loss, reason = "a case has at most 30 points")]
    pub fn coverage(&self) -> Option<f64> {
        let made = self.points.iter().filter(|point| point.is_made).count();
        (!self.points.is_empty()).then(|| made as f64 / self.points.len() as f64)
    }

    /// Whether there is no answer, as there should be for what cannot be answered.
    pub fn abstains(&self) -> bool {
        self.outcome != Outcome::Answered
    }

    /// Why the case is not met, in the order of weight; empty if it is.
    pub fn shortcomings(&self) -> Vec<Shortcoming> {
        if !self.answerable {
            return if self.abstains() { Vec::new() } else { vec![Shortcoming::Answered] };
        }
        if self.abstains() {
            return vec![Shortcoming::NotAnswered];
        }
        let mut found = Vec::new();
        if self.cites_source == Some(false) {
            found.push(Shortcoming::OtherSource);
        }
        if self.coverage().is_some_and(|share| share < MET) {
            found.push(Shortcoming::Points);
        }
        if !self.claims.unsupported.is_empty() {
            found.push(Shortcoming::Unsupported);
        }
        found
    }

    /// Whether nothing is wrong with the reply.
    pub fn is_met(&self) -> bool {
        self.shortcomings().is_empty()
    }
}

/// What is wrong with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortcoming {
    /// It answers what cannot be answered.
    Answered,
    /// It does not answer what can be.
    NotAnswered,
    /// It cites none of the files that it must.
    OtherSource,
    /// It makes less than half of the points.
    Points,
    /// It claims what its passages do not support.
    Unsupported,
}

impl Shortcoming {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Answered => "answers what the knowledge base does not hold",
            Self::NotAnswered => "gives no answer",
            Self::OtherSource => "cites none of the files that it must",
            Self::Points => "makes less than half of the expected points",
            Self::Unsupported => "claims what its passages do not support",
        }
    }
}
