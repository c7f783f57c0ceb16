//! The state of the daemon: what runs, today's questions by what became of them (without a word of theirs), re-indexing with
//! its progress and what the gate said, and how good the generations of the index were.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde::Deserialize;
use tokio::sync::{Mutex, Notify};
use tokio::task;
use tracing::error;

use super::visitor::Visitor;
use super::{Status, WebState, page};
use crate::feedback::kept::{Exchange, Outcome};
use crate::feedback::{Feedback, millis};
use crate::question::Language;
use crate::reindex::generation::Generations;
use crate::reindex::generation::history::{Entry, Event};
use crate::reindex::schedule::Schedule;
use crate::reindex::watched::{Ended, Seen, Stage, Watched};
use crate::render::chat;
use crate::render::chrome::Chrome;
use crate::render::status::{self as wording, Words};
use crate::render::trend::{self, Line};
use crate::render::{self, neutral};

/// How far back questions are counted.
const DAY: Duration = Duration::from_hours(24);
/// How long a count stays good: counting reads every question of the day.
const COUNTED_FOR: Duration = Duration::from_secs(30);
/// Generations that are listed, and drawn.
const LISTED: usize = 20;
const DRAWN: usize = 40;
/// The figures that are drawn.
const FIGURES: [&str; 4] = ["coverage", "source_rate", "mrr", "abstention_f1"];

/// What the page shows of the sources, and how it has them looked through.
#[derive(Clone)]
pub struct SourcesState {
    /// What re-indexes are doing.
    pub watched: Watched,
    /// What became of generations.
    pub generations: Generations,
    /// When the sources are looked through by themselves.
    pub schedule: Option<Schedule>,
    /// Notified when somebody wants them looked through; `None` where another daemon does that.
    pub wanted: Option<Arc<Notify>>,
}

/// Questions of a day by where they were asked, counted now and then.
#[derive(Default)]
pub struct CountsOfTheDay(Mutex<Option<(Instant, BTreeMap<&'static str, Outcomes>)>>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Outcomes {
    answered: u64,
    unanswered: u64,
    refused: u64,
    up: u64,
    down: u64,
}

impl CountsOfTheDay {
    async fn by_origin(&self, feedback: &Feedback) -> Result<BTreeMap<&'static str, Outcomes>> {
        // Held while counting, so that everybody who looks meanwhile waits for this count.
        let mut counted = self.0.lock().await;
        if let Some((at, counts)) = &*counted
            && at.elapsed() < COUNTED_FOR
        {
            return Ok(counts.clone());
        }
        let since = SystemTime::now().checked_sub(DAY).unwrap_or(SystemTime::UNIX_EPOCH);
        let counts = counts(&feedback.exchanges(millis(since)).await?);
        *counted = Some((Instant::now(), counts.clone()));
        Ok(counts)
    }
}

fn counts(exchanges: &[Exchange]) -> BTreeMap<&'static str, Outcomes> {
    let mut counts: BTreeMap<&'static str, Outcomes> = BTreeMap::new();
    for Exchange { kept, up, down, .. } in exchanges {
        let of_origin = counts.entry(kept.origin.name()).or_default();
        match kept.outcome {
            Outcome::Answered { .. } => of_origin.answered += 1,
            Outcome::NoEvidence { .. } => of_origin.unanswered += 1,
            Outcome::Refused { .. } => of_origin.refused += 1,
        }
        of_origin.up += up;
        of_origin.down += down;
    }
    counts
}

/// How to show it.
#[derive(Deserialize)]
pub(super) struct Shape {
    /// Only what changes, for the script that keeps it up to date.
    #[serde(default)]
    live: bool,
}

pub(super) async fn show(State(page): State<WebState>, visitor: Visitor, Query(shape): Query<Shape>) -> Response {
    let chrome = visitor.chrome();
    match state(&page, &chrome).await {
        Ok(state) if shape.live => state.into_response(),
        Ok(state) => {
            let words = Words::new(chrome.language);
            let content = html! { section.state { h1 { (words.title) } div #live data-every="3" { (state) } } };
            page::alone(&chrome, &content).into_response()
        }
        Err(failure) => {
            error!(error = format!("{failure:#}"), "the state could not be shown");
            (StatusCode::INTERNAL_SERVER_ERROR, page::message(&chrome, chrome.failed)).into_response()
        }
    }
}

/// Has the sources looked through.
pub(super) async fn reindex(State(page): State<WebState>) -> Response {
    let Some(wanted) = page.sources.as_ref().and_then(|sources| sources.wanted.as_ref()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    wanted.notify_one();
    Redirect::to("/status").into_response()
}

/// The chart of the generations that were judged.
pub(super) async fn chart(State(page): State<WebState>) -> Response {
    let Some(sources) = page.sources.clone() else { return StatusCode::NOT_FOUND.into_response() };
    match task::spawn_blocking(move || drawn(&sources.generations.history()?)).await.map_err(anyhow::Error::from) {
        Ok(Ok(svg)) => ([(CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        Ok(Err(failure)) | Err(failure) => {
            error!(error = format!("{failure:#}"), "the chart of generations could not be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn drawn(history: &[Entry]) -> Result<String> {
    let judged: Vec<&Entry> = history.iter().filter(|entry| !entry.figures.is_empty()).collect();
    let judged = &judged[judged.len().saturating_sub(DRAWN)..];
    let points: Vec<&str> = judged.iter().map(|entry| entry.generation.as_str()).collect();
    let line = |name| Line { name, values: judged.iter().map(|entry| entry.figures.get(name).copied()).collect() };
    trend::chart(&points, &FIGURES.map(line))
}

async fn state(page: &WebState, chrome: &Chrome) -> Result<Markup> {
    let words = Words::new(chrome.language);
    let counts = page.counted.by_origin(&page.feedback).await?;
    let sources = match page.sources.clone() {
        Some(sources) => {
            let history = sources.generations.clone();
            Some((sources, task::spawn_blocking(move || history.history()).await??))
        }
        None => None,
    };
    Ok(html! {
        (now(page, chrome, &words))
        (today(&words, &counts))
        @if let Some((sources, history)) = &sources {
            (reindexing(sources, chrome.language, &words))
            (quality(history, &words))
        }
    })
}

fn now(page: &WebState, chrome: &Chrome, words: &Words) -> Markup {
    let Status { passages, generation, engine } = &**page.status.load();
    let memory = memory_stats::memory_stats().map(|memory| memory.physical_mem / (1024 * 1024));
    html! {
        dl.now {
            dt { (words.uptime) } dd { (render::age(page.started.elapsed())) }
            dt { (words.engine) } dd { (render::engine(*engine, chrome.language)) }
            dt { (words.index) } dd { (neutral(generation)) " · " (passages) " " (chrome.passages) }
            dt { (words.queue) } dd { (wording::queue(chrome.language, page.agent.running(), page.agent.waiting())) }
            @if let Some(memory) = memory { dt { (words.memory) } dd { (memory) " MiB" } }
            dt { (words.platforms) }
            dd {
                @let platforms = page.figures.iter().flat_map(|figures| &figures.platforms);
                @if platforms.clone().next().is_none() { (words.no_platform) }
                @for (origin, health) in platforms { p.platform { (chat::platform(*origin)) ": " (neutral(&chat::connection(&health.connection().into(), chrome.language))) } }
            }
        }
    }
}

fn today(words: &Words, counts: &BTreeMap<&'static str, Outcomes>) -> Markup {
    html! {
        h2 { (words.today) }
        @if counts.is_empty() {
            p { (words.no_question) }
        } @else {
            div.wide { table {
                thead { tr {
                    th { (words.asked_in) } th { (words.answered) } th { (words.unanswered) } th { (words.refused) }
                    th { "👍" } th { "👎" }
                } }
                tbody {
                    @for (origin, Outcomes { answered, unanswered, refused, up, down }) in counts {
                        tr {
                            th scope="row" { (origin) }
                            @for count in [answered, unanswered, refused, up, down] { td { (count) } }
                        }
                    }
                }
            } }
        }
    }
}

fn reindexing(sources: &SourcesState, language: Language, words: &Words) -> Markup {
    let Seen { under_way, last } = sources.watched.seen();
    let due = sources.schedule.as_ref().and_then(|schedule| schedule.due_after(SystemTime::now()));
    html! {
        h2 { (words.reindex) }
        @match under_way {
            Some((since, stage)) => (progress(stage, since.elapsed(), language)),
            None => p { (words.idle) },
        }
        @if let Some(Ended { at, took, run, refused, skipped }) = &last {
            p {
                (words.last) " " (time(*at)) ", " (wording::run(language, *run))
                " (" (format!("{:.1} s", took.as_secs_f64())) ")."
            }
            @if *skipped > 0 { p { (wording::skipped(language, *skipped)) } }
            @if !refused.is_empty() { (worse(refused, words)) }
        }
        @if sources.wanted.is_some() {
            p { @match due { Some(due) => { (words.due) " " (time(due)) }, None => (words.never_due) } }
        }
        @if sources.wanted.is_some() && under_way.is_none() {
            form method="post" action="/reindex" { button { (words.reindex_now) } }
        }
    }
}

fn progress(stage: Stage, elapsed: Duration, language: Language) -> Markup {
    html! {
        p {
            @match stage {
                Stage::Reading { done, total } => {
                    (wording::reading(language, done, total)) " "
                    progress value=(done) max=(total.max(1)) {}
                }
                Stage::Indexing => (wording::indexing(language)),
                Stage::Judging => (wording::judging(language)),
            }
            " (" (render::age(elapsed)) ")"
        }
    }
}

fn worse(why: &[String], words: &Words) -> Markup {
    html! { details { summary { (words.why) } ul lang="en" { @for line in why { li { (neutral(line)) } } } } }
}

fn quality(history: &[Entry], words: &Words) -> Markup {
    let is_judged = history.iter().any(|entry| !entry.figures.is_empty());
    // Another address for another last line, so that a browser that keeps the picture draws the new one.
    let version = history.last().map_or(0, |last| last.at);
    html! {
        h2 { (words.quality) }
        @if is_judged {
            img.chart src={ "/status/quality.svg?" (version) } alt=(words.quality);
        } @else {
            p { (words.unjudged) }
        }
        h2 { (words.history) }
        div.wide { table {
            thead { tr {
                th { (words.when) } th { (words.generation) } th { (words.passages) } th { (words.event) }
                @for figure in FIGURES { th { (figure.replace('_', " ")) } }
            } }
            tbody { @for entry in history.iter().rev().take(LISTED) { (generation(entry, words)) } }
        } }
    }
}

fn generation(entry: &Entry, words: &Words) -> Markup {
    let Entry { at, generation, passages, event, why, figures, .. } = entry;
    html! {
        tr class=[(*event == Event::Refused).then_some("refused")] {
            td { (time(SystemTime::UNIX_EPOCH + Duration::from_secs(*at))) }
            td { (neutral(generation)) }
            td { (passages) }
            td lang="en" { (event.words()) @if !why.is_empty() { (worse(why, words)) } }
            @for figure in FIGURES { td { @if let Some(value) = figures.get(figure) { (format!("{value:.3}")) } } }
        }
    }
}

fn time(at: SystemTime) -> String {
    DateTime::<Utc>::from(at).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn only_generations_that_were_judged_are_drawn() {
        let entry = |generation: &str, figures: &[(&str, f64)]| Entry {
            at: 1,
            generation: generation.to_owned(),
            fingerprint: String::new(),
            passages: 9,
            event: Event::Live,
            why: Vec::new(),
            figures: figures.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>(),
        };
        let history = [entry("g-1", &[]), entry("g-2", &[("coverage", 0.81)]), entry("g-3", &[("coverage", 0.83)])];
        let svg = drawn(&history).expect("drawn");
        assert!(svg.contains("g-2") && svg.contains("g-3") && svg.contains("0.830"), "{svg}");
        assert!(!svg.contains("g-1"), "{svg}");
    }
}
