//! Cards that cannot both be right: nearly the same sentence with another number, or with a "not" on one side only.
//!
//! Two sentences are nearly the same when they share most of their stems, numbers and negations aside. Numbers are
//! compared by their unit (the word behind them), so that "3 replicas in 2 zones" and "2 zones and 3 replicas" agree.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use unicode_segmentation::UnicodeSegmentation as _;

use super::{CARDS_FILE, Check, Finding, Row};
use crate::embed::bm25;
use crate::embed::stems::StemSet;
use crate::knowledge::cards::Card;
use crate::question::Language;
use crate::sentence;
use crate::words::{fold, is_stopword, stem};

/// From this Jaccard similarity of their stems on, in percent, two sentences say the same but for a detail.
const NEARLY: usize = 80;
/// A sentence of fewer stems says too little to be contradicted.
const LEAST_STEMS: usize = 4;

const NEGATIONS: [&[&str]; 2] = [
    &["not", "never", "no", "cannot", "neither", "nor", "without"],
    &["no", "nunca", "jamas", "sin", "tampoco", "ningun", "ninguna", "ninguno", "ni"],
];

/// A sentence of a card, in a form that can be compared.
struct Claim<'a> {
    card: usize,
    text: &'a str,
    stems: StemSet,
    /// For each unit the numbers before it.
    numbers: BTreeMap<String, BTreeSet<String>>,
    is_negated: bool,
}

/// Adds a finding for each pair of cards on one topic that contradict each other; the later one is named, and the earlier
/// one in its text.
pub(super) fn find(cards: &[Card], findings: &mut Vec<Finding>) {
    let mut by_subject: BTreeMap<(Language, &str), Vec<usize>> = BTreeMap::new();
    for (at, card) in cards.iter().enumerate() {
        by_subject.entry((card.lang, &card.topic)).or_default().push(at);
    }
    let mut found = Vec::new();
    for ((lang, _), members) in by_subject {
        let claims: Vec<Claim<'_>> = members.iter().flat_map(|&at| claims(at, &cards[at].a, lang)).collect();
        for (one, other) in near_pairs(&claims) {
            if let Some(how) = claims[one].contradicts(&claims[other]) {
                found.push((claims[other].card, claims[one].card, how, claims[one].text, claims[other].text));
            }
        }
    }
    found.sort_unstable();
    for (card, other, how, theirs, ours) in found {
        for (card, other, ours, theirs) in [(card, other, ours, theirs), (other, card, theirs, ours)] {
            let problem = format!("“{ours}” has {how} than “{theirs}” of {CARDS_FILE} {}", cards[other].id);
            findings.push(Row::from(&cards[card]).finding(
                Check::Contradiction,
                problem,
                "find out which is right, and correct it",
            ));
        }
    }
}

fn claims(card: usize, answer: &str, lang: Language) -> impl Iterator<Item = Claim<'_>> {
    let lines = answer.lines().map(|line| line.strip_prefix("- ").unwrap_or(line));
    lines
        .flat_map(sentence::split)
        .map(move |text| Claim::read(card, text, lang))
        .filter(|claim| claim.stems.len() >= LEAST_STEMS)
}

impl<'a> Claim<'a> {
    fn read(card: usize, text: &'a str, lang: Language) -> Self {
        let mut stems = Vec::new();
        let mut numbers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut waiting: Vec<String> = Vec::new();
        let mut is_negated = false;
        let mut last = String::new();
        for word in text.unicode_words().map(fold) {
            let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit() || ".,".contains(c)).len();
            let (number, unit) = word.split_at(digits);
            if !number.is_empty() {
                waiting.push(number.to_owned());
            }
            if unit.is_empty() {
                continue;
            }
            is_negated |= NEGATIONS[lang as usize].contains(&unit) || unit.ends_with("n't") || unit.ends_with("n’t");
            if !is_stopword(unit, lang) {
                last = stem(unit, lang);
                stems.push(bm25::hash(&last));
                for number in waiting.drain(..) {
                    numbers.entry(last.clone()).or_default().insert(number);
                }
            }
        }
        if !waiting.is_empty() {
            numbers.entry(last).or_default().extend(waiting);
        }
        Self { card, text, stems: stems.into_iter().collect(), numbers, is_negated }
    }

    /// In what the two differ although they are nearly the same.
    fn contradicts(&self, other: &Self) -> Option<&'static str> {
        if self.is_negated != other.is_negated {
            return Some("another sense (one of the two is negated)");
        }
        // Who says less does not say otherwise: each side must have a number that the other lacks.
        let differs = |(unit, numbers): (&String, &BTreeSet<String>)| {
            other.numbers.get(unit).is_some_and(|others| !numbers.is_subset(others) && !others.is_subset(numbers))
        };
        self.numbers.iter().any(differs).then_some("another number")
    }

    fn is_near(&self, other: &Self) -> bool {
        let shared = self.stems.shared_with(&other.stems);
        100 * shared >= NEARLY * (self.stems.len() + other.stems.len() - shared)
    }
}

/// Pairs of nearly the same sentences of two cards, as places in `claims`.
///
/// Two sets that are alike share one of their rarest stems (prefix filtering, Chaudhuri and others 2006), so few pairs
/// have to be compared.
fn near_pairs(claims: &[Claim<'_>]) -> Vec<(usize, usize)> {
    let mut frequency: HashMap<u32, usize> = HashMap::new();
    for stem in claims.iter().flat_map(|claim| claim.stems.iter()) {
        *frequency.entry(stem).or_default() += 1;
    }
    let mut with_stem: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut pairs = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        let mut rarest: Vec<u32> = claim.stems.iter().collect();
        rarest.sort_unstable_by_key(|stem| (frequency.get(stem), *stem));
        rarest.truncate(rarest.len() - (NEARLY * rarest.len()).div_ceil(100) + 1);
        let mut before: Vec<usize> = rarest.iter().filter_map(|stem| with_stem.get(stem)).flatten().copied().collect();
        before.sort_unstable();
        before.dedup();
        let near = |&other: &usize| claims[other].card != claim.card && claims[other].is_near(claim);
        pairs.extend(before.into_iter().filter(near).map(|other| (other, at)));
        for stem in rarest {
            with_stem.entry(stem).or_default().push(at);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lang: Language, one: &str, other: &str, expected: Option<&str>) {
        let (one, other) = (Claim::read(0, one, lang), Claim::read(1, other, lang));
        let found = if one.is_near(&other) { one.contradicts(&other) } else { None };
        assert_eq!(found, expected, "{} / {}", one.text, other.text);
    }

    #[test]
    fn another_number_of_the_same_is_a_contradiction() {
        let number = Some("another number");
        check(Language::English, "Access tokens live for 15 minutes.", "An access token lives for 30 minutes.", number);
        check(Language::English, "Wait at most 10ms for a lock row.", "Wait at most 20 ms for a lock row.", number);
        check(Language::Spanish, "El token de acceso dura 15 minutos.", "Un token de acceso dura 30 minutos.", number);
        check(Language::English, "Access tokens live for 15 minutes.", "Access tokens live for 15 minutes.", None);
        check(
            Language::English,
            "Tokens live for 5 minutes or 1 hour.",
            "Tokens live for 5 minutes or one hour.",
            None,
        );
        check(Language::English, "Store 3 replicas of data in 2 zones.", "In 2 zones, store 3 replicas of data.", None);
    }

    #[test]
    fn a_negation_on_one_side_only_is_a_contradiction() {
        let sense = Some("another sense (one of the two is negated)");
        check(
            Language::English,
            "A browser sends the cookie header.",
            "A browser does not send the cookie header.",
            sense,
        );
        check(
            Language::Spanish,
            "El navegador envía la cookie segura.",
            "El navegador no envía la cookie segura.",
            sense,
        );
        check(
            Language::English,
            "A browser doesn't send its cookie header.",
            "Browsers never send a cookie header.",
            None,
        );
    }

    #[test]
    fn neighbouring_claims_are_none() {
        check(
            Language::English,
            "A liveness probe restarts the container after 3 failures.",
            "A readiness probe takes the pod out of service after 5 failures.",
            None,
        );
    }
}
