//! Whole folders of other people's documents to passages, each of which must be found again where it says it stands.
//!
//! The folders lie outside the repository; without them these tests say that they are skipped.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use colega::knowledge::decode::decode;
use colega::knowledge::ingest::{IngestSettings, Ingested, ingest};
use colega::knowledge::normalize::normalize;
use colega::knowledge::subtitle::{self, Cue};
use colega::knowledge::topic::Topics;
use colega::passage::{Passage, SourceSpan};

/// The folders of raw documents of the evaluation data.
fn folders() -> Vec<PathBuf> {
    let root = std::env::var_os("COLEGA_EVAL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval"), PathBuf::from);
    let sets = fs::read_dir(&root).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<PathBuf> = sets.map(|set| set.path().join("raw")).filter(|raw| raw.is_dir()).collect();
    folders.sort();
    if folders.is_empty() {
        eprintln!("skipped: {} holds no documents", root.display());
    }
    folders
}

fn run(raw: &Path) -> Ingested {
    ingest(raw, &IngestSettings::default(), &Topics::built_in(), |_| {}).expect("the folder is readable")
}

fn bytes(passages: &[Passage]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("kb_chunks.jsonl");
    colega::jsonl::write(&path, passages).expect("writable");
    fs::read(path).expect("just written")
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The letters and digits of speech, mended: what cues and passages have in common whatever was done to punctuation.
fn spoken(text: &str) -> String {
    normalize(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Files by their names, read and decoded once.
struct Sources<'a> {
    raw: &'a Path,
    texts: HashMap<String, Vec<String>>,
    cues: HashMap<String, Vec<Cue>>,
}

impl Sources<'_> {
    fn text(&self, name: &str) -> String {
        decode(&fs::read(self.raw.join(name)).expect("it was read before")).text
    }

    /// What stands at the span of `passage`, and the passage's text as it is compared with that.
    fn place(&mut self, passage: &Passage) -> (String, String) {
        let name = &passage.source_file;
        match passage.source_span {
            SourceSpan::Lines { start, end } => {
                let text = (!self.texts.contains_key(name)).then(|| self.text(name));
                let lines = self
                    .texts
                    .entry(name.clone())
                    .or_insert_with(|| text.unwrap_or_default().lines().map(str::to_owned).collect());
                (squeezed(&lines[start as usize - 1..end as usize].join("\n")), squeezed(&passage.text))
            }
            SourceSpan::Time { start, end } => {
                let text = (!self.cues.contains_key(name)).then(|| self.text(name));
                let cues = self.cues.entry(name.clone()).or_insert_with(|| {
                    subtitle::parse(name, &text.unwrap_or_default()).expect("it was read before").cues
                });
                let heard = cues.iter().filter(|cue| cue.start < end && cue.end > start);
                let heard: Vec<_> = heard.map(|cue| cue.text.as_str()).collect();
                (spoken(&heard.join(" ")), spoken(&passage.text))
            }
            SourceSpan::Pages { .. } => (String::new(), String::new()),
        }
    }
}

#[test]
fn passages_are_found_again_where_they_say_they_stand() {
    for raw in folders() {
        let started = Instant::now();
        let ingested = run(&raw);
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("{}: {:.2} s\n{}", raw.display(), seconds, ingested.report);
        assert!(!ingested.passages.is_empty());
        let mut sources = Sources { raw: &raw, texts: HashMap::new(), cues: HashMap::new() };
        let lost: Vec<_> = ingested
            .passages
            .iter()
            .filter(|passage| {
                let (place, text) = sources.place(passage);
                !place.contains(&text)
            })
            .collect();
        for passage in lost.iter().take(5) {
            eprintln!("{} {}: {}", passage.source_file, passage.source_span, passage.text);
        }
        assert_eq!(lost.len(), 0, "of {}", ingested.passages.len());
    }
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    for raw in folders() {
        let (first, second) = (run(&raw), run(&raw));
        assert!(bytes(&first.passages) == bytes(&second.passages), "{}", raw.display());
        assert_eq!(first.report, second.report);
    }
}
