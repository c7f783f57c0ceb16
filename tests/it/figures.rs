//! What those see who watch a running daemon.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use reqwest::StatusCode;
use tokio::net::TcpListener;

use crate::daemon::Daemon;
use crate::fakes::discord::Discord;

/// The value of one figure, by its name and labels as they are written.
fn value(text: &str, figure: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{figure} is not in:\n{text}")).parse().expect("a whole number")
}

/// What Prometheus' own tool says against the text; nothing where it is not here.
fn complaints(text: &str) -> String {
    let tool = Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut tool) = tool else {
        eprintln!("skipped: promtool is not here");
        return String::new();
    };
    tool.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    String::from_utf8_lossy(&tool.wait_with_output().expect("it ends").stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_times_and_the_index_are_counted_and_nobodys_words_are_in_it() {
    let discord = Discord::start().await;
    let variables = [("DISCORD_TOKEN", discord.token()), ("COLEGA__DISCORD__API_URL", discord.url())];
    let mut daemon = Daemon::new(variables.map(|(name, value)| (name.to_owned(), value)).into());
    daemon.start();
    discord.connected().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let asked = discord.say(ana, backend, "@Colega what is an idempotency key?");
    discord.wait_for("answer", |state| state.replies(asked).first().map(|own| own.content.clone())).await;
    let page = daemon.page();
    let client = reqwest::Client::new();
    let get = async |path: &str| client.get(format!("{page}{path}")).send().await.expect("answered");
    get("/?q=How+do+I+bake+sourdough+bread+with+zyzzyva%3F").await;
    get("/?q=how+do+I+steal+the+session+cookie+of+my+boss").await;
    for (path, says) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = get(path).await;
        assert_eq!((answer.status(), answer.text().await.expect("a text").as_str()), (StatusCode::OK, says));
    }

    let text = get("/metrics").await.text().await.expect("a text");
    assert_eq!(complaints(&text), "");
    let questions = |origin: &str, outcome: &str| {
        value(&text, &format!("colega_questions_total{{origin=\"{origin}\",outcome=\"{outcome}\"}}"))
    };
    assert_eq!(
        [questions("discord", "answer"), questions("web", "no_evidence"), questions("web", "refused")],
        [1, 1, 1]
    );
    assert_eq!(value(&text, "colega_answer_seconds_count{outcome=\"answer\"}"), 1);
    assert_eq!(value(&text, "colega_stage_seconds_count{stage=\"search\"}"), 2);
    assert_eq!(value(&text, "colega_adapter_up{platform=\"discord\"}"), 1);
    assert!(value(&text, "colega_index_passages") > 100);
    assert_eq!(value(&text, "colega_index_generation"), 1);
    assert_eq!(value(&text, "colega_reindexes_total{outcome=\"refused\"}"), 0, "it is there before it rises");
    assert!(value(&text, "process_resident_memory_bytes") > 10_000_000);
    assert!(!text.contains("zyzzyva") && !text.contains("idempotency"), "{text}");
    daemon.stop();
}

/// Takes what is sent to it, as a collector does, until it is dropped.
struct Collector {
    address: String,
    taken: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    async fn start() -> Self {
        let taken = Arc::<Mutex<Vec<u8>>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let take = async |State(taken): State<Arc<Mutex<Vec<u8>>>>, batch: Bytes| {
            taken.lock().expect("unpoisoned").extend_from_slice(&batch);
        };
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&taken));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, taken }
    }

    /// How often `text` stands in what was taken.
    fn count(&self, text: &str) -> usize {
        let taken = self.taken.lock().expect("unpoisoned");
        taken.windows(text.len()).filter(|part| *part == text.as_bytes()).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_the_steps_of_each_question_under_the_name_of_its_answer() {
    let collector = Collector::start().await;
    let variables = [("COLEGA__LOG__OTLP", collector.address.clone()), ("COLEGA__LOG__FORMAT", "json".to_owned())];
    let mut daemon = Daemon::new(variables.map(|(name, value)| (name.to_owned(), value)).into());
    daemon.start();
    let page = daemon.page();
    reqwest::get(format!("{page}/?q=What+is+an+idempotency+key")).await.expect("answered");
    // What is left is sent at the end.
    daemon.stop();
    let log = daemon.log();
    let entries = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let answered = entries.filter(|entry| entry["fields"]["message"] == "answered").collect::<Vec<_>>();
    let [answered] = &answered[..] else { panic!("one answer: {log}") };
    assert!(answered.get("spans").is_none(), "logs are as they are without: {answered}");
    assert_eq!(collector.count(answered["fields"]["id"].as_str().expect("an identifier")), 1);
    for name in ["colega", "question", "screen", "wait", "search", "write", "outcome", "web"] {
        assert!(collector.count(name) > 0, "{name}");
    }
    assert_eq!(collector.count("idempotency"), 0, "no words");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_holds_nothing_up() {
    // It takes connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = format!("http://{}", silent.local_addr().expect("bound"));
    let mut daemon = Daemon::new(vec![("COLEGA__LOG__OTLP".to_owned(), address)]);
    daemon.start();
    let answered = reqwest::get(format!("{}/?q=What+is+an+idempotency+key", daemon.page())).await.expect("answered");
    assert_eq!(answered.status(), StatusCode::OK);
    // It waits for the end, and not for long.
    daemon.stop();
}
