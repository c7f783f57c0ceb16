//! The local page: a question box, answers part by part, and each cited passage in its source.
//!
//! It works without scripts; with them, answers arrive in place. Nothing on it comes from outside.

mod ask;
mod assets;
pub mod figures;
mod listen;
mod page;
mod passage;
mod passages;
mod posted;
mod reports;
mod review;
mod same_site;
mod state;
mod visitor;
mod vote;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::{info, warn};

use self::figures::Figures;
#[cfg(feature = "telegram")]
pub(super) use self::listen::Patient;
pub use self::state::{CountsOfTheDay, SourcesState};
use crate::agent::Agent;
use crate::answer::Engine;
use crate::feedback::Feedback;
use crate::goldset::Review;

/// The largest body of a request, in bytes.
const BODY: usize = 16 * 1024;
/// That of a decision in the review: a case may have 30 points of 1,000 characters, and a form sends an `ñ` in six bytes.
const CASE: usize = 256 * 1024;
/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long open connections are waited for at the end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Everything is from here, nothing is inline, and no page frames this one.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where the page is served, section `[web]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebSettings {
    /// Address to listen on; 127.0.0.1 unless set. Anything but a loopback address opens the page to the network,
    /// without a login and without TLS: put a proxy with both before it.
    pub address: IpAddr,
    /// TCP port; 8787 unless set, 0 for any that is free.
    pub port: u16,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST), port: 8787 }
    }
}

impl WebSettings {
    /// Where to listen.
    pub const fn socket_address(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }
}

/// What the page shows of the daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Passages in the live index.
    pub passages: u64,
    /// Name of the live generation of the index.
    pub generation: String,
    /// What writes the answers.
    pub engine: Engine,
}

/// What the page is made of. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct WebState {
    /// Answers.
    pub agent: Agent,
    /// Keeps questions and takes votes.
    pub feedback: Feedback,
    /// Makes cases of the goldset out of the feedback.
    pub review: Review,
    /// Folder of the reports of `colega eval`.
    pub reports: PathBuf,
    /// The state of the daemon; whoever swaps the index swaps this too.
    pub status: Arc<ArcSwap<Status>>,
    /// What `/metrics` shows; nothing without it.
    pub figures: Option<Figures>,
    /// Re-indexing, as the page on the state shows it; not shown without it.
    pub sources: Option<SourcesState>,
    /// When the daemon started.
    pub started: Instant,
    /// Today's questions, counted.
    pub counted: Arc<CountsOfTheDay>,
    /// Cancelled when the daemon is about to end.
    pub stop: CancellationToken,
}

/// Serves the page on `listener` until `page.stop`; then waits for open requests for at most five seconds.
pub async fn serve(listener: TcpListener, page: WebState) -> Result<()> {
    let stop = page.stop.clone();
    let address = listener.local_addr().context("the page's socket has no address")?;
    info!(%address, "the page is served");
    let listener = listen::Patient::new(listener);
    let served = axum::serve(listener, router(page, address)).with_graceful_shutdown(stop.clone().cancelled_owned());
    let too_long = async {
        stop.cancelled().await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        served = served => served.context("the page cannot be served any more"),
        () = too_long => {
            warn!("connections to the page were still open and have been closed");
            Ok(())
        }
    }
}

fn router(page: WebState, address: SocketAddr) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let review: Router<WebState> =
        Router::new().route("/review", get(review::list).post(review::decide)).layer(RequestBodyLimitLayer::new(CASE));
    Router::new()
        .route("/", get(ask::page))
        .route("/ask", post(ask::ask))
        .route("/passage/{chunk_id}", get(passage::show))
        .route("/passages", get(passages::browse))
        .route("/status", get(state::show))
        .route("/status/quality.svg", get(state::chart))
        .route("/reindex", post(state::reindex))
        .route("/reports", get(reports::list))
        .route("/reports/{name}", get(reports::show))
        .route("/reports/{name}/{chart}", get(reports::chart))
        .route("/vote", post(vote::vote))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(figures::ready))
        .route("/metrics", get(figures::metrics))
        .route("/status.json", get(status))
        .route("/page.css", get(assets::css))
        .route("/page.js", get(assets::js))
        .route("/icon.svg", get(assets::icon))
        .fallback(page::not_found)
        .layer(RequestBodyLimitLayer::new(BODY))
        .merge(review)
        .with_state(page)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(middleware::from_fn(same_site::posts_only_from_here))
        .layer(middleware::from_fn_with_state(address.ip(), same_site::known_host))
        .layer(header(CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(REFERRER_POLICY, "no-referrer"))
        .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(header(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(header(CACHE_CONTROL, "no-store"))
}

async fn status(State(page): State<WebState>) -> Json<Status> {
    Json(page.status.load().as_ref().clone())
}
