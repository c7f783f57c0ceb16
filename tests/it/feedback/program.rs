//! The commands over the stores: export and import, forget, and what they say while the daemon holds a store.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use colega::delivery::Delivery;
use colega::feedback::kept::Ballot;
use colega::feedback::{Feedback, KeyExport, Vote};
use colega::place::Pseudonym;
use colega::question::{Origin, UserId};
use serde_json::{Value, json};

use super::sample::{correction, id, kept, person};
use super::{NOW, export, folder, open, vote};

/// What the commands say of a store that is held.
const HELD: &str = "a running `colega serve` holds";
const FORGET: [&str; 5] = ["forget", "--user", "42", "--platform", "discord"];

fn store(folder: &Path) -> PathBuf {
    folder.join("var/feedback.sled")
}

/// Runs the program once, on a configuration of its own.
fn once(folder: &Path, args: &[&str], input: &str) -> (bool, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_colega"))
        .current_dir(folder)
        .args(args)
        .env_remove("COLEGA_CONFIG")
        .env("COLEGA__WEB__PORT", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A command that does not read its input may have ended already.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// What the program says on standard output. A store that this test has just closed may be held for a moment.
fn said(folder: &Path, args: &[&str], input: &str) -> String {
    for _ in 0..100 {
        let (is_done, out, err) = once(folder, args, input);
        if is_done {
            return out;
        }
        assert!(err.contains(HELD), "{args:?}: {err}");
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{args:?}: the store stays held");
}

async fn fill(feedback: &Feedback, asker: &Pseudonym) {
    for answer in 1..=3 {
        feedback.keep(&kept(answer, asker, answer)).await.expect("kept");
        vote(feedback, answer, &person("ana"), Ballot::Toggled(Vote::Down), "u").await;
    }
    feedback.correct(&correction(1, &person("ana"))).await.expect("kept");
    feedback.decide("a", &[person("ana")], &json!({ "verdict": "rejected" }), NOW).await.expect("kept");
}

#[tokio::test]
async fn what_one_folder_exports_another_takes_in_to_the_byte() {
    let (here, there, third) = (folder(), folder(), folder());
    let feedback = open(&store(here.path()));
    fill(&feedback, &person("ben")).await;
    let (expected, with_key) = (export(&feedback, KeyExport::Withheld), export(&feedback, KeyExport::Included));
    drop(feedback);

    let told = said(here.path(), &["feedback", "export", "out/all.jsonl"], "");
    assert!(told.contains("out/all.jsonl: questions 3, votes 3, corrections 1, decisions 1"), "{told}");
    let file = here.path().join("out/all.jsonl");
    assert_eq!(fs::read_to_string(&file).expect("written"), expected);
    let told = said(there.path(), &["feedback", "import", file.to_str().expect("UTF-8")], "");
    assert!(told.contains("Taken in: questions 3, votes 3, corrections 1, decisions 1."), "{told}");
    assert_eq!(said(there.path(), &["feedback", "export"], ""), expected);

    assert_eq!(said(here.path(), &["feedback", "export", "--with-key"], ""), with_key);
    let counts: Value = serde_json::from_str(&said(third.path(), &["feedback", "import", "-", "--json"], &with_key))
        .expect("JSON on standard output");
    assert_eq!(counts, json!({ "exchanges": 3, "ballots": 3, "corrections": 1, "decisions": 1 }));
    assert_eq!(said(third.path(), &["feedback", "export", "--with-key"], ""), with_key);

    let (is_done, _, told) = once(third.path(), &["feedback", "import", "-"], &format!("{expected}{{}}"));
    let line = format!("line {}", expected.lines().count() + 1);
    assert!(!is_done && told.contains(&line) && told.contains("standard input"), "{told}");
    let (is_done, _, told) = once(third.path(), &["feedback", "import", "none.jsonl"], "");
    assert!(!is_done && told.contains("none.jsonl"), "{told}");
}

#[tokio::test]
async fn a_person_is_forgotten_in_both_stores() {
    let folder = folder();
    let user = UserId("42".to_owned());
    let feedback = open(&store(folder.path()));
    let person = feedback.pseudonym(Origin::Discord, &user);
    fill(&feedback, &person).await;
    drop(feedback);
    let delivery = Delivery::open(folder.path().join("var/delivery.sled")).expect("opens");
    let code = delivery.pairing_code(Origin::Discord, &user, 0).await.expect("drawn").expect("a code");
    assert!(delivery.pair(&code, 0).await.expect("taken"));
    drop(delivery);

    let elsewhere = said(folder.path(), &["forget", "--user", "42", "--platform", "telegram"], "");
    assert_eq!(elsewhere, "There was nothing of that person.\n");
    let told = said(folder.path(), &FORGET, "");
    assert_eq!(
        told, "Forgotten:\n  • 3 questions with their answers\n  • 1 permission to write directly\n",
        "the votes and the correction on them are not of that person"
    );
    let again: Value =
        serde_json::from_str(&said(folder.path(), &[&FORGET[..], &["--json"]].concat(), "")).expect("JSON");
    assert_eq!((&again["questions"], &again["pairings"]), (&json!(0), &json!(0)));
    let feedback = open(&store(folder.path()));
    assert!(feedback.kept(&id(1)).await.expect("read").is_none());
}

#[tokio::test]
async fn a_store_that_is_held_is_told_with_what_to_do_instead() {
    let folder = folder();
    let refused = |args: &[&str]| {
        let (is_done, _, told) = once(folder.path(), args, "");
        assert!(!is_done, "{args:?}");
        told
    };
    let check = |args: &[&str], expected: &[&str]| {
        let told = refused(args);
        for part in [HELD, "stop it for a moment"].iter().chain(expected) {
            assert!(told.contains(part), "{args:?}: {told} lacks {part}");
        }
        for wrong in ["paths.var", "127.0.0.1:0"] {
            assert!(!told.contains(wrong), "{args:?}: {told} says {wrong}");
        }
    };
    let feedback = open(&store(folder.path()));
    check(&["goldset", "list"], &["/review"]);
    check(&["gaps"], &["`/gaps`"]);
    check(&FORGET, &["`/forget`"]);
    check(&["forget", "--user", "a", "--platform", "web"], &[]);
    check(&["feedback", "export"], &[]);
    drop(feedback);
    let delivery = Delivery::open(folder.path().join("var/delivery.sled")).expect("opens");
    check(&FORGET, &["`/forget`"]);
    drop(delivery);

    let later = folder.path().join("later");
    let db = sled::open(later.join("feedback.sled")).expect("opens");
    db.insert("form", b"3").expect("written");
    drop(db);
    fs::write(folder.path().join("later.toml"), "[paths]\nvar = \"later\"\n").expect("written");
    let told = refused(&["--config", "later.toml", "gaps"]);
    assert!(told.contains("later version") && !told.contains("colega serve"), "{told}");
}
