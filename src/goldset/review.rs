//! What a person decides about each candidate, kept for good.
//!
//! An accepted case is written into the goldset first and the decision is kept then; after a crash between the two, doing
//! it again finds the case and keeps the decision. So nothing is lost, and nothing is there twice.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::candidate::{Candidate, Settled, candidates};
use super::case::{Case, CaseOrigin, Problem, Split};
use super::file::{AddError, Goldset};
use super::likeness::Fingerprint;
use super::proposal::Proposal;
use crate::answer::AnswerId;
use crate::feedback::Feedback;

/// The review: candidates out of the feedback, decisions into it, cases into the goldset. A cheap handle: clones share
/// everything.
#[derive(Clone)]
pub struct Review {
    pub(super) feedback: Feedback,
    goldset: Goldset,
    /// One decision at a time.
    deciding: Arc<Mutex<()>>,
}

/// What was decided, as it is kept; it names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Decision {
    verdict: Verdict,
    /// What was asked, so that it is not proposed again in other words: without those words, which may be of people who
    /// want to be forgotten.
    asked: Vec<Fingerprint>,
}

/// How it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It became the case of this name.
    Accepted(String),
    /// It did not become one.
    Rejected,
}

/// A case that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Name of the case.
    pub case: String,
    /// The file that holds it.
    pub file: PathBuf,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// There is no such candidate, or none any more.
    #[error("there is no candidate named {0}; `colega goldset list` shows those that there are")]
    Unknown(String),
    /// It was decided the other way.
    #[error("this was {0} before, and stays so")]
    Decided(&'static str),
    /// The case cannot be measured by.
    #[error(transparent)]
    Invalid(Problem),
    /// A case asks the same.
    #[error("the case {0} asks the same question; change the question, or reject the candidate")]
    Asked(String),
    /// The goldset or the feedback cannot be read or written.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl From<AddError> for DecisionError {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Invalid(problem) => Self::Invalid(problem),
            AddError::TakenId(id) | AddError::Asked(id) => Self::Asked(id),
            AddError::File(error) => Self::Store(error),
        }
    }
}

impl Review {
    /// The review of `feedback` for `goldset`.
    pub fn new(feedback: Feedback, goldset: Goldset) -> Self {
        Self { feedback, goldset, deciding: Arc::default() }
    }

    /// What there is to decide, the most instructive first.
    pub async fn candidates(&self) -> Result<Vec<Candidate>> {
        let decisions = self.decisions().await?;
        let exchanges = self.feedback.exchanges(0).await?;
        let goldset = self.goldset.clone();
        let work = move || Ok(candidates(&exchanges, &settled(&decisions, &goldset.cases()?)));
        spawn_blocking(work).await.context("looking for candidates failed")?
    }

    /// How a candidate was decided.
    pub async fn verdict(&self, id: &AnswerId) -> Result<Option<Verdict>> {
        Ok(self.decisions().await?.remove(&id.0).map(|decision| decision.verdict))
    }

    /// The file that accepted cases go to.
    pub fn file(&self) -> &std::path::Path {
        self.goldset.path()
    }

    /// Makes a case of a candidate, as it is proposed or as `edited`. When this returns, the case and the decision are on
    /// disk; again, it changes nothing and gives the same.
    pub async fn accept(
        &self,
        id: &AnswerId,
        edited: Option<Proposal>,
        at: SystemTime,
    ) -> Result<Accepted, DecisionError> {
        let _one = self.deciding.lock().await;
        let accepted = |case| Accepted { case, file: self.goldset.path().to_owned() };
        match self.verdict(id).await? {
            Some(Verdict::Accepted(case)) => return Ok(accepted(case)),
            Some(Verdict::Rejected) => return Err(DecisionError::Decided("rejected")),
            None => {}
        }
        let name = format!("feedback-{}", id.0);
        let candidate = if self.has_case(&name).await? {
            // The process ended before the decision was kept.
            self.undecided(id).await?
        } else {
            let candidate = self.candidate(id).await?;
            let case = case(&name, &candidate, edited.unwrap_or_else(|| candidate.proposal.clone()), at);
            let goldset = self.goldset.clone();
            spawn_blocking(move || goldset.add(&case)).await.context("adding a case failed")??;
            Some(candidate)
        };
        if let Some(candidate) = candidate {
            self.decide(&candidate, Verdict::Accepted(name.clone()), at).await?;
        }
        Ok(accepted(name))
    }

    /// Sees to it that a candidate is not proposed again. When this returns, the decision is on disk; again, it changes
    /// nothing.
    pub async fn reject(&self, id: &AnswerId, at: SystemTime) -> Result<(), DecisionError> {
        let _one = self.deciding.lock().await;
        match self.verdict(id).await? {
            Some(Verdict::Accepted(_)) => return Err(DecisionError::Decided("accepted")),
            Some(Verdict::Rejected) => return Ok(()),
            None => {}
        }
        let candidate = self.candidate(id).await?;
        Ok(self.decide(&candidate, Verdict::Rejected, at).await?)
    }

    async fn candidate(&self, id: &AnswerId) -> Result<Candidate, DecisionError> {
        let found = self.candidates().await?.into_iter().find(|candidate| candidate.id == *id);
        found.ok_or_else(|| DecisionError::Unknown(id.0.clone()))
    }

    /// The candidate, though a case asks the same.
    async fn undecided(&self, id: &AnswerId) -> Result<Option<Candidate>> {
        let exchanges = self.feedback.exchanges(0).await?;
        let work = move || candidates(&exchanges, &Settled::default());
        let all = spawn_blocking(work).await.context("looking for a candidate failed")?;
        Ok(all.into_iter().find(|candidate| candidate.id == *id))
    }

    async fn has_case(&self, name: &str) -> Result<bool> {
        let goldset = self.goldset.clone();
        let cases = spawn_blocking(move || goldset.cases()).await.context("reading the goldset failed")??;
        Ok(cases.iter().any(|case| case.id == name))
    }

    async fn decide(&self, candidate: &Candidate, verdict: Verdict, at: SystemTime) -> Result<()> {
        let questions = std::iter::once(&candidate.proposal.question).chain(&candidate.wordings);
        let asked = questions.filter_map(|question| Fingerprint::of(question, candidate.lang)).collect();
        let decision = Decision { verdict, asked };
        let decision = serde_json::to_value(decision).context("a decision cannot be written as JSON")?;
        self.feedback.decide(&candidate.id.0, &candidate.people, &decision, at).await
    }

    async fn decisions(&self) -> Result<BTreeMap<String, Decision>> {
        let read = |(key, value)| {
            let decision = serde_json::from_value(value).with_context(|| format!("the decision {key} is damaged"))?;
            Ok((key, decision))
        };
        self.feedback.decisions().await?.into_iter().map(read).collect()
    }
}

fn settled(decisions: &BTreeMap<String, Decision>, cases: &[Case]) -> Settled {
    let decided = decisions.values().flat_map(|decision| decision.asked.iter().cloned());
    let known = cases.iter().filter_map(|case| Fingerprint::of(&case.question, case.lang));
    let origins = cases.iter().filter_map(|case| case.origin.as_ref());
    let ids = decisions.keys().map(|key| AnswerId(key.clone()));
    Settled {
        asked: decided.chain(known).collect(),
        ids: ids.chain(origins.flat_map(|origin| origin.answers.iter().cloned())).collect(),
    }
}

fn case(name: &str, candidate: &Candidate, proposal: Proposal, at: SystemTime) -> Case {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Case {
        id: name.to_owned(),
        question: proposal.question,
        earlier: Vec::new(),
        lang: candidate.lang,
        expected_points: proposal.expected_points,
        must_cite: proposal.must_cite,
        topics: proposal.topics,
        subject: String::new(),
        difficulty: proposal.difficulty,
        relevant_chunks: proposal.relevant_chunks,
        answerable: proposal.answerable,
        split: Split::Dev,
        origin: Some(CaseOrigin {
            candidate: candidate.id.clone(),
            reason: candidate.reason,
            counts: candidate.counts,
            asked_in: candidate.asked_in.clone(),
            answers: candidate.answers.clone(),
            accepted_at_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
        }),
    }
}
