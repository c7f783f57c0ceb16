//! The REST API: authentication, limits and faults for every request, then its route.

mod account;
mod callback;
mod draft;
mod gate;
mod messages;
mod reactions;
mod webhooks;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Query, State as With};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::Server;
use super::faults::Fault;
use super::gateway;
use super::ids;
use super::listener::{Cutter, Port};
use super::refusal::Refusal;
use super::routes::{self, Route};
use super::state::State;

/// Serves until the fake ends.
pub async fn serve(port: Port, server: Arc<Server>) {
    let stop = server.stop.clone();
    let routes = Router::new().route("/", get(upgrade)).fallback(answer).layer(DefaultBodyLimit::max(1 << 20));
    let service = routes.with_state(server).into_make_service_with_connect_info::<Cutter>();
    tokio::select! {
        () = stop.cancelled() => {}
        ended = axum::serve(port, service) => ended.expect("serves"),
    }
}

async fn upgrade(
    With(server): With<Arc<Server>>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    if query.get("v").is_none_or(|version| version != "10") {
        server.change(|state| state.ledger.violation(format!("the gateway was asked for with {query:?}, not v=10")));
    }
    upgrade.on_upgrade(|socket| gateway::talk(socket, server))
}

/// A request that is known and allowed.
pub(super) struct Call {
    route: Route,
    variables: Vec<String>,
    query: HashMap<String, String>,
    body: Value,
}

impl Call {
    /// The variable step at `at` of the path as a snowflake; `name` is Discord's for it.
    fn id(&self, at: usize, name: &str) -> Result<u64, Refusal> {
        let text = self.variables.get(at).map_or("", String::as_str);
        let message = format!("Value \"{text}\" is not snowflake.");
        ids::parse(text).ok_or_else(|| Refusal::form(name, "NUMBER_TYPE_COERCE", &message))
    }

    /// A parameter of the query as a snowflake.
    fn query_id(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.query.get(name) else { return Ok(None) };
        let message = format!("Value \"{text}\" is not snowflake.");
        ids::parse(text).map(Some).ok_or_else(|| Refusal::form(name, "NUMBER_TYPE_COERCE", &message))
    }
}

/// What goes back.
struct Outcome {
    status: u16,
    body: Option<String>,
    headers: Vec<(&'static str, String)>,
    fault: Option<Fault>,
}

impl Outcome {
    fn json(status: u16, body: &Value) -> Self {
        Self { status, body: Some(body.to_string()), headers: Vec::new(), fault: None }
    }
}

async fn answer(
    With(server): With<Arc<Server>>,
    ConnectInfo(wire): ConnectInfo<Cutter>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = server.change(|state| state.take(&method, &uri, &headers, &body, server.address));
    match outcome.fault {
        Some(Fault::Lost | Fault::Cut) => wire.cut(),
        Some(Fault::Slow(by)) => tokio::time::sleep(by).await,
        _ => {}
    }
    let status = StatusCode::from_u16(outcome.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, outcome.body.map_or_else(Body::empty, Body::from)).into_response();
    let kind = if outcome.status == 502 { "text/html" } else { "application/json" };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in outcome.headers {
        response.headers_mut().insert(name, HeaderValue::from_str(&value).expect("a header's value"));
    }
    response
}

impl State {
    fn take(
        &mut self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
        address: std::net::SocketAddr,
    ) -> Outcome {
        let request = format!("{method} {}", without_tokens(uri.path()));
        let found = uri.path().strip_prefix("/api/v10").ok_or(false).and_then(|path| routes::find(method, path));
        let (route, variables) = match found {
            Ok((route, variables)) => (route, variables.into_iter().map(decoded).collect::<Vec<_>>()),
            Err(is_other_method) => {
                let refusal = if is_other_method { Refusal::method_not_allowed() } else { Refusal::not_found() };
                return self.refuse(None, &request, &refusal);
            }
        };
        *self.ledger.counts.routes.entry(route).or_default() += 1;
        let fault = self.faults.strike(route);
        if let Some(outcome) = self.struck(fault, method, uri, body) {
            *self.ledger.counts.statuses.entry(outcome.status).or_default() += 1;
            return outcome;
        }
        let limited = self.limited(route, &variables, method, uri, body);
        let mut outcome = match limited {
            Err(outcome) => outcome,
            Ok(limits) => {
                let parsed = self.checked(route, headers, body);
                let query =
                    Query::<HashMap<String, String>>::try_from_uri(uri).map(|Query(query)| query).unwrap_or_default();
                let handled = parsed.and_then(|body| self.handle(&Call { route, variables, query, body }, address));
                let mut outcome = handled.unwrap_or_else(|refusal| self.refuse(Some(route), &request, &refusal));
                outcome.headers.extend(limits.iter().flat_map(gate::limit_headers));
                outcome
            }
        };
        *self.ledger.counts.statuses.entry(outcome.status).or_default() += 1;
        outcome.fault = fault;
        outcome
    }

    fn refuse(&mut self, route: Option<Route>, request: &str, refusal: &Refusal) -> Outcome {
        self.ledger.refuse(route, request, refusal);
        Outcome::json(refusal.status, &refusal.body())
    }

    fn handle(&mut self, call: &Call, address: std::net::SocketAddr) -> Result<Outcome, Refusal> {
        let (status, body) = match call.route {
            Route::Gateway => (200, json!({ "url": format!("ws://{address}") })),
            Route::GatewayBot => (200, account::gateway_bot(&format!("ws://{address}"))),
            Route::Me => (200, account::me(self)),
            Route::Application => (200, account::application(self)),
            Route::ListCommands | Route::PutCommands | Route::ListGuildCommands | Route::PutGuildCommands => {
                (200, account::commands(self, call)?)
            }
            Route::Guilds => (200, account::guilds(self)),
            Route::Member => (200, account::member(self, call)?),
            Route::Channel => (200, account::channel(self, call)?),
            Route::OpenDirect => (200, account::open_direct(self, call)?),
            Route::ListMessages => (200, messages::list(self, call)?),
            Route::CreateMessage => (200, messages::create(self, call)?),
            Route::GetMessage => (200, messages::one(self, call)?),
            Route::EditMessage => (200, messages::edit(self, call)?),
            Route::DeleteMessage => (204, messages::delete(self, call)?),
            Route::Typing => (204, messages::typing(self, call)?),
            Route::StartThread => (201, messages::start_thread(self, call)?),
            Route::ListReactions => (200, reactions::list(self, call)?),
            Route::React | Route::Unreact => (204, reactions::change(self, call)?),
            Route::Callback => callback::respond(self, call)?,
            Route::FollowUp => (200, webhooks::follow_up(self, call)?),
            Route::GetResponse => (200, webhooks::get(self, call)?),
            Route::EditResponse => (200, webhooks::edit(self, call)?),
            Route::DeleteResponse => (204, webhooks::delete(self, call)?),
        };
        let body = (status != 204).then(|| body.to_string());
        Ok(Outcome { status, body, headers: Vec::new(), fault: None })
    }
}

/// `path` without the tokens of interactions, which are long.
fn without_tokens(path: &str) -> String {
    let steps = path.split('/').map(|step| if step.len() > 40 { "{token}" } else { step });
    steps.collect::<Vec<_>>().join("/")
}

/// `step` of a path without its percent signs.
fn decoded(step: &str) -> String {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex = (first == b'%').then(|| behind.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
