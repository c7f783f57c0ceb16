//! The reports of `colega eval`: how good the answers are, run by run.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path as FilePath;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use tokio::task;
use tracing::error;

use super::visitor::Visitor;
use super::{WebState, page};
use crate::render::chrome::Chrome;
use crate::render::{markdown, neutral};

/// The report for people, in the folder of each run.
const REPORT: &str = "report.md";
/// The charts beside it.
const CHARTS: [&str; 2] = ["figures.svg", "topics.svg"];
/// How many runs are listed, the latest first.
const LISTED: usize = 50;

/// The list of all runs, with the latest one in full.
pub(super) async fn list(State(page): State<WebState>, visitor: Visitor) -> Response {
    let chrome = visitor.chrome();
    let read = reading(&page, |folder| {
        let names = names(folder)?;
        let Some(latest) = names.first().cloned() else { return Ok(None) };
        let text = fs::read_to_string(folder.join(&latest).join(REPORT))?;
        Ok(Some((latest, text, names)))
    });
    match read.await {
        Ok(Some((latest, text, names))) => {
            page::alone(&chrome, &report(&chrome, &latest, &text, &names)).into_response()
        }
        Ok(None) => page::message(&chrome, chrome.no_reports).into_response(),
        Err(failure) => failed(&chrome, &failure),
    }
}

/// One run.
pub(super) async fn show(State(page): State<WebState>, visitor: Visitor, Path(name): Path<String>) -> Response {
    let chrome = visitor.chrome();
    let wanted = name.clone();
    let read = reading(&page, move |folder| {
        let names = names(folder)?;
        // Only what was listed is opened, so that no name leads out of the folder.
        if !names.contains(&wanted) {
            return Ok(None);
        }
        Ok(Some((fs::read_to_string(folder.join(&wanted).join(REPORT))?, names)))
    });
    match read.await {
        Ok(Some((text, names))) => page::alone(&chrome, &report(&chrome, &name, &text, &names)).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, page::message(&chrome, chrome.no_page)).into_response(),
        Err(failure) => failed(&chrome, &failure),
    }
}

/// A chart of a run.
pub(super) async fn chart(
    State(page): State<WebState>,
    visitor: Visitor,
    Path((name, chart)): Path<(String, String)>,
) -> Response {
    let chrome = visitor.chrome();
    let read = reading(&page, move |folder| {
        let is_known = CHARTS.contains(&chart.as_str()) && names(folder)?.contains(&name);
        if is_known { fs::read(folder.join(&name).join(&chart)).map(Some) } else { Ok(None) }
    });
    match read.await {
        Ok(Some(svg)) => ([(CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, page::message(&chrome, chrome.no_page)).into_response(),
        Err(failure) => failed(&chrome, &failure),
    }
}

/// What `read` finds in the folder of reports, read where it holds nobody up.
async fn reading<T: Send + 'static>(
    page: &WebState,
    read: impl FnOnce(&FilePath) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let folder = page.reports.clone();
    task::spawn_blocking(move || read(&folder)).await.map_err(io::Error::other)?
}

fn report(chrome: &Chrome, name: &str, text: &str, names: &[String]) -> Markup {
    // The charts stand above the text, since images of a text are not shown.
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("![")).collect();
    let text = lines.join("\n");
    html! {
        article.source.report {
            @for chart in CHARTS { img.chart src={ "/reports/" (name) "/" (chart) } alt=(chart); }
            div.text lang="en" { (markdown::passage(&text)) }
            nav aria-label=(chrome.reports) {
                h2 { (chrome.reports) }
                ul { @for name in names.iter().take(LISTED) { li { a href={ "/reports/" (name) } { (neutral(name)) } } } }
            }
        }
    }
}

/// The names of all runs, the latest first.
fn names(folder: &FilePath) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_time = name.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'T' | b'Z'));
        if is_time && entry.path().join(REPORT).is_file() {
            names.push(name);
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names)
}

fn failed(chrome: &Chrome, failure: &io::Error) -> Response {
    error!(error = %failure, "the reports cannot be read");
    (StatusCode::INTERNAL_SERVER_ERROR, page::message(chrome, chrome.failed)).into_response()
}
