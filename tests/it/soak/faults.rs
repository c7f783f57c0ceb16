//! Everything goes wrong at once, and the power goes off every few seconds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use colega::feedback::{Feedback, FeedbackSettings};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{on_discord, on_telegram, seconds};
use crate::daemon::Daemon;
use crate::fakes::discord::{Discord, Storm};
use crate::fakes::telegram::world::Standing;
use crate::fakes::telegram::{FakeTelegram, Faults};

/// How long the last questions may take once everything works again.
const SETTLING: Duration = Duration::from_mins(4);

/// An engine that takes its time, and nobody who is told to slow down.
const VARIABLES: [(&str, &str); 6] = [
    ("COLEGA__GENERATE__ENGINE", "scripted"),
    ("COLEGA__GENERATE__SCRIPTED_PACE_MS", "200"),
    ("COLEGA__LIMITS__PER_USER__BURST", "0"),
    ("COLEGA__LIMITS__PER_USER__PER_MINUTE", "0"),
    ("COLEGA__LIMITS__PER_CHAT__BURST", "0"),
    ("COLEGA__LIMITS__PER_CHAT__PER_MINUTE", "0"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_question_gets_one_whole_answer_and_every_vote_counts_once() {
    let (length, is_full) = seconds(25);
    let discord = Arc::new(on_discord::People::new(Discord::start().await));
    let telegram = Arc::new(on_telegram::People::new(FakeTelegram::start().await));
    let mut daemon = Daemon::on_both(&discord.fake, &telegram.fake, &VARIABLES);
    daemon.start();
    discord.fake.connected().await;
    discord.fake.storm(on_discord::STORM);
    telegram.fake.fail(Faults::mixed(12));

    let stop = CancellationToken::new();
    let people = populate(&discord, &telegram, &stop);
    let pause = Duration::from_secs(if is_full { 20 } else { 6 });
    let resident = torment(&mut daemon, length, pause).await;
    stop.cancel();
    discord.fake.storm(Storm::default());
    telegram.fake.fail(Faults::seeded(0));
    people.join_all().await;

    let wrong = settle(|| [discord.wrong(), telegram.wrong()].concat()).await;
    assert!(wrong.is_empty(), "{} questions: {wrong:#?}\n{}", wrong.len(), daemon.log());
    // Votes are counted behind the answers, on Discord after the last connection anew: a moment for the last.
    settle(|| if has_caught_up(&daemon.log()) { Vec::new() } else { vec![daemon.log()] }).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    daemon.stop();
    let feedback = Feedback::open(daemon.path("var/feedback.sled"), FeedbackSettings::default()).expect("opens");
    let kept = feedback.exchanges(0).await.expect("read");
    telegram.leave_out_removed();
    let wrong = [discord.votes().wrong(&kept), telegram.votes().wrong(&kept)].concat();
    assert!(wrong.is_empty(), "{}\nvotes: {wrong:#?}", daemon.log());
    // Who was killed right after acknowledging a press acknowledges it again: once at most for each kill.
    let is_again = |violation: &String| violation.contains("has already been acknowledged");
    let (again, violations): (Vec<_>, Vec<_>) = discord.fake.violations().into_iter().partition(is_again);
    assert!(again.len() < daemon.starts, "{} starts: {again:#?}", daemon.starts);
    assert_eq!(violations, Vec::<String>::new());
    assert_eq!(telegram.fake.violations(), Vec::<String>::new());
    eprintln!(
        "{} s, {} starts; Discord: {} questions, {} answers with votes; Telegram: {} and {}; resident KiB {resident:?}",
        length.as_secs(),
        daemon.starts,
        discord.questions(),
        discord.votes().compared(),
        telegram.questions(),
        telegram.votes().compared(),
    );
}

/// Whether what was missed before the last connection to Discord has been looked for.
fn has_caught_up(log: &str) -> bool {
    log.rfind("counted the reactions") > log.rfind("connected to Discord")
}

/// People on both platforms who ask, edit, delete and vote until `stop`.
pub fn populate(
    discord: &Arc<on_discord::People>,
    telegram: &Arc<on_telegram::People>,
    stop: &CancellationToken,
) -> JoinSet<()> {
    let mut people = JoinSet::new();
    for (seed, (name, channel)) in (0..).zip([
        ("ana", Some("backend")),
        ("ben", Some("backend")),
        ("eva", Some("platform")),
        ("gil", None),
        ("ida", None),
    ]) {
        let (discord, stop) = (Arc::clone(discord), stop.clone());
        people.spawn(async move { discord.live(name, channel, seed, stop).await });
    }
    let fake = &telegram.fake;
    let persons = ["Ana", "Ben", "Eva", "Gil", "Ida"].map(|name| fake.person(name, "en"));
    let group = fake.supergroup("Backend", &persons);
    fake.set_standing(group, Standing::Administrator);
    for (seed, person) in (100..).zip(persons) {
        let (telegram, stop) = (Arc::clone(telegram), stop.clone());
        let group = (seed < 102).then_some(group);
        people.spawn(async move { telegram.live(person, group, seed, stop).await });
    }
    people
}

/// Kills the program again and again. Gives its memory before each kill.
async fn torment(daemon: &mut Daemon, length: Duration, pause: Duration) -> Vec<u64> {
    let (begin, mut chance, mut resident) = (Instant::now(), StdRng::seed_from_u64(13), Vec::new());
    while begin.elapsed() + pause < length {
        tokio::time::sleep(pause).await;
        assert!(daemon.is_running(), "it ended by itself: {}", daemon.log());
        resident.extend(daemon.usage().map(|(resident, _)| resident));
        daemon.kill();
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..2_000))).await;
        daemon.start();
    }
    tokio::time::sleep(length.saturating_sub(begin.elapsed())).await;
    resident
}

/// Waits until nothing is wrong, or gives what still is.
async fn settle(wrong: impl Fn() -> Vec<String>) -> Vec<String> {
    let begin = Instant::now();
    loop {
        let found = wrong();
        if found.is_empty() || begin.elapsed() > SETTLING {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
