//! The commands, as a person runs them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use colega::dataset::export::{Side, side};
use colega::goldset::likeness::Fingerprint;
use colega::jsonl;
use colega::knowledge::cards::Card;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::passages;

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_colega"));
    command.current_dir(folder).args(args).env_remove("COLEGA_CONFIG").output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with the passages of what ships.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    jsonl::write(&folder.path().join("data/processed/kb_chunks.jsonl"), &passages()).expect("writable");
    folder
}

#[test]
fn the_dataset_is_written_whole_and_counted() {
    let place = workplace();
    let output = run(place.path(), &["dataset", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let cards: Vec<Card> = jsonl::read(&place.path().join("data/processed/qa_pairs.jsonl")).expect("valid");
    assert_eq!(told["cards"], cards.len());
    assert!(told["counts"]["cards by kind"]["definition"].as_u64() >= Some(100), "{told}");
    let read = |folder: &str| fs::read(place.path().join(folder).join("code_snippets.jsonl")).expect("written");
    let again = run(place.path(), &["dataset", "build", "--out", "again"]);
    assert!(again.status.success() && text(&again.stdout).contains("snippets by format: "), "{}", text(&again.stdout));
    assert!(read("data/processed") == read("again"));
}

#[test]
fn what_is_faulty_is_told_and_left_out() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let article = "# Queues\n\n## What it is\nA queue is a list of work that waits for somebody to do it.\n\n\
                   ## Example\nThe message is small:\n\n```json\n{\"a\": }\n```\n";
    fs::create_dir_all(place.path().join("data/raw")).expect("made");
    fs::write(place.path().join("data/raw/queues.md"), article).expect("written");
    let early = run(place.path(), &["dataset"]);
    assert!(!early.status.success() && text(&early.stderr).contains("run `colega ingest` first"), "{early:?}");
    assert!(run(place.path(), &["ingest"]).status.success());
    let output = run(place.path(), &["dataset"]);
    assert_eq!(output.status.code(), Some(3));
    let told = text(&output.stdout);
    assert!(told.contains("its code is no json") && told.contains("queues.md L7–"), "{told}");
    let read = |file: &str| fs::read_to_string(place.path().join("data/processed").join(file)).expect("written");
    assert!(read("qa_pairs.jsonl").contains("\"kind\":\"definition\""), "the card is there");
    assert_eq!(read("code_snippets.jsonl"), "");
}

/// The question and the answer of a row of that form.
fn pair(format: &str, row: &Value) -> (String, String) {
    let (q, a) = match format {
        "chatml" => (&row["messages"][0]["content"], &row["messages"][1]["content"]),
        "sharegpt" => (&row["conversations"][0]["value"], &row["conversations"][1]["value"]),
        _ => (&row["instruction"], &row["output"]),
    };
    (q.as_str().expect("text").to_owned(), a.as_str().expect("text").to_owned())
}

#[test]
fn exports_have_three_forms_and_nothing_leaks_from_the_test_side() {
    let place = workplace();
    assert!(run(place.path(), &["dataset"]).status.success());
    let cards: Vec<Card> = jsonl::read(&place.path().join("data/processed/qa_pairs.jsonl")).expect("valid");
    let cards: HashMap<&str, &Card> = cards.iter().map(|card| (card.id.as_str(), card)).collect();
    let judged = ["hey, what is a circuit breaker?", "explain message queues please"];
    let cases: Vec<Value> = judged.iter().map(|question| case(question)).collect();
    jsonl::write(&place.path().join("data/goldset.jsonl"), &cases).expect("writable");
    for format in ["chatml", "sharegpt", "alpaca"] {
        let rows = |split: &str| -> Vec<Value> {
            let out = format!("{format}-{split}.jsonl");
            let args = ["dataset", "export", "--format", format, "--split", split, "--out", &out];
            let output = run(place.path(), &args);
            assert!(output.status.success(), "{}", text(&output.stderr));
            jsonl::read(&place.path().join(out)).expect("valid JSON")
        };
        let (train, test) = (rows("train"), rows("test"));
        assert!(train.len() > 3 * test.len() && test.len() > 30, "{} and {}", train.len(), test.len());
        let asked = |row: &Value| {
            let card = cards[row["id"].as_str().expect("an id")];
            let (q, a) = pair(format, row);
            assert_eq!((&q, &a), (&card.q, &card.a));
            (card, Fingerprint::of(&q, card.lang).expect("words"))
        };
        let documents = |rows: &[Value]| -> HashSet<String> {
            let files = rows.iter().map(|row| asked(row).0.sources[0].source_file.clone());
            files.map(|file| file.split_once('/').map_or(file.clone(), |(_, below)| below.to_owned())).collect()
        };
        assert!(documents(&train).is_disjoint(&documents(&test)));
        assert!(test.iter().all(|row| side(&asked(row).0.sources[0].source_file) == Side::Test));
        let english = |question: &&str| Fingerprint::of(question, colega::question::Language::English).expect("words");
        let held_out: Vec<Fingerprint> =
            test.iter().map(|row| asked(row).1).chain(judged.iter().map(english)).collect();
        for row in &train {
            let (card, print) = asked(row);
            assert!(!held_out.iter().any(|other| other.is_like(&print)), "{}", card.q);
        }
    }
    let shown = run(place.path(), &["dataset", "export", "--format", "alpaca", "--split", "test"]);
    assert_eq!(text(&shown.stdout), fs::read_to_string(place.path().join("alpaca-test.jsonl")).expect("written"));
    let wrong = run(place.path(), &["dataset", "export", "--format", "parquet", "--split", "test"]);
    assert!(text(&wrong.stderr).contains("write chatml, sharegpt or alpaca"), "{}", text(&wrong.stderr));
}

/// A case of the test split.
fn case(question: &str) -> Value {
    json!({
        "id": question.replace([' ', ',', '?'], "-"), "question": question, "lang": "en", "expected_points": ["It is a thing."],
        "must_cite": ["en/a.md"], "topics": [], "difficulty": "easy", "relevant_chunks": [], "answerable": true,
        "split": "test",
    })
}
