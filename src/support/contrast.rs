//! Where a sentence says something else than a sentence of the texts that it all but repeats: another number or name in
//! the same place, a denial on one side only, an opposite.
//!
//! Counting words cannot see this: the wrong name often stands elsewhere in the text. So the sentence is aligned, word
//! by word and in order, with the sentences that share most of it, and the gaps are compared.

mod align;
mod opposite;

use super::evidence::Evidence;
use super::token::{Kind, Token};

/// With how many sentences of the texts the sentence is compared.
const COMPARED: usize = 4;
/// The share of the sentence's words that another needs to say almost the same, in the same order.
const NEARLY_ALL: f64 = 0.6;
/// Longer gaps are other sentences, not other words.
const LONGEST_GAP: usize = 5;
/// In how many tokens to either side of a gap something must be the same.
const BESIDE: usize = 4;

/// The positions of those `tokens` that a nearly equal sentence of `evidence` contradicts, and that none as near confirms.
pub(super) fn contradicted(tokens: &[Token], evidence: &Evidence<'_>) -> Vec<usize> {
    let needed = needed(tokens);
    let mut against = vec![0_usize; tokens.len()];
    let mut confirmed = vec![0_usize; tokens.len()];
    for no in nearest(tokens, evidence, needed) {
        let other = &evidence.sentences()[no].tokens;
        let pairs = align::pairs(tokens, other);
        let shared = pairs.iter().filter(|&&(at, _)| tokens[at].is_content()).count();
        if shared < needed {
            continue;
        }
        let comparison = Comparison { tokens, other, pairs };
        let contradictions = comparison.contradictions();
        for &(at, _) in comparison.pairs.iter().filter(|(at, _)| !contradictions.contains(at)) {
            confirmed[at] = confirmed[at].max(shared);
        }
        for at in contradictions {
            against[at] = against[at].max(shared);
        }
    }
    (0..tokens.len()).filter(|&at| against[at] > confirmed[at]).collect()
}

/// How many words of content a nearly equal sentence shares; at least two, since one word is no sentence.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sentences have few words"
)]
fn needed(tokens: &[Token]) -> usize {
    let content = tokens.iter().filter(|token| token.is_content()).count();
    ((content as f64 * NEARLY_ALL).ceil() as usize).max(2)
}

/// The sentences of the texts that share most words with `tokens`, `needed` or more, the nearest first.
fn nearest(tokens: &[Token], evidence: &Evidence<'_>, needed: usize) -> Vec<usize> {
    let mut shared = vec![0_usize; evidence.sentences().len()];
    for token in tokens.iter().filter(|token| token.is_content()) {
        evidence.with(&token.key).iter().for_each(|&no| shared[no] += 1);
    }
    let mut found: Vec<usize> = (0..shared.len()).filter(|&no| shared[no] >= needed).collect();
    found.sort_by_key(|&no| std::cmp::Reverse(shared[no]));
    found.truncate(COMPARED);
    found
}

/// Two sentences and which of their tokens are the same, in order.
struct Comparison<'c> {
    tokens: &'c [Token],
    other: &'c [Token],
    pairs: Vec<(usize, usize)>,
}

impl Comparison<'_> {
    /// The positions of tokens that the other sentence contradicts.
    fn contradictions(&self) -> Vec<usize> {
        let mut found = Vec::new();
        let (mut at, mut other_at) = (0, 0);
        let end = (self.tokens.len(), self.other.len());
        for &(pair, other_pair) in self.pairs.iter().chain([&end]) {
            let gap = &self.tokens[at..pair];
            let other_gap = &self.other[other_at..other_pair];
            let same_beside = self.same_beside(at, pair);
            if gap.len() <= LONGEST_GAP && other_gap.len() <= LONGEST_GAP && same_beside > 0 {
                found.extend(changed(gap, other_gap).map(|place| at + place));
                if denies_next(gap) != denies_next(other_gap) && same_beside > 1 && pair < self.tokens.len() {
                    found.push(pair);
                }
            }
            (at, other_at) = (pair + 1, other_pair + 1);
        }
        found
    }

    /// How many words of content beside the gap `at..pair` are the same in both sentences.
    fn same_beside(&self, at: usize, pair: usize) -> usize {
        let beside = (at.saturating_sub(BESIDE)..at).chain(pair..(pair + BESIDE).min(self.tokens.len()));
        let is_same = |at: &usize| {
            self.tokens[*at].is_content() && self.pairs.binary_search_by_key(at, |&(pair, _)| pair).is_ok()
        };
        beside.filter(is_same).count()
    }
}

/// The places in `gap` of what has another of its kind in `other`, or its opposite.
fn changed(gap: &[Token], other: &[Token]) -> impl Iterator<Item = usize> {
    let is_new = |other: &Token| gap.iter().all(|token| token.key != other.key);
    let is_changed = move |token: &Token| {
        other.iter().any(|other| {
            opposite::are_opposite(&token.key, &other.key) || (are_rivals(token.kind, other.kind) && is_new(other))
        })
    };
    gap.iter().enumerate().filter(move |(_, token)| is_changed(token)).map(|(place, _)| place)
}

/// Whether one of these kinds in the place of the other says something else, rather than the same in another word.
fn are_rivals(a: Kind, b: Kind) -> bool {
    match (a, b) {
        (Kind::Name, Kind::Name | Kind::MaybeName) | (Kind::MaybeName, Kind::Name) => true,
        (Kind::Number | Kind::Date | Kind::Unit, _) => a == b,
        _ => false,
    }
}

/// Whether `gap` denies what stands right behind it.
fn denies_next(gap: &[Token]) -> bool {
    let end = gap.iter().rposition(Token::is_content).map_or(0, |last| last + 1);
    gap[end..].iter().filter(|token| token.denies).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Language;

    fn check(language: Language, sentence: &str, text: &str, expected: &[&str]) {
        let evidence = Evidence::new([text], language);
        let tokens = evidence.read(sentence, 100).0;
        let found: Vec<&str> =
            contradicted(&tokens, &evidence).into_iter().map(|at| &sentence[tokens[at].range.clone()]).collect();
        assert_eq!(found, expected, "{sentence}");
    }

    #[test]
    fn another_number_or_name_in_the_same_place_contradicts() {
        let text = "We run Kafka. Kafka keeps messages for 7 days. Redis keeps nothing after 30 seconds.";
        check(Language::English, "Kafka keeps messages for 30 days.", text, &["30"]);
        check(Language::English, "Redis keeps messages for 7 days.", text, &["Redis"]);
        check(Language::English, "Kafka keeps messages for 7 seconds.", text, &["seconds"]);
        check(Language::English, "For seven days, Kafka keeps messages.", text, &[]);
        let text = "PostgreSQL admite hasta 100 conexiones desde mayo. MySQL admite 151 conexiones.";
        check(Language::Spanish, "PostgreSQL admite hasta 151 conexiones desde mayo.", text, &["151"]);
        check(Language::Spanish, "PostgreSQL admite hasta cien conexiones desde junio.", text, &["junio"]);
    }

    #[test]
    fn a_denial_on_one_side_contradicts() {
        let text = "Never store passwords in plain text. A lock does not guard deleted rows.";
        check(Language::English, "Store passwords in plain text.", text, &["Store"]);
        check(Language::English, "A lock guards deleted rows.", text, &["guards"]);
        check(Language::English, "Do not store passwords in plain text.", text, &[]);
        let text = "No guardes contraseñas en texto plano. El índice acelera la lectura de filas.";
        check(Language::Spanish, "Guardes contraseñas en texto plano.", text, &["Guardes"]);
        check(Language::Spanish, "El índice no acelera la lectura de filas.", text, &["acelera"]);
    }

    #[test]
    fn an_opposite_contradicts() {
        let text = "An index increases the cost of writes. Replication is asynchronous by default.";
        check(Language::English, "An index decreases the cost of writes.", text, &["decreases"]);
        check(Language::English, "Replication is synchronous by default.", text, &["synchronous"]);
        let text = "El índice aumenta el coste de las escrituras.";
        check(Language::Spanish, "El índice reduce el coste de las escrituras.", text, &["reduce"]);
    }

    #[test]
    fn what_another_sentence_confirms_is_not_contradicted() {
        let text = "Version 1 waits 5 seconds for a lock. Version 2 waits 9 seconds for a lock.";
        check(Language::English, "Version 2 waits 9 seconds for a lock.", text, &[]);
        check(Language::English, "Version 2 waits 7 seconds for a lock.", text, &["7"]);
    }

    #[test]
    fn a_paraphrase_is_no_contradiction() {
        let text = "The broker Kafka stores each message on disk for seven days unless told otherwise.";
        check(Language::English, "Messages stay on the disks of Kafka for a week.", text, &[]);
        check(Language::English, "The broker Kafka stores each message on disk.", text, &[]);
    }
}
