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
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tokio_util::task::AbortOnDropHandle;
use tracing::error;

use super::page::{self, Exchange};
use super::posted::Posted;
use super::visitor::Visitor;
use super::{WebState, vote};
use crate::agent::Stage;
use crate::answer::{Reply, SectionKind};
use crate::feedback;
use crate::feedback::kept::{Kept, Outcome};
use crate::question::{AnswerId, Origin, Question};
use crate::render::{Shown, html as render, leak_warning, shown, whole_seconds};
use crate::trace::Asked;

/// Media type of the parts: one JSON object a line.
const PARTS: &str = "application/x-ndjson";
/// When to ask again after the queue was full.
const BUSY: Duration = Duration::from_secs(5);
/// How long a model may be silent before the page is told that it is still at work.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// Lines that may wait for a slow reader.
const LINES: usize = 32;

/// A question as it is sent.
#[derive(Deserialize)]
pub(super) struct Sent {
    /// Its words.
    #[serde(default)]
    q: String,
}

/// A part of an answer; one line of JSON. One that comes again stands in place of the earlier one of its name.
#[derive(Clone, PartialEq, Eq, Serialize)]
struct Part {
    #[serde(rename = "part")]
    kind: PartKind,
    html: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum PartKind {
    /// What an answer is about.
    Head,
    /// Its sections.
    Definition,
    WhenToUse,
    Pitfalls,
    Example,
    Checklist,
    /// Its citations, and the question whether it helped.
    Sources,
    /// Words in place of an answer.
    Notice,
    /// That the question held a secret.
    Leak,
    /// That better words may follow; empty when they have.
    Progress,
}

impl From<SectionKind> for PartKind {
    fn from(kind: SectionKind) -> Self {
        match kind {
            SectionKind::Definition => Self::Definition,
            SectionKind::WhenToUse => Self::WhenToUse,
            SectionKind::Pitfalls => Self::Pitfalls,
            SectionKind::Example => Self::Example,
            SectionKind::Checklist => Self::Checklist,
        }
    }
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
    let reply = quoted(&page, &visitor, &question).await;
    let (status, wait) = reply.as_ref().map_or((StatusCode::INTERNAL_SERVER_ERROR, None), |asked| status(&asked.reply));
    let answer = match &reply {
        Ok(reply) => html! { @for part in parts(reply, true) { (PreEscaped(part.html)) } },
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
    let (stage, mut stages) = watch::channel(Stage::default());
    let asking = {
        let (page, visitor) = (page.clone(), visitor.clone());
        async move { reply(&page, &visitor, &question, &stage).await }
    };
    // A task of its own, which ends with the response: whoever leaves does not keep a model busy.
    let mut asking = AbortOnDropHandle::new(tokio::spawn(asking));
    let whole = tokio::select! {
        reply = &mut asking => Some(reply),
        Some(_) = Stage::quoted(&mut stages) => None,
    };
    let Some(reply) = whole else {
        let lines = refined(asking, stages, visitor.chrome().refining);
        return (StatusCode::OK, &visitor, [(CONTENT_TYPE, PARTS)], Body::from_stream(lines)).into_response();
    };
    let Ok(Ok(reply)) = reply else {
        return (StatusCode::INTERNAL_SERVER_ERROR, &visitor, page::failed(&visitor.chrome())).into_response();
    };
    let (status, wait) = status(&reply.reply);
    let lines = tokio_stream::iter(parts(&reply, true)).map(|part| line(&part));
    (status, wait, &visitor, [(CONTENT_TYPE, PARTS)], Body::from_stream(lines)).into_response()
}

/// The lines of an answer that is there and that a model is putting into better words: all of its parts at once, then those
/// that change.
fn refined(
    mut asking: AbortOnDropHandle<Result<Asked, Failed>>,
    mut stages: watch::Receiver<Stage>,
    note: &'static str,
) -> impl Stream<Item = serde_json::Result<String>> {
    let (sender, lines) = mpsc::channel(LINES);
    let writing = tokio::spawn(async move {
        let mut known: Vec<Part> = Vec::new();
        let progress = Part { kind: PartKind::Progress, html: html! { p.progress { (note) } }.into_string() };
        loop {
            let stage = stages.borrow_and_update().clone();
            if let Stage::Refining(asked) = stage {
                let parts = parts(&asked, false).into_iter().chain([progress.clone()]);
                send_new(&sender, &mut known, parts).await?;
            }
            tokio::select! {
                reply = &mut asking => {
                    if let Ok(Ok(reply)) = reply {
                        let done = Part { kind: PartKind::Progress, html: String::new() };
                        send_new(&sender, &mut known, parts(&reply, true).into_iter().chain([done])).await?;
                    }
                    return Some(());
                }
                Ok(()) = stages.changed() => {}
                // A connection that is silent for too long is given up.
                () = tokio::time::sleep(SIGN_OF_LIFE) => sender.send(progress.clone()).await.ok()?,
            }
        }
    });
    // Dropped with the response, and with it the question.
    let writing = AbortOnDropHandle::new(writing);
    ReceiverStream::new(lines).map(move |part| {
        let _ = &writing;
        line(&part)
    })
}

/// Sends the parts that are new or have changed; `None` once nobody listens.
async fn send_new(
    sender: &mpsc::Sender<Part>,
    known: &mut Vec<Part>,
    parts: impl IntoIterator<Item = Part>,
) -> Option<()> {
    for part in parts {
        if known.contains(&part) {
            continue;
        }
        sender.send(part.clone()).await.ok()?;
        known.retain(|earlier| earlier.kind != part.kind);
        known.push(part);
    }
    Some(())
}

fn line(part: &Part) -> serde_json::Result<String> {
    serde_json::to_string(part).map(|line| line + "\n")
}

/// No reply could be made; the log says why.
struct Failed;

/// Asks, and keeps what was asked and said; whatever fails is told in the log.
async fn reply(page: &WebState, visitor: &Visitor, text: &str, stage: &watch::Sender<Stage>) -> Result<Asked, Failed> {
    let question = question(visitor, text);
    let id = question.id.clone();
    let asked = page.agent.ask_watched(question, Instant::now(), stage).await.map_err(|failure| told(&failure))?;
    keep(page, visitor, id, &asked).await;
    Ok(asked)
}

/// The same without waiting for better words: a page that is sent as a whole cannot be changed any more.
async fn quoted(page: &WebState, visitor: &Visitor, text: &str) -> Result<Asked, Failed> {
    let question = question(visitor, text);
    let id = question.id.clone();
    let (stage, mut stages) = watch::channel(Stage::default());
    let asked = tokio::select! {
        asked = page.agent.ask_watched(question, Instant::now(), &stage) => asked.map_err(|failure| told(&failure))?,
        Some(quoted) = Stage::quoted(&mut stages) => Asked::clone(&quoted),
    };
    keep(page, visitor, id, &asked).await;
    Ok(asked)
}

fn question(visitor: &Visitor, text: &str) -> Question {
    Question { user: visitor.user(), chat: visitor.chat(), ..Question::new(text.trim(), Origin::Web) }
}

fn told(failure: &anyhow::Error) -> Failed {
    error!(error = format!("{failure:#}"), "a question could not be answered");
    Failed
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

/// The parts of a reply in the order in which they are read. An answer can be voted on once it is kept, which is when no model is
/// wording it any more.
fn parts(Asked { reply, trace }: &Asked, is_kept: bool) -> Vec<Part> {
    let part = |kind, html: Markup| Part { kind, html: html.into_string() };
    let mut parts = match shown(reply) {
        Shown::Answer(answer) => {
            let mut parts = vec![part(PartKind::Head, render::head(answer))];
            parts.extend(
                answer.sections.iter().map(|section| part(section.kind.into(), render::section(section, answer))),
            );
            let sources = html! { (render::sources(answer)) @if is_kept { (vote::form(answer)) } };
            parts.push(part(PartKind::Sources, sources));
            parts
        }
        Shown::Notice(notice) => vec![part(PartKind::Notice, render::notice(&notice))],
    };
    if let Some(warning) = leak_warning(&trace.leaked, trace.language) {
        parts.push(part(PartKind::Leak, html! { p.leak role="alert" { (warning) } }));
    }
    parts
}
