//! Votes on answers.

use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tracing::error;

use super::WebState;
use super::page;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::answer::{Answer, AnswerId};
use crate::feedback::{Vote, VoteError};
use crate::question::Origin;
use crate::render::chrome::Chrome;

/// A vote as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    answer: AnswerId,
    vote: Choice,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Up,
    Down,
    None,
}

/// Takes a vote: gives the tally to a program and the script, a page to a plain form.
pub(super) async fn vote(State(page): State<WebState>, visitor: Visitor, sent: Posted<Sent>) -> Response {
    let is_form = matches!(sent, Posted::Form(_));
    let Sent { answer, vote } = sent.into_inner();
    let vote = match vote {
        Choice::Up => Some(Vote::Up),
        Choice::Down => Some(Vote::Down),
        Choice::None => None,
    };
    let chrome = visitor.chrome();
    let recorded = page.votes.record(&answer, Origin::Web, &visitor.user(), vote, SystemTime::now()).await;
    let (status, words) = match recorded {
        Ok(tally) if !is_form => return (&visitor, Json(tally)).into_response(),
        Ok(_) => (StatusCode::OK, chrome.thanks),
        Err(VoteError::UnknownAnswer) => (StatusCode::NOT_FOUND, chrome.unknown_answer),
        Err(VoteError::Store(failure)) => {
            error!(error = format!("{failure:#}"), answer.id = answer.0, "a vote could not be kept");
            (StatusCode::INTERNAL_SERVER_ERROR, chrome.failed)
        }
    };
    (status, &visitor, page::message(&chrome, words)).into_response()
}

/// Asks whether `answer` helped.
pub(super) fn form(answer: &Answer) -> Markup {
    let chrome = Chrome::new(answer.language);
    html! {
        form.vote method="post" action="/vote" lang=(answer.language) data-thanks=(chrome.thanks) {
            input type="hidden" name="answer" value=(answer.id.0);
            span { (chrome.was_it_useful) }
            button name="vote" value="up" aria-pressed="false" { (chrome.up) }
            button name="vote" value="down" aria-pressed="false" { (chrome.down) }
            span.thanks role="status" {}
        }
    }
}
