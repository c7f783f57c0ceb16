//! The review: candidates for the goldset, the most instructive first, each with a form in which a person decides.
//!
//! Whoever reaches the page may decide: it listens on this machine alone, and a team that opens it to others puts a proxy
//! with a login before it. Forms of other sites are refused like any other post.

mod form;
mod view;

use std::collections::BTreeSet;
use std::time::SystemTime;

use anyhow::Result;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use tracing::error;

use self::form::{Choice, Sent};
use self::view::Listing;
use super::posted::Posted;
use super::visitor::Visitor;
use super::{WebState, page};
use crate::agent::Agent;
use crate::answer::AnswerId;
use crate::goldset::review::Verdict;
use crate::goldset::{Candidate, DecisionError};
use crate::question::{Language, Reach};
use crate::render::chrome::Chrome;
use crate::render::review::{self as wording, Words};

/// Candidates on one page.
const SHOWN: usize = 20;
/// Passages of a candidate whose topics are proposed.
const TOPICS_OF: usize = 4;

/// Which part of the list to show.
#[derive(Default, Deserialize)]
pub(super) struct Shape {
    /// Candidates to pass over.
    #[serde(default)]
    from: usize,
    /// The candidate that was just decided.
    done: Option<AnswerId>,
}

/// The list.
pub(super) async fn list(
    State(page): State<WebState>,
    visitor: Visitor,
    shape: Result<Query<Shape>, QueryRejection>,
) -> Response {
    let shape = shape.map(|Query(shape)| shape).unwrap_or_default();
    let chrome = visitor.chrome();
    match listed(&page, chrome.language, &shape).await {
        Ok(listing) => view::list(&chrome, &listing).into_response(),
        Err(failure) => failed(&chrome, &failure),
    }
}

async fn listed(page: &WebState, language: Language, shape: &Shape) -> Result<Listing> {
    let done = match &shape.done {
        Some(id) => page.review.verdict(id).await?.map(|verdict| done(page, language, &verdict)),
        None => None,
    };
    let all = page.review.candidates().await?;
    let total = all.len();
    let from = shape.from.min(total);
    let mut shown: Vec<Candidate> = all.into_iter().skip(from).take(SHOWN).collect();
    for candidate in &mut shown {
        candidate.proposal.topics = topics(&page.agent, candidate).await;
    }
    Ok(Listing { done, total, from, shown })
}

fn done(page: &WebState, language: Language, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(case) => wording::accepted(language, case, &page.review.file().display().to_string()),
        Verdict::Rejected => Words::new(language).rejected.to_owned(),
    }
}

/// The topics of the passages that `candidate` proposes; of those that are gone, nothing is known.
async fn topics(agent: &Agent, candidate: &Candidate) -> Vec<String> {
    let mut topics = BTreeSet::new();
    for chunk in candidate.proposal.relevant_chunks.iter().take(TOPICS_OF) {
        if let Ok(Some(found)) = agent.in_source(chunk.clone(), Reach::default(), 0).await {
            topics.insert(found.passage.topic.clone());
        }
    }
    topics.into_iter().filter(|topic| !topic.is_empty()).collect()
}

/// Takes a decision. It is on disk before the browser is sent back to the list, which says so; the same form again
/// changes nothing.
pub(super) async fn decide(State(page): State<WebState>, visitor: Visitor, sent: Posted<Sent>) -> Response {
    let sent = sent.into_inner();
    let chrome = visitor.chrome();
    let words = Words::new(chrome.language);
    let now = SystemTime::now();
    let decided = match sent.decision {
        Choice::Accept => page.review.accept(&sent.candidate, Some(sent.proposal()), now).await.map(|_| ()),
        Choice::Reject => page.review.reject(&sent.candidate, now).await,
    };
    let problem = match decided {
        Ok(()) => return Redirect::to(&format!("/review?done={}", form::encoded(&sent.candidate.0))).into_response(),
        Err(DecisionError::Unknown(_)) => return told(StatusCode::NOT_FOUND, &chrome, words.unknown),
        Err(DecisionError::Decided(_)) => return told(StatusCode::CONFLICT, &chrome, words.decided),
        Err(DecisionError::Store(failure)) => return failed(&chrome, &failure),
        Err(DecisionError::Invalid(problem)) => view::problem(&words, problem),
        Err(DecisionError::Asked(case)) => format!("{} {case}", words.duplicate),
    };
    match page.review.candidates().await {
        Ok(all) => match all.into_iter().find(|candidate| candidate.id == sent.candidate) {
            Some(candidate) => {
                let again = Candidate { proposal: sent.proposal(), ..candidate };
                (StatusCode::UNPROCESSABLE_ENTITY, view::again(&chrome, &again, &problem)).into_response()
            }
            None => told(StatusCode::NOT_FOUND, &chrome, words.unknown),
        },
        Err(failure) => failed(&chrome, &failure),
    }
}

fn told(status: StatusCode, chrome: &Chrome, words: &str) -> Response {
    (status, view::message(chrome, words)).into_response()
}

fn failed(chrome: &Chrome, failure: &anyhow::Error) -> Response {
    error!(error = format!("{failure:#}"), "the review could not go on");
    (StatusCode::INTERNAL_SERVER_ERROR, page::message(chrome, Words::new(chrome.language).failed)).into_response()
}
