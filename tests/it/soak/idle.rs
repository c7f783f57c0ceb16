//! Nobody asks anything.

use std::time::{Duration, Instant};

use super::seconds;
use crate::daemon::Daemon;
use crate::fakes::discord::Discord;
use crate::fakes::telegram::FakeTelegram;

/// How long the first minute's work (the index, the commands, the caches) may take to settle.
const SETTLING: Duration = Duration::from_secs(5);
/// How much memory and processor time an hour of nothing may take.
const GROWTH_KIB: u64 = 1_024;
const BUSY_PER_MILLE: u128 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_daemon_does_next_to_nothing() {
    let (length, is_full) = seconds(10);
    let (discord, telegram) = (Discord::start().await, FakeTelegram::start().await);
    let mut daemon = Daemon::on_both(&discord, &telegram, &[]);
    daemon.start();
    discord.connected().await;
    let ana = telegram.person("Ana", "en");
    let chat = telegram.direct(ana);
    let asked = telegram.say(chat, ana, "What is an idempotency key?");
    telegram.wait_for("answer", |world| world.answer_to(chat, asked)).await;
    tokio::time::sleep(SETTLING).await;

    let (resident, busy) = daemon.usage().expect("it runs");
    // Once an hour it forgets what it need not keep any longer, and says so.
    let is_news = |line: &&str| !line.contains("beyond their retention are forgotten");
    let lines_of = |log: &str| log.lines().filter(is_news).count();
    let (begin, lines) = (Instant::now(), lines_of(&daemon.log()));
    tokio::time::sleep(length).await;
    let (resident_after, busy_after) = daemon.usage().expect("it runs");
    let (waited, busy) = (begin.elapsed().as_millis(), u128::from(busy_after - busy));
    eprintln!(
        "{} s idle: {busy} ms of processor time, resident {resident} KiB before and {resident_after} KiB after",
        length.as_secs()
    );
    assert_eq!(lines_of(&daemon.log()), lines, "{}", daemon.log());
    assert!(discord.look(|state| state.sessions.is_connected()));
    assert_eq!((discord.violations(), telegram.violations()), (vec![], vec![]));
    if is_full {
        assert!(busy * 1_000 <= BUSY_PER_MILLE * waited, "{busy} of {waited} ms");
        assert!(resident_after <= resident + GROWTH_KIB, "{resident} KiB, then {resident_after} KiB");
    }
}
