//! Backups: made while everything goes on, put in place elsewhere, and refused where they are damaged.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

use crate::daemon::Daemon;
use crate::fakes::discord::Discord;

const QUESTION: &str = "What is an idempotency key?";

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

fn run(daemon: &Daemon, args: &[&str]) -> Output {
    daemon.command(args).output().expect("it starts")
}

/// What an answer says and cites, without what differs from one time to the next.
fn answer(daemon: &Daemon) -> (Value, Value) {
    let answer = json(&run(daemon, &["ask", "--json", QUESTION]));
    (answer["sections"].clone(), answer["citations"].clone())
}

/// What is kept of questions and votes, line by line.
fn kept(daemon: &Daemon) -> BTreeSet<String> {
    let file = daemon.path("export.jsonl");
    let out = run(daemon, &["feedback", "export", file.to_str().expect("UTF-8")]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    fs::read_to_string(file).expect("written").lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_busy_daemon_answers_the_same_elsewhere() {
    let discord = Discord::start().await;
    let variables = [("DISCORD_TOKEN", discord.token()), ("COLEGA__DISCORD__API_URL", discord.url())];
    let variables: Vec<(String, String)> = variables.map(|(name, value)| (name.to_owned(), value)).into();
    let mut daemon = Daemon::new(variables);
    daemon.start();
    discord.connected().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let ask = |text: &str| discord.say(ana, backend, &format!("@Colega {text}"));
    let asked = ask(QUESTION);
    discord.wait_for("answer", |state| state.replies(asked).first().map(|own| own.id)).await;
    // Others go on asking while the backup is made.
    for n in 0..4 {
        ask(&format!("What is pagination, number {n}?"));
    }
    let file = daemon.path("safe/backup.tar.gz");
    let about = json(&run(&daemon, &["backup", "--json", file.to_str().expect("UTF-8")]));
    assert!(about["feedback"].as_u64() > Some(2) && about["delivery"].as_u64() > Some(2), "{about}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let by_default = json(&run(&daemon, &["backup", "--json"]));
    assert_eq!(by_default["generation"], about["generation"]);
    assert_eq!(fs::read_dir(daemon.path("var/backups")).expect("there").count(), 1);
    daemon.stop();
    assert!(!daemon.path("var/control.sock").exists());

    let elsewhere = Daemon::new(Vec::new());
    fs::remove_dir_all(elsewhere.path("data/raw")).expect("removed");
    let restored = json(&run(&elsewhere, &["restore", "--json", file.to_str().expect("UTF-8")]));
    assert_eq!(restored, about);
    assert_eq!(answer(&elsewhere), answer(&daemon));
    let (there, here) = (kept(&elsewhere), kept(&daemon));
    assert!(there.len() > 1 && there.is_subset(&here), "{there:?} of {here:?}");
    let twice = run(&elsewhere, &["restore", file.to_str().expect("UTF-8")]);
    let says = String::from_utf8_lossy(&twice.stderr).into_owned();
    assert!(!twice.status.success() && says.contains("is there already"), "{says}");
}

#[test]
fn a_stopped_daemon_is_saved_and_restored_without_naming_a_file() {
    let daemon = Daemon::new(Vec::new());
    json(&run(&daemon, &["reindex", "--json"]));
    let before = answer(&daemon);
    json(&run(&daemon, &["backup", "--json"]));
    for store in ["feedback.sled", "delivery.sled", "index"] {
        fs::remove_dir_all(daemon.path("var").join(store)).expect("removed");
    }
    json(&run(&daemon, &["restore", "--json"]));
    assert_eq!(answer(&daemon), before);
    let history = json(&run(&daemon, &["history", "--json"]));
    assert!(history.to_string().contains("out of a backup"), "{history}");
    assert_eq!(json(&run(&daemon, &["reindex", "--json"]))["new"], false, "nothing has changed since");
}

/// An archive with one file that has no business in it.
fn foreign(path: &Path) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let mut header = tar::Header::new_gnu();
    header.set_size(2);
    // Written into the header by hand: the library that writes would refuse the path.
    let name = path.to_str().expect("UTF-8").as_bytes();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_cksum();
    archive.append(&header, &b"{}"[..]).expect("written");
    archive.into_inner().expect("written").finish().expect("written")
}

/// An archive of these files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, name, *bytes).expect("written");
    }
    archive.into_inner().expect("written").finish().expect("written")
}

/// A whole backup of nothing, of a generation with this name.
fn of_generation(name: &str) -> Vec<u8> {
    let about = serde_json::json!({ "format": 1, "made_at": 0, "feedback": 0, "delivery": 0, "generation": name });
    archive(&[("backup.json", about.to_string().as_bytes()), ("feedback.jsonl", b""), ("delivery.jsonl", b"")])
}

#[test]
fn what_is_no_backup_or_damaged_changes_nothing() {
    let daemon = Daemon::new(Vec::new());
    json(&run(&daemon, &["reindex", "--json"]));
    let file = daemon.path("whole.tar.gz");
    json(&run(&daemon, &["backup", "--json", file.to_str().expect("UTF-8")]));
    let whole = fs::read(&file).expect("read");
    let mut random = StdRng::seed_from_u64(11);
    let mut hostile: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"no archive at all".to_vec(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 3].to_vec(),
        foreign(Path::new("../../escaped")),
        foreign(Path::new("/tmp/escaped")),
        foreign(Path::new("index/../../escaped")),
        foreign(Path::new("backup.json")),
        of_generation("../../data"),
        of_generation(""),
        of_generation("/tmp"),
        of_generation("000001-nowhere0"),
        // Grows to a thousand times its size.
        archive(&[("goldset.jsonl", &vec![b' '; 300 << 20])]),
    ];
    for _ in 0..6 {
        let mut flipped = whole.clone();
        let at = random.random_range(whole.len() / 10..whole.len() * 9 / 10);
        flipped[at] ^= 0x55;
        hostile.push(flipped);
    }
    for store in ["feedback.sled", "delivery.sled", "index"] {
        fs::remove_dir_all(daemon.path("var").join(store)).expect("removed");
    }
    let place: PathBuf = daemon.path("hostile.tar.gz");
    for (number, bytes) in hostile.into_iter().enumerate() {
        fs::File::create(&place).expect("made").write_all(&bytes).expect("written");
        let output = run(&daemon, &["restore", place.to_str().expect("UTF-8")]);
        let says = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && !says.is_empty(), "{number}: {says}");
        assert!(!says.contains("panicked"), "{number}: {says}");
        let left: Vec<_> = fs::read_dir(daemon.path("var")).expect("there").flatten().map(|e| e.file_name()).collect();
        assert!(left.is_empty(), "{number}: {left:?}");
    }
    assert!(daemon.path("data/raw").exists());
    let back = json(&run(&daemon, &["restore", "--json", file.to_str().expect("UTF-8")]));
    assert!(back["generation"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_moved_aside_and_the_last_backup_takes_its_place_loudly() {
    let mut daemon = Daemon::new(Vec::new());
    daemon.start();
    let ask = async |daemon: &Daemon, question: &str| {
        let answer =
            reqwest::Client::new().get(daemon.page()).query(&[("q", question)]).send().await.expect("answered");
        assert_eq!(answer.status(), 200);
    };
    ask(&daemon, QUESTION).await;
    json(&run(&daemon, &["backup", "--json"]));
    ask(&daemon, "What is pagination?").await;
    daemon.stop();
    let kept_before = kept(&daemon).len();
    let damage = |daemon: &Daemon| {
        fs::write(daemon.path("var/feedback.sled/db"), vec![0xA5; 300_000]).expect("written");
    };
    damage(&daemon);
    daemon.start();
    ask(&daemon, "What is a webhook?").await;
    daemon.stop();
    let log = daemon.log();
    assert!(log.contains("moved to") && log.contains("goes on with what") && log.contains("colega-"), "{log}");
    assert_eq!(kept(&daemon).len(), kept_before, "one is lost, and one came since");
    let aside = |daemon: &Daemon| {
        let names = fs::read_dir(daemon.path("var")).expect("there").flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().contains(".damaged-")).count()
    };
    assert_eq!(aside(&daemon), 1);
    // Without a backup it begins anew, and says so.
    fs::remove_dir_all(daemon.path("var/backups")).expect("removed");
    damage(&daemon);
    daemon.start();
    ask(&daemon, QUESTION).await;
    daemon.stop();
    assert!(daemon.log().contains("begins empty"), "{}", daemon.log());
}
