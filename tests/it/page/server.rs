//! The real page on a loopback port, over a few passages in memory.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use colega::adapters::web::{self, Status, WebSettings, WebState};
use colega::agent::Agent;
use colega::answer::Engine;
use colega::feedback::{Feedback, FeedbackSettings};
use colega::goldset::{Goldset, Review};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::harness;

/// The goldset, beside the feedback.
pub const GOLDSET: &str = "goldset.jsonl";

pub struct Page {
    pub address: String,
    pub client: Client,
    pub feedback: Feedback,
    pub stop: CancellationToken,
    pub served: JoinHandle<anyhow::Result<()>>,
}

impl Page {
    /// Serves the page with the feedback in `folder`.
    pub async fn start(folder: &Path) -> Self {
        Self::start_with(harness::agent(), folder).await
    }

    /// The same, with another agent.
    pub async fn start_with(agent: Agent, folder: &Path) -> Self {
        let settings = WebSettings { port: 0, ..WebSettings::default() };
        let listener = TcpListener::bind(settings.socket_address()).await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let status = Status { passages: 9, generation: "test-1".to_owned(), engine: Engine::Extractive };
        let status = Arc::new(ArcSwap::from_pointee(status));
        let feedback = open_feedback(folder).await;
        let stop = CancellationToken::new();
        let review = Review::new(feedback.clone(), Goldset::new(folder.join(GOLDSET)));
        let state = WebState {
            agent,
            feedback: feedback.clone(),
            review,
            reports: folder.join("reports"),
            status,
            figures: None,
            sources: None,
            started: Instant::now(),
            counted: Arc::default(),
            stop: stop.clone(),
        };
        let served = tokio::spawn(web::serve(listener, state));
        let client = browser();
        Self { address, client, feedback, stop, served }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("http://{}{path}", self.address))
    }

    pub async fn text(&self, path: &str) -> String {
        self.get(path).send().await.expect("answered").text().await.expect("text")
    }

    /// The page that answers `question`.
    pub async fn page_of(&self, question: &str) -> String {
        self.get("/").query(&[("q", question)]).send().await.expect("answered").text().await.expect("text")
    }

    /// The parts of the answer to `question`: names and HTML.
    pub async fn parts(&self, question: &str) -> Vec<(String, String)> {
        let body =
            self.post("/ask").form(&[("q", question)]).send().await.expect("answered").text().await.expect("text");
        let part = |line: &str| {
            let part: Value = serde_json::from_str(line).expect("one JSON object a line");
            (part["part"].as_str().expect("named").to_owned(), part["html"].as_str().expect("HTML").to_owned())
        };
        body.lines().map(part).collect()
    }

    /// The name of a fresh answer.
    pub async fn answer_id(&self) -> String {
        let parts = self.parts("What is an idempotency key?").await;
        between(&parts.last().expect("parts").1, "name=\"answer\" value=\"", "\"").to_owned()
    }

    /// Votes as the page's script does: once more where the vote has brought the cookie in place of being counted.
    pub async fn vote(&self, client: &Client, answer: &str, vote: &str) -> Response {
        let response = self.vote_once(client, answer, vote).await;
        match response.status() {
            StatusCode::PRECONDITION_REQUIRED => self.vote_once(client, answer, vote).await,
            _ => response,
        }
    }

    pub async fn vote_once(&self, client: &Client, answer: &str, vote: &str) -> Response {
        let body = serde_json::json!({ "answer": answer, "vote": vote });
        client.post(format!("http://{}/vote", self.address)).json(&body).send().await.expect("answered")
    }

    pub async fn close(self) {
        self.stop.cancel();
        drop((self.client, self.feedback));
        self.served.await.expect("no panic").expect("ends well");
    }
}

/// A browser that was never here; it keeps cookies.
pub fn browser() -> Client {
    Client::builder().cookie_store(true).no_proxy().build().expect("a client")
}

/// What stands between `start` and `end`.
#[track_caller]
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).expect("an end").0
}

/// A store that was just closed may hold its lock for a moment.
pub async fn open_feedback(folder: &Path) -> Feedback {
    for _ in 0..50 {
        if let Ok(feedback) = Feedback::open(folder, FeedbackSettings::default()) {
            return feedback;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Feedback::open(folder, FeedbackSettings::default()).expect("the feedback opens")
}
