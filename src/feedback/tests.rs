use super::kept::Outcome;
use super::*;
use crate::answer::{Answer, Engine};
use crate::question::Language;
use crate::trace::Trace;
use Vote::{Down, Up};

const NOW: SystemTime = SystemTime::UNIX_EPOCH;
const ANSWER: &str = "00000000000000aa";

fn open(folder: &Path, settings: FeedbackSettings) -> Feedback {
    // A store that was just closed may hold its lock for a moment.
    for _ in 0..100 {
        if let Ok(feedback) = Feedback::open(folder, settings.clone()) {
            return feedback;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Feedback::open(folder, settings).expect("opens")
}

fn kept(id: &str, is_direct: bool) -> Kept {
    let answer = Answer {
        id: AnswerId(id.to_owned()),
        language: Language::English,
        source_language: None,
        subject: "Flumox".to_owned(),
        sections: Vec::new(),
        citations: Vec::new(),
        engine: Engine::Extractive,
        elapsed_ms: 0.1 + 0.2,
    };
    let trace = Trace {
        question: "What is Flumox?".to_owned(),
        searched: None,
        language: Language::English,
        found: Vec::new(),
        dropped: 0,
        warnings: Vec::new(),
        leaked: Vec::new(),
        generation: "g".to_owned(),
        elapsed_ms: 0.1,
    };
    Kept {
        id: AnswerId(id.to_owned()),
        origin: Origin::Discord,
        is_direct,
        is_scoped: false,
        asker: Pseudonym("asker".to_owned()),
        at_ms: 1,
        trace: Some(trace),
        outcome: Outcome::Answered { answer: Some(Box::new(answer)) },
    }
}

async fn cast(feedback: &Feedback, id: &str, person: &str, ballot: Ballot, update: &str) -> Result<Counted, VoteError> {
    let person = feedback.pseudonym(Origin::Web, &UserId(person.to_owned()));
    feedback.vote(&AnswerId(id.to_owned()), &person, &ballot, update, NOW).await
}

fn correction(id: &str, by: &str, wrong: &str, right: &str) -> Correction {
    let (answer, by) = (AnswerId(id.to_owned()), Pseudonym(by.to_owned()));
    Correction { answer, by, wrong: wrong.to_owned(), right: right.to_owned(), at_ms: 1 }
}

#[tokio::test]
async fn a_person_has_one_vote_on_an_answer_whatever_the_means() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    for id in [ANSWER, "00000000000000ab"] {
        feedback.keep(&kept(id, false)).await.expect("kept");
    }
    let reacted = |thumb| Ballot::Reacted { thumb, on: true };
    let steps = [
        ("ana", Ballot::Toggled(Up), "u1", Some(Up), (1, 0)),
        ("ana", Ballot::Toggled(Up), "u1", Some(Up), (1, 0)),
        ("ben", reacted(Up), "u2", Some(Up), (2, 0)),
        ("ana", reacted(Down), "u3", Some(Down), (1, 1)),
        ("ana", Ballot::Reactions(Vec::new()), "u4", Some(Up), (2, 0)),
        ("ana", Ballot::Set(None), "", None, (1, 0)),
        ("ana", Ballot::Toggled(Up), "u1", None, (1, 0)),
        ("ben", Ballot::Set(Some(Down)), "", Some(Down), (0, 1)),
    ];
    for (person, ballot, update, own, (up, down)) in steps {
        let counted = cast(&feedback, ANSWER, person, ballot.clone(), update).await.expect("counted");
        assert_eq!(counted, Counted { own, tally: Tally { up, down } }, "{person} {ballot:?}");
    }
    let other = cast(&feedback, "00000000000000ab", "ana", Ballot::Toggled(Down), "u1").await.expect("counted");
    assert_eq!(other.tally, Tally { up: 0, down: 1 }, "answers have votes of their own");
}

#[tokio::test]
async fn many_people_at_once_are_counted_exactly() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    feedback.keep(&kept(ANSWER, false)).await.expect("kept");
    let mut people = task::JoinSet::new();
    for person in 0..200 {
        let feedback = feedback.clone();
        people.spawn(async move {
            let name = person.to_string();
            // Pressed once, or twice, or once more: up, nothing, up.
            for press in 0..=person % 3 {
                cast(&feedback, ANSWER, &name, Ballot::Toggled(Up), &press.to_string()).await.expect("counted");
            }
        });
    }
    people.join_all().await;
    let counted = cast(&feedback, ANSWER, "zoe", Ballot::Set(None), "").await.expect("counted");
    assert_eq!(counted.tally, Tally { up: (0..200).filter(|person| person % 3 != 1).count() as u64, down: 0 });
}

#[tokio::test]
async fn answers_that_were_not_given_have_no_votes_and_no_corrections() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    feedback.keep(&kept(ANSWER, false)).await.expect("kept");
    for id in ["00000000000000ab", "00000000000000AA", "", "../x", &"a".repeat(100_000)] {
        let refused = cast(&feedback, id, "ana", Ballot::Toggled(Up), "u").await;
        assert!(matches!(refused, Err(VoteError::UnknownAnswer)), "{refused:?}");
        let refused = feedback.correct(&correction(id, "ana", "", "x")).await;
        assert!(matches!(refused, Err(VoteError::UnknownAnswer)), "{refused:?}");
    }
    assert!(feedback.keep(&kept("../etc", false)).await.is_err(), "it could not be voted on");
}

#[tokio::test]
async fn people_of_different_origins_are_different() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    let person = UserId("1".to_owned());
    let web = feedback.pseudonym(Origin::Web, &person);
    assert_ne!(web, feedback.pseudonym(Origin::Discord, &person));
    drop(feedback);
    let other = tempfile::tempdir().expect("a temporary folder");
    assert_ne!(web, open(other.path(), FeedbackSettings::default()).pseudonym(Origin::Web, &person));
    assert_eq!(web, open(folder.path(), FeedbackSettings::default()).pseudonym(Origin::Web, &person));
}

#[tokio::test]
async fn words_are_kept_only_where_the_settings_say_so() {
    let keep = |keep_direct, keep_questions| FeedbackSettings { keep_days: 1, keep_direct, keep_questions };
    for (settings, is_direct, expected) in [
        (keep(false, true), false, true),
        (keep(false, true), true, false),
        (keep(true, true), true, true),
        (keep(true, false), true, false),
        (keep(true, false), false, false),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let feedback = open(folder.path(), settings.clone());
        feedback.keep(&kept(ANSWER, is_direct)).await.expect("kept");
        feedback.correct(&correction(ANSWER, "ana", "", "It is a flumox.")).await.expect("taken");
        let exchange = feedback.exchanges(0).await.expect("read").remove(0);
        let Outcome::Answered { answer } = &exchange.kept.outcome else { panic!("an answer") };
        let kept = (exchange.kept.trace.is_some(), answer.is_some(), !exchange.corrections.is_empty());
        assert_eq!(kept, (expected, expected, expected), "{settings:?} {is_direct}");
    }
}

#[tokio::test]
async fn words_go_when_a_setting_does_not_allow_them_any_more() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    feedback.keep(&kept(ANSWER, false)).await.expect("kept");
    feedback.correct(&correction(ANSWER, "ana", "", "It is a flumox.")).await.expect("kept");
    cast(&feedback, ANSWER, "ana", Ballot::Toggled(Up), "u").await.expect("counted");
    drop(feedback);
    let feedback = open(folder.path(), FeedbackSettings { keep_questions: false, ..FeedbackSettings::default() });
    assert_eq!(feedback.prune(0).await.expect("pruned"), 0);
    let exchange = feedback.exchanges(0).await.expect("read").remove(0);
    assert_eq!((exchange.kept.has_words(), exchange.corrections.len(), exchange.up), (false, 0, 1));
}

#[tokio::test]
async fn one_correction_for_each_person_and_answer_is_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    feedback.keep(&kept(ANSWER, false)).await.expect("kept");
    for (by, wrong, right) in
        [("ana", "", "It is 3."), ("ana", " It says 2. ", ""), ("ana", "", ""), ("ben", "", "4"), ("ben", "", "5")]
    {
        feedback.correct(&correction(ANSWER, by, wrong, right)).await.expect("kept");
    }
    let exchanges = feedback.exchanges(0).await.expect("read");
    let expected = [correction(ANSWER, "ana", "It says 2.", "It is 3."), correction(ANSWER, "ben", "", "5")];
    assert_eq!(exchanges[0].corrections, expected);
}

#[tokio::test]
async fn what_is_too_old_goes_with_everything_on_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings { keep_days: 2, ..FeedbackSettings::default() });
    for at_ms in 0..1_200 {
        let id = format!("{at_ms:016x}");
        feedback.keep(&Kept { at_ms, ..kept(&id, false) }).await.expect("kept");
    }
    cast(&feedback, "0000000000000001", "ana", Ballot::Toggled(Up), "u").await.expect("counted");
    feedback.correct(&correction("0000000000000001", "ana", "", "x")).await.expect("kept");
    feedback.decide("old", &[], &serde_json::json!({}), NOW).await.expect("kept");
    let two_days = std::time::Duration::from_hours(48);
    let now = NOW + two_days + std::time::Duration::from_millis(1_100);
    let oldest = FeedbackSettings { keep_days: 2, ..FeedbackSettings::default() }.oldest_kept_ms(now);
    assert_eq!(oldest, Some(1_100));
    assert_eq!(feedback.prune(1_100).await.expect("pruned"), 1_100);
    assert_eq!(feedback.exchanges(0).await.expect("read").len(), 100);
    assert!(feedback.decisions().await.expect("read").is_empty());
    let refused = cast(&feedback, "0000000000000001", "ana", Ballot::Toggled(Up), "v").await;
    assert!(matches!(refused, Err(VoteError::UnknownAnswer)));
    let left = |prefix: &str| feedback.store.rows::<serde_json::Value>(prefix).count();
    assert_eq!((left("exchange/"), left("time/"), left("ballot/"), left("correction/")), (100, 100, 0, 0));
    assert_eq!(FeedbackSettings { keep_days: 0, ..FeedbackSettings::default() }.oldest_kept_ms(now), None);
}

#[tokio::test]
async fn a_question_kept_again_replaces_the_earlier_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    feedback.keep(&kept(ANSWER, false)).await.expect("kept");
    cast(&feedback, ANSWER, "ana", Ballot::Toggled(Up), "u").await.expect("counted");
    feedback.keep(&Kept { at_ms: 9, trace: None, ..kept(ANSWER, false) }).await.expect("kept");
    let exchanges = feedback.exchanges(0).await.expect("read");
    assert_eq!((exchanges.len(), exchanges[0].kept.at_ms, exchanges[0].up), (1, 9, 1));
    assert!(feedback.exchanges(10).await.expect("read").is_empty());
    assert_eq!(feedback.kept(&AnswerId(ANSWER.into())).await.expect("read"), Some(exchanges[0].kept.clone()));
}

#[tokio::test]
async fn a_store_that_is_in_use_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let _held = open(folder.path(), FeedbackSettings::default());
    let error = Feedback::open(folder.path(), FeedbackSettings::default()).err().expect("held").to_string();
    assert!(error.contains("in use by another process"), "{error}");
}

#[tokio::test]
async fn nobody_is_kept_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feedback = open(folder.path(), FeedbackSettings::default());
    feedback.keep(&kept(ANSWER, false)).await.expect("kept");
    cast(&feedback, ANSWER, "ana-maria-lopez", Ballot::Toggled(Up), "r1-ana-maria-lopez-up").await.expect("counted");
    drop(feedback);
    for file in std::fs::read_dir(folder.path()).expect("a folder").flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).expect("readable");
        assert!(!bytes.windows(15).any(|window| window == b"ana-maria-lopez"), "{}", file.path().display());
    }
}
