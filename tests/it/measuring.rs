//! The measures themselves: on made-up data whose figures are worked out by hand, and on real sets, where the shipped
//! settings must stay above what they once reached.
//!
//! The real sets lie outside the repository; without them those tests say that they are skipped.

mod real;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use colega::agent::queue::QueueSettings;
use colega::agent::{Agent, Parts};
use colega::bench::{ask, guard as bench_guard, ingest as bench_ingest};
use colega::eval::ranking::RankingSettings;
use colega::eval::{abstain, retrieval, spans};
use colega::generate::Generator;
use colega::generate::extractive::ExtractiveSettings;
use colega::guard::{Guard, GuardSettings};
use colega::knowledge::ingest::{self, IngestSettings};
use colega::knowledge::topic::Topics;
use colega::limit::{LimitSettings, Limiter};
use colega::passage::Passage;
use colega::question::Language;
use colega::retrieve::evidence::EvidenceSettings;
use tempfile::TempDir;

/// A temporary folder with these files.
fn folder_of(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    folder
}

/// Figures worked out by hand to four digits.
#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-4, "{found} is not {expected}");
}

const GUIDE: &str = "# Webhooks\n\n## What it is\n\nA webhook is an HTTP request that a server sends to a client when an \
                     event happens.\n\n## When to use it\n\nUse webhooks instead of polling when events are rare.\n\n\
                     ## Common mistakes\n\nA common mistake is a webhook without a signature.\n";
const REPLICAS: &str = "# Réplicas\n\n## Qué es\n\nUna réplica es una copia de la base de datos que sigue a la principal y que \
                    atiende lecturas de los clientes.\n";
/// Two subjects, each of them long enough to be a passage, with a pause of two minutes in between.
const TALK: &str = "WEBVTT\n\n00:00:00.000 --> 00:00:20.000\nA circuit breaker stops calling a service that fails too \
                    often.\n\n00:03:00.000 --> 00:03:20.000\nBlue green deployment switches the traffic between two \
                    environments.\n";

fn passages(raw: &Path) -> Vec<Arc<Passage>> {
    let found = ingest::ingest(raw, &IngestSettings::default(), &Topics::built_in(), |_| {}).expect("a folder");
    found.passages.into_iter().map(Arc::new).collect()
}

fn agent(passages: Vec<Arc<Passage>>) -> Agent {
    let retriever = RankingSettings::default().retriever(passages).expect("no model");
    Agent::new(Parts {
        guard: ArcSwap::from_pointee(Guard::new(&GuardSettings::default()).expect("usual settings")),
        limiter: Limiter::new(&LimitSettings::default()).expect("usual settings"),
        live: Arc::new(ArcSwap::from_pointee(retriever)),
        generator: Generator::Extractive(ExtractiveSettings::default()),
        refiner: None,
        queue: QueueSettings::default(),
        evidence: EvidenceSettings::default(),
        default_language: Language::English,
    })
}

#[test]
fn retrieval_counts_rows_and_leaves_out_unjudged_queries() {
    let folder = folder_of(&[
        (
            "corpus.jsonl",
            r#"{"id": "a", "text": "kubernetes pods restart when a liveness probe fails"}
{"id": "b", "text": "postgres vacuum removes dead tuples"}
{"id": "c", "text": "kubernetes services route traffic"}
"#,
        ),
        (
            "queries.jsonl",
            r#"{"id": "right", "text": "dead tuples of postgres", "lang": "en"}
{"id": "half", "text": "liveness probe", "lang": "en"}
{"id": "wrong", "text": "vacuum", "lang": "en"}
{"id": "unjudged", "text": "traffic", "lang": "en"}
"#,
        ),
        ("qrels.tsv", "query\trow\tgrade\nright\tb\t1\nhalf\ta\t1\nhalf\tb\t1\nwrong\tc\t1\n"),
    ]);
    let at = |name| folder.path().join(name);
    let (corpus, queries, qrels) = (at("corpus.jsonl"), at("queries.jsonl"), at("qrels.tsv"));
    let task =
        retrieval::Task { corpus: &corpus, queries: &queries, qrels: &qrels, corpus_prefix: "", query_prefix: "" };
    let scores = retrieval::run(&task, &RankingSettings::default()).expect("good files");
    assert_eq!(scores.queries, 3);
    // “half” finds one of two relevant rows, first: 1 / (1 + 1/log2(3)) = 0.6131.
    near(scores.ndcg_at_10, (1.0 + 0.6131 + 0.0) / 3.0);
    near(scores.mrr_at_10, 2.0 / 3.0);
    near(scores.recall_at_5, (1.0 + 0.5 + 0.0) / 3.0);
    near(scores.hit_at_5, 2.0 / 3.0);
    assert!(scores.to_string().starts_with("nDCG@10         0.538\nMRR@10          0.667\n"), "{scores}");
}

#[test]
fn retrieval_judges_documents_by_their_best_row() {
    let folder = folder_of(&[
        (
            "corpus.jsonl",
            r#"{"id": "x1", "doc": "x", "text": "retries with exponential backoff and backoff again"}
{"id": "x2", "doc": "x", "text": "backoff with jitter"}
{"id": "y1", "doc": "y", "text": "a queue that is used now and then, and sometimes in a loop, needs backoff too"}
"#,
        ),
        ("queries.jsonl", r#"{"id": "q", "text": "backoff", "lang": "en"}"#),
        ("qrels.tsv", "query\trow\tgrade\nq\ty\t1\n"),
    ]);
    let at = |name| folder.path().join(name);
    let (corpus, queries, qrels) = (at("corpus.jsonl"), at("queries.jsonl"), at("qrels.tsv"));
    let task =
        retrieval::Task { corpus: &corpus, queries: &queries, qrels: &qrels, corpus_prefix: "", query_prefix: "" };
    // The third row is that of the second document.
    near(retrieval::run(&task, &RankingSettings::default()).expect("good files").mrr_at_10, 0.5);
    let missing = retrieval::Task { corpus_prefix: "z", ..task };
    let error = retrieval::run(&missing, &RankingSettings::default()).expect_err("no row is left");
    assert!(error.to_string().contains("has an id that starts with “z”"), "{error}");
}

const SPANS: &str = r#"{"id": "1", "text": "circuit breaker", "text_with_video": "circuit breaker", "video": "t1", "start": 10, "end": 60}
{"id": "2", "text": "circuit breaker", "text_with_video": "green deployment", "video": "t1", "start": 190, "end": 240}
{"id": "3", "text": "blue deployment", "text_with_video": "blue deployment", "video": "t1", "start": 20, "end": 180}
{"id": "4", "text": "blue deployment", "text_with_video": "blue deployment", "video": "t2", "start": 180, "end": 240}
"#;

fn spans_of(raw: &Path, queries: &Path, field: spans::Field) -> anyhow::Result<spans::Scores> {
    let task = spans::Task { raw, queries, field };
    spans::run(&task, &IngestSettings::default(), &Topics::built_in(), &RankingSettings::default())
}

#[test]
fn a_span_is_right_in_the_right_recording_at_the_right_time() {
    let folder = folder_of(&[("raw/resilience.t1.vtt", TALK), ("raw/guide.md", GUIDE), ("queries.jsonl", SPANS)]);
    let (raw, queries) = (folder.path().join("raw"), folder.path().join("queries.jsonl"));
    // Asked by `text` only the first: the second finds the other passage, the third touches its minutes at both ends
    // without sharing any, the fourth is about another recording.
    let scores = spans_of(&raw, &queries, spans::Field::Text).expect("good files");
    assert_eq!(scores.queries, 4);
    near(scores.hit_at_1, 0.25);
    near(scores.hit_at_5, 0.25);
    near(scores.mrr_at_10, 0.25);
    let scores = spans_of(&raw, &queries, spans::Field::TextWithVideo).expect("good files");
    near(scores.hit_at_1, 0.5);
    assert!(scores.to_string().starts_with("hit@1           0.500\n"), "{scores}");
}

#[test]
fn wrong_span_queries_are_told() {
    let row = |fields: &str| format!(r#"{{"id": "q7", "text": "breaker", {fields}}}"#);
    for (row, field, expected) in [
        (row(r#""video": "t1", "start": 5, "end": 6"#), spans::Field::TextWithVideo, "has no field text_with_video"),
        (row(r#""video": "t1", "start": 9, "end": 6"#), spans::Field::Text, "after its end"),
        (row(r#""video": "", "start": 5, "end": 6"#), spans::Field::Text, "“video” is empty"),
        (row(r#""video": "t9", "start": 5, "end": 6"#), spans::Field::Text, "must be part of the file's name"),
        (row(r#""video": "t1", "start": 5"#), spans::Field::Text, "queries.jsonl:1: missing field `end`"),
        (String::new(), spans::Field::Text, "holds no query"),
    ] {
        let folder = folder_of(&[("raw/resilience.t1.vtt", TALK), ("queries.jsonl", &row)]);
        let error = spans_of(&folder.path().join("raw"), &folder.path().join("queries.jsonl"), field);
        let error = format!("{:#}", error.expect_err(expected));
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn silence_is_counted_by_its_kind() {
    let folder = folder_of(&[
        ("raw/webhooks.md", GUIDE),
        (
            "questions.jsonl",
            r#"{"id": "known", "text": "What is a webhook?"}
{"id": "unknown", "text": "Who won the chess championship in 1972?", "lang": "en"}
{"id": "desconocida", "text": "¿Quién pintó Las Meninas?"}
{"id": "empty", "text": "   "}
"#,
        ),
    ]);
    let questions = folder.path().join("questions.jsonl");
    let task = abstain::Task { questions: &questions };
    let scores = abstain::run(&task, &agent(passages(&folder.path().join("raw")))).await.expect("good files");
    let expected = abstain::Scores {
        questions: 4,
        no_evidence: 2,
        refused: 1,
        answered: 1,
        abstained: 0.75,
        answered_ids: vec!["known".to_owned()],
    };
    assert_eq!(scores, expected);
    assert!(scores.to_string().ends_with("answered         1\nfirst answered:\n  known\n"), "{scores}");
}

#[test]
fn each_title_gives_three_questions_in_its_language() {
    let folder = folder_of(&[("webhooks.md", GUIDE), ("replicas.md", REPLICAS)]);
    let passages = passages(folder.path());
    assert_eq!(
        ask::about(passages.iter().map(AsRef::as_ref)),
        [
            "¿Qué es Réplicas?",
            "¿Cuándo conviene usar Réplicas?",
            "Errores comunes con Réplicas",
            "What is Webhooks?",
            "When should I use Webhooks?",
            "Common mistakes with Webhooks",
        ]
    );
}

#[tokio::test]
async fn clients_ask_until_the_time_is_over() {
    let folder = folder_of(&[("webhooks.md", GUIDE)]);
    let passages = passages(folder.path());
    let count = u32::try_from(passages.len()).expect("a few");
    let task = ask::Task {
        clients: 3,
        duration: Duration::from_millis(600),
        questions: vec!["What is a webhook?".to_owned(), "Who painted Las Meninas?".to_owned()],
    };
    let agent = agent(passages);
    let scores = ask::run(task.clone(), &agent).await.expect("an agent that answers");
    assert_eq!((scores.clients, scores.questions, scores.passages, scores.engine), (3, 2, count, "memory"));
    assert!(scores.answers > 0 && scores.p50_us <= scores.p99_us && scores.p99_us <= scores.max_us, "{scores}");
    near(scores.shares.values().sum(), 1.0);
    assert_eq!(scores.shares.keys().copied().collect::<Vec<_>>(), ["answer", "no_evidence"]);
    for (task, expected) in [
        (ask::Task { clients: 0, ..task.clone() }, "0 clients cannot ask"),
        (ask::Task { duration: Duration::ZERO, ..task.clone() }, "0 seconds"),
        (ask::Task { duration: Duration::MAX, ..task.clone() }, "more than a day"),
        (ask::Task { questions: Vec::new(), ..task.clone() }, "no question to ask"),
    ] {
        let error = ask::run(task, &agent).await.expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "a few bytes and passages")]
fn ingest_counts_the_whole_and_its_formats() {
    let transcript = "A circuit breaker stops calling a service that fails too often. Blue green deployment switches the \
                      traffic between two environments.";
    let folder = folder_of(&[("a/guide.md", GUIDE), ("talk.vtt", TALK), ("talk.txt", transcript), ("x.bin", "")]);
    let run = |raw: &Path, repeat| {
        let task = bench_ingest::Task { raw, repeat };
        bench_ingest::run(&task, &IngestSettings::default(), &Topics::built_in())
    };
    let scores = run(folder.path(), 2).expect("a folder");
    let counts = |speed: &bench_ingest::Speed| (speed.files, speed.bytes, speed.chunks);
    let (guide, talk) = (GUIDE.len() as u64, (TALK.len() + transcript.len()) as u64);
    let [markdown, subtitles] = &scores.formats[..] else { panic!("two formats, not {:?}", scores.formats) };
    assert_eq!((markdown.format, subtitles.format), ("markdown", "subtitles"));
    assert_eq!(counts(&markdown.speed), (1, guide, 3));
    assert_eq!(counts(&subtitles.speed), (2, talk, 2));
    assert_eq!(counts(&scores.whole), (3, guide + talk, 5));
    let bench_ingest::Speed { mb_per_s, chunks_per_s, seconds, bytes, chunks, .. } = scores.whole;
    near(mb_per_s * seconds * 1e6, bytes as f64);
    near(chunks_per_s * seconds, chunks as f64);

    assert!(run(&folder.path().join("a"), 1).expect("a folder").formats.is_empty(), "one format alone is the whole");
    assert!(run(folder.path(), 0).is_err());
    assert!(run(&folder.path().join("none"), 1).is_err());
}

#[test]
fn what_the_guard_costs_is_measured_for_questions_and_passages() {
    let folder = folder_of(&[("guide.md", GUIDE)]);
    let read =
        ingest::ingest(folder.path(), &IngestSettings::default(), &Topics::built_in(), |_| {}).expect("a folder");
    let passages: Vec<&Passage> = read.passages.iter().collect();
    let guard = Guard::new(&GuardSettings::default()).expect("built-in rules");
    let questions = ["What is a webhook?".to_owned(), "¿Qué es?".to_owned()];
    let scores = bench_guard::run(&guard, &questions, &passages, 4).expect("something to measure");
    assert_eq!((scores.questions.texts, scores.questions.longest), (2, 18));
    assert_eq!(scores.passages.texts, passages.len());
    for times in [&scores.questions, &scores.passages] {
        assert!(0.0 < times.p50_us && times.p50_us <= times.p99_us && times.p99_us <= times.max_us, "{times:?}");
    }
    assert!(bench_guard::run(&guard, &[], &passages, 4).is_err());
}
