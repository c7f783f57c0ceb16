//! Questions, people and things that they do.

use std::time::{Duration, SystemTime};

use colega::answer::{Answer, Citation, CitationNo, Engine};
use colega::feedback::kept::{Ballot, Correction, Kept, Outcome};
use colega::feedback::{Feedback, Vote};
use colega::passage::{ChunkId, SourceSpan};
use colega::place::Pseudonym;
use colega::question::{AnswerId, Language, Origin};
use colega::trace::{Fate, Found, Trace};
use proptest::prelude::*;

pub fn id(number: u64) -> AnswerId {
    AnswerId(format!("{number:016x}"))
}

pub fn person(name: &str) -> Pseudonym {
    Pseudonym(blake3::hash(name.as_bytes()).to_hex().to_string())
}

pub fn correction(answer: u64, by: &Pseudonym) -> Correction {
    let (wrong, right) = ("It is “wrong”,\nall of it.".to_owned(), "Ñandú 🦤".to_owned());
    Correction { answer: id(answer), by: by.clone(), wrong, right, at_ms: answer }
}

/// The answer of this number, with numbers that are hard to write down.
#[expect(clippy::cast_precision_loss, reason = "any number will do")]
pub fn kept(answer: u64, asker: &Pseudonym, at_ms: u64) -> Kept {
    let hard = (answer as f64).sqrt() / 3.0;
    let (chunk_id, span) = (ChunkId::new("a.md", "text", 0), SourceSpan::Lines { start: 1, end: 2 });
    let (title, source_file) = ("A › \"B\"".to_owned(), "a.md".to_owned());
    let citation = Citation {
        no: CitationNo(1),
        chunk_id: chunk_id.clone(),
        title: title.clone(),
        source_file: source_file.clone(),
        span,
        quote: "text\u{2028}".to_owned(),
        url: None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "any number will do")]
    let found = Found { chunk_id, title, source_file, span, score: hard as f32, fate: Fate::Cited };
    let trace = Trace {
        question: format!("What is {answer}?\t¿Qué?"),
        searched: None,
        language: Language::Spanish,
        found: vec![found],
        dropped: 3,
        warnings: Vec::new(),
        leaked: Vec::new(),
        generation: "g".to_owned(),
        elapsed_ms: hard,
    };
    let given = Answer {
        id: id(answer),
        language: Language::Spanish,
        source_language: Some(Language::English),
        subject: "A".to_owned(),
        sections: Vec::new(),
        citations: vec![citation],
        engine: Engine::Extractive,
        elapsed_ms: hard,
    };
    let outcome = match answer % 5 {
        0 => Outcome::NoEvidence { nearest: vec!["A".to_owned()] },
        1..4 => Outcome::Answered { answer: Some(Box::new(given)) },
        _ => Outcome::Refused { rule: "harm".to_owned() },
    };
    let is_direct = answer.is_multiple_of(3);
    Kept {
        id: id(answer),
        origin: Origin::Telegram,
        is_direct,
        is_scoped: false,
        asker: asker.clone(),
        at_ms,
        trace: Some(trace),
        outcome,
    }
}

/// Something that somebody does.
#[derive(Debug, Clone)]
pub enum Step {
    Keep { answer: u64, asker: String, at_ms: u64 },
    Vote { answer: u64, voter: String, ballot: Ballot, update: String },
    Correct { answer: u64, by: String, wrong: String, right: String, at_ms: u64 },
    Decide { key: String, people: Vec<String>, words: String },
    Prune { before_ms: u64 },
    Forget { who: String },
}

pub fn a_step() -> impl Strategy<Value = Step> {
    let answer = || 0..8_u64;
    let name = || "[abc]";
    let vote = || prop_oneof![Just(Vote::Up), Just(Vote::Down)];
    let ballot = prop_oneof![
        vote().prop_map(Ballot::Toggled),
        prop::option::of(vote()).prop_map(Ballot::Set),
        (vote(), any::<bool>()).prop_map(|(thumb, on)| Ballot::Reacted { thumb, on }),
        prop::collection::vec(vote(), 0..3).prop_map(Ballot::Reactions),
    ];
    prop_oneof![
        6 => (answer(), name(), any::<u64>())
            .prop_map(|(answer, asker, at_ms)| Step::Keep { answer, asker, at_ms }),
        6 => (answer(), name(), ballot, "[a-d]?")
            .prop_map(|(answer, voter, ballot, update)| Step::Vote { answer, voter, ballot, update }),
        3 => (answer(), name(), ".{0,9}", ".{0,9}", any::<u64>())
            .prop_map(|(answer, by, wrong, right, at_ms)| Step::Correct { answer, by, wrong, right, at_ms }),
        2 => (".{1,9}", prop::collection::vec(name(), 0..3), ".*")
            .prop_map(|(key, people, words)| Step::Decide { key, people, words }),
        1 => (0..u64::MAX / 4).prop_map(|before_ms| Step::Prune { before_ms }),
        1 => name().prop_map(|who| Step::Forget { who }),
    ]
}

/// Does it; what is refused is no matter.
pub async fn take(feedback: &Feedback, step: &Step) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(3);
    match step {
        Step::Keep { answer, asker, at_ms } => {
            feedback.keep(&kept(*answer, &person(asker), *at_ms)).await.expect("kept");
        }
        Step::Vote { answer, voter, ballot, update } => {
            let _ = feedback.vote(&id(*answer), &person(voter), ballot, update, now).await;
        }
        Step::Correct { answer, by, wrong, right, at_ms } => {
            let (wrong, right) = (wrong.clone(), right.clone());
            let correction = Correction { answer: id(*answer), by: person(by), wrong, right, at_ms: *at_ms };
            let _ = feedback.correct(&correction).await;
        }
        Step::Decide { key, people, words } => {
            let people: Vec<_> = people.iter().map(|name| person(name)).collect();
            feedback.decide(key, &people, &serde_json::json!({ "words": words }), now).await.expect("kept");
        }
        Step::Prune { before_ms } => {
            feedback.prune(*before_ms).await.expect("pruned");
        }
        Step::Forget { who } => {
            feedback.forget(&person(who)).await.expect("forgotten");
        }
    }
}
