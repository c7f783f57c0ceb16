//! The shipped settings on real sets. The thresholds lie just below what they reach.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use colega::eval::ranking::RankingSettings;
use colega::eval::{retrieval, spans};
use colega::knowledge::ingest::IngestSettings;
use colega::knowledge::topic::Topics;

/// A folder of evaluation data, if it is there.
fn set(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("COLEGA_EVAL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval"), PathBuf::from);
    let path = root.join(name);
    if !path.is_dir() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

#[track_caller]
fn check(set: &Path, queries: &Path, prefix: &str, least_ndcg: f64) {
    let (corpus, qrels) = (set.join("corpus.jsonl"), set.join("qrels.tsv"));
    let task = retrieval::Task { corpus: &corpus, queries, qrels: &qrels, corpus_prefix: prefix, query_prefix: prefix };
    let scores = retrieval::run(&task, &RankingSettings::default()).expect("a good set");
    assert!(scores.ndcg_at_10 >= least_ndcg, "nDCG@10 is {} and should be {least_ndcg}", scores.ndcg_at_10);
}

#[test]
fn paragraphs_are_found_in_either_language() {
    let Some(set) = set("xquad") else { return };
    check(&set, &set.join("queries.jsonl"), "en-", 0.978);
    check(&set, &set.join("queries.jsonl"), "es-", 0.980);
}

#[test]
fn documents_on_security_are_found_by_topic() {
    let Some(set) = set("owasp-asvs") else { return };
    check(&set, &set.join("queries.jsonl"), "", 0.40);
}

#[test]
fn chapters_of_talks_are_found_by_talk_and_chapter() {
    let Some(set) = set("transcripts-rawkode") else { return };
    let rows = fs::read_to_string(set.join("queries.jsonl")).expect("readable");
    let mut titled = String::new();
    for row in rows.lines() {
        let mut row: serde_json::Value = serde_json::from_str(row).expect("JSON");
        row["text"] = row["text_with_video"].take();
        writeln!(titled, "{row}").expect("a string takes everything");
    }
    let folder = super::folder_of(&[("queries.jsonl", &titled)]);
    check(&set, &folder.path().join("queries.jsonl"), "", 0.44);
}

#[test]
fn minutes_of_talks_are_found() {
    let Some(set) = set("transcripts-rawkode") else { return };
    let (raw, queries) = (set.join("raw"), set.join("queries.jsonl"));
    for (field, least_hit_at_5) in [(spans::Field::Text, 0.66), (spans::Field::TextWithVideo, 0.73)] {
        let task = spans::Task { raw: &raw, queries: &queries, field };
        let scores = spans::run(&task, &IngestSettings::default(), &Topics::built_in(), &RankingSettings::default());
        let found = scores.expect("a good set").hit_at_5;
        assert!(found >= least_hit_at_5, "hit@5 by {} is {found} and should be {least_hit_at_5}", field.name());
    }
}
