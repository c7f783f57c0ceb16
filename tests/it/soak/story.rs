//! What people did, and what must have come of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use colega::answer::AnswerId;
use colega::feedback::Vote;
use colega::feedback::kept::Exchange;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

/// Questions that the knowledge base answers, in both languages.
const QUESTIONS: [&str; 8] = [
    "What is an idempotency key?",
    "When should I use cursor pagination?",
    "What are common mistakes with API versioning?",
    "What is GraphQL?",
    "¿Qué es una clave de idempotencia?",
    "¿Cuándo conviene usar gRPC?",
    "¿Qué es un WebSocket?",
    "What is problem details?",
];

/// What stands where an answer has made room for that to a newer question.
const SUPERSEDED: [&str; 2] = ["Stopped, since", "He parado porque"];

impl Fate {
    /// Whether so many whole answers, and these texts of all replies, are what is to come of a question.
    pub fn is_met(self, whole: usize, texts: &[&str]) -> bool {
        let is_superseded = texts.len() == 1 && SUPERSEDED.iter().any(|words| texts[0].starts_with(words));
        whole == 1 || (self == Self::Edited && is_superseded)
    }
}

/// A question at random.
pub fn question(chance: &mut StdRng) -> &'static str {
    QUESTIONS.choose(chance).expect("there are some")
}

/// What becomes of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It gets one whole answer.
    Answered,
    /// It was edited, perhaps after its answer: it gets one whole answer, or, if its asker has asked something else before the
    /// new answer was there, a word on that.
    Edited,
    /// It was deleted: it gets one whole answer, if the bot did not hear of that, or none.
    Withdrawn,
}

/// The votes that count at the end, by answer and person.
#[derive(Debug)]
pub struct Votes {
    begin: Instant,
    cast: BTreeMap<String, Cast>,
    /// Answers that were voted on while the bot was away, so that nobody can say whether it heard.
    unsure: BTreeSet<String>,
}

/// The votes on one answer.
#[derive(Debug, Default)]
struct Cast {
    by_person: BTreeMap<u64, Option<Vote>>,
    /// What was done, with the seconds from the beginning, to be found in the log.
    deeds: Vec<(u64, String)>,
}

impl Default for Votes {
    fn default() -> Self {
        Self { begin: Instant::now(), cast: BTreeMap::new(), unsure: BTreeSet::new() }
    }
}

impl Votes {
    pub fn cast(&mut self, answer: &str, person: u64, vote: Option<Vote>, deed: String) {
        let cast = self.cast.entry(answer.to_owned()).or_default();
        cast.by_person.insert(person, vote);
        cast.deeds.push((self.begin.elapsed().as_secs(), deed));
    }

    pub fn is_unsure(&mut self, answer: &str) {
        self.unsure.insert(answer.to_owned());
    }

    /// How many answers have votes that can be compared.
    pub fn compared(&self) -> usize {
        self.cast.keys().filter(|answer| !self.unsure.contains(*answer)).count()
    }

    /// Answers whose votes are not those that were cast.
    pub fn wrong(&self, kept: &[Exchange]) -> Vec<String> {
        let kept: HashMap<&AnswerId, (u64, u64)> =
            kept.iter().map(|exchange| (&exchange.kept.id, (exchange.up, exchange.down))).collect();
        let sure = self.cast.iter().filter(|(answer, _)| !self.unsure.contains(*answer));
        let wrong = sure.filter_map(|(answer, cast)| {
            let count = |vote: Vote| cast.by_person.values().filter(|own| **own == Some(vote)).count() as u64;
            let expected = (count(Vote::Up), count(Vote::Down));
            let found = kept.get(&AnswerId(answer.clone())).copied();
            (found.unwrap_or_default() != expected)
                .then(|| format!("{answer}: {found:?} instead of {expected:?}: {cast:?}"))
        });
        wrong.collect()
    }
}
