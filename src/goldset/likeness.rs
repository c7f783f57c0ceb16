//! Questions that say the same in other words.
//!
//! Two questions are alike when they are in one language, ask for the same kind of thing, and share most of the stems
//! that carry their subject.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::embed::stems::StemSet;
use crate::embed::{bm25, terms};
use crate::question::Language;
use crate::words::{fold, words};

/// Questions are alike from this Jaccard similarity of their stems on, in percent: three stems of four are enough, two
/// of three are not.
const LIKE: usize = 70;

/// Words that only lead up to a question, folded.
const ENGLISH: &[&str] = &[
    "best",
    "colega",
    "correctly",
    "describe",
    "exactly",
    "explain",
    "explained",
    "hello",
    "help",
    "hey",
    "hi",
    "mean",
    "means",
    "properly",
    "question",
    "show",
    "tell",
    "thanks",
    "understand",
    "way",
    "wondering",
    "work",
    "working",
    "works",
];
const SPANISH: &[&str] = &[
    "ayuda",
    "ayudame",
    "colega",
    "correctamente",
    "describe",
    "dime",
    "entender",
    "exactamente",
    "explica",
    "explicame",
    "explicar",
    "explicas",
    "forma",
    "funciona",
    "funcionan",
    "funcionar",
    "gracias",
    "hola",
    "manera",
    "muestra",
    "muestrame",
    "pregunta",
    "sabes",
    "significa",
    "usa",
    "usar",
    "uso",
    "utilizar",
];

/// What a question asks for beside its subject: "what is it" and "when not to use it" want different answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Aim {
    /// When to do something.
    When,
    /// A reason.
    Why,
    /// Anything else: what it is, how it is done.
    Other,
}

/// What a question is about, in a form that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    language: Language,
    aim: Aim,
    stems: StemSet,
}

impl Fingerprint {
    /// That of `question`; `None` if there are no words in it.
    pub fn of(question: &str, language: Language) -> Option<Self> {
        let leads_up = |word: &str| match language {
            Language::English => ENGLISH.contains(&word),
            Language::Spanish => SPANISH.contains(&word),
        };
        let subject = terms::words_of_question(question, language).filter(|word| !leads_up(&fold(word.surface)));
        let mut stems: StemSet = subject.flat_map(|word| word.terms.hashes.to_vec()).collect();
        if stems.is_empty() {
            stems = words(question).map(|word| bm25::hash(&fold(word))).collect();
        }
        (!stems.is_empty()).then(|| Self { language, aim: aim(question, language), stems })
    }

    /// Whether both ask the same.
    pub fn is_like(&self, other: &Self) -> bool {
        self.language == other.language && self.aim == other.aim && {
            let shared = self.stems.shared_with(&other.stems);
            100 * shared >= LIKE * (self.stems.len() + other.stems.len() - shared)
        }
    }
}

fn aim(question: &str, language: Language) -> Aim {
    let folded = fold(question);
    let mut before = "";
    for word in words(&folded) {
        match (language, before, word) {
            (Language::English, _, "when") | (Language::Spanish, _, "cuando") => return Aim::When,
            (Language::English, _, "why") | (Language::Spanish, "por", "que") => return Aim::Why,
            _ => before = word,
        }
    }
    Aim::Other
}

/// Groups of questions that ask the same, as positions in `prints`. The first of a group leads it: every other is like it.
/// Groups and their members keep the order of `prints`, so a later question never changes which group an earlier is in.
pub fn groups(prints: &[Fingerprint]) -> Vec<Vec<usize>> {
    let mut frequency: HashMap<u32, usize> = HashMap::new();
    for stem in prints.iter().flat_map(|print| print.stems.iter()) {
        *frequency.entry(stem).or_default() += 1;
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut led_by: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, print) in prints.iter().enumerate() {
        let rare = rarest(&print.stems, &frequency);
        let mut near: Vec<usize> = rare.iter().filter_map(|stem| led_by.get(stem)).flatten().copied().collect();
        near.sort_unstable();
        near.dedup();
        if let Some(&group) = near.iter().find(|&&group| prints[groups[group][0]].is_like(print)) {
            groups[group].push(at);
            continue;
        }
        for stem in rare {
            led_by.entry(stem).or_default().push(groups.len());
        }
        groups.push(vec![at]);
    }
    groups
}

/// The rarest of `stems`, so many that two sets which are alike have one of theirs in common: of `n` stems, all but
/// `LIKE` percent and one more (prefix filtering, Chaudhuri and others 2006). Few questions share a rare stem, so few
/// pairs have to be compared.
fn rarest(stems: &StemSet, frequency: &HashMap<u32, usize>) -> Vec<u32> {
    let mut ordered: Vec<u32> = stems.iter().collect();
    ordered.sort_unstable_by_key(|stem| (frequency.get(stem), *stem));
    ordered.truncate(stems.len() - (LIKE * stems.len()).div_ceil(100) + 1);
    ordered
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;

    fn print(question: &str, language: Language) -> Fingerprint {
        Fingerprint::of(question, language).expect("words")
    }

    #[track_caller]
    fn check(language: Language, one: &str, other: &str, expected: bool) {
        assert_eq!(print(one, language).is_like(&print(other, language)), expected, "{one} / {other}");
    }

    #[test]
    fn the_same_question_in_other_words_is_alike() {
        for (one, other) in [
            ("How do I rotate JWT signing keys?", "rotating the key that signs our JWTs"),
            ("What is an idempotency key?", "hey, can you explain idempotency keys please"),
            ("How does a circuit breaker work?", "circuit breakers?"),
            ("When should I use a message queue?", "When would you use message queues?"),
            ("How to paginate large result sets?", "How do I paginate a large set of results in an API?"),
        ] {
            check(Language::English, one, other, true);
        }
        for (one, other) in [
            ("¿Qué es una clave de idempotencia?", "explícame las claves de idempotencia"),
            ("¿Cómo funciona la configuración de réplicas?", "configuraciones de replica, ¿cómo funcionan?"),
            ("¿Por qué fallan los despliegues?", "por que falla el despliegue"),
        ] {
            check(Language::Spanish, one, other, true);
        }
    }

    #[test]
    fn neighbouring_questions_are_not() {
        for (one, other) in [
            ("How do I retry failed payments?", "How do I retry failed webhooks?"),
            ("How do I create a partial index?", "How do I drop a partial index?"),
            ("What is an idempotency key?", "When should I use an idempotency key?"),
            ("When should I use a cache?", "Why should I use a cache?"),
            ("What is a queue?", "What is a dead letter queue?"),
        ] {
            check(Language::English, one, other, false);
        }
        check(Language::Spanish, "¿Cuándo usar un índice?", "¿Qué es un índice?", false);
    }

    #[test]
    fn questions_of_nothing_but_small_words_are_compared_by_them() {
        check(Language::English, "How does it work?", "how does it work", true);
        check(Language::English, "How does it work?", "And then what?", false);
        assert_eq!(Fingerprint::of("¿?!", Language::Spanish), None);
    }

    #[test]
    fn grouping_finds_every_pair_that_comparing_all_finds() {
        let mut random = StdRng::seed_from_u64(7);
        let prints: Vec<Fingerprint> = (0..600)
            .map(|_| {
                let stems = (0..random.random_range(1..9)).map(|_| random.random_range(0..14_u32).pow(2)).collect();
                Fingerprint { language: Language::English, aim: Aim::Other, stems }
            })
            .collect();
        let mut naive: Vec<Vec<usize>> = Vec::new();
        for (at, print) in prints.iter().enumerate() {
            match naive.iter_mut().find(|group| prints[group[0]].is_like(print)) {
                Some(group) => group.push(at),
                None => naive.push(vec![at]),
            }
        }
        assert_eq!(groups(&prints), naive);
        assert!(naive.len() < 500, "the sample has questions that are alike");
    }
}
