//! A passage in its source, as a page of its own and for the panel beside an answer.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tracing::error;

use super::visitor::Visitor;
use super::{WebState, page};
use crate::agent::InSource;
use crate::passage::{ChunkId, Passage};
use crate::question::Reach;
use crate::render::chrome::Chrome;
use crate::render::{html as render, markdown, neutral};

/// Passages shown before and behind the cited one.
const NEIGHBOURS: usize = 2;

/// How to show it.
#[derive(Deserialize)]
pub(super) struct Shape {
    #[serde(default)]
    view: View,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum View {
    #[default]
    Page,
    Panel,
}

pub(super) async fn show(
    State(page): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(shape): Query<Shape>,
) -> Response {
    let chrome = visitor.chrome();
    let (status, content) = match page.agent.in_source(ChunkId::from(id.as_str()), Reach::default(), NEIGHBOURS).await {
        Ok(Some(found)) => (StatusCode::OK, in_source(&found, &chrome)),
        Ok(None) => (StatusCode::NOT_FOUND, html! { p.notice { (chrome.no_passage) } }),
        Err(failure) => {
            error!(error = format!("{failure:#}"), "a passage could not be shown");
            (StatusCode::INTERNAL_SERVER_ERROR, page::failed(&chrome))
        }
    };
    let shown = match shape.view {
        View::Panel => content,
        View::Page => page::alone(&chrome, &content),
    };
    (status, shown).into_response()
}

fn in_source(found: &InSource, chrome: &Chrome) -> Markup {
    let InSource { passage, before, after } = found;
    html! {
        article.source {
            header {
                h2 lang=(passage.lang) { (neutral(&passage.breadcrumb())) }
                p.place {
                    span { (neutral(&passage.source_file)) } " "
                    span { (passage.source_span) }
                    @if let Some(license) = &passage.license { " " span { (neutral(license)) } }
                    @if let Some(url) = &passage.url { " " (render::original(url, chrome)) }
                }
            }
            @for neighbour in before { (text(neighbour)) }
            // `mark` cannot hold blocks; the label says the same to those who do not see the colour.
            section.cited aria-label=(chrome.cited) { (text(passage)) }
            @for neighbour in after { (text(neighbour)) }
        }
    }
}

fn text(passage: &Passage) -> Markup {
    html! {
        div.text lang=(passage.lang) {
            @if let Some(heading) = passage.headings.last() { p.heading { (neutral(heading)) } }
            (words_of(passage))
        }
    }
}

/// What a passage says, without its heading.
pub(super) fn words_of(passage: &Passage) -> Markup {
    html! {
        @if is_plain(&passage.source_file) {
            p.plain { (neutral(&passage.text)) }
        } @else {
            (markdown::passage(&passage.text))
        }
    }
}

/// Whether a file's text is not Markdown; the readers of the other formats write Markdown.
fn is_plain(file: &str) -> bool {
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("txt" | "srt" | "vtt"))
}
