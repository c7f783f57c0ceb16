//! Two hundred people ask at once.

use std::time::{Duration, Instant};

use super::{on_discord, percentile, seconds};
use crate::daemon::Daemon;
use crate::fakes::discord::{ChannelId, Discord, MessageId, Settings, State};

const PEOPLE: usize = 200;
const CHANNELS: usize = 20;
/// As many as the limits of Discord's servers let through, and a little more.
const PATIENCE: Duration = Duration::from_mins(4);

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_in_twenty_channels_are_all_answered() {
    let discord = Discord::start_with(Settings { patience: PATIENCE, ..Settings::default() }).await;
    let mut daemon = Daemon::new(variables(&discord));
    daemon.start();
    discord.connected().await;
    let channels: Vec<_> = (0..CHANNELS).map(|number| discord.channel(&format!("team-{number}"))).collect();
    let people: Vec<_> = (0..PEOPLE).map(|number| discord.person(&format!("person{number}"))).collect();

    let begin = Instant::now();
    let asked: Vec<MessageId> = people
        .iter()
        .zip(channels.iter().cycle())
        .map(|(person, channel)| discord.say(*person, *channel, "@Colega What is an idempotency key?"))
        .collect();
    let mut waits = wait_for_all(&discord, &asked, begin).await;
    let resident = daemon.usage().expect("it runs").0;
    waits.sort_unstable();
    let mut acks: Vec<Duration> = discord.acks().iter().map(|ack| ack.after).collect();
    acks.sort_unstable();
    assert_eq!(acks.len(), PEOPLE);
    let twice = asked.iter().filter(|question| discord.look(|state| on_discord::whole(state, **question).len() != 1));
    assert_eq!(twice.count(), 0);
    assert_eq!(discord.violations(), Vec::<String>::new());
    let (ack, median, slowest) = (percentile(&acks, 99), percentile(&waits, 50), percentile(&waits, 100));
    eprintln!(
        "{PEOPLE} people, {CHANNELS} channels: acknowledged p50 {:?}, p99 {ack:?}; answered p50 {median:?}, slowest {slowest:?}; \
         resident {} MiB",
        percentile(&acks, 50),
        resident / 1024,
    );
    if seconds(0).1 {
        assert!(ack <= Duration::from_secs(1), "{ack:?}");
        assert!(slowest <= 3 * median, "{slowest:?} > 3 × {median:?}");
        assert!(resident <= 150 * 1024, "{resident} KiB");
    }
}

/// Between two questions, so that it is not Discord's limit on everything that is measured.
const PAUSE: Duration = Duration::from_millis(150);

/// One after the other, so that nothing but the way there and back is measured.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_from_a_question_to_its_answer_is_short() {
    let discord = Discord::start_with(Settings { limits: None, ..Settings::default() }).await;
    let mut daemon = Daemon::new(variables(&discord));
    daemon.start();
    discord.connected().await;
    let channel = discord.channel("backend");
    let count = if seconds(0).1 { 200 } else { 10 };
    let mut whole = Vec::new();
    for number in 0..count {
        let person = discord.person(&format!("person{number}"));
        let begin = Instant::now();
        let question = discord.say(person, channel, "@Colega What is an idempotency key?");
        discord.wait_for("an answer", |state| on_discord::whole(state, question).first().copied()).await;
        whole.push(begin.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    let mut inside = asked_ms(&daemon.log());
    assert_eq!(inside.len(), count);
    let mut beyond: Vec<Duration> =
        whole.iter().zip(&inside).map(|(whole, inside)| whole.saturating_sub(*inside)).collect();
    for times in [&mut whole, &mut inside, &mut beyond] {
        times.sort_unstable();
    }
    let server = bare(&discord, channel, count).await;
    eprintln!(
        "{count} answers of two messages: p50 {:?}, of which the agent {:?}; beyond it p50 {:?}, p95 {:?}, of which two bare \
         requests to the server p50 {:?}",
        percentile(&whole, 50),
        percentile(&inside, 50),
        percentile(&beyond, 50),
        percentile(&beyond, 95),
        percentile(&server, 50),
    );
}

/// How long two messages take, one after the other, that somebody sends who does nothing else.
async fn bare(discord: &Discord, channel: ChannelId, count: usize) -> Vec<Duration> {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let address = format!("{}/api/v10/channels/{channel}/messages", discord.url());
    let body = serde_json::json!({ "content": "x".repeat(1_900) });
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let begin = Instant::now();
        for _ in 0..2 {
            let request = client.post(&address).header("Authorization", format!("Bot {}", discord.token())).json(&body);
            assert!(request.send().await.expect("answered").status().is_success());
        }
        times.push(begin.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    times.sort_unstable();
    times
}

/// How long the agent took for each answer, as the program logs it.
fn asked_ms(log: &str) -> Vec<Duration> {
    let entries = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let millis = entries.filter_map(|entry| entry["fields"]["elapsed_ms"].as_f64());
    millis.map(|millis| Duration::from_secs_f64(millis / 1_000.0)).collect()
}

async fn wait_for_all(discord: &Discord, asked: &[MessageId], begin: Instant) -> Vec<Duration> {
    let mut waits = vec![None; asked.len()];
    while waits.iter().any(Option::is_none) {
        assert!(begin.elapsed() < PATIENCE, "unanswered after {PATIENCE:?}:\n{}", discord.look(State::report));
        discord.look(|state| {
            for (wait, question) in waits.iter_mut().zip(asked) {
                if wait.is_none() && !on_discord::whole(state, *question).is_empty() {
                    *wait = Some(begin.elapsed());
                }
            }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    waits.into_iter().flatten().collect()
}

fn variables(discord: &Discord) -> Vec<(String, String)> {
    [
        ("DISCORD_TOKEN", discord.token()),
        ("COLEGA__DISCORD__API_URL", discord.url()),
        ("COLEGA__LOG__FORMAT", "json".to_owned()),
        ("COLEGA__LIMITS__PER_CHAT__BURST", "0".to_owned()),
        ("COLEGA__LIMITS__PER_CHAT__PER_MINUTE", "0".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
