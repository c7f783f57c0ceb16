//! What a kill at any moment leaves.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use colega::feedback::kept::Ballot;
use colega::feedback::{KeyExport, Vote};
use colega::question::AnswerId;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::sample::{correction, id, kept, person};
use super::{export, folder, open, vote};

/// Names the store to a process that a test starts and kills.
const VICTIM: &str = "COLEGA_TEST_FEEDBACK";

/// Starts this test's program again to do `part` alone, on the store in `folder`.
fn victim(part: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", &format!("feedback::crash::{part}"), "--ignored", "--nocapture"])
        .env(VICTIM, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

fn victims_store() -> PathBuf {
    std::env::var_os(VICTIM).expect("started by another test").into()
}

/// Keeps and votes as fast as it can, eight at a time, and says what was confirmed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started, and killed, by the test below"]
#[expect(clippy::print_stdout, reason = "it tells the test that started it")]
async fn victim_that_votes() {
    let feedback = open(&victims_store());
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8_u64 {
        let feedback = feedback.clone();
        writers.spawn(async move {
            loop {
                // Every third one of the sample is asked in private, where corrections are not kept.
                let answer = rand::random_range(0..u64::MAX / 3) * 3 + 1;
                feedback.keep(&kept(answer, &person("ben"), writer)).await.expect("kept");
                let tally = vote(&feedback, answer, &person("ana"), Ballot::Toggled(Vote::Down), "u").await;
                assert_eq!(tally, (0, 1));
                feedback.correct(&correction(answer, &person("ana"))).await.expect("kept");
                println!("confirmed {}", id(answer).0);
            }
        });
    }
    writers.join_all().await;
}

#[tokio::test]
async fn what_was_confirmed_outlives_a_kill() {
    let folder = folder();
    let mut random = StdRng::seed_from_u64(11);
    let mut confirmed: Vec<AnswerId> = Vec::new();
    for round in 0..8 {
        let mut child = victim("victim_that_votes", folder.path());
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let after = random.random_range(50..400);
        let mut seen = 0;
        for line in lines {
            // The last line may be cut by the kill.
            if let Some((_, id)) = line.expect("text").split_once("confirmed ").filter(|(_, id)| id.len() == 16) {
                confirmed.push(AnswerId(id.to_owned()));
                seen += 1;
            }
            if seen == after {
                child.kill().expect("killed");
            }
        }
        child.wait().expect("ended");
        assert!(seen >= after, "{seen} answers in round {round}");
        let feedback = open(folder.path());
        let exchanges = feedback.exchanges(0).await.expect("read");
        let whole: HashSet<_> = exchanges
            .iter()
            .filter(|exchange| exchange.down == 1 && exchange.corrections.len() == 1)
            .map(|exchange| &exchange.kept.id)
            .collect();
        let lost = confirmed.iter().filter(|id| !whole.contains(id)).count();
        assert_eq!(lost, 0, "of {} in round {round}", confirmed.len());
        let mut again = Vec::new();
        feedback.export(&mut again, KeyExport::Withheld).expect("nothing is torn");
    }
}

#[test]
#[ignore = "started, and killed, by the test below"]
#[expect(clippy::print_stdout, reason = "it tells the test that started it")]
fn victim_that_imports() {
    let folder = victims_store();
    let file = fs::File::open(folder.join("export.jsonl")).expect("written");
    let feedback = open(&folder.join("store"));
    println!("begun");
    feedback.import(BufReader::new(file)).expect("imported");
}

#[tokio::test]
async fn a_kill_leaves_an_import_whole_or_undone() {
    let here = folder();
    let old = open(&here.path().join("old"));
    for answer in 0..2_000 {
        old.keep(&kept(answer, &person("ben"), answer)).await.expect("kept");
    }
    let text = export(&old, KeyExport::Withheld);
    fs::write(here.path().join("export.jsonl"), &text).expect("written");
    let mut random = StdRng::seed_from_u64(12);
    for _ in 0..12 {
        let mut child = victim("victim_that_imports", here.path());
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        assert!(lines.any(|line| line.expect("text").contains("begun")));
        thread::sleep(Duration::from_millis(random.random_range(0..300)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let store = open(&here.path().join("store"));
        let found = export(&store, KeyExport::Withheld);
        assert!(found == text || found.lines().count() == 1, "{} lines", found.lines().count());
        drop(store);
        fs::remove_dir_all(here.path().join("store")).expect("removed");
    }
}
