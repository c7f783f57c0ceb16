//! Cards and snippets of the knowledge base that ships: how many, how sound, and how they are exported.

mod faults;
mod program;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::Path;

use colega::dataset::{Built, build};
use colega::jsonl;
use colega::knowledge::cards::{Card, CardKind};
use colega::knowledge::ingest::{IngestSettings, ingest};
use colega::knowledge::snippets::Snippet;
use colega::knowledge::topic::Topics;
use colega::passage::Passage;
use colega::question::Language;

/// The passages of what ships.
fn passages() -> Vec<Passage> {
    let raw = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/raw");
    ingest(&raw, &IngestSettings::default(), &Topics::built_in(), |_| {}).expect("the folder is readable").passages
}

fn built(passages: &[Passage]) -> Built {
    build(passages, IngestSettings::default().duplicate_similarity)
}

/// The bytes of both files.
fn bytes(built: &Built) -> (Vec<u8>, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (cards, snippets) = (folder.path().join("cards.jsonl"), folder.path().join("snippets.jsonl"));
    jsonl::write(&cards, &built.cards).expect("writable");
    jsonl::write(&snippets, &built.snippets).expect("writable");
    assert_eq!(jsonl::read::<Card>(&cards).expect("valid JSON"), built.cards);
    assert_eq!(jsonl::read::<Snippet>(&snippets).expect("valid JSON"), built.snippets);
    (fs::read(cards).expect("just written"), fs::read(snippets).expect("just written"))
}

#[test]
fn what_ships_gives_many_cards_and_snippets_and_the_validators_find_nothing() {
    let passages = passages();
    let articles = passages.iter().map(|passage| &passage.source_file).collect::<HashSet<_>>().len();
    let built = built(&passages);
    let told: Vec<String> = built.validation.findings.iter().map(ToString::to_string).collect();
    assert_eq!(told, Vec::<String>::new());
    let (cards, snippets) = (&built.cards, &built.snippets);
    eprintln!("{} cards and {} snippets of {articles} documents", cards.len(), snippets.len());
    assert!(cards.len() >= 500, "{}", cards.len());
    // Each article has an example; 150 are due as soon as there are that many articles.
    assert!(snippets.len() >= 150.min(articles - 1), "{}", snippets.len());
    let introduced = snippets.iter().filter(|snippet| !snippet.explanation.is_empty()).count();
    assert!(introduced * 10 >= snippets.len() * 9, "{introduced} of {} snippets are introduced", snippets.len());
    let formats: BTreeSet<&str> = snippets.iter().map(|snippet| snippet.language.as_str()).collect();
    assert!(formats.len() >= 10, "{formats:?}");
    for lang in Language::ALL {
        for kind in [CardKind::Definition, CardKind::Comparison, CardKind::Checklist, CardKind::Pitfall] {
            let count = cards.iter().filter(|card| card.lang == lang && card.kind == kind).count();
            assert!(count >= 50, "{count} cards of kind {} in {lang}", kind.name());
        }
    }
    let ids: HashSet<&str> =
        cards.iter().map(|card| card.id.as_str()).chain(snippets.iter().map(|s| s.id.as_str())).collect();
    assert_eq!(ids.len(), cards.len() + snippets.len(), "no name is there twice");
    if cfg!(feature = "grammars") {
        let unparsed: Vec<&String> = built.validation.unparsed.keys().collect();
        assert!(unparsed.iter().all(|language| *language == "gherkin"), "{unparsed:?}");
    }
}

#[test]
fn building_again_changes_no_byte_and_what_is_added_changes_no_name() {
    let passages = passages();
    let first = built(&passages);
    assert!(bytes(&first) == bytes(&built(&passages)));
    let mut more = passages.clone();
    let mut added = passages[0].clone();
    added.source_file = "zz/other.md".to_owned();
    added.text = "Another document says something else about nothing in particular.".to_owned();
    more.push(added);
    let names = |built: &Built| built.cards.iter().map(|card| card.id.clone()).collect::<HashSet<_>>();
    assert!(names(&first).is_subset(&names(&built(&more))));
}

#[test]
fn questions_are_well_formed() {
    for card in built(&passages()).cards {
        let q = &card.q;
        if card.kind == CardKind::Reply {
            // As people ask it: perhaps with a sentence before.
            assert!(q.ends_with('?') && (card.lang == Language::English || q.contains('¿')), "{q}");
            continue;
        }
        let (begins, wrong): (_, &[&str]) = match card.lang {
            Language::English => (q.starts_with(|c: char| c.is_uppercase()), &[" a a", " the the ", " a an ", "  "]),
            Language::Spanish => (q.starts_with('¿'), &[" de el ", " a el ", " el el ", " y i", "  "]),
        };
        assert!(begins && q.ends_with('?') && q.matches('?').count() == 1, "{q}");
        assert!(!wrong.iter().any(|wrong| q.contains(wrong)), "{q}");
    }
}
