//! How much of a sentence stands in one place of the texts: its words in the best three neighbouring sentences, and a
//! little for what is mentioned elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::evidence::{Evidence, acronyms};
use super::token::{Kind, Token};

/// How many neighbouring sentences together may support a sentence.
const NEIGHBOURS: usize = 3;

/// Sums that differ less are the same.
const ROUNDING: f64 = 1e-9;

/// How a sentence is covered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Coverage {
    /// The share of its content, 0 to 1; 0 if it has none.
    pub(super) share: f64,
    /// How far each token is covered, 0 to 1.
    pub(super) credits: Vec<f64>,
}

/// What a token counts. A wrong number is a wrong sentence, and most wrong sentences have a wrong number or name.
fn weight(kind: Kind) -> f64 {
    match kind {
        Kind::Filler => 0.0,
        Kind::Word | Kind::MaybeName | Kind::Unit => 1.0,
        Kind::Name | Kind::Date => 2.0,
        Kind::Number => 3.0,
    }
}

/// What it is worth that a token is mentioned elsewhere. Names and numbers mean little away from what is said of them.
fn elsewhere(kind: Kind) -> f64 {
    if matches!(kind, Kind::Word | Kind::MaybeName | Kind::Unit) { 0.5 } else { 0.25 }
}

/// Covers `tokens` by the best place of `evidence`.
pub(super) fn cover(tokens: &[Token], evidence: &Evidence<'_>) -> Coverage {
    let mentions = mentions(tokens, evidence);
    let weights = weights(tokens);
    let mut gains = vec![0.0; evidence.sentences().len()];
    for ((token, mentions), weight) in tokens.iter().zip(&mentions).zip(&weights) {
        let base = base(token, mentions);
        for (start, credit) in by_place(mentions, evidence) {
            gains[start] += (credit - base).max(0.0) * weight;
        }
    }
    // The first of equals, and no later one that only rounding makes better.
    let best = gains.iter().enumerate().fold(None, |best: Option<(usize, f64)>, (at, &gain)| {
        if best.is_some_and(|(_, most)| gain <= most + ROUNDING) { best } else { Some((at, gain)) }
    });
    let place = best.map(|(start, _)| start);
    let credits: Vec<f64> = tokens
        .iter()
        .zip(&mentions)
        .map(|(token, mentions)| {
            let here =
                mentions.iter().filter(|&&(no, _)| place.is_some_and(|start| places(no, evidence).contains(&start)));
            here.map(|&(_, credit)| credit).fold(base(token, mentions), f64::max)
        })
        .collect();
    let all: f64 = weights.iter().sum();
    let covered: f64 = credits.iter().zip(&weights).map(|(credit, weight)| credit * weight).sum();
    Coverage { share: if all > 0.0 { covered / all } else { 0.0 }, credits }
}

/// What each token counts; what is repeated counts once.
fn weights(tokens: &[Token]) -> Vec<f64> {
    let mut seen = BTreeSet::new();
    tokens.iter().map(|token| if seen.insert(&token.key) { weight(token.kind) } else { 0.0 }).collect()
}

/// For each token the sentences that mention it, and how well.
fn mentions(tokens: &[Token], evidence: &Evidence<'_>) -> Vec<Vec<(usize, f64)>> {
    let exact = |key: &str| evidence.with(key).iter().map(|&no| (no, 1.0)).collect::<Vec<_>>();
    let mut found: Vec<Vec<(usize, f64)>> = tokens
        .iter()
        .map(|token| match token.kind {
            Kind::Filler => Vec::new(),
            Kind::Word | Kind::MaybeName if evidence.with(&token.key).is_empty() => evidence.with_alike(&token.key),
            _ => exact(&token.key),
        })
        .collect();
    for (range, acronym) in acronyms(tokens) {
        for mentions in &mut found[range] {
            mentions.extend(exact(&acronym));
        }
    }
    found
}

fn base(token: &Token, mentions: &[(usize, f64)]) -> f64 {
    mentions.iter().map(|&(_, credit)| credit).fold(0.0, f64::max) * elsewhere(token.kind)
}

/// The credit of a token in each place that mentions it.
fn by_place(mentions: &[(usize, f64)], evidence: &Evidence<'_>) -> BTreeMap<usize, f64> {
    let mut best: BTreeMap<usize, f64> = BTreeMap::new();
    for &(no, credit) in mentions {
        for start in places(no, evidence) {
            let known = best.entry(start).or_default();
            *known = known.max(credit);
        }
    }
    best
}

/// The places that a sentence belongs to, each by the number of its first sentence.
fn places(no: usize, evidence: &Evidence<'_>) -> RangeInclusive<usize> {
    evidence.sentences()[no].first.max((no + 1).saturating_sub(NEIGHBOURS))..=no
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Language;

    fn share(sentence: &str, texts: &[&str]) -> f64 {
        let evidence = Evidence::new(texts.iter().copied(), Language::English);
        cover(&evidence.read(sentence, 100).0, &evidence).share
    }

    #[test]
    fn words_of_one_place_count_whole_and_others_less() {
        let near = share("Workers drain queues.", &["A queue grows. A worker came. It drained."]);
        let far = share("Workers drain queues.", &["A queue grows. So. So. So. A worker came. It drained."]);
        let apart = share("Workers drain queues.", &["A queue grows.", "A worker came. It drained."]);
        assert!((near - 1.0).abs() < 1e-9, "{near}");
        assert!((far - 2.5 / 3.0).abs() < 1e-9 && (apart - far).abs() < 1e-9, "{far} {apart}");
    }

    #[test]
    fn numbers_weigh_more_than_names_and_names_more_than_words() {
        let text = &["We run Kafka with 12 fast disks."];
        let wrong_word = share("We run Kafka with 12 slow disks.", text);
        let wrong_name = share("We run Redis with 12 fast disks.", text);
        let wrong_number = share("We run Kafka with 13 fast disks.", text);
        assert!(wrong_number < wrong_name && wrong_name < wrong_word && wrong_word < 1.0);
    }

    #[test]
    fn forms_and_initials_are_the_same_word() {
        assert!(share("It authenticates by JWT.", &["Authentication needs a JSON Web Token."]) > 0.8);
        assert!(share("A JSON Web Token expires.", &["The JWT has expired."]) > 0.9);
    }

    #[test]
    fn nothing_is_covered_by_nothing() {
        assert!(share("", &["A queue."]).abs() < 1e-9);
        assert!(share("A queue.", &[]).abs() < 1e-9);
        assert!(share("It is so.", &["It is so."]).abs() < 1e-9);
    }
}
