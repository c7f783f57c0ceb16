//! The real page on a loopback port, over a few passages in memory.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use colega::adapters::web::{self, Status, WebSettings, WebState};
use colega::agent::{Agent, Parts};
use colega::answer::Engine;
use colega::embed::bm25::Bm25Settings;
use colega::feedback::Votes;
use colega::generate::Generator;
use colega::generate::extractive::ExtractiveSettings;
use colega::guard::{Guard, GuardSettings};
use colega::limit::{LimitSettings, Limiter};
use colega::passage::{ChunkId, Passage, SourceSpan};
use colega::question::Language;
use colega::reading::Readings;
use colega::retrieve::Index;
use colega::retrieve::build::{self, Built};
use colega::retrieve::evidence::EvidenceSettings;
use colega::retrieve::glossary::Glossary;
use colega::retrieve::retriever::{RetrieveSettings, Retriever};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What tries to become part of the page.
pub const EVIL: &str = "<script>alert(1)</script>";

pub struct Page {
    pub address: String,
    pub client: Client,
    pub stop: CancellationToken,
    pub served: JoinHandle<anyhow::Result<()>>,
}

impl Page {
    /// Serves the page with the votes in `folder`.
    pub async fn start(folder: &Path) -> Self {
        let settings = WebSettings { port: 0, ..WebSettings::default() };
        let listener = TcpListener::bind(settings.socket_address()).await.expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let status = Status { passages: 9, generation: "test-1".to_owned(), engine: Engine::Extractive };
        let status = Arc::new(ArcSwap::from_pointee(status));
        let votes = open_votes(folder).await;
        let stop = CancellationToken::new();
        let served = tokio::spawn(web::serve(listener, WebState { agent: agent(), votes, status }, stop.clone()));
        let client = Client::builder().cookie_store(true).no_proxy().build().expect("a client");
        Self { address, client, stop, served }
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

    pub async fn vote(&self, client: &Client, answer: &str, vote: &str) -> Response {
        let body = serde_json::json!({ "answer": answer, "vote": vote });
        client.post(format!("http://{}/vote", self.address)).json(&body).send().await.expect("answered")
    }

    pub async fn close(self) {
        self.stop.cancel();
        drop(self.client);
        self.served.await.expect("no panic").expect("ends well");
    }
}

/// What stands between `start` and `end`.
#[track_caller]
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).expect("an end").0
}

/// A store that was just closed may hold its lock for a moment.
async fn open_votes(folder: &Path) -> Votes {
    for _ in 0..50 {
        if let Ok(votes) = Votes::open(folder) {
            return votes;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Votes::open(folder).expect("the votes open")
}

fn agent() -> Agent {
    let Built { points, statistics, encoder, .. } = build::build(passages(), &Bm25Settings::default(), None);
    let retriever = Retriever {
        index: Index::in_memory(points),
        statistics,
        encoder,
        glossary: Arc::new(Glossary::built_in()),
        settings: RetrieveSettings::default(),
        readings: Readings::default(),
    };
    Agent::new(Parts {
        guard: Guard::new(&GuardSettings::default()).expect("built-in rules"),
        limiter: Limiter::new(&LimitSettings::default()).expect("usual limits"),
        live: Arc::new(ArcSwap::from_pointee(retriever)),
        generator: Generator::Extractive(ExtractiveSettings::default()),
        evidence: EvidenceSettings::default(),
        default_language: Language::English,
    })
}

/// The passage of the sample with this heading.
pub fn chunk(heading: &str) -> String {
    let found = passages().into_iter().find(|passage| passage.headings.iter().any(|own| own == heading));
    found.expect("in the sample").chunk_id.to_string()
}

fn passages() -> Vec<Arc<Passage>> {
    let english = document("en/idempotency.md", "Idempotency keys", Language::English);
    let spanish = document("es/idempotency.md", "Claves de idempotencia", Language::Spanish);
    let title = format!("Scripts {EVIL}");
    let evil = document("evil.md", &title, Language::English);
    let code = "In PostgreSQL, a primary key claims the operation:\n\n```sql\nSELECT 1 < 2;\n```";
    vec![
        english(1, "What it is", "An idempotency key is a unique value that a client attaches to a request."),
        english(5, "When to use it", "- Use an idempotency key when a client may retry a `POST` that moves money."),
        english(
            9,
            "Common mistakes",
            "- Generating a new key on each retry defeats the mechanism of the idempotency key.",
        ),
        english(13, "Example", code),
        english(20, "Checklist", "- Generate the idempotency key on the client, once per logical operation."),
        spanish(1, "Qué es", "Una clave de idempotencia es un valor único que el cliente adjunta a una petición."),
        spanish(5, "Cuándo usarlo", "- Usa una clave de idempotencia cuando un cliente pueda repetir un `POST`."),
        evil(1, EVIL, &format!("Evil scripts are {EVIL} in a [passage](javascript:alert(1)) of a source.")),
        evil(5, "More", &format!("```html\n{EVIL}\n```")),
    ]
}

fn document(file: &str, title: &str, lang: Language) -> impl Fn(u32, &str, &str) -> Arc<Passage> {
    move |line, heading, text| {
        Arc::new(Passage {
            chunk_id: ChunkId::new(file, text, 0),
            topic: "apis".to_owned(),
            title: title.to_owned(),
            headings: vec![heading.to_owned()],
            text: text.to_owned(),
            tags: Vec::new(),
            source_file: file.to_owned(),
            source_span: SourceSpan::Lines { start: line, end: line + 2 },
            lang,
            url: Some("https://example.org/original".to_owned()),
            scope: String::new(),
            license: None,
        })
    }
}
