//! Faults planted in what ships, each of which a validator must find.

use colega::knowledge::cards::{Card, CardKind};
use colega::knowledge::snippets::Snippet;
use colega::knowledge::validate::{Check, validate};
use colega::passage::ChunkId;
use colega::question::Language;
use regex::Regex;

use super::{built, passages};

/// Plants a fault in a copy of the first English card that `fits` and says which check must find it under which name.
fn plant(
    cards: &mut Vec<Card>,
    check: Check,
    fits: impl Fn(&Card) -> bool,
    change: impl Fn(&mut Card),
) -> (Check, String) {
    let found =
        cards.iter().find(|card| card.lang == Language::English && !card.id.starts_with("planted") && fits(card));
    let mut card = found.unwrap_or_else(|| panic!("no card to plant {check:?} in")).clone();
    change(&mut card);
    card.id = format!("planted-{}", cards.len());
    let id = card.id.clone();
    cards.push(card);
    (check, id)
}

/// Plants code that its language cannot read.
fn plant_code(snippets: &mut Vec<Snippet>, language: &str, code: &str) -> (Check, String) {
    let mut snippet = snippets[0].clone();
    snippet.id = format!("planted-{}", snippets.len());
    (snippet.language, snippet.code) = (language.to_owned(), code.to_owned());
    let id = snippet.id.clone();
    snippets.push(snippet);
    (Check::Syntax, id)
}

#[test]
fn each_of_ten_planted_faults_is_found() {
    let passages = passages();
    let sound = built(&passages);
    let (mut cards, mut snippets) = (sound.cards, sound.snippets);
    let any = |_: &Card| true;
    let minutes = Regex::new(r"\b\d+ (minutes|seconds|days)\b").expect("a pattern");
    let negation = Regex::new(r"(?i)\b(not|no|never|without|cannot|neither|nor)\b|n't").expect("a pattern");
    // In two parts, so that no scanner takes this file for a leak.
    let token = format!("gh{}", "p_16C7e42F292c6912E7710c838347Ae178B4a");
    let planted = [
        plant(&mut cards, Check::Length, any, |card| card.q = format!("What is {}?", "very ".repeat(60))),
        plant(
            &mut cards,
            Check::Sentences,
            |card| card.kind == CardKind::Pitfall && card.a.lines().count() >= 4,
            |card| card.a = format!("{0}\n{0}", card.a),
        ),
        plant(&mut cards, Check::Language, any, |card| card.lang = Language::Spanish),
        plant(&mut cards, Check::Source, any, |card| card.sources[0].chunk_id = ChunkId::from("0123456789abcdef")),
        plant(&mut cards, Check::Source, any, |card| card.a = "This sentence stands in no passage at all.".to_owned()),
        plant(&mut cards, Check::Secret, any, |card| card.q = format!("Why is {token} refused?")),
        plant(&mut cards, Check::Address, any, |card| {
            card.q = "What is https://api.acme.io/orders?token=8fJ2kLq9Zx7V for?".to_owned();
        }),
        plant(&mut cards, Check::Address, any, |card| card.q = "What is amqp://orders@mq.acme.io/ for?".to_owned()),
        plant(
            &mut cards,
            Check::Contradiction,
            |card| minutes.is_match(&card.a),
            |card| card.a = minutes.replace(&card.a, "97531 $1").into_owned(),
        ),
        plant(
            &mut cards,
            Check::Contradiction,
            |card| card.kind == CardKind::Definition && card.a.contains(" is a ") && !negation.is_match(&card.a),
            |card| card.a = card.a.replacen(" is a ", " is not a ", 1),
        ),
        plant_code(&mut snippets, "json", "{\"a\": 1,}"),
    ];
    let planted_code = if cfg!(feature = "grammars") {
        vec![
            plant_code(&mut snippets, "python", "def f(:\n    return 1"),
            plant_code(&mut snippets, "sql", "SELECT FROM WHERE;"),
        ]
    } else {
        Vec::new()
    };
    let findings = validate(&passages, &cards, &snippets).findings;
    for (check, id) in planted.iter().chain(&planted_code) {
        let found = findings.iter().find(|finding| finding.check == *check && finding.id == *id);
        let finding = found.unwrap_or_else(|| panic!("{check:?} of {id} was not found"));
        assert!(finding.mend.contains(" in ") && finding.mend.contains("colega dataset"), "{finding}");
    }
    // Nothing else is accused, but for the two cards that the planted ones contradict.
    let accused = findings.iter().filter(|finding| !finding.id.starts_with("planted"));
    assert!(accused.clone().all(|finding| finding.check == Check::Contradiction), "{:?}", accused.collect::<Vec<_>>());
}
