//! The program as a person runs it: a folder of sources, commands, exit statuses, crashes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;
use tempfile::TempDir;

/// A workplace of its own: sources, state and a configuration.
pub struct Workplace(TempDir);

impl Workplace {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(folder.path().join("data/raw")).expect("made");
        Self(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn source(&self, name: &str, text: &str) {
        fs::write(self.path("data/raw").join(name), text).expect("written");
    }

    #[cfg(all(feature = "discord", feature = "telegram"))]
    pub fn into_folder(self) -> TempDir {
        self.0
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_colega"));
        command.current_dir(self.0.path()).args(args).stdin(Stdio::null()).env_remove("COLEGA_CONFIG");
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program starts")
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON on standard output")
    }
}

pub fn article(subject: &str, fact: &str) -> String {
    format!(
        "---\ntitle: {subject}\nlanguage: en\n---\n\n# {subject}\n\n## What it is\n{subject} is a made-up subject of the tests. \
         {fact}\n\n## Common mistakes\n- Taking {subject} for something real leads to confusion in reviews.\n\n\
         ## Example\nThe smallest example of {subject} has one line:\n\n```rust\nlet flumox = 1;\n```\n"
    )
}

#[test]
fn a_question_is_answered_from_a_folder_of_files() {
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    let reply = place.json(&["ask", "--json", "What", "is", "Flumox?"]);
    assert_eq!(reply["kind"], "answer");
    let kinds: Vec<_> =
        reply["sections"].as_array().expect("sections").iter().map(|section| &section["kind"]).collect();
    assert_eq!(kinds, ["definition", "pitfalls", "example"]);
    let definition = &reply["sections"][0]["blocks"][0]["sentences"][0];
    assert_eq!(definition["text"], "Flumox is a made-up subject of the tests.");
    let citation = &reply["citations"][0];
    assert_eq!(definition["cites"][0], citation["no"]);
    assert_eq!(citation["source_file"], "flumox.md");
    assert_eq!(citation["span"], serde_json::json!({ "kind": "lines", "start": 9, "end": 9 }));
    assert_eq!(citation["quote"], "Flumox is a made-up subject of the tests.");
}

#[test]
fn what_the_sources_do_not_say_is_not_answered() {
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    let reply = place.json(&["ask", "--json", "How do I tune a garbage collector?"]);
    assert_eq!(reply["kind"], "no_evidence");
    let refused = place.json(&["ask", "--json", "how do I steal the session cookie of my boss"]);
    assert_eq!(refused["kind"], "refused");
}

#[test]
fn removed_sources_are_never_cited_again() {
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    place.source("grindel.md", &article("Grindel", "Grindel never sleeps."));
    assert_eq!(place.json(&["reindex", "--json"])["documents"], 2);
    assert_eq!(place.json(&["ask", "--json", "What is Grindel?"])["kind"], "answer");
    fs::remove_file(place.path("data/raw/grindel.md")).expect("removed");
    assert_eq!(place.json(&["reindex", "--json"])["documents"], 1);
    assert_eq!(place.json(&["ask", "--json", "What is Grindel?"])["kind"], "no_evidence");
}

#[test]
fn only_what_changed_is_encoded_again() {
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    place.source("grindel.md", &article("Grindel", "Grindel never sleeps."));
    let first = place.json(&["reindex", "--json"]);
    assert_eq!(first["encoded"], first["passages"]);
    let unchanged = place.json(&["reindex", "--json"]);
    assert_eq!(unchanged["generation"], first["generation"]);
    place.source("grindel.md", &article("Grindel", "Grindel rarely sleeps."));
    let second = place.json(&["reindex", "--json"]);
    assert_ne!(second["generation"], first["generation"]);
    assert_eq!(second["encoded"], 1);
    assert_eq!(place.json(&["reindex", "--json", "--full"])["encoded"], first["passages"]);
}

#[test]
fn a_damaged_index_is_told_and_mended_by_a_reindex() {
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    let live = place.json(&["reindex", "--json"]);
    let generation = place.path("var/index").join(live["generation"].as_str().expect("a name"));
    for file in ["statistics.json", "points.jsonl", "manifest.json"] {
        fs::write(generation.join(file), "{").expect("written");
        if file != "points.jsonl" {
            let output = place.run(&["ask", "What is Flumox?"]);
            let told = String::from_utf8(output.stderr).expect("UTF-8");
            assert!(!output.status.success() && told.contains("colega reindex"), "{file}: {told}");
        }
        let mended = place.json(&["reindex", "--json"]);
        assert_eq!(mended["new"], true, "{file}");
        assert_eq!(place.json(&["ask", "--json", "What is Flumox?"])["kind"], "answer", "{file}");
        fs::rename(place.path("var/index"), place.path(&format!("var/old-{file}"))).expect("renamed");
        assert_eq!(place.json(&["reindex", "--json"])["new"], true);
    }
}

#[test]
fn one_bad_source_is_told_and_the_rest_goes_on() {
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    place.source("broken.srt", "<!DOCTYPE html><html><body>404</body></html>");
    let noise: Vec<u8> = (0..4_096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(place.path("data/raw/noise.md"), noise).expect("written");
    let output = place.run(&["ingest"]);
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(told.contains("broken.srt") && told.contains("noise.md: it is no text"), "{told}");
    let rows = fs::read_to_string(place.path("data/processed/kb_chunks.jsonl")).expect("written");
    assert_eq!(rows.lines().count(), 3);
    assert_eq!(place.json(&["index", "--json"])["passages"], 3);
}

#[test]
fn mistakes_are_told_in_words_with_their_mend() {
    let place = Workplace::new();
    let told = |args: &[&str]| {
        let output = place.run(args);
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    fs::write(place.path("odd.toml"), "[web]\nprot = 1\n").expect("written");
    let error = told(&["--config", "odd.toml", "ask", "Why?"]);
    assert!(error.contains("odd.toml") && error.contains("web.prot") && error.contains("`port`"), "{error}");
    let error = told(&["ask", "Why?"]);
    assert!(error.contains("nothing to index") && error.contains("data/raw"), "{error}");
    fs::remove_dir(place.path("data/raw")).expect("removed");
    let error = told(&["ask", "Why?"]);
    assert!(error.contains("data/raw"), "{error}");
    let output = place.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let doctor = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(doctor.contains("!! sources") && doctor.contains("paths.raw"), "{doctor}");
}

/// A killed re-index leaves the old generation or the new one, whole; and the next one leaves no rubbish.
#[test]
fn a_kill_at_any_moment_leaves_a_whole_index() {
    let place = Workplace::new();
    let write = |round: usize| {
        for number in 0..40 {
            let name = format!("Subject{number}");
            place.source(&format!("{name}.md"), &article(&name, &format!("The round of {name} is round {round}.")));
        }
    };
    write(0);
    assert!(place.run(&["reindex"]).status.success());
    let mut random = StdRng::seed_from_u64(7);
    let mut last = 0;
    let rounds = if std::env::var_os("COLEGA_SOAK_SECONDS").is_some() { 50 } else { 10 };
    for round in 1..=rounds {
        write(round);
        let mut child =
            place.command(&["reindex", "--full"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("starts");
        thread::sleep(Duration::from_millis(random.random_range(5..400)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let found = rounds_answered(&place);
        assert!(found.iter().all(|&seen| seen == found[0]), "mixed rounds {found:?}");
        assert!((last..=round).contains(&found[0]), "round {} after {last} in round {round}", found[0]);
        last = found[0];
    }
    assert!(place.run(&["reindex"]).status.success());
    assert_eq!(rounds_answered(&place), [rounds; 3]);
    assert!(generations(&place.path("var/index")) <= 3, "the live generation and two earlier ones");
}

/// The rounds that answers speak of, for three of the subjects.
fn rounds_answered(place: &Workplace) -> Vec<usize> {
    ["Subject0", "Subject17", "Subject39"]
        .iter()
        .map(|name| {
            let reply = place.json(&["ask", "--json", &format!("What is the round of {name}?")]);
            assert_eq!(reply["kind"], "answer", "{name}");
            let text = reply["sections"].to_string();
            let (_, behind) = text.split_once(&format!("The round of {name} is round ")).expect("the sentence");
            behind.split('.').next().expect("a number").parse().expect("a number")
        })
        .collect()
}

fn generations(folder: &Path) -> usize {
    let folders = fs::read_dir(folder).expect("the folder of generations").filter_map(Result::ok);
    folders.filter(|entry| entry.path().is_dir()).count()
}
