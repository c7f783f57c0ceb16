//! What goes live and what does not: the gate in front of a new index, the way back, and the schedule.

use std::fs;
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[cfg(all(feature = "discord", feature = "telegram"))]
use crate::daemon::Daemon;
use crate::program::{Workplace, article};

/// Exit status of a re-index whose index is worse.
const REFUSED: i32 = 4;

/// A workplace with two subjects, and a goldset that asks about both.
fn place() -> Workplace {
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    place.source("grindel.md", &article("Grindel", "Grindel never sleeps."));
    let case = |subject: &str, point: &str| {
        json!({
            "id": subject, "question": format!("What is {subject}?"), "lang": "en", "expected_points": [point],
            "must_cite": [format!("{}.md", subject.to_lowercase())], "topics": [], "difficulty": "easy",
            "relevant_chunks": [], "answerable": true, "split": "dev",
        })
    };
    let cases = [
        case("Flumox", "Flumox is a made-up subject of the tests"),
        case("Grindel", "Grindel is a made-up subject of the tests"),
    ];
    let lines: Vec<String> = cases.iter().map(ToString::to_string).collect();
    fs::write(place.path("data/goldset.jsonl"), lines.join("\n") + "\n").expect("written");
    place
}

fn kind(place: &Workplace, question: &str) -> Value {
    place.json(&["ask", "--json", question])["kind"].clone()
}

/// A re-index that is refused.
fn refused(place: &Workplace) -> Value {
    let output: Output = place.run(&["reindex", "--json"]);
    assert_eq!(output.status.code(), Some(REFUSED), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

#[test]
fn an_emptied_subject_does_not_go_live_and_a_good_change_does() {
    let place = place();
    let first = place.json(&["reindex", "--json"]);
    place.source("grindel.md", "# Something else\n\nNothing is said of it any more.\n");
    let worse = refused(&place);
    assert_eq!((&worse["generation"], &worse["new"]), (&first["generation"], &json!(false)));
    let why = worse["refused"].to_string();
    assert!(why.contains("coverage") && why.contains("Grindel:"), "{why}");
    // Not in the sources any more, but in the index that answers.
    assert_eq!(kind(&place, "What is Grindel?"), "answer");
    let again = refused(&place);
    assert_eq!((&again["encoded"], &again["refused"]), (&json!(0), &worse["refused"]), "it is not built again");
    place.source("grindel.md", &article("Grindel", "Grindel rarely sleeps."));
    let good = place.json(&["reindex", "--json"]);
    assert_eq!((&good["new"], &good["refused"]), (&json!(true), &Value::Null));
    let left = fs::read_dir(place.path("var/index")).expect("there").count();
    assert!(left <= 6, "two generations, the pointer, the lock, the history and the memory of documents: {left}");
}

#[test]
fn whoever_insists_has_it_live_and_can_go_back() {
    let place = place();
    let first = place.json(&["reindex", "--json"]);
    fs::remove_file(place.path("data/raw/grindel.md")).expect("removed");
    refused(&place);
    let forced = place.json(&["reindex", "--json", "--force"]);
    assert_eq!(kind(&place, "What is Grindel?"), "no_evidence");
    let begin = Instant::now();
    let back = place.json(&["rollback", "--json"]);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(back["name"], first["generation"]);
    assert_eq!(kind(&place, "What is Grindel?"), "answer");
    // What was taken back does not come again by itself.
    assert!(refused(&place)["refused"].to_string().contains("taken back"));
    let history = place.json(&["history", "--json"]);
    let events: Vec<_> = history.as_array().expect("entries").iter().map(|entry| entry["event"].clone()).collect();
    assert_eq!(events, ["live", "refused", "live", "taken_back"]);
    let named = place.json(&["rollback", "--json", forced["generation"].as_str().expect("a name")]);
    assert_eq!(named["name"], forced["generation"]);
    let unknown = place.run(&["rollback", "000099-nothing"]);
    let says = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(!unknown.status.success() && says.contains("000099-nothing") && says.contains("kept are"), "{says}");
}

#[test]
fn without_a_goldset_or_a_gate_everything_goes_live() {
    let place = place();
    place.json(&["reindex", "--json"]);
    fs::remove_file(place.path("data/raw/grindel.md")).expect("removed");
    fs::rename(place.path("data/goldset.jsonl"), place.path("data/away.jsonl")).expect("moved");
    assert_eq!(place.json(&["reindex", "--json"])["new"], true);
    place.source("grindel.md", &article("Grindel", "Grindel never sleeps."));
    fs::rename(place.path("data/away.jsonl"), place.path("data/goldset.jsonl")).expect("moved");
    assert_eq!(place.json(&["reindex", "--json"])["new"], true);
    fs::remove_file(place.path("data/raw/grindel.md")).expect("removed");
    let open = place.command(&["reindex", "--json"]).env("COLEGA__INDEX__GATE", "false").output().expect("it starts");
    assert!(open.status.success());
}

#[cfg(all(feature = "discord", feature = "telegram"))]
#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_the_sources_looked_through_and_tells_what_the_gate_said() {
    let place = place();
    place.json(&["reindex", "--json"]);
    let mut daemon = Daemon::of(place.into_folder());
    daemon.start();
    let (page, grindel) = (daemon.page(), daemon.path("data/raw/grindel.md"));
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let state = async || {
        let asked = client.get(format!("{page}/status")).send().await.expect("answered");
        asked.text().await.expect("text")
    };
    let look = async |expected: &str| {
        let pressed = client.post(format!("{page}/reindex")).send().await.expect("answered");
        assert!(pressed.url().path() == "/status" && pressed.status().is_success(), "{pressed:?}");
        let begin = Instant::now();
        while !state().await.contains(expected) {
            assert!(begin.elapsed() < Duration::from_secs(30), "no “{expected}” in {}", state().await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    look("nothing had changed").await;
    fs::write(&grindel, article("Grindel", "Grindel rarely sleeps.")).expect("written");
    look("a new index went live").await;
    let shown = state().await;
    assert!(shown.contains("<td>1.000</td>"), "the figures that it reached: {shown}");
    let chart = client.get(format!("{page}/status/quality.svg")).send().await.expect("answered");
    assert_eq!(chart.headers()["content-type"], "image/svg+xml");
    assert!(chart.text().await.expect("text").contains("coverage"));
    fs::remove_file(&grindel).expect("removed");
    look("did not go live").await;
    let shown = state().await;
    assert!(shown.contains("What was worse") && shown.contains("coverage: 1.000 before"), "{shown}");
    assert!(shown.contains("was refused"), "{shown}");
    // Once what was touched has settled, it is read once more; after that, pressing says that there is nothing new.
    tokio::time::sleep(Duration::from_secs(3)).await;
    look("did not go live").await;
    look("nothing had changed").await;
    daemon.stop();
}

#[test]
fn a_schedule_that_is_none_is_told_at_the_start() {
    let place = place();
    for (name, value, key) in [
        ("COLEGA__SCHEDULE__REINDEX", "every night", "schedule.reindex"),
        ("COLEGA__SCHEDULE__TIME_ZONE", "Mars/Olympus", "schedule.time_zone"),
    ] {
        let output = place.command(&["reindex"]).env(name, value).output().expect("it starts");
        let says = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && says.contains(key), "{says}");
    }
}
