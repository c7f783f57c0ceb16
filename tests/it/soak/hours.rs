//! Eight working hours, made short: people on both platforms and on the page, who ask, edit, delete and vote, and an index
//! that changes every hour. Nothing grows but what is kept of questions.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio_util::sync::CancellationToken;

use super::day::size as kib;
use super::{busy, faults, on_discord, on_telegram, percentile, seconds, story};
use crate::daemon::Daemon;
use crate::fakes::discord::Discord;
use crate::fakes::telegram::FakeTelegram;
use crate::program::article;

const HOURS: u32 = 8;
/// People on the page, who ask one question after the other, and how long they think in between.
const READERS: u64 = 2;
const THOUGHT: Duration = Duration::from_millis(25);
/// How long the index of an hour may take to become live.
const PATIENCE: Duration = Duration::from_mins(1);
/// By how much memory and the index may be larger in the last hour than in the second, in per cent.
const GROWTH: u64 = 15;
/// How many more files and connections may be open.
const MORE_OPEN: u64 = 16;
/// What the stores may take for a question, its answer and its votes, in KiB.
const KIB_A_QUESTION: u64 = 24;

/// How often the sources are looked through.
const EVERY: &str = "*/3 * * * * *";

/// What one hour was like at its end.
struct Hour {
    times: Vec<Duration>,
    resident_kib: u64,
    open: u64,
    index_kib: u64,
    stores_kib: u64,
    /// Questions from the beginning on, wherever they were asked.
    asked: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_hours_leave_no_trace_but_what_is_kept() {
    let (length, is_full) = seconds(16);
    let discord = Arc::new(on_discord::People::new(Discord::start().await));
    let telegram = Arc::new(on_telegram::People::new(FakeTelegram::start().await));
    let mut daemon = Daemon::on_both(&discord.fake, &telegram.fake, &busy(EVERY));
    fs::create_dir_all(daemon.path("data/raw/hours")).expect("made");
    daemon.start();
    discord.fake.connected().await;
    let stop = CancellationToken::new();
    let mut people = faults::populate(&discord, &telegram, &stop);
    let times = Arc::new(Mutex::new(Vec::new()));
    for seed in 0..READERS {
        people.spawn(read(daemon.page(), seed, Arc::clone(&times), stop.clone()));
    }
    let begin = Instant::now();
    let (mut hours, mut on_the_page) = (Vec::new(), 0);
    for hour in 0..HOURS {
        let fact = format!("The round of Flumox is round {hour}.");
        fs::write(daemon.path("data/raw/hours/flumox.md"), article("Flumox", &fact)).expect("written");
        tokio::time::sleep(length / HOURS).await;
        says(&daemon.page(), &fact).await;
        assert!(daemon.is_running(), "it ended by itself: {}", daemon.log());
        let mut times = std::mem::take(&mut *times.lock().expect("no panic"));
        times.sort_unstable();
        on_the_page += times.len();
        hours.push(Hour {
            times,
            resident_kib: daemon.usage().expect("it runs").0,
            open: daemon.open_files(),
            index_kib: kib(daemon.path("var/index")),
            stores_kib: kib(daemon.path("var/feedback.sled")) + kib(daemon.path("var/delivery.sled")),
            asked: on_the_page + discord.questions() + telegram.questions(),
        });
    }
    let elapsed = begin.elapsed();
    stop.cancel();
    people.join_all().await;
    tell(&hours, elapsed);
    assert_eq!(discord.fake.violations(), Vec::<String>::new());
    assert_eq!(telegram.fake.violations(), Vec::<String>::new());
    if is_full {
        let (then, now) = (&hours[1], &hours[hours.len() - 1]);
        for (then, now) in [(then.resident_kib, now.resident_kib), (then.index_kib, now.index_kib)] {
            assert!(now * 100 <= then * (100 + GROWTH), "{then} KiB, then {now} KiB");
        }
        assert!(now.open <= then.open + MORE_OPEN, "{} open, then {}", then.open, now.open);
        let (kept, more) = (now.stores_kib.saturating_sub(then.stores_kib), (now.asked - then.asked) as u64);
        assert!(kept <= KIB_A_QUESTION * more, "{kept} KiB for {more} questions");
    }
    daemon.stop();
}

/// Asks on the page until `stop`, and notes how long each answer takes.
async fn read(page: String, seed: u64, times: Arc<Mutex<Vec<Duration>>>, stop: CancellationToken) {
    let (client, mut chance) = (reqwest::Client::new(), StdRng::seed_from_u64(seed));
    while !stop.is_cancelled() {
        let begin = Instant::now();
        let asked = client.get(&page).query(&[("q", story::question(&mut chance))]).send().await.expect("it answers");
        assert_eq!(asked.status(), 200);
        asked.text().await.expect("a page");
        times.lock().expect("no panic").push(begin.elapsed());
        tokio::time::sleep(THOUGHT).await;
    }
}

/// Waits until the page says `fact`, that is, until the index of this hour is live.
async fn says(page: &str, fact: &str) {
    let begin = Instant::now();
    loop {
        let asked = reqwest::Client::new().get(page).query(&[("q", "What is the round of Flumox?")]);
        let answer = asked.send().await.expect("it answers").text().await.expect("a page");
        if answer.contains(fact) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "not live after {PATIENCE:?}: {fact}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn tell(hours: &[Hour], elapsed: Duration) {
    let asked = hours.last().map_or(0, |hour| hour.asked);
    eprintln!("{asked} questions in {} s: {:.1}/s", elapsed.as_secs(), asked as f64 / elapsed.as_secs_f64());
    for (number, hour) in hours.iter().enumerate() {
        let Hour { times, resident_kib, open, index_kib, stores_kib, asked } = hour;
        eprintln!(
            "hour {}: page p50 {:?}, p99 {:?}; {} MiB resident, {open} open, index {index_kib} KiB, stores {stores_kib} KiB, \
             {asked} questions so far",
            number + 1,
            percentile(times, 50),
            percentile(times, 99),
            resident_kib / 1024,
        );
    }
}
