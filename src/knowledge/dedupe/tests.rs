use std::time::{Duration, Instant};

use super::*;

fn passage(file: &str, text: &str) -> Passage {
    Passage {
        chunk_id: ChunkId::new(file, text, 0),
        topic: String::new(),
        title: String::new(),
        headings: Vec::new(),
        text: text.to_owned(),
        tags: Vec::new(),
        questions: Vec::new(),
        source_file: file.to_owned(),
        source_span: SourceSpan::Lines { start: 1, end: 1 },
        lang: Language::English,
        url: None,
        scope: String::new(),
        license: None,
    }
}

/// `count` words, the one at `changed` another than usual.
fn prose(count: usize, changed: Option<usize>) -> String {
    let word = |at| if Some(at) == changed { "otherwise".to_owned() } else { format!("word{at}") };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

/// Files of the passages that are kept.
fn check(passages: Vec<Passage>, expected: &[&str]) -> Vec<Duplicate> {
    let (kept, removed) = dedupe(passages, 0.9);
    assert_eq!(kept.iter().map(|passage| passage.source_file.as_str()).collect::<Vec<_>>(), expected);
    removed
}

#[test]
fn the_first_of_near_duplicates_is_kept() {
    // 196 shingles each; a word in the middle changes 5 of them: 191 / 201 = 0.95.
    let removed = check(
        vec![passage("a", &prose(200, None)), passage("b", &prose(200, Some(100))), passage("c", &prose(100, None))],
        &["a", "c"],
    );
    assert_eq!(removed.len(), 1);
    assert_eq!((removed[0].removed.source_file.as_str(), removed[0].kept.source_file.as_str()), ("b", "a"));
    assert!((removed[0].similarity - 191.0 / 201.0).abs() < 1e-9);
}

#[test]
fn case_accents_and_punctuation_make_no_difference() {
    check(vec![passage("a", "Une CAFÉ, con `leche`."), passage("b", "une cafe con leche")], &["a"]);
}

#[test]
fn what_is_less_alike_stays() {
    // 46 shingles each, 41 shared: 41 / 51 = 0.80.
    check(vec![passage("a", &prose(50, None)), passage("b", &prose(50, Some(25)))], &["a", "b"]);
}

#[test]
fn short_passages_must_be_the_same() {
    check(vec![passage("a", &prose(19, None)), passage("b", &prose(19, Some(18)))], &["a", "b"]);
    check(vec![passage("a", "| - |"), passage("b", "| + |"), passage("c", "| - |")], &["a", "b"]);
}

#[test]
fn passages_that_others_may_not_see_hide_nothing() {
    let secret = Passage { scope: "payments".to_owned(), ..passage("a", &prose(40, None)) };
    let spanish = Passage { lang: Language::Spanish, ..passage("c", &prose(40, None)) };
    check(vec![secret, passage("b", &prose(40, None)), spanish], &["a", "b", "c"]);
}

#[test]
fn groups_that_stand_among_each_other_keep_their_first() {
    let spanish = |file| Passage { lang: Language::Spanish, ..passage(file, &prose(40, None)) };
    let removed = check(
        vec![passage("a", &prose(40, None)), spanish("b"), passage("c", &prose(40, None)), spanish("d")],
        &["a", "b"],
    );
    let kept: Vec<_> = removed.iter().map(|gone| (&*gone.removed.source_file, &*gone.kept.source_file)).collect();
    assert_eq!(kept, [("c", "a"), ("d", "b")]);
}

#[test]
fn a_flood_of_copies_takes_linear_time() {
    let start = Instant::now();
    let same = prose(120, None);
    check((0..10_000).map(|_| passage("a", &same)).collect(), &["a"]);
    // All share most of their text, but none nine tenths of it.
    let alike = |at: usize| {
        format!("{} {}", prose(120, None), (0..30).map(|word| format!("v{at}x{word}")).collect::<Vec<_>>().join(" "))
    };
    let (kept, _) = dedupe((0..3_000).map(|at| passage("a", &alike(at))).collect(), 0.9);
    assert_eq!(kept.len(), 3_000);
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
}
