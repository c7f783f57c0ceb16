//! Questions: as an address with `?q=`, which gives a whole page, and as a post, which gives the parts of the answer.

use std::time::{Duration, Instant, SystemTime};

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use maud::{Markup, PreEscaped, html};
use serde::{Deserialize, Serialize};
use tokio_stream::StreamExt as _;
use tracing::error;

use super::page::{self, Exchange};
use super::posted::Posted;
use super::visitor::Visitor;
use super::{WebState, vote};
use crate::answer::Reply;
use crate::feedback;
use crate::feedback::kept::{Kept, Outcome};
use crate::question::{AnswerId, Origin, Question};
use crate::render::{Shown, html as render, shown, whole_seconds};
use crate::trace::Asked;

/// Media type of the parts: one JSON object a line.
const PARTS: &str = "application/x-ndjson";
/// When to ask again after the queue was full.
const BUSY: Duration = Duration::from_secs(5);

/// A question as it is sent.
#[derive(Deserialize)]
pub(super) struct Sent {
    /// Its words.
    #[serde(default)]
    q: String,
}

/// A part of an answer; one line of JSON.
#[derive(Serialize)]
struct Part {
    #[serde(rename = "part")]
    kind: PartKind,
    html: String,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum PartKind {
    /// What an answer is about.
    Head,
    /// One of its sections.
    Section,
    /// Its citations, and the question whether it helped.
    Sources,
    /// Words in place of an answer.
    Notice,
}

/// The page; with a question, answered.
pub(super) async fn page(
    State(page): State<WebState>,
    visitor: Visitor,
    asked: Result<Query<Sent>, QueryRejection>,
) -> Response {
    let question = asked.map(|Query(asked)| asked.q).unwrap_or_default();
    let chrome = visitor.chrome();
    if question.trim().is_empty() {
        return (&visitor, page::home(&chrome, &page.status.load(), None)).into_response();
    }
    let reply = reply(&page, &visitor, &question).await;
    let (status, wait) = reply.as_ref().map_or((StatusCode::INTERNAL_SERVER_ERROR, None), status);
    let answer = match &reply {
        Ok(reply) => html! { @for part in parts(reply) { (PreEscaped(part.html)) } },
        Err(_) => page::failed(&chrome),
    };
    let exchange = Exchange { question: &question, answer: &answer };
    (status, wait, &visitor, page::home(&chrome, &page.status.load(), Some(&exchange))).into_response()
}

/// The answer alone, part by part; as a whole page for a browser that posts without the script.
pub(super) async fn ask(
    State(page): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    asked: Posted<Sent>,
) -> Response {
    let question = asked.into_inner().q;
    let accepted = headers.get(ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") && !accepted.contains(PARTS) {
        return self::page(State(page), visitor, Ok(Query(Sent { q: question }))).await;
    }
    let Ok(reply) = reply(&page, &visitor, &question).await else {
        return (StatusCode::INTERNAL_SERVER_ERROR, &visitor, page::failed(&visitor.chrome())).into_response();
    };
    let (status, wait) = status(&reply);
    let lines = tokio_stream::iter(parts(&reply)).map(|part| serde_json::to_string(&part).map(|line| line + "\n"));
    (status, wait, &visitor, [(CONTENT_TYPE, PARTS)], Body::from_stream(lines)).into_response()
}

/// No reply could be made; the log says why.
struct Failed;

/// Asks, and keeps what was asked and said; whatever fails is told in the log.
async fn reply(page: &WebState, visitor: &Visitor, text: &str) -> Result<Reply, Failed> {
    let question = Question { user: visitor.user(), chat: visitor.chat(), ..Question::new(text.trim(), Origin::Web) };
    let id = question.id.clone();
    let asked = page.agent.ask(question, Instant::now()).await.map_err(|failure| {
        error!(error = format!("{failure:#}"), "a question could not be answered");
        Failed
    })?;
    keep(page, visitor, id, &asked).await;
    Ok(asked.reply)
}

/// Keeps the question (the agent has taken secrets out of it) and what was said.
async fn keep(page: &WebState, visitor: &Visitor, question: AnswerId, asked: &Asked) {
    let Some(outcome) = Outcome::of(&asked.reply) else { return };
    let id = if let Reply::Answer(answer) = &asked.reply { answer.id.clone() } else { question };
    let kept = Kept {
        id,
        origin: Origin::Web,
        is_direct: false,
        is_scoped: false,
        asker: page.feedback.pseudonym(Origin::Web, &visitor.user()),
        at_ms: feedback::millis(SystemTime::now()),
        trace: Some(asked.trace.clone()),
        outcome,
    };
    if let Err(failure) = page.feedback.keep(&kept).await {
        // The answer is worth more than its votes.
        error!(error = format!("{failure:#}"), answer.id = kept.id.0, "an answer cannot be voted on");
    }
}

/// A header that says when to ask again, in seconds.
type RetryAfter = AppendHeaders<[(HeaderName, u64); 1]>;

/// The status of a reply, and how long to wait before asking again.
fn status(reply: &Reply) -> (StatusCode, Option<RetryAfter>) {
    let wait = |wait| Some(AppendHeaders([(RETRY_AFTER, whole_seconds(wait))]));
    match reply {
        Reply::Answer(_) | Reply::NoEvidence(_) | Reply::Refused(_) => (StatusCode::OK, None),
        Reply::SlowDown { retry_after, .. } => (StatusCode::TOO_MANY_REQUESTS, wait(*retry_after)),
        Reply::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, wait(BUSY)),
    }
}

/// The parts of a reply in the order in which they are read.
fn parts(reply: &Reply) -> Vec<Part> {
    let part = |kind, html: Markup| Part { kind, html: html.into_string() };
    match shown(reply) {
        Shown::Answer(answer) => {
            let mut parts = vec![part(PartKind::Head, render::head(answer))];
            parts.extend(
                answer.sections.iter().map(|section| part(PartKind::Section, render::section(section, answer))),
            );
            let sources = html! { (render::sources(answer)) (vote::form(answer)) };
            parts.push(part(PartKind::Sources, sources));
            parts
        }
        Shown::Notice(notice) => vec![part(PartKind::Notice, render::notice(&notice))],
    }
}
