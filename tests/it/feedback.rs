//! The store of feedback: what outlives crashes, what an older store becomes, what is forgotten, what an export holds.

mod crash;
mod program;
mod sample;

use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use colega::feedback::kept::{Ballot, Forgotten};
use colega::feedback::{Feedback, FeedbackSettings, KeyExport, Transferred, Vote, VoteError};
use colega::place::Pseudonym;
use colega::question::{Origin, UserId};
use proptest::prelude::*;
use sample::{Step, a_step, correction, id, kept, person, take};
use tempfile::TempDir;

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn open(folder: &Path) -> Feedback {
    // A store that was just closed may hold its lock for a moment.
    for _ in 0..100 {
        if let Ok(feedback) = Feedback::open(folder, FeedbackSettings::default()) {
            return feedback;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Feedback::open(folder, FeedbackSettings::default()).expect("opens")
}

fn export(feedback: &Feedback, key: KeyExport) -> String {
    let mut bytes = Vec::new();
    feedback.export(&mut bytes, key).expect("exported");
    String::from_utf8(bytes).expect("UTF-8")
}

async fn vote(feedback: &Feedback, answer: u64, voter: &Pseudonym, ballot: Ballot, update: &str) -> (u64, u64) {
    let tally = feedback.vote(&id(answer), voter, &ballot, update, NOW).await.expect("counted").tally;
    (tally.up, tally.down)
}

/// Votes of the first form of the store, as that form wrote them.
fn write_form_1(folder: &Path, key: [u8; 32]) {
    let db = sled::open(folder).expect("opens");
    db.insert("key", &key).expect("written");
    db.insert("form", b"1").expect("written");
    let answers = db.open_tree("answers").expect("a tree");
    let votes = db.open_tree("votes").expect("a tree");
    for answer in 1..=2 {
        let given = serde_json::json!({ "chunks": ["00000000000000c1"], "engine": "extractive", "at_ms": 7 });
        answers.insert(id(answer).0, given.to_string().as_bytes()).expect("written");
    }
    for (voter, vote) in [("ana", "up"), ("ben", "up"), ("eva", "down")] {
        let hash = blake3::keyed_hash(&key, format!("[\"web\",\"{voter}\"]").as_bytes());
        let row = [id(1).0.as_bytes(), hash.as_bytes()].concat();
        let cast = serde_json::json!({ "vote": vote, "at_ms": 8 });
        votes.insert(row, cast.to_string().as_bytes()).expect("written");
    }
    db.flush().expect("flushed");
}

/// sled lets go of its lock a moment after the last handle is gone.
fn reopened(path: &Path) -> sled::Db {
    for _ in 0..50 {
        match sled::open(path) {
            Err(error) if error.to_string().contains("could not acquire lock") => {
                std::thread::sleep(Duration::from_millis(100));
            }
            opened => return opened.expect("opens"),
        }
    }
    panic!("{} is still locked", path.display());
}

#[tokio::test]
async fn votes_of_the_first_form_still_count_and_belong_to_the_same_people() {
    let folder = folder();
    write_form_1(folder.path(), [5; 32]);
    for round in 0..2 {
        let feedback = open(folder.path());
        let ana = feedback.pseudonym(Origin::Web, &UserId("ana".into()));
        let new = Pseudonym(format!("new {round}"));
        let expected = [((2, 1), (1, 2)), ((3, 1), (2, 2))][round];
        assert_eq!(vote(&feedback, 1, &new, Ballot::Set(None), "").await, expected.0);
        assert_eq!(vote(&feedback, 1, &ana, Ballot::Toggled(Vote::Down), &format!("u{round}")).await, expected.1);
        assert_eq!(vote(&feedback, 1, &ana, Ballot::Toggled(Vote::Up), &format!("v{round}")).await, expected.0);
        assert_eq!(vote(&feedback, 1, &new, Ballot::Set(Some(Vote::Up)), "").await, (expected.0.0 + 1, 1));
        let exchanges = feedback.exchanges(0).await.expect("read");
        assert_eq!(exchanges.len(), 2);
        assert_eq!((exchanges[0].kept.at_ms, exchanges[0].cited.len(), exchanges[1].up), (7, 1, 0));
        let nobody = feedback.forget(&Pseudonym(String::new())).await.expect("forgotten");
        assert_eq!(nobody, Forgotten::default(), "answers whose askers are unknown stay");
    }
    let db = reopened(folder.path());
    assert!(db.tree_names().iter().all(|name| name != b"answers" && name != b"votes"), "the old rows are gone");
}

#[test]
fn a_store_of_a_later_form_is_refused() {
    let folder = folder();
    let db = sled::open(folder.path()).expect("opens");
    db.insert("form", b"3").expect("written");
    drop(db);
    // The lock goes a moment after the store.
    drop(reopened(folder.path()));
    let error = (0..250).find_map(|_| {
        let error = Feedback::open(folder.path(), FeedbackSettings::default()).err()?.to_string();
        std::thread::sleep(std::time::Duration::from_millis(20));
        (!error.contains("in use")).then_some(error)
    });
    let error = error.expect("refused");
    assert!(error.contains("later version"), "{error}");
}

#[tokio::test]
async fn nothing_is_left_of_somebody_who_wants_to_be_forgotten() {
    let folder = folder();
    let feedback = open(folder.path());
    let (ana, ben) = (person("ana"), person("ben"));
    for (answer, asker) in [(1, &ana), (2, &ben), (3, &ana)] {
        feedback.keep(&kept(answer, asker, answer)).await.expect("kept");
    }
    for (answer, voter) in [(1, &ana), (1, &ben), (2, &ana), (2, &ben)] {
        vote(&feedback, answer, voter, Ballot::Toggled(Vote::Up), "u").await;
    }
    // A vote that was taken back is no vote, but it is a trace.
    vote(&feedback, 3, &ana, Ballot::Toggled(Vote::Up), "u").await;
    vote(&feedback, 3, &ana, Ballot::Toggled(Vote::Up), "v").await;
    for (answer, by) in [(1, &ben), (2, &ana), (2, &ben)] {
        feedback.correct(&correction(answer, by)).await.expect("kept");
    }
    let verdict = serde_json::json!({ "verdict": "accepted" });
    for (key, people) in [("a", vec![ana.clone()]), ("b", vec![ana.clone(), ben.clone()]), ("c", vec![])] {
        feedback.decide(key, &people, &verdict, NOW).await.expect("kept");
    }
    feedback.decide("d", &[], &serde_json::json!({ "by": ana.0 }), NOW).await.expect("kept");

    let forgotten = feedback.forget(&ana).await.expect("forgotten");
    assert_eq!(forgotten, Forgotten { questions: 2, votes: 2, corrections: 1, candidates: 2 });
    assert_eq!(feedback.forget(&ana).await.expect("forgotten"), Forgotten::default());
    drop(feedback);
    let feedback = open(folder.path());
    let left = export(&feedback, KeyExport::Included);
    assert!(!left.contains(&ana.0), "{left}");
    assert_eq!(left.lines().count(), 1 + 1 + 1 + 1 + 2, "the form, Ben's question, vote and correction, two decisions");
    assert_eq!(vote(&feedback, 2, &ana, Ballot::Set(None), "").await, (1, 0));
    let gone = feedback.vote(&id(1), &ben, &Ballot::Set(None), "", NOW).await;
    assert!(matches!(gone, Err(VoteError::UnknownAnswer)), "{gone:?}");
}

#[tokio::test]
async fn an_export_with_the_key_keeps_people_the_same() {
    let (here, there) = (folder(), folder());
    let (old, new) = (open(here.path()), open(there.path()));
    let ana = UserId("ana".into());
    old.keep(&kept(1, &person("ben"), 1)).await.expect("kept");
    vote(&old, 1, &old.pseudonym(Origin::Web, &ana), Ballot::Toggled(Vote::Up), "u").await;
    let with_key = export(&old, KeyExport::Included);
    let secret = with_key.split("\"key\":\"").nth(1).expect("a key")[..64].to_owned();
    assert!(!export(&old, KeyExport::Withheld).contains(&secret));
    assert_ne!(old.pseudonym(Origin::Web, &ana), new.pseudonym(Origin::Web, &ana));
    let done = new.import(with_key.as_bytes()).expect("imported");
    assert_eq!(done, Transferred { exchanges: 1, ballots: 1, corrections: 0, decisions: 0 });
    assert_eq!(export(&new, KeyExport::Included), with_key);
    assert_eq!(vote(&new, 1, &new.pseudonym(Origin::Web, &ana), Ballot::Toggled(Vote::Up), "u").await, (1, 0));
    drop(new);
    let new = open(there.path());
    assert_eq!(old.pseudonym(Origin::Web, &ana), new.pseudonym(Origin::Web, &ana), "after reopening, too");

    let third = folder();
    let third = open(third.path());
    third.keep(&kept(2, &person("eva"), 1)).await.expect("kept");
    let error = format!("{:#}", third.import(with_key.as_bytes()).expect_err("two keys"));
    assert!(error.contains("line 1") && error.contains("take `key` out"), "{error}");
}

#[tokio::test]
async fn an_import_with_a_wrong_line_changes_nothing_and_names_the_line() {
    let (here, there) = (folder(), folder());
    let (old, new) = (open(here.path()), open(there.path()));
    old.keep(&kept(1, &person("ben"), 1)).await.expect("kept");
    vote(&old, 1, &person("ana"), Ballot::Toggled(Vote::Up), "u").await;
    old.correct(&correction(1, &person("ana"))).await.expect("kept");
    let good = export(&old, KeyExport::Withheld);
    let lines: Vec<&str> = good.lines().collect();
    let before = export(&new, KeyExport::Included);
    let long = lines[3].replace("\"right\":\"", &format!("\"right\":\"{}", "a".repeat(2_000)));
    let cases = [
        (String::new(), "no line"),
        (lines[1..].join("\n"), "line 1: an export begins with"),
        (good.replace("\"form\":\"2\"", "\"form\":\"3\""), "line 1: it is of form 3"),
        (good.replace("\"form\":\"2\"", "\"form\":\"2\",\"key\":\"x\""), "line 1: the key is 64"),
        (format!("{good}{{\"row\":\"exchan"), "line 5, column"),
        (format!("{good}\n\n{{\"row\":\"secret\"}}"), "line 7, column"),
        (format!("{good}{}", lines[0]), "line 5: this line can only be the first"),
        (format!("{good}{}", lines[2]), "line 5: it says again what line 3 says"),
        ([lines[0], lines[2], lines[1]].join("\n"), "line 2: no exchange 0000000000000001 stands before it"),
        (good.replace("0000000000000001", "../../etc/passwd"), "line 2: the name of an answer is"),
        (good.replace("[{\"means\"", "[{\"means\":\"button\",\"vote\":\"up\"},{\"means\""), "line 3: nobody can hold"),
        (good.replace("\"vote\":\"up\"", "\"vote\":\"up\",\"weight\":9"), "line 3, column"),
        ([lines[0], lines[1], &long].join("\n"), "line 3: a correction is trimmed"),
    ];
    for (text, expected) in cases {
        let error = format!("{:#}", new.import(text.as_bytes()).expect_err(expected));
        assert!(error.contains(expected), "{error} lacks {expected}");
        assert!(!error.contains("at line 1"), "{error} counts lines within the line");
    }
    assert_eq!(export(&new, KeyExport::Included), before);
    new.import(format!("\n{}\r\n", good.replace('\n', "\r\n\r\n")).as_bytes()).expect("empty lines do no harm");
    assert_eq!(export(&new, KeyExport::Withheld), good);
}

#[tokio::test]
async fn an_import_leaves_out_the_words_that_the_settings_do_not_allow() {
    let usual = FeedbackSettings::default();
    // The third of the sample was asked in private.
    for (answer, strict) in [(3, usual.clone()), (1, FeedbackSettings { keep_questions: false, ..usual.clone() })] {
        let (here, there) = (folder(), folder());
        let old = Feedback::open(here.path(), FeedbackSettings { keep_direct: true, ..usual.clone() }).expect("opens");
        old.keep(&kept(answer, &person("ben"), 1)).await.expect("kept");
        assert!(old.correct(&correction(answer, &person("ana"))).await.expect("kept"));
        let all = export(&old, KeyExport::Withheld);
        let (_, corrections) = all.split_at(all.rfind("{\"row\":\"correction\"").expect("a correction"));
        let new = Feedback::open(there.path(), strict).expect("opens");
        let done = new.import(all.as_bytes()).expect("imported");
        assert_eq!(done, Transferred { exchanges: 1, ballots: 0, corrections: 0, decisions: 0 });
        let form = all.lines().next().expect("a line");
        let later = new.import(format!("{form}\n{corrections}").as_bytes()).expect("imported");
        assert_eq!(later, Transferred::default(), "about a question that is there already");
        let left = export(&new, KeyExport::Withheld);
        assert!(!left.contains("Ñandú") && !left.contains("¿Qué?"), "{left}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_was_done_an_export_comes_back_to_the_byte(steps in prop::collection::vec(a_step(), 0..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (here, there) = (folder(), folder());
            let (feedback, empty) = (open(here.path()), open(there.path()));
            for step in &steps {
                take(&feedback, step).await;
            }
            let text = export(&feedback, KeyExport::Withheld);
            let done = empty.import(text.as_bytes()).expect("imported");
            let lines = done.exchanges + done.ballots + done.corrections + done.decisions;
            assert_eq!(text.lines().count() as u64, 1 + lines);
            assert_eq!(export(&empty, KeyExport::Withheld), text);
            assert_eq!(empty.exchanges(0).await.expect("read"), feedback.exchanges(0).await.expect("read"));
            for _ in 0..2 {
                feedback.import(text.as_bytes()).expect("imported");
                assert_eq!(export(&feedback, KeyExport::Withheld), text);
            }
            if let Some(Step::Keep { asker, .. }) = steps.first() {
                let asker = person(asker);
                feedback.forget(&asker).await.expect("forgotten");
                assert!(!export(&feedback, KeyExport::Included).contains(&asker.0));
            }
        });
    }
}
