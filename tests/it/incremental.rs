//! Re-indexing what has changed, and nothing else: what comes of it is what comes of everything.

use std::fs;
use std::path::Path;

use colega::embed::bm25::{Bm25, Bm25Settings, Fields};
use colega::question::Language;
use colega::reindex::{Outcome, Reuse};
use colega::retrieve::{Candidate, Filter, QuestionVectors};

use crate::harness::reindexer;
use crate::program::article;

const SUBJECTS: usize = 60;

fn write(folder: &Path, number: usize, fact: &str) {
    let raw = folder.join("raw");
    fs::create_dir_all(&raw).expect("made");
    let name = format!("Flumox{number}");
    fs::write(raw.join(format!("{number:03}.md")), article(&name, fact)).expect("written");
}

fn write_all(folder: &Path) {
    (0..SUBJECTS).for_each(|number| write(folder, number, &format!("Its number of turns is {number}.")));
}

/// One article more, one that says something else, and one less.
fn change(folder: &Path) {
    write(folder, SUBJECTS, "Its number of turns is unknown.");
    write(folder, 7, "Nobody counts its turns. Nobody ever will, since turns are not kept.");
    fs::remove_file(folder.join("raw/012.md")).expect("removed");
}

fn reindex(folder: &Path) -> Outcome {
    reindexer(folder).reindex(Reuse::Unchanged, |_| {}).expect("indexed")
}

/// What the live index of `folder` finds, best first.
fn found(folder: &Path, question: &str) -> Vec<Candidate> {
    let opened = reindexer(folder).generations.open().expect("readable").expect("there is one");
    let words = Fields { names: "", questions: &[], text: question };
    let bm25 = Bm25::new(Bm25Settings::default(), 30.0).encode_passage(words, Language::English);
    let mut found =
        opened.index.search(&QuestionVectors { bm25, dense: None }, &Filter::default(), 10).expect("searched");
    found.sort_by(|a, b| b.bm25.total_cmp(&a.bm25).then_with(|| a.passage.chunk_id.cmp(&b.passage.chunk_id)));
    found
}

#[test]
fn an_index_that_was_changed_finds_what_one_finds_that_is_made_anew() {
    let (changed, anew) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    write_all(changed.path());
    assert_eq!(reindex(changed.path()).live.changed, None);
    change(changed.path());
    let outcome = reindex(changed.path());
    assert!(outcome.is_new);
    if cfg!(feature = "edge") {
        assert!(outcome.live.changed.is_some(), "it was made anew");
    }
    write_all(anew.path());
    change(anew.path());
    assert_eq!(reindex(anew.path()).live.passages, outcome.live.passages);
    for question in
        ["turns of Flumox7", "Flumox60 number of turns", "Flumox12", "made-up subject", "nobody counts turns"]
    {
        let (changed, anew) = (found(changed.path(), question), found(anew.path(), question));
        assert!(
            changed.iter().all(|candidate| candidate.passage.source_file != "012.md"),
            "{question}: it was removed"
        );
        for (changed, anew) in changed.iter().zip(&anew) {
            // The engine counts the words of removed passages, too, as long as an index is changed and not made anew.
            assert!((changed.bm25 / anew.bm25 - 1.0).abs() < 0.1, "{question}: {} {}", changed.bm25, anew.bm25);
        }
        assert_eq!(changed.len(), anew.len(), "{question}");
    }
    let best = |folder: &Path, question: &str| found(folder, question)[0].passage.clone();
    for question in ["turns of Flumox7", "Flumox60 number of turns", "nobody counts turns"] {
        assert_eq!(best(changed.path(), question), best(anew.path(), question), "{question}");
    }
    let document = |folder: &Path| {
        let opened = reindexer(folder).generations.open().expect("readable").expect("there is one");
        opened.index.document("007.md").expect("read")
    };
    assert_eq!(document(changed.path()), document(anew.path()), "its passages in their order");
}

#[test]
fn an_index_of_which_much_has_changed_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    write_all(folder.path());
    reindex(folder.path());
    for number in 0..SUBJECTS / 5 {
        write(folder.path(), number, "This is another fact.");
    }
    assert_eq!(reindex(folder.path()).live.changed, None);
}

#[test]
fn documents_are_read_again_when_they_or_what_is_known_of_them_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    write_all(folder.path());
    reindex(folder.path());
    let memory = folder.path().join("index/documents.jsonl");
    let text = fs::read_to_string(&memory).expect("it is remembered");
    assert_eq!(text.lines().count(), SUBJECTS);
    // Only a document that is not read again can say this.
    fs::write(&memory, text.replace("turns is 20.", "turns is remembered.")).expect("written");
    write(folder.path(), 21, "Its number of turns was counted again.");
    reindex(folder.path());
    let says = |fact: &str| found(folder.path(), fact).iter().any(|candidate| candidate.passage.text.contains(fact));
    assert!(says("turns is remembered.") && says("turns was counted again.") && says("turns is 22."));
    for damaged in ["", "{\"key\":\"00\"}\n\u{0}\nno JSON\n"] {
        fs::write(&memory, damaged).expect("written");
        write(folder.path(), 23, &format!("Its number of turns was lost {} times.", damaged.len()));
        assert!(reindex(folder.path()).is_new);
        assert!(says("turns is 20."), "it was read again");
        assert_eq!(fs::read_to_string(&memory).expect("there").lines().count(), SUBJECTS);
    }
}

#[test]
fn whoever_may_see_a_document_is_known_although_its_text_is_remembered() {
    let folder = tempfile::tempdir().expect("a folder");
    write_all(folder.path());
    reindex(folder.path());
    let scopes = || {
        let found = found(folder.path(), "Flumox30 number of turns");
        found.into_iter().filter(|candidate| candidate.passage.source_file == "030.md").count()
    };
    assert!(scopes() > 0);
    let sidecar = folder.path().join("raw/030.meta.toml");
    fs::write(&sidecar, "scope = \"board\"\n").expect("written");
    reindex(folder.path());
    assert_eq!(scopes(), 0, "nobody who asks belongs to that scope");
    fs::remove_file(&sidecar).expect("removed");
    reindex(folder.path());
    assert!(scopes() > 0);
}

#[test]
fn an_index_may_be_changed_again_and_again_while_it_is_open() {
    let (changed, anew) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    write_all(changed.path());
    reindex(changed.path());
    for round in 0..3 {
        let _open = reindexer(changed.path()).generations.open().expect("readable");
        write(changed.path(), round, &format!("Its number of turns is round {round}."));
        fs::remove_file(changed.path().join(format!("raw/{:03}.md", 40 + round))).expect("removed");
        assert!(reindex(changed.path()).is_new);
    }
    write_all(anew.path());
    for round in 0..3 {
        write(anew.path(), round, &format!("Its number of turns is round {round}."));
        fs::remove_file(anew.path().join(format!("raw/{:03}.md", 40 + round))).expect("removed");
    }
    reindex(anew.path());
    let documents = |folder: &Path| {
        let opened = reindexer(folder).generations.open().expect("readable").expect("there is one");
        let document = |number: usize| opened.index.document(&format!("{number:03}.md")).expect("read");
        (0..SUBJECTS).map(document).collect::<Vec<_>>()
    };
    assert_eq!(documents(changed.path()), documents(anew.path()));
}
