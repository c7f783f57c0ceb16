//! What every request meets before its route: faults, limits, and the question who asks.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use serde_json::{Value, json};

use super::super::faults::Fault;
use super::super::refusal::Refusal;
use super::super::routes::Route;
use super::super::state::State;
use super::super::throttle::{Headers, TooMany};
use super::{Outcome, without_tokens};

impl State {
    /// A fault that keeps the request from being accepted.
    pub(super) fn struck(&mut self, fault: Option<Fault>, method: &Method, uri: &Uri, body: &Bytes) -> Option<Outcome> {
        let (wait, is_global) = match fault? {
            Fault::Throttled(wait) => (wait, false),
            Fault::ThrottledGlobally(wait) => (wait, true),
            Fault::Unavailable(502) => {
                let body = Some("<html><head><title>502 Bad Gateway</title></head></html>".to_owned());
                return Some(Outcome { status: 502, body, headers: Vec::new(), fault });
            }
            Fault::Unavailable(status) => {
                return Some(Outcome::json(
                    status,
                    &json!({ "message": format!("{status}: Internal Server Error"), "code": 0 }),
                ));
            }
            Fault::Unauthorized => return Some(Outcome::json(401, &Refusal::unauthorized().body())),
            Fault::Cut => return Some(Outcome { status: 499, body: None, headers: Vec::new(), fault }),
            Fault::Lost | Fault::Slow(_) => return None,
        };
        let many = TooMany { retry_after: wait.as_secs_f64(), is_global, headers: None, is_hasty: false };
        Some(self.too_many(&many, hash(method, uri, body)))
    }

    fn too_many(&mut self, many: &TooMany, request: u64) -> Outcome {
        let until =
            self.now_ms() + u64::try_from(Duration::from_secs_f64(many.retry_after).as_millis()).unwrap_or(u64::MAX);
        self.throttle.tell(request, self.now_ms(), until);
        let body = json!({ "message": "You are being rate limited.", "retry_after": many.retry_after, "global": many.is_global });
        let mut outcome = Outcome::json(429, &body);
        // Whole seconds, rounded up, as in the real header.
        outcome.headers.push(("retry-after", format!("{:.0}", many.retry_after.ceil())));
        outcome.headers.push(("x-ratelimit-scope", if many.is_global { "global" } else { "user" }.to_owned()));
        if many.is_global {
            outcome.headers.push(("x-ratelimit-global", "true".to_owned()));
        }
        outcome.headers.extend(many.headers.iter().flat_map(limit_headers));
        outcome
    }

    pub(super) fn limited(
        &mut self,
        route: Route,
        variables: &[String],
        method: &Method,
        uri: &Uri,
        body: &Bytes,
    ) -> Result<Option<Headers>, Outcome> {
        let (request, now) = (hash(method, uri, body), self.now_ms());
        if self.throttle.is_told_to_wait(request, now, !body.is_empty()) {
            self.ledger
                .violation(format!("{method} {}: sent again before retry_after was over", without_tokens(uri.path())));
        }
        let Some(limits) = self.settings.limits else { return Ok(None) };
        let mut place = DefaultHasher::new();
        variables
            .get(usize::from(matches!(
                route,
                Route::FollowUp | Route::GetResponse | Route::EditResponse | Route::DeleteResponse
            )))
            .hash(&mut place);
        self.throttle.count(&limits, route, place.finish(), now).map_err(|many| {
            self.ledger.counts.hasty += u64::from(many.is_hasty);
            self.too_many(&many, request)
        })
    }

    /// Checks who asks, and reads the body.
    pub(super) fn checked(&mut self, route: Route, headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        if !text(header::USER_AGENT).starts_with("DiscordBot (") {
            self.ledger.violation(format!(
                "a User-Agent other than \"DiscordBot (url, version)\": {:?}",
                text(header::USER_AGENT)
            ));
        }
        if !route.is_open() && text(header::AUTHORIZATION) != format!("Bot {}", self.settings.token) {
            return Err(Refusal::unauthorized());
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        if !text(header::CONTENT_TYPE).starts_with("application/json") {
            return Err(Refusal::form(
                "_body",
                "CONTENT_TYPE",
                "Expected \"Content-Type\" header to be application/json.",
            ));
        }
        serde_json::from_slice(body).map_err(|_| Refusal::not_json())
    }
}

pub fn limit_headers(limits: &Headers) -> Vec<(&'static str, String)> {
    vec![
        ("x-ratelimit-limit", limits.limit.to_string()),
        ("x-ratelimit-remaining", limits.remaining.to_string()),
        ("x-ratelimit-reset", format!("{:.3}", limits.reset)),
        ("x-ratelimit-reset-after", format!("{:.3}", limits.reset_after)),
        ("x-ratelimit-bucket", limits.bucket.clone()),
    ]
}

fn hash(method: &Method, uri: &Uri, body: &Bytes) -> u64 {
    let mut hasher = DefaultHasher::new();
    (method, uri, body).hash(&mut hasher);
    hasher.finish()
}
