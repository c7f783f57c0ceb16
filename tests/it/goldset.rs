//! From dislikes to cases of the goldset: the real page over a real store, and the commands over the same.

mod program;

use std::path::Path;
use std::time::{Duration, SystemTime};

use colega::answer::AnswerId;
use colega::feedback::Vote;
use colega::feedback::kept::{Ballot, Correction};
use colega::goldset::{Case, Goldset, Reason, Split};
use colega::question::{Origin, UserId};
use reqwest::StatusCode;
use tempfile::TempDir;

use crate::harness::EVIL;
use crate::page::server::{GOLDSET, Page};

const QUESTIONS: [&str; 3] = [
    "What is an idempotency key?",
    "¿Cuándo conviene usar una clave de idempotencia?",
    "How do I bake sourdough bread in the office oven?",
];

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn cases(folder: &Path) -> Vec<Case> {
    Goldset::new(folder.join(GOLDSET)).cases().expect("a valid goldset")
}

/// Asks on the page and gives the name of what is kept of it.
async fn ask(page: &Page, question: &str) -> AnswerId {
    page.parts(question).await;
    let kept = page.feedback.exchanges(0).await.expect("readable").pop().expect("kept");
    assert_eq!(kept.kept.trace.expect("with its words").question, question);
    // What is asked within a millisecond of another has no order.
    tokio::time::sleep(Duration::from_millis(2)).await;
    kept.kept.id
}

async fn dislike(page: &Page, answer: &AnswerId, wrong: &str, right: &str) {
    let person = page.feedback.pseudonym(Origin::Discord, &UserId("4711".into()));
    let now = SystemTime::now();
    page.feedback.vote(answer, &person, &Ballot::Set(Some(Vote::Down)), "", now).await.expect("counted");
    let correction =
        Correction { answer: answer.clone(), by: person, wrong: wrong.into(), right: right.into(), at_ms: 1 };
    page.feedback.correct(&correction).await.expect("kept");
}

/// The candidates that the page shows, in their order.
fn shown(html: &str) -> Vec<&str> {
    html.split("name=\"candidate\" value=\"").skip(1).map(|rest| rest.split_once('"').expect("an end").0).collect()
}

async fn post(page: &Page, form: &[(&str, &str)]) -> (StatusCode, String) {
    let response = page.post("/review").form(form).send().await.expect("answered");
    (response.status(), response.text().await.expect("text"))
}

#[tokio::test]
async fn three_dislikes_become_three_cases() {
    let folder = folder();
    let page = Page::start(folder.path()).await;
    assert!(page.text("/review").await.contains("There is nothing to decide."));
    let liked = ask(&page, "What are common mistakes with idempotency keys?").await;
    page.vote(&page.client, &liked.0, "up").await;
    let mut disliked = Vec::new();
    for question in QUESTIONS {
        let id = ask(&page, question).await;
        dislike(&page, &id, "Too vague.", &format!("It is {EVIL} first. Then it is right.")).await;
        disliked.push(id);
    }

    let list = page.text("/review").await;
    let order = shown(&list);
    assert_eq!(order.len(), 4, "{list}");
    assert_eq!(order[3], liked.0, "what was corrected comes first");
    assert!(!list.contains(EVIL) && list.contains("Too vague.") && list.contains("Somebody corrected the answer"));
    assert!(list.contains(">4 to decide.<") && list.contains("An idempotency key is a unique value"), "{list}");
    let spanish = page.get("/review").header("accept-language", "es").send().await.expect("answered");
    let spanish = spanish.text().await.expect("text");
    assert!(spanish.contains("Alguien corrigió la respuesta") && spanish.contains("Aceptar"), "{spanish}");

    for (id, question) in disliked.iter().zip(QUESTIONS) {
        let form = [
            ("candidate", id.0.as_str()),
            ("question", question),
            ("points", "It is one thing.\r\n\r\nIt is another.\r\n"),
            ("must_cite", "en/idempotency.md"),
            ("topics", "apis"),
            ("passages", ""),
            ("difficulty", "medium"),
            ("answerable", "yes"),
            ("decision", "accept"),
        ];
        for time in ["at first", "again"] {
            let (status, html) = post(&page, &form).await;
            assert_eq!(status, StatusCode::OK, "{time}: {html}");
            assert!(html.contains("Accepted: it is case") && html.contains(GOLDSET), "{html}");
        }
    }
    assert_eq!(shown(&page.text("/review").await), [liked.0.as_str()], "what is decided is gone");
    check_cases(&cases(folder.path()), &disliked);
    page.close().await;

    let page = Page::start(folder.path()).await;
    ask(&page, "explain idempotency keys to me").await;
    ask(&page, "What is an idempotency key?").await;
    assert_eq!(shown(&page.text("/review").await), [liked.0.as_str()], "nor does it come back in other words");
    page.close().await;
}

#[track_caller]
fn check_cases(cases: &[Case], accepted: &[AnswerId]) {
    assert_eq!(cases.len(), 3);
    for ((case, id), question) in cases.iter().zip(accepted).zip(QUESTIONS) {
        assert_eq!((case.question.as_str(), case.split), (question, Split::Dev));
        assert_eq!(case.expected_points, ["It is one thing.", "It is another."]);
        assert_eq!(
            (case.must_cite.as_slice(), case.topics.as_slice()),
            (&["en/idempotency.md".into()][..], &["apis".into()][..])
        );
        let origin = case.origin.as_ref().expect("grown out of feedback");
        assert_eq!((&origin.candidate, origin.reason, origin.counts.down), (id, Reason::Corrected, 1));
        assert_eq!(origin.asked_in, [Origin::Web]);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_case_is_told_beside_what_was_typed() {
    let folder = folder();
    let page = Page::start(folder.path()).await;
    let id = ask(&page, QUESTIONS[0]).await;
    dislike(&page, &id, "", "It is a value.").await;
    let typed = format!("How about {EVIL}?");
    let check = async |question: &str, points: &str, answerable: &str, expected: &str| {
        let form = [
            ("candidate", id.0.as_str()),
            ("question", question),
            ("points", points),
            ("answerable", answerable),
            ("decision", "accept"),
        ];
        let (status, html) = post(&page, &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{html}");
        assert!(html.contains(expected), "{expected} is not in {html}");
        assert!(!html.contains(EVIL), "{html}");
        html
    };
    let html = check(&typed, "", "yes", "Write at least one thing").await;
    assert!(html.contains("How about &lt;script&gt;"), "what was typed is still there: {html}");
    check("", "It is.", "yes", "Write the question.").await;
    check("What?", "It is.", "", "Without an answer there is nothing to say").await;
    check("What?", &"a".repeat(1_001), "yes", "A line is longer than 1,000 characters in: What a good answer says")
        .await;
    assert!(!folder.path().join(GOLDSET).exists(), "nothing was written");

    let unknown = [("candidate", "ffffffffffffffff"), ("decision", "reject")];
    assert_eq!(post(&page, &unknown).await.0, StatusCode::NOT_FOUND);
    let reject = [("candidate", id.0.as_str()), ("decision", "reject")];
    for _ in 0..2 {
        let (status, html) = post(&page, &reject).await;
        assert!(status == StatusCode::OK && html.contains("It will not be proposed again."), "{html}");
    }
    let accept = [("candidate", id.0.as_str()), ("question", "What?"), ("points", "x"), ("decision", "accept")];
    assert_eq!(post(&page, &accept).await.0, StatusCode::CONFLICT);
    let evil = page.post("/review").header("sec-fetch-site", "cross-site").form(&reject);
    assert_eq!(evil.send().await.expect("answered").status(), StatusCode::FORBIDDEN);
    let done = page.text("/review?done=%3Cscript%3E&from=99999999").await;
    assert!(done.contains("There is nothing to decide.") && !done.contains("%3Cscript"), "{done}");
    page.close().await;
}

#[tokio::test]
async fn a_decision_that_a_crash_cut_short_is_finished_by_doing_it_again() {
    let folder = folder();
    let page = Page::start(folder.path()).await;
    let id = ask(&page, QUESTIONS[0]).await;
    dislike(&page, &id, "", "It is a value.").await;
    let form = [
        ("candidate", id.0.as_str()),
        ("question", "Edited beyond all likeness?"),
        ("points", "It is a value."),
        ("answerable", "yes"),
        ("decision", "accept"),
    ];
    assert_eq!(post(&page, &form).await.0, StatusCode::OK);
    let file = std::fs::read(folder.path().join(GOLDSET)).expect("written");
    // The file is written before the decision: with the decision gone, it is as if the power had failed in between.
    let other = self::folder();
    let again = Page::start(other.path()).await;
    std::fs::write(other.path().join(GOLDSET), &file).expect("written");
    let kept = page.feedback.exchanges(0).await.expect("readable").pop().expect("kept").kept;
    again.feedback.keep(&kept).await.expect("kept");
    dislike(&again, &id, "", "It is a value.").await;
    assert_eq!(shown(&again.text("/review").await), Vec::<&str>::new(), "the case is there already");
    let (status, html) = post(&again, &form).await;
    assert!(status == StatusCode::OK && html.contains(&format!("feedback-{}", id.0)), "{html}");
    assert_eq!(std::fs::read(other.path().join(GOLDSET)).expect("there"), file, "and is not written twice");
    assert_eq!(again.feedback.decisions().await.expect("readable").len(), 1);
    page.close().await;
    again.close().await;
}

#[tokio::test]
async fn whoever_is_forgotten_takes_their_candidates_along() {
    let folder = folder();
    let page = Page::start(folder.path()).await;
    let id = ask(&page, QUESTIONS[0]).await;
    dislike(&page, &id, "", "It is a value.").await;
    let asker = page.feedback.kept(&id).await.expect("readable").expect("kept").asker;
    page.feedback.forget(&asker).await.expect("forgotten");
    assert_eq!(shown(&page.text("/review").await), Vec::<&str>::new());
    page.close().await;
}

#[test]
fn no_test_case_grows_out_of_feedback() {
    let shipped = Goldset::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/goldset.jsonl"));
    let cases = shipped.cases().expect("the goldset that ships is valid");
    assert!(cases.iter().all(|case| case.split == Split::Dev || case.origin.is_none()));
}
