//! Requests come in, faults happen, answers go out.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::faults::Fault;
use super::refusal::Refusal;
use super::{Shared, TOKEN, calls, methods, poll};

/// Serves until the token that it gives is cancelled.
pub fn listen(listener: TcpListener, shared: Arc<Shared>) -> CancellationToken {
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let routes = Router::new().route("/{bot}/{method}", any(request)).with_state(shared);
    tokio::spawn(async move {
        let serving = axum::serve(listener, routes).with_graceful_shutdown(stopped.cancelled_owned());
        serving.await.expect("serving on loopback");
    });
    stop
}

async fn request(
    State(shared): State<Arc<Shared>>,
    Path((bot, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let down = shared.down.lock().expect("unpoisoned").clone();
    let Some(token) = bot.strip_prefix("bot") else { return StatusCode::NOT_FOUND.into_response() };
    if token != TOKEN {
        // A token of the right form is looked up; any other address does not exist.
        let is_formed =
            token.split_once(':').is_some_and(|(id, secret)| id.parse::<u64>().is_ok() && secret.len() > 10);
        let (code, words) = if is_formed { (401, "Unauthorized") } else { (404, "Not Found") };
        return answer(Err(Refusal { code, description: words.into(), parameters: None }));
    }
    let method = method.to_ascii_lowercase();
    let body = read(&shared, &method, &headers, &body);
    tokio::select! {
        response = attend(&shared, &method, &body) => response,
        () = down.cancelled_owned() => cut(),
    }
}

/// The parameters of a request, from JSON or a form.
fn read(shared: &Shared, method: &str, headers: &HeaderMap, body: &[u8]) -> Value {
    if body.is_empty() {
        return json!({});
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let parsed = match kind.split_once("boundary=") {
        Some((_, boundary)) if kind.starts_with("multipart/form-data") => Some(form(body, boundary.trim_matches('"'))),
        _ => serde_json::from_slice(body).ok(),
    };
    parsed.unwrap_or_else(|| {
        shared.world().violation(format!("{method}: the body ({kind}) cannot be read"));
        json!({})
    })
}

/// The fields of a form without files. What is JSON is read as such, as the server does.
fn form(body: &[u8], boundary: &str) -> Value {
    let text = String::from_utf8_lossy(body);
    let mut fields = serde_json::Map::new();
    for part in text.split(&format!("--{boundary}")) {
        let Some((head, value)) = part.split_once("\r\n\r\n") else { continue };
        let Some((_, name)) = head.split_once("name=\"") else { continue };
        let name = name.split('"').next().unwrap_or_default();
        let value = value.strip_suffix("\r\n").unwrap_or(value);
        fields.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| json!(value)));
    }
    Value::Object(fields)
}

async fn attend(shared: &Arc<Shared>, method: &str, body: &Value) -> Response {
    if !calls::is_known(method) {
        shared.world().violation(format!("{method}: there is no such method"));
    }
    shared.change(|world| {
        calls::check(world, method, body);
        *world.counters.entry(method.to_owned()).or_default() += 1;
    });
    let (fault, slow) = shared.faults.lock().expect("unpoisoned").draw(method);
    if !slow.is_zero() {
        tokio::time::sleep(slow).await;
    }
    match fault {
        Some(Fault::Before) => {
            return answer(Err(Refusal { code: 500, description: "Internal Server Error".into(), parameters: None }));
        }
        Some(Fault::Throttled) => return answer(Err(Refusal::retry_after(Duration::from_secs(1)))),
        Some(Fault::Rival) => {
            return answer(Err(Refusal::conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is running",
            )));
        }
        Some(Fault::After | Fault::Lost) | None => {}
    }
    let done = if method == "getupdates" {
        poll::poll(shared, body).await
    } else {
        shared.change(|world| methods::call(world, method, body))
    };
    match fault {
        Some(Fault::After) => (StatusCode::BAD_GATEWAY, "<html>502 Bad Gateway</html>").into_response(),
        Some(Fault::Lost) => cut(),
        _ => answer(done),
    }
}

fn answer(done: Result<Value, Refusal>) -> Response {
    match done {
        Ok(result) => axum::Json(json!({ "ok": true, "result": result })).into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
            (status, axum::Json(refusal.json())).into_response()
        }
    }
}

/// An answer that breaks off: the connection ends before what was announced has come.
fn cut() -> Response {
    let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    Response::builder()
        .header(header::CONTENT_LENGTH, "100")
        .body(Body::from_stream(broken))
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
