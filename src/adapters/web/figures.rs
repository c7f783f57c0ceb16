//! `/metrics`, `/healthz` and `/readyz`, for those who watch the daemon.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::WebState;
use crate::desk::health::{Connection, Health};
use crate::question::Origin;
use crate::telemetry::metrics::{Now, PlatformNow, Recorder};

/// What is shown of the daemon at `/metrics`.
#[derive(Clone)]
pub struct Figures {
    /// What was counted.
    pub recorder: Recorder,
    /// How each chat platform is doing.
    pub platforms: Vec<(Origin, Arc<Health>)>,
}

/// <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(State(page): State<WebState>) -> Response {
    let Some(Figures { recorder, platforms }) = &page.figures else {
        return (StatusCode::NOT_FOUND, "Nothing is counted here.\n").into_response();
    };
    let platforms = platforms.iter().map(|(origin, health)| now(*origin, health)).collect();
    let now = Now { waiting: page.agent.waiting(), running: page.agent.running(), platforms };
    ([(CONTENT_TYPE, TEXT)], recorder.text(&now)).into_response()
}

fn now(origin: Origin, health: &Health) -> PlatformNow {
    let counts = [
        ("reconnect", &health.reconnects),
        ("conflict", &health.conflicts),
        ("retry", &health.retries),
        ("throttled", &health.throttled),
        ("failure", &health.failures),
    ];
    PlatformNow {
        origin,
        is_up: matches!(health.connection(), Connection::Up(_)),
        counts: counts.map(|(what, counter)| (what, Health::read(counter))),
    }
}

/// Whether questions are to be sent here: not any more while the daemon finishes what it has begun.
pub(super) async fn ready(State(page): State<WebState>) -> impl IntoResponse {
    if page.stop.is_cancelled() { (StatusCode::SERVICE_UNAVAILABLE, "stopping\n") } else { (StatusCode::OK, "ready\n") }
}
