//! Where a sentence says something else than a sentence of the texts that it all but repeats: another number or name in
//! the same place, a denial on one side only, an opposite, two words that change places.
//!
//! Counting words cannot see this: the wrong name often stands elsewhere in the text. So the sentence is aligned, word
//! by word and in order, with the sentences that share most of it, and the gaps are compared.

mod align;
mod gap;
mod opposite;

use self::gap::{Gap, denies_next, exchanged};
use super::evidence::Evidence;
use super::token::Token;

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

impl<'c> Comparison<'c> {
    /// The positions of tokens that the other sentence contradicts.
    fn contradictions(&self) -> Vec<usize> {
        let gaps = self.gaps();
        let mut found = exchanged(&gaps);
        for gap in &gaps {
            let behind = gap.at + gap.here.len();
            let same_beside = self.same_beside(gap.at, behind);
            if gap.here.len() > LONGEST_GAP || same_beside == 0 {
                continue;
            }
            found.extend(gap.positions(|token| gap.has_opposite(token)));
            if gap.there.len() > LONGEST_GAP {
                continue;
            }
            found.extend(gap.positions(|token| gap.has_rival(token)));
            if denies_next(gap.here) != denies_next(gap.there) && same_beside > 1 && behind < self.tokens.len() {
                found.push(behind);
            }
        }
        found
    }

    fn gaps(&self) -> Vec<Gap<'c>> {
        let (mut at, mut other_at) = (0, 0);
        let end = (self.tokens.len(), self.other.len());
        let pairs = self.pairs.iter().chain([&end]);
        let gaps = pairs.map(|&(pair, other_pair)| {
            let gap = Gap {
                at,
                here: &self.tokens[at..pair],
                there: &self.other[other_at..other_pair],
                is_last: pair == end.0,
            };
            (at, other_at) = (pair + 1, other_pair + 1);
            gap
        });
        gaps.collect()
    }

    /// How many words of content beside the gap `at..behind` are the same in both sentences.
    fn same_beside(&self, at: usize, behind: usize) -> usize {
        let beside = (at.saturating_sub(BESIDE)..at).chain(behind..(behind + BESIDE).min(self.tokens.len()));
        let is_same = |at: &usize| {
            self.tokens[*at].is_content() && self.pairs.binary_search_by_key(at, |&(pair, _)| pair).is_ok()
        };
        beside.filter(is_same).count()
    }
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
        let text = "Many connections make each query slower, because they compete for the same memory and processor.";
        check(Language::English, "Many connections make each query faster.", text, &["faster"]);
    }

    #[test]
    fn words_that_change_places_contradict() {
        let text = "Size the pool from the number of cores, not from the number of users.";
        let wrong = "Size the pool from the number of users, not from the number of cores.";
        check(Language::English, wrong, text, &["users", "cores"]);
        let text =
            "Un índice acelera las lecturas a costa de las escrituras: cada una cambia la tabla y todos los índices.";
        let wrong = "Un índice acelera las escrituras a costa de las lecturas.";
        check(Language::Spanish, wrong, text, &["escrituras", "lecturas"]);
        let text = "It stores users and orders in one table.";
        check(Language::English, "It stores orders and users in one table.", text, &[]);
        check(Language::English, "It stores orders and users in two tables.", text, &["two"]);
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
