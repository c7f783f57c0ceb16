use proptest::prelude::*;

use super::*;
use crate::knowledge::document::Meta;
use crate::knowledge::markdown;
use crate::passage::Timestamp;

fn limits(target: usize, max: usize) -> ChunkLimits {
    ChunkLimits { target_chars: target, max_chars: max, join_below_chars: 0, ..ChunkLimits::default() }
}

fn document(source: &str) -> Document {
    let parsed = markdown::parse("a.md", source).expect("Markdown always parses");
    Document { source_file: "a.md".to_owned(), meta: parsed.meta, blocks: parsed.blocks }
}

/// Each passage as headings, text and place.
fn check(source: &str, limits: &ChunkLimits, expected: &[(&str, &str, &str)]) {
    let drafts = chunk(&document(source), Some(source), limits);
    let found: Vec<_> =
        drafts.iter().map(|draft| (draft.headings.join(" › "), draft.text.as_str(), draft.span.to_string())).collect();
    let found: Vec<_> = found.iter().map(|(headings, text, span)| (headings.as_str(), *text, span.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn headings_begin_passages_and_blocks_under_one_are_packed() {
    check(
        "# Title\nIntro.\n\n## A\nOne.\n\n- x\n- y\n\n### B\nTwo.\n## C\n\nThree.\n",
        &limits(900, 1500),
        &[("", "Intro.", "L2"), ("A", "One.\n\n- x\n- y", "L5–8"), ("A › B", "Two.", "L11"), ("C", "Three.", "L14")],
    );
}

#[test]
fn a_long_section_is_shared_out_evenly() {
    let paragraph = "w".repeat(99);
    let section = [paragraph.as_str(); 11].join("\n\n");
    let lengths: Vec<_> =
        chunk(&document(&section), Some(&section), &limits(500, 800)).iter().map(|d| d.text.len()).collect();
    assert_eq!(lengths, [604, 503]);
}

#[test]
fn what_was_left_out_of_the_blocks_parts_passages() {
    check(
        "One.\n\n<!-- a note -->\n\nTwo.\n\n\nThree.\n",
        &limits(900, 1500),
        &[("", "One.", "L1"), ("", "Two.\n\nThree.", "L5–8")],
    );
}

#[test]
fn code_is_whole_and_stays_with_the_sentence_that_introduces_it() {
    let code = format!("```sh\n{}```", "ls -la\n".repeat(20));
    let source = format!("{}\n\nThen run this:\n\n{code}\n\nDone.\n", "Many words before. ".repeat(7).trim_end());
    let limits = limits(100, 140);
    let drafts = chunk(&document(&source), Some(&source), &limits);
    let texts: Vec<_> = drafts.iter().map(|draft| draft.text.clone()).collect();
    assert!(texts.contains(&format!("Then run this:\n\n{code}")), "{texts:?}");
    let long_intro = format!("{}Then run this:\n{code}\n", "Many words before. ".repeat(6));
    let drafts = chunk(&document(&long_intro), Some(&long_intro), &limits);
    assert_eq!(drafts.last().map(|draft| draft.text.clone()), Some(format!("Then run this:\n{code}")));
}

#[test]
fn tiny_neighbours_under_one_heading_become_one_passage() {
    let limits = ChunkLimits::default();
    let long = "A sentence that is long enough. ".repeat(8);
    let source =
        format!("# T\n\n## P\n\n### A {{#a}}\nOne.\n\n### B\nTwo.\n\n## Q\n\n### C\nThree.\n\n### D\n{long}\n");
    check(
        &source,
        &limits,
        &[
            ("P", "### A {#a}\nOne.\n\n### B\nTwo.", "L5–9"),
            ("Q › C", "Three.", "L14"),
            ("Q › D", long.trim_end(), "L17"),
        ],
    );
}

#[test]
fn the_title_comes_from_the_best_place() {
    let check = |source: &str, meta: Option<&str>, expected: (&str, &[&str])| {
        let mut document = document(source);
        document.meta = Meta { title: meta.map(str::to_owned), ..Meta::default() };
        let drafts = chunk(&document, Some(source), &ChunkLimits::default());
        let headings: Vec<_> = drafts[0].headings.iter().map(String::as_str).collect();
        assert_eq!((title(&document).as_str(), headings.as_slice()), expected);
    };
    check("# Idempotency\n## Why\nx", None, ("Idempotency", &["Why"]));
    check("# Idempotency\n## Why\nx", Some("idempotency"), ("idempotency", &["Why"]));
    check("# Idempotency\n## Why\nx", Some("APIs"), ("APIs", &["Idempotency", "Why"]));
    check("## III. Config\n### Store it\nx", None, ("III. Config", &["Store it"]));
    check("## One\nx\n## Two\ny", None, ("a", &["One"]));
    check("x", None, ("a", &[]));
}

fn speech(sentences: &[(u64, String)]) -> Vec<Block> {
    let block = |(start, text): &(u64, String)| Block {
        kind: BlockKind::Speech,
        text: text.clone(),
        span: SourceSpan::Time { start: Timestamp::from_millis(*start), end: Timestamp::from_millis(start + 4000) },
    };
    sentences.iter().map(block).collect()
}

fn talk(blocks: Vec<Block>) -> Vec<Draft> {
    let document = Document { source_file: "talk.vtt".to_owned(), meta: Meta::default(), blocks };
    chunk(&document, None, &ChunkLimits::default())
}

/// Sentences of five seconds: `count` about one subject, then as many about another.
fn two_subjects(count: usize) -> Vec<(u64, String)> {
    let first = |at| format!("The database index speeds up query number {at}, because the planner reads fewer pages.");
    let second = |at| format!("A pod that fails its probe in cluster {at} is restarted by the kubelet of that node.");
    let texts = (0..count).map(first).chain((0..count).map(second));
    texts.enumerate().map(|(at, text)| (at as u64 * 5000, text)).collect()
}

#[test]
fn a_talk_is_cut_where_its_subject_changes() {
    for count in [8, 9, 10, 11] {
        let drafts = talk(speech(&two_subjects(count)));
        let starts: Vec<_> = drafts.iter().map(|draft| &draft.text[..5]).collect();
        assert!(starts.contains(&"A pod"), "{count}: {starts:?}");
        let mixed = drafts.iter().filter(|draft| draft.text.contains("index") && draft.text.contains("pod")).count();
        assert_eq!(mixed, 0, "{count}");
        assert!(drafts.iter().all(|draft| (400..=1400).contains(&draft.text.chars().count())));
    }
}

#[test]
fn a_talk_is_cut_at_long_silences_and_at_headings() {
    let mut sentences = two_subjects(1);
    sentences[1].0 = 100_000;
    assert_eq!(talk(speech(&sentences)).len(), 2);
    let mut blocks = speech(&two_subjects(1));
    blocks.insert(1, Block { kind: BlockKind::Heading(2), text: "Probes".to_owned(), span: blocks[1].span });
    let drafts = talk(blocks);
    assert_eq!(drafts.iter().map(|draft| draft.headings.join("")).collect::<Vec<_>>(), ["", "Probes"]);
    assert_eq!(drafts[1].span.to_string(), "00:00:05–00:00:09");
}

#[test]
fn hostile_talks_take_linear_time() {
    let start = std::time::Instant::now();
    let tiny = vec![(0, "x.".to_owned()); 50_000];
    let same = vec![(0, "The same sentence is said again and again and again, without end.".to_owned()); 20_000];
    let one = vec![(0, "word ".repeat(100_000))];
    for sentences in [tiny, same, one] {
        let words: usize = sentences.iter().map(|(_, text)| text.split_whitespace().count()).sum();
        let drafts = talk(speech(&sentences));
        assert!(drafts.iter().all(|draft| draft.text.chars().count() <= 1400));
        assert_eq!(drafts.iter().map(|draft| draft.text.split_whitespace().count()).sum::<usize>(), words);
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn impossible_limits_are_refused() {
    assert_eq!(ChunkLimits::default().validate(), Ok(()));
    assert!(limits(900, 800).validate().is_err());
    assert!(limits(0, 800).validate().is_err());
}

/// A random piece of Markdown.
fn piece() -> impl Strategy<Value = String> {
    let words = |range: std::ops::Range<usize>| {
        prop::collection::vec("[a-zñé]{1,9}[.,:]?|`[a-z.]{1,6}`|\\*\\*[a-z]{1,5}\\*\\*", range)
            .prop_map(|words| words.join(" "))
    };
    let lines = || prop::collection::vec("[a-z ={}|#]{0,30}", 0..20).prop_map(|lines| lines.join("\n"));
    prop_oneof![
        (1..4_usize, words(1..5)).prop_map(|(level, words)| format!("{} {words}", "#".repeat(level))),
        words(1..60),
        words(60..160),
        prop::collection::vec(words(1..20), 1..6).prop_map(|items| format!("- {}\n", items.join("\n- "))),
        (words(1..80), lines())
            .prop_map(|(item, code)| format!("1. {item}:\n   ```\n   {}\n   ```\n", code.replace('\n', "\n   "))),
        (words(1..30), lines()).prop_map(|(intro, code)| format!("{intro}:\n\n```python\n{code}\n```")),
        prop::collection::vec(words(1..4), 1..20)
            .prop_map(|rows| format!("| a |\n|---|\n| {} |\n", rows.join(" |\n| "))),
        words(1..8).prop_map(|words| format!("<!-- {words} -->")),
        words(1..20).prop_map(|words| format!("> {words}")),
        Just("![an image](x.png)".to_owned()),
    ]
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn passages_stand_in_the_source_and_lose_nothing(
        pieces in prop::collection::vec((piece(), prop_oneof![4 => Just("\n\n"), 1 => Just("\n")]), 1..25),
        join in any::<bool>(),
    ) {
        let source: String = pieces.iter().flat_map(|(piece, end)| [piece.as_str(), *end]).collect();
        let limits = ChunkLimits { target_chars: 200, max_chars: 350, join_below_chars: if join { 60 } else { 0 }, ..ChunkLimits::default() };
        let document = document(&source);
        let drafts = chunk(&document, Some(&source), &limits);
        let lines: Vec<_> = source.lines().collect();
        for draft in &drafts {
            let SourceSpan::Lines { start, end } = draft.span else { unreachable!("Markdown has lines") };
            let place = squeezed(&lines[start as usize - 1..end as usize].join("\n"));
            prop_assert!(place.contains(&squeezed(&draft.text)), "{:?} is not in {place:?}", draft.text);
            let solid = draft.text.lines().filter(|line| line.trim_start().starts_with(['`', '|'])).count();
            prop_assert!(draft.text.chars().count() <= limits.max_chars || solid > 1, "{} is too long", draft.text);
        }
        if !join {
            let words = |texts: Vec<&str>| texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect::<Vec<_>>();
            let blocks = document.blocks.iter().filter(|block| !matches!(block.kind, BlockKind::Heading(_)));
            let expected = words(blocks.map(|block| block.text.as_str()).collect());
            prop_assert_eq!(words(drafts.iter().map(|draft| draft.text.as_str()).collect()), expected);
        }
    }
}
