//! Requests to Discord's REST API: serenity's routes and bodies, sent by our own client.
//!
//! serenity's client hides `Retry-After` from its callers and cannot be pointed at another server while its rate limiter
//! is on; and its way of building a request puts the body, people's words among it, into a span of the logs. So a [`Call`]
//! takes the path from a [`Route`] and the body from a builder, and [`Rest`] sends it once: whether to repeat it is for the
//! caller to decide, by the [`Problem`].

mod pace;
mod problem;

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use backon::{ExponentialBuilder, Retryable as _};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serenity::http::Route;

use self::pace::Pace;
pub use self::problem::{Problem, code};
use super::DiscordSettings;
use crate::adapters::token::Token;
use crate::desk::Failure;
use crate::desk::health::{Connection, Health};

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait for a whole answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What all paths of serenity's routes begin with, <https://discord.com/developers/docs/reference#api-reference>.
const ROUTE_HOST: &str = "https://discord.com";
/// How Discord wants programs to name themselves, <https://discord.com/developers/docs/reference#user-agent>.
const USER_AGENT: &str = concat!("DiscordBot (https://crates.io/crates/serenity, ", env!("CARGO_PKG_VERSION"), ")");
/// How often [`Rest::patiently`] tries again.
const PATIENCE: usize = 5;
/// The longest wait between two of its tries.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What is told where the token is wrong.
pub const BAD_TOKEN: &str = "Discord does not accept the token; copy it anew from \
     https://discord.com/developers/applications → Bot → Reset Token, and set DISCORD_TOKEN";

/// One request.
#[derive(Clone)]
pub struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Call {
    /// A request to one of serenity's routes.
    pub fn new(method: Method, route: Route<'_>) -> Self {
        Self::at(method, route.path().trim_start_matches(ROUTE_HOST))
    }

    /// A request to a path that serenity has no route for; it begins with `/api/v10`.
    pub fn at(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), query: Vec::new(), body: None }
    }

    /// With a parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Display) -> Self {
        self.query.push((name, format!("{value}")));
        self
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, body: &impl Serialize) -> Self {
        // Discord's objects have string keys, so this cannot fail; a missing body is refused by Discord in words.
        self.body = serde_json::to_value(body).ok();
        self
    }
}

/// Discord's REST API. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Rest(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    host: String,
    pace: Pace,
    health: Arc<Health>,
}

impl Rest {
    /// A client that logs in with `token` and tells `health` how that goes. What is repeated is counted by who repeats it.
    pub fn new(settings: &DiscordSettings, token: &Token, health: Arc<Health>) -> Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bot {}", token.reveal()))
            .ok()
            .context("the Discord token holds a special character; copy it anew")?;
        authorization.set_sensitive(true);
        let http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .build()
            .context("no client for Discord's API can be made")?;
        let host = settings.api_url.trim_end_matches('/').to_owned();
        Ok(Self(Arc::new(Inner { http, host, pace: Pace::default(), health })))
    }

    /// Sends `call` once and reads what Discord gives back.
    pub async fn fetch<T: DeserializeOwned>(&self, call: Call) -> Result<T, Problem> {
        let is_send = call.method == Method::POST;
        let bytes = self.send(call).await?;
        // What was sent exists already, so an answer that cannot be read is a lost one.
        serde_json::from_slice(&bytes).map_err(|error| Problem::unreadable(&error, is_send))
    }

    /// Sends `call` once; what Discord gives back is of no interest.
    pub async fn post(&self, call: Call) -> Result<(), Problem> {
        self.send(call).await.map(drop)
    }

    /// Like [`Rest::fetch`], for what nobody waits for: tries again a few times, as late as Discord asks.
    pub async fn patiently<T: DeserializeOwned>(&self, call: Call) -> Result<T, Problem> {
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(LONGEST_WAIT)
            .with_max_times(PATIENCE);
        let asked_for = |problem: &Problem, planned: Option<Duration>| match problem.failure {
            Failure::RetryAfter(wait) => planned.map(|planned| planned.max(wait.min(LONGEST_WAIT))),
            _ => planned,
        };
        let health = &self.0.health;
        let count = |problem: &Problem, _| {
            let is_throttled = matches!(problem.failure, Failure::RetryAfter(_));
            Health::count(if is_throttled { &health.throttled } else { &health.retries });
        };
        (|| self.fetch(call.clone())).retry(backoff).when(Problem::passes).adjust(asked_for).notify(count).await
    }

    async fn send(&self, call: Call) -> Result<Vec<u8>, Problem> {
        let Inner { http, host, pace, health } = &*self.0;
        let key = pace::Key::of(&call.method, &call.path);
        let is_due = || match pace.wait(&key, Instant::now()) {
            Some(wait) => Err(Problem::without_request(Failure::RetryAfter(wait))),
            None => Ok(()),
        };
        is_due()?;
        pace.room(&key).await;
        // Whoever stood in line before may have used up what the channel had left.
        is_due()?;
        let is_send = call.method == Method::POST;
        let mut request = http.request(call.method, format!("{host}{}", call.path)).query(&call.query);
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| Problem::of_transport(&error, is_send))?;
        let (status, headers) = (response.status(), response.headers().clone());
        pace.learn(&key, &headers, Instant::now());
        let bytes = response.bytes().await.map_err(|error| Problem::of_transport(&error, is_send))?;
        if status.is_success() {
            return Ok(bytes.into());
        }
        let problem = Problem::of_status(status, &headers, &bytes, is_send);
        if let Failure::RetryAfter(wait) = problem.failure {
            // That one is about a single message.
            if !problem.is(&[code::OLD_EDITS]) {
                pace.hold(&key, &headers, &bytes, wait, Instant::now());
            }
        }
        if problem.is_unauthorized() {
            health.set(Connection::Down(Some(BAD_TOKEN.into())));
        }
        Err(problem)
    }
}
