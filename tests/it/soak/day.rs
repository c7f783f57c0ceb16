//! A day of the schedule in fast time: the sources change all the while, and so does the index; people ask, and never notice.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;
use rand::{Rng as _, SeedableRng as _};
use tokio::task::JoinHandle;

use super::{busy, percentile, seconds};
use crate::daemon::Daemon;
use crate::program::article;

/// Runs of a whole day, one an hour, and of a short one.
const DAY: usize = 24;
const SHORT: usize = 6;
/// An hour of this day.
const EVERY: &str = "*/2 * * * * *";
/// How long a run may be waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// By how much memory and disk may be larger at the end than after the first quarter, in per cent.
const GROWTH: u64 = 15;

/// The subjects that there are, each with the round of its latest text.
#[derive(Default)]
struct Subjects(BTreeMap<usize, usize>);

impl Subjects {
    fn file(daemon: &Daemon, number: usize) -> PathBuf {
        daemon.path("data/raw/day").join(format!("flumox{number}.md"))
    }

    fn write(&mut self, daemon: &Daemon, number: usize, round: usize) {
        let name = format!("Flumox{number}");
        let text = article(&name, &format!("The round of {name} is round {round}."));
        fs::write(Self::file(daemon, number), text).expect("written");
        self.0.insert(number, round);
    }

    fn remove(&mut self, daemon: &Daemon, number: usize) {
        fs::remove_file(Self::file(daemon, number)).expect("removed");
        self.0.remove(&number);
    }
}

/// One figure of `/metrics`, 0 before it is there.
async fn figure(page: &str, name: &str) -> f64 {
    let text = reqwest::get(format!("{page}/metrics")).await.expect("answered").text().await.expect("a text");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().expect("a number"))
}

async fn runs(page: &str) -> f64 {
    let mut runs = 0.0;
    for outcome in ["live", "unchanged", "refused", "failed"] {
        runs += figure(page, &format!("colega_reindexes_total{{outcome=\"{outcome}\"}}")).await;
    }
    runs
}

/// Waits until a run has begun and ended that has seen everything that was written by now, and is what answers.
async fn settled(page: &str) {
    let (begin, before) = (Instant::now(), runs(page).await);
    while runs(page).await < before + 2.0 {
        assert!(begin.elapsed() < PATIENCE, "no run for {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The pointer is looked at every two seconds.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
}

/// The page that answers a question on a subject.
async fn ask(page: &str, number: usize) -> String {
    let asked = reqwest::Client::new().get(page).query(&[("q", format!("What is the round of Flumox{number}?"))]);
    let answer = asked.send().await.expect("it answers");
    assert_eq!(answer.status(), 200);
    answer.text().await.expect("a page")
}

/// Asks on and on; gives the times of all answers.
fn asker(page: String, seed: u64) -> (JoinHandle<Vec<Duration>>, tokio_util::sync::DropGuard) {
    let stop = tokio_util::sync::CancellationToken::new();
    let (guard, mut random) = (stop.clone().drop_guard(), StdRng::seed_from_u64(seed));
    let asking = async move {
        let mut times = Vec::new();
        while !stop.is_cancelled() {
            let begin = Instant::now();
            ask(&page, random.random_range(0..12)).await;
            times.push(begin.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times
    };
    (tokio::spawn(asking), guard)
}

/// The room that a folder takes on disk, in KiB.
pub fn size(folder: PathBuf) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let (mut size, mut pending) = (0, vec![folder]);
    while let Some(folder) = pending.pop() {
        // What is swept out meanwhile is not there any more.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() {
                pending.push(entry.path());
            } else {
                size += about.blocks() * 512 / 1024;
            }
        }
    }
    size
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_scheduled_runs_over_sources_that_change() {
    let (_, is_full) = seconds(0);
    let rounds = if is_full { DAY } else { SHORT };
    let variables = busy(EVERY).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut daemon = Daemon::new(variables.into());
    fs::create_dir_all(daemon.path("data/raw/day")).expect("made");
    let mut subjects = Subjects::default();
    (0..6).for_each(|number| subjects.write(&daemon, number, 0));
    daemon.start();
    let page = daemon.page();
    let askers = [asker(page.clone(), 1), asker(page.clone(), 2)];
    let (mut random, mut quarter) = (StdRng::seed_from_u64(5), (0, 0));
    for round in 1..=rounds {
        let removed = subjects.0.keys().copied().choose(&mut random).expect("some are left");
        subjects.remove(&daemon, removed);
        let edited = subjects.0.keys().copied().choose(&mut random).expect("some are left");
        subjects.write(&daemon, edited, round);
        let added =
            (0..12).find(|number| *number != removed && !subjects.0.contains_key(number)).expect("twelve are enough");
        subjects.write(&daemon, added, round);
        fs::write(daemon.path("data/raw/day/broken.pdf"), [0x25, 0x50, 0x44, 0x46, round.to_le_bytes()[0]])
            .expect("written");
        settled(&page).await;
        let answer = ask(&page, removed).await;
        assert!(!answer.contains(&format!("day/flumox{removed}.md")), "round {round}: a removed document is cited");
        for (number, written) in [(edited, round), (added, round)] {
            let answer = ask(&page, number).await;
            let says = format!("The round of Flumox{number} is round {written}.");
            assert!(
                answer.contains(&says) && answer.contains(&format!("day/flumox{number}.md")),
                "round {round}: {answer}"
            );
        }
        if round == rounds / 4 {
            quarter = (daemon.usage().expect("it runs").0, size(daemon.path("var/index")));
        }
    }
    let spent = figure(&page, "colega_reindex_seconds_sum{outcome=\"unchanged\"}").await;
    let (unchanged, live) = (
        figure(&page, "colega_reindexes_total{outcome=\"unchanged\"}").await,
        figure(&page, "colega_reindexes_total{outcome=\"live\"}").await,
    );
    assert_eq!(figure(&page, "colega_reindexes_total{outcome=\"failed\"}").await.to_string(), "0");
    let mut times = Vec::new();
    for (asking, guard) in askers {
        drop(guard);
        times.extend(asking.await.expect("no answer failed"));
    }
    times.sort_unstable();
    let last = (daemon.usage().expect("it runs").0, size(daemon.path("var/index")));
    eprintln!(
        "{rounds} rounds, {live} new indexes, {unchanged} runs without a change of {:.0} ms each; {} questions, half within {:?}, \
         99% within {:?}; memory {} then {} KiB, index {} then {} KiB",
        spent / unchanged.max(1.0) * 1000.0,
        times.len(),
        percentile(&times, 50),
        percentile(&times, 99),
        quarter.0,
        last.0,
        quarter.1,
        last.1,
    );
    assert!(times.len() > 10 * rounds, "{} questions", times.len());
    if is_full {
        for (then, now) in [(quarter.0, last.0), (quarter.1, last.1)] {
            assert!(now * 100 <= then * (100 + GROWTH), "{then} KiB, then {now} KiB");
        }
    }
    daemon.stop();
}
