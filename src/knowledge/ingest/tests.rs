use std::collections::HashSet;
use std::fs;

use super::*;
use crate::passage::SourceSpan;

const SRT: &str = "1\n00:00:01,000 --> 00:00:03,000\nA queue holds messages.\n\n2\n00:00:03,000 --> 00:00:05,000\nA worker takes them.\n";

fn folder_of(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    folder
}

fn run(folder: &Path) -> Ingested {
    ingest(folder, &IngestSettings::default(), &Topics::built_in(), |_| {}).expect("the folder is readable")
}

fn bytes(ingested: &Ingested) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("kb_chunks.jsonl");
    crate::jsonl::write(&path, &ingested.passages).expect("writable");
    assert_eq!(crate::jsonl::read::<Passage>(&path).expect("just written"), ingested.passages);
    fs::read(path).expect("just written")
}

#[test]
fn a_folder_becomes_labelled_passages() {
    let article = "---\ntitle: Retries\ntags: [backoff]\nscope: payments\n---\n# Retries\n\n## What it is\nA retry with backoff waits longer each time.\n";
    let folder = folder_of(&[
        ("en/retries.md", article),
        ("notas.txt", "El índice acelera las consultas de la base de datos.\n"),
    ]);
    let mut seen = Vec::new();
    let ingested = ingest(folder.path(), &IngestSettings::default(), &Topics::built_in(), |progress| {
        seen.push((progress.done, progress.total));
    });
    let ingested = ingested.expect("the folder is readable");
    assert_eq!(seen, [(1, 2), (2, 2)]);
    let [retries, notas] = &ingested.passages[..] else { panic!("{:?}", ingested.passages) };
    assert_eq!(retries.breadcrumb(), "Retries › What it is");
    assert_eq!(
        (retries.topic.as_str(), retries.scope.as_str(), retries.lang),
        ("distributed-systems", "payments", Language::English)
    );
    assert_eq!(retries.tags, ["backoff", "resilience"]);
    assert_eq!(retries.source_span, SourceSpan::Lines { start: 9, end: 9 });
    assert_eq!(
        (notas.source_file.as_str(), notas.title.as_str(), notas.lang),
        ("notas.txt", "notas", Language::Spanish)
    );
    assert_eq!((ingested.report.files, ingested.report.passages), (2, 2));
}

#[test]
fn the_order_in_which_files_were_made_does_not_matter() {
    let text = |at: usize| {
        format!(
            "# Article {at}\n\nSentence {at} of the article about caches.\n\n## More\nSame for all of them, word for word.\n"
        )
    };
    let mut files: Vec<(String, String)> = (0..40).map(|at| (format!("{}/{at}.md", at % 3), text(at))).collect();
    files.push(("talk.srt".to_owned(), SRT.to_owned()));
    let borrowed = |files: &[(String, String)]| {
        folder_of(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
    };
    let first = borrowed(&files);
    files.reverse();
    let second = borrowed(&files);
    let (a, b) = (run(first.path()), run(second.path()));
    assert_eq!(bytes(&a), bytes(&b));
    assert_eq!(bytes(&a), bytes(&run(first.path())));
    assert_eq!(a.report, b.report);
    assert_eq!(a.report.duplicates.len(), 39);
    assert_eq!(a.report.duplicates[0].kept.source_file, "0/0.md");
}

#[test]
fn the_second_subtitle_file_serves_when_the_first_is_broken() {
    let folder = folder_of(&[
        ("talk.vtt", "not a subtitle\n"),
        ("talk.srt", SRT),
        ("other.srt", "nothing\n"),
        ("a.md", "Fine.\n"),
    ]);
    let ingested = run(folder.path());
    let names: Vec<_> = ingested.passages.iter().map(|passage| passage.source_file.as_str()).collect();
    assert_eq!(names, ["a.md", "talk.srt"]);
    assert_eq!(ingested.passages[1].text, "A queue holds messages. A worker takes them.");
    let skipped: Vec<_> = ingested.report.skipped.iter().map(|error| error.file.as_str()).collect();
    assert_eq!(skipped, ["other.srt", "talk.vtt"]);
}

#[test]
fn a_transcript_is_cited_by_the_times_of_its_subtitles() {
    let folder = folder_of(&[("talk.txt", "A queue holds messages. A worker takes them.\n"), ("talk.srt", SRT)]);
    let ingested = run(folder.path());
    assert_eq!(ingested.passages.len(), 1);
    assert_eq!(ingested.passages[0].source_file, "talk.srt");
    assert_eq!(ingested.passages[0].source_span.to_string(), "00:00:01–00:00:05");
    let strange = folder_of(&[("talk.txt", "Nothing of this was ever said by anybody at all.\n"), ("talk.srt", SRT)]);
    let ingested = run(strange.path());
    assert_eq!(ingested.passages[0].text, "A queue holds messages. A worker takes them.");
    assert_eq!(ingested.report.warnings.len(), 1, "{}", ingested.report);
}

#[test]
fn a_document_whose_sidecar_is_broken_is_shown_to_nobody() {
    let folder = folder_of(&[("sub/plan.md", "The plan is secret.\n"), ("sub/plan.meta.toml", "scoop = \"board\"\n")]);
    let ingested = run(folder.path());
    assert_eq!(ingested.passages, []);
    assert_eq!(ingested.report.skipped[0].file, "sub/plan.meta.toml");
}

#[test]
fn a_document_whose_scope_cannot_be_read_is_shown_to_nobody() {
    let check = |front: &str, expected: usize| {
        let folder = folder_of(&[("plan.md", &format!("{front}\n# Plan\n\nThe plan is secret.\n"))]);
        assert_eq!(run(folder.path()).passages.len(), expected, "{front}");
    };
    check("---\nscope: board\n---", 1);
    check("---\nscope: board\ntags: [a, b\n---", 0);
    check("---\nscope: [a, b]\n---", 0);
    check("+++\nscope = board\n+++", 0);
    check("---\ntags: [a, b\n---", 1);
    check("---\nscope: \"\"\n---", 1);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let folder = folder_of(&[
        ("big.md", ""),
        ("ok.md", "---\ntopic: cooking\n---\nFine.\n"),
        ("empty.txt", "\n"),
        ("x.docx", "?"),
    ]);
    fs::write(folder.path().join("big.md"), vec![b'a'; 1024 * 1024 + 1]).expect("writable");
    let settings = IngestSettings { max_file_mib: 1, ..IngestSettings::default() };
    let ingested = ingest(folder.path(), &settings, &Topics::built_in(), |_| {}).expect("the folder is readable");
    let report = ingested.report.to_string();
    for expected in
        ["big.md: it is larger than 1 MiB", "“cooking” is unknown", "empty.txt: it holds no text", "1 .docx"]
    {
        assert!(report.contains(expected), "{report}");
    }
    assert_eq!(ingested.passages.len(), 1);
}

#[test]
fn same_texts_of_one_document_have_names_of_their_own() {
    let folder = folder_of(&[("a.md", "## One\nSame.\n\n## Two\nOther.\n\n## Three\nSame.\n")]);
    let settings = IngestSettings {
        chunk: ChunkLimits { join_below_chars: 0, ..ChunkLimits::default() },
        ..IngestSettings::default()
    };
    let ingested = ingest(folder.path(), &settings, &Topics::built_in(), |_| {}).expect("the folder is readable");
    let names: HashSet<_> = ingested.passages.iter().map(|passage| &passage.chunk_id).collect();
    assert_eq!((names.len(), ingested.report.duplicates.len()), (2, 1));
    assert!(!names.contains(&ingested.report.duplicates[0].removed.chunk_id));
}

#[test]
fn a_missing_folder_and_impossible_settings_are_errors() {
    let fail = |raw: &Path, settings: &IngestSettings| {
        let error = ingest(raw, settings, &Topics::built_in(), |_| {}).expect_err("it cannot work");
        format!("{error:#}")
    };
    assert!(fail(Path::new("/nowhere/raw"), &IngestSettings::default()).contains("/nowhere/raw"));
    let settings = IngestSettings { duplicate_similarity: 0.0, ..IngestSettings::default() };
    assert!(fail(Path::new("."), &settings).contains("ingest.duplicate_similarity"));
}

#[test]
fn settings_are_read_strictly() {
    let read = |text: &str| toml::from_str::<IngestSettings>(text);
    assert_eq!(read("").expect("all have defaults"), IngestSettings::default());
    assert_eq!(read("[chunk]\nmax_chars = 2000").expect("known").chunk.max_chars, 2000);
    assert!(read("max_file_mb = 1").is_err());
}
