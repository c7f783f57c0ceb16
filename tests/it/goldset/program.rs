//! The commands, over the feedback that the page left.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{QUESTIONS, ask, cases, dislike, folder};
use crate::page::server::{GOLDSET, Page};

/// The program in a folder of its own, with the feedback that `page` left in it.
fn program(folder: &Path, args: &[&str], input: &str) -> (bool, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_colega"))
        .current_dir(folder)
        .args(args)
        .env_remove("COLEGA_CONFIG")
        .env("COLEGA__PATHS__GOLDSET", GOLDSET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("read");
    let output = child.wait_with_output().expect("ends");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("text"))
}

#[tokio::test]
async fn the_commands_list_accept_reject_and_review() {
    let folder = folder();
    let store = folder.path().join("var/feedback.sled");
    std::fs::create_dir_all(&store).expect("made");
    let page = Page::start(&store).await;
    let mut ids = Vec::new();
    for question in QUESTIONS {
        let id = ask(&page, question).await;
        dislike(&page, &id, "", "It is one thing. It is another.").await;
        ids.push(id.0);
    }
    let asked = "Where do we keep the runbook for certificates?";
    ask(&page, asked).await;
    let held = program(folder.path(), &["goldset", "list"], "");
    assert!(!held.0 && held.1.contains("/review"), "{}", held.1);
    page.close().await;

    let (_, json) = program(folder.path(), &["goldset", "list", "--json"], "");
    let listed: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(listed.as_array().expect("a list").len(), 4, "{json}");
    assert_eq!((&listed[3]["proposal"]["question"], &listed[3]["reason"]), (&asked.into(), &"unanswered".into()));
    let accepted =
        program(folder.path(), &["goldset", "accept", &ids[0], "--topic", "apis", "--difficulty", "easy"], "");
    assert!(accepted.0 && accepted.1.contains(&format!("feedback-{}", ids[0])), "{}", accepted.1);
    assert!(program(folder.path(), &["goldset", "reject", &ids[1]], "").0);
    let unknown = program(folder.path(), &["goldset", "reject", "0000000000000000"], "");
    assert!(!unknown.0 && unknown.1.contains("colega goldset list"), "{}", unknown.1);

    let edited = "x\ne\nHow is bread baked?\nSlowly.\nWith patience.\n\na\ns\n";
    let reviewed = program(folder.path(), &["goldset", "review"], edited);
    assert!(reviewed.0 && reviewed.1.contains("1 accepted, 0 rejected."), "{}", reviewed.1);
    let cases = cases(folder.path());
    let questions: Vec<&str> = cases.iter().map(|case| case.question.as_str()).collect();
    assert_eq!(questions, [QUESTIONS[0], "How is bread baked?"]);
    assert_eq!(cases[0].expected_points, ["It is one thing.", "It is another."]);
    assert_eq!(cases[0].topics, ["apis"]);
    assert_eq!(cases[1].expected_points, ["Slowly.", "With patience."]);

    let (_, json) = program(folder.path(), &["gaps", "--json", "--days", "7"], "");
    let gaps: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let examples: Vec<&str> =
        gaps.as_array().expect("a list").iter().map(|gap| gap["example"].as_str().expect("text")).collect();
    assert!(examples.contains(&asked) && examples.contains(&QUESTIONS[2]), "{json}");
}

#[test]
fn what_is_out_of_order_in_the_file_is_named() {
    let folder = folder();
    std::fs::write(folder.path().join(GOLDSET), "\n{\"id\":\"a\"}\n").expect("written");
    let (done, said) = program(folder.path(), &["goldset", "list"], "");
    assert!(!done && said.contains("goldset.jsonl:2") && said.contains("missing field"), "{said}");
}
