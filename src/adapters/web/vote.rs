//! Votes on answers.

use std::time::SystemTime;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tracing::error;

use super::WebState;
use super::page;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::answer::{Answer, AnswerId};
use crate::feedback::kept::Ballot;
use crate::feedback::{Vote, VoteError};
use crate::question::{Language, Origin};
use crate::render::chrome::Chrome;

/// Follows the address of a form that was sent back to come again.
const AGAIN: &str = "again";

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
pub(super) async fn vote(
    State(page): State<WebState>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
    sent: Posted<Sent>,
) -> Response {
    let is_form = matches!(sent, Posted::Form(_));
    let Some(voter) = visitor.voter() else {
        return without_cookie(&visitor, is_form && query.as_deref() != Some(AGAIN));
    };
    let Sent { answer, vote } = sent.into_inner();
    let vote = match vote {
        Choice::Up => Some(Vote::Up),
        Choice::Down => Some(Vote::Down),
        Choice::None => None,
    };
    let chrome = visitor.chrome();
    let voter = page.feedback.pseudonym(Origin::Web, &voter);
    // The page says the whole vote, so it does no harm to count the same one twice.
    let counted = page.feedback.vote(&answer, &voter, &Ballot::Set(vote), "", SystemTime::now()).await;
    let (status, words) = match counted {
        Ok(counted) if !is_form => return (&visitor, Json(counted.tally)).into_response(),
        Ok(_) => (StatusCode::OK, chrome.thanks),
        Err(VoteError::UnknownAnswer) => (StatusCode::NOT_FOUND, chrome.unknown_answer),
        Err(VoteError::Store(failure)) => {
            error!(error = format!("{failure:#}"), answer.id = answer.0, "a vote could not be kept");
            (StatusCode::INTERNAL_SERVER_ERROR, chrome.failed)
        }
    };
    (status, &visitor, page::message(&chrome, words)).into_response()
}

/// Gives a browser its cookie in place of counting its vote, which would count once more as soon as it sends the cookie.
/// The script says its vote again by itself; a form is sent back to do so, but only once, as some browsers keep no cookie.
fn without_cookie(visitor: &Visitor, may_come_again: bool) -> Response {
    if may_come_again {
        return (visitor, Redirect::temporary(&format!("/vote?{AGAIN}"))).into_response();
    }
    let chrome = visitor.chrome();
    (StatusCode::PRECONDITION_REQUIRED, visitor, page::message(&chrome, needs_cookie(chrome.language))).into_response()
}

const fn needs_cookie(language: Language) -> &'static str {
    match language {
        Language::English => "A vote counts only with this page’s cookie. Let your browser keep it, and vote again.",
        Language::Spanish => {
            "Un voto solo cuenta con la cookie de esta página. Permite que se guarde y vuelve a votar."
        }
    }
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
