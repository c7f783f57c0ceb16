//! The passages browser: every document of the live index, its passages, and a search in all of them.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tracing::error;

use super::passage::words_of;
use super::visitor::Visitor;
use super::{WebState, page};
use crate::passage::Passage;
use crate::question::Reach;
use crate::render::chrome::Chrome;
use crate::render::neutral;
use crate::render::status::Words;
use crate::retrieve::Hit;

/// Hits of a search that are shown.
const HITS: usize = 20;
/// Documents that are listed.
const LISTED: usize = 2_000;
/// Passages of a document that are shown at once.
const PASSAGES: usize = 50;
/// The longest text that is searched for, in characters.
const LONGEST: usize = 500;

/// What to show.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    /// Words to search for.
    #[serde(default)]
    q: String,
    /// A document.
    #[serde(default)]
    file: String,
    /// The number of its first passage to show.
    #[serde(default)]
    from: usize,
}

pub(super) async fn browse(State(page): State<WebState>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Response {
    let chrome = visitor.chrome();
    let words = Words::new(chrome.language);
    let text: String = wanted.q.trim().chars().take(LONGEST).collect();
    let shown = if !text.is_empty() {
        let found = page.agent.find_passages(text.clone(), chrome.language, Reach::default(), HITS).await;
        found.map(|hits| (StatusCode::OK, hits_of(&words, &hits)))
    } else if !wanted.file.is_empty() {
        let found = page.agent.document(wanted.file.clone(), Reach::default(), wanted.from, PASSAGES).await;
        found.map(|(passages, total)| document(&words, &wanted, &passages, total))
    } else {
        page.agent.documents(Reach::default()).await.map(|files| (StatusCode::OK, documents(&words, &files)))
    };
    match shown {
        Ok((status, content)) => (status, frame(&chrome, &words, &text, &content)).into_response(),
        Err(failure) => {
            error!(error = format!("{failure:#}"), "the passages could not be shown");
            (StatusCode::INTERNAL_SERVER_ERROR, page::message(&chrome, chrome.failed)).into_response()
        }
    }
}

fn frame(chrome: &Chrome, words: &Words, text: &str, content: &Markup) -> Markup {
    page::alone(
        chrome,
        &html! {
            section.browse {
                h1 { (words.passages) }
                p { (words.browse) }
                form.search method="get" action="/passages" role="search" {
                    label.hidden for="words" { (words.search) }
                    input #words type="search" name="q" value=(text) maxlength=(LONGEST) placeholder=(words.search);
                    button { (words.find) }
                }
                (content)
            }
        },
    )
}

fn documents(words: &Words, files: &[(String, usize)]) -> Markup {
    html! {
        h2 { (words.documents) " (" (files.len()) ")" }
        ul.documents {
            @for (file, passages) in files.iter().take(LISTED) {
                li { (to_document(file)) " " span.count { (passages) } }
            }
        }
        @if files.len() > LISTED { p.note { (words.more) } }
    }
}

fn document(words: &Words, wanted: &Wanted, passages: &[Arc<Passage>], total: usize) -> (StatusCode, Markup) {
    let Some(first) = passages.first() else {
        return (StatusCode::NOT_FOUND, html! { p.notice { (words.no_document) } (to_all(words)) });
    };
    let next = wanted.from + passages.len();
    let shown = html! {
        h2 lang=(first.lang) { (neutral(&first.title)) }
        p.place { (neutral(&wanted.file)) }
        ol.passages start=(wanted.from + 1) { @for passage in passages { li { (entry(passage, None)) } } }
        @if next < total {
            nav.pages { a href={ "/passages?file=" (in_address(&wanted.file)) "&from=" (next) } { (words.next) } }
        }
        (to_all(words))
    };
    (StatusCode::OK, shown)
}

fn hits_of(words: &Words, hits: &[Hit]) -> Markup {
    html! {
        @if hits.is_empty() {
            p.notice { (words.nothing) }
        } @else {
            ol.passages { @for hit in hits { li { (entry(&hit.passage, Some(hit.score))) } } }
        }
        (to_all(words))
    }
}

/// A passage, with the way to its place in the document.
fn entry(passage: &Passage, score: Option<f32>) -> Markup {
    html! {
        a.passage href={ "/passage/" (passage.chunk_id.as_str()) } lang=(passage.lang) { (neutral(&passage.breadcrumb())) }
        div.text lang=(passage.lang) { (words_of(passage)) }
        p.place {
            (to_document(&passage.source_file)) " " span.span { (passage.source_span) }
            @if let Some(score) = score { " · " (format!("{score:.2}")) }
        }
    }
}

fn to_document(file: &str) -> Markup {
    html! { a href={ "/passages?file=" (in_address(file)) } { (neutral(file)) } }
}

/// A name as it stands in an address.
fn in_address(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect()
}

fn to_all(words: &Words) -> Markup {
    html! { nav.pages { a href="/passages" { (words.all_documents) } } }
}
