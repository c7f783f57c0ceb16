//! The files of the page, which are part of the program.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");
const ICON: &str = include_str!("icon.svg");

/// Addresses with a mark of their content, so that browsers keep a file until it changes.
pub(super) static CSS_ADDRESS: LazyLock<String> = LazyLock::new(|| address("/page.css", CSS));
pub(super) static JS_ADDRESS: LazyLock<String> = LazyLock::new(|| address("/page.js", JS));
pub(super) static ICON_ADDRESS: LazyLock<String> = LazyLock::new(|| address("/icon.svg", ICON));

fn address(path: &str, content: &str) -> String {
    format!("{path}?v={}", &blake3::hash(content.as_bytes()).to_hex()[..12])
}

pub(super) async fn css() -> Response {
    file("text/css; charset=utf-8", CSS)
}

pub(super) async fn js() -> Response {
    file("text/javascript; charset=utf-8", JS)
}

pub(super) async fn icon() -> Response {
    file("image/svg+xml", ICON)
}

fn file(kind: &'static str, content: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")], content).into_response()
}
