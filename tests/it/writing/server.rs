//! A stand-in for a server that speaks `OpenAI`'s protocol: it remembers what it was sent, and fails as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Value, json};
use tokio_stream::StreamExt as _;

/// What it does with a request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Writes this, a few letters at a time.
    Writes(&'static str),
    /// Answers with this status.
    Fails(u16),
    /// Says nothing.
    Hangs,
    /// Writes the beginning of this, and breaks off.
    BreaksOff(&'static str),
    /// Sends something else.
    Babbles,
}

/// A server that is running.
#[derive(Clone)]
pub struct Server {
    pub acts: Arc<Mutex<VecDeque<Act>>>,
    pub requests: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    pub url: String,
}

impl Server {
    /// A server that does these things, one after the other, and then fails.
    pub async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/v1", listener.local_addr().expect("bound"));
        let acts = Arc::new(Mutex::new(acts.into_iter().collect()));
        let server = Self { acts, requests: Arc::default(), url };
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// What was sent to it.
    pub fn requests(&self) -> Vec<(HeaderMap, Value)> {
        self.requests.lock().expect("no panic").clone()
    }
}

async fn answer(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["stream"], json!(true));
    server.requests.lock().expect("no panic").push((headers, body));
    let act = server.acts.lock().expect("no panic").pop_front().unwrap_or(Act::Fails(500));
    match act {
        Act::Writes(text) => events(text, true),
        Act::BreaksOff(text) => events(text, false),
        Act::Fails(status) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, json!({ "error": { "message": "no", "type": "x" } }).to_string()).into_response()
        }
        Act::Hangs => std::future::pending().await,
        Act::Babbles => (StatusCode::OK, [("content-type", "text/event-stream")], "data: {]\n\n").into_response(),
    }
}

fn events(text: &str, is_whole: bool) -> Response {
    let letters: Vec<char> = text.chars().collect();
    let deltas = letters.chunks(5).map(|piece| json!({ "content": piece.iter().collect::<String>() }));
    let mut choices: Vec<Value> = deltas.map(|delta| json!({ "index": 0, "delta": delta })).collect();
    if is_whole {
        choices.push(json!({ "index": 0, "delta": {}, "finish_reason": "stop" }));
    }
    let mut events: Vec<String> =
        choices.iter().map(|choice| format!("data: {}\n\n", json!({ "choices": [choice] }))).collect();
    if is_whole {
        events.push("data: [DONE]\n\n".to_owned());
    }
    let stream = tokio_stream::iter(events).then(|event| async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, std::io::Error>(event)
    });
    ([("content-type", "text/event-stream")], Body::from_stream(stream)).into_response()
}
