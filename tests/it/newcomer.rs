//! The README's way to a bot, word by word: its commands are run as they stand there, only with the token of a server on
//! loopback.

use std::process::Output;

use crate::daemon::Daemon;
use crate::fakes::discord::{Discord, Settings};
use crate::fakes::telegram::{FakeTelegram, TOKEN};

const README: &str = include_str!("../../README.md");
/// What stands there for the token.
const YOUR_TOKEN: &str = "your-token";

/// The commands of the README that begin with `variable`, without `colega` itself: its arguments.
fn commands(variable: &str) -> Vec<Vec<&'static str>> {
    let start = format!("{variable}={YOUR_TOKEN} colega");
    let lines = README.lines().filter_map(|line| line.trim().strip_prefix(start.as_str()));
    lines.map(|arguments| arguments.split_whitespace().collect()).collect()
}

/// The question of the README that begins with `mention`.
fn question(mention: &str) -> &'static str {
    let from = README.find(&format!("`{mention} ")).expect("a question") + 1;
    README[from..].split_once('`').expect("an end").0
}

/// What `colega doctor` finds, and whether all is well.
fn doctor(daemon: &Daemon, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = daemon.command(arguments).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&stderr), "");
    (status.success(), String::from_utf8(stdout).expect("UTF-8"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_a_discord_bot() {
    let discord = Discord::start_with(Settings { portal_intents: 0, ..Settings::default() }).await;
    let variables = [("DISCORD_TOKEN", discord.token()), ("COLEGA__DISCORD__API_URL", discord.url())];
    let mut daemon = Daemon::new(variables.map(|(name, value)| (name.to_owned(), value)).into());
    let [diagnose, serve] = &commands("DISCORD_TOKEN")[..] else { panic!("two commands") };
    assert!(serve.is_empty());

    // Step 2 was skipped.
    let (is_well, says) = doctor(&daemon, diagnose);
    assert!(!is_well && says.contains("Message Content Intent") && says.contains("/bot, under Privileged"), "{says}");
    discord.set(|settings| settings.portal_intents = Settings::default().portal_intents);
    let (is_well, says) = doctor(&daemon, diagnose);
    assert!(is_well && says.contains("https://discord.com/oauth2/authorize?client_id="), "{says}");
    daemon.start();
    discord.connected().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let asked = discord.say(ana, backend, question("@Colega"));
    let answer = discord.wait_for("answer", |state| state.replies(asked).first().map(|own| own.content.clone())).await;
    assert!(answer.contains("idempotency key"), "{answer}");
    daemon.stop();
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_a_telegram_bot() {
    let telegram = FakeTelegram::start().await;
    let variables = [("TELEGRAM_TOKEN", TOKEN.to_owned()), ("COLEGA__TELEGRAM__API_URL", telegram.url())];
    let mut daemon = Daemon::new(variables.map(|(name, value)| (name.to_owned(), value)).into());
    let [diagnose, serve] = &commands("TELEGRAM_TOKEN")[..] else { panic!("two commands") };
    assert!(serve.is_empty());

    let (is_well, says) = doctor(&daemon, diagnose);
    assert!(is_well && says.contains("@colega_bot") && says.contains("/setprivacy"), "{says}");
    daemon.start();
    let ana = telegram.person("Ana", "en");
    let chat = telegram.direct(ana);
    let asked = telegram.say(chat, ana, "what is an idempotency key?");
    telegram.wait_for("answer in a direct chat", |world| world.answer_to(chat, asked)).await;

    // In a group, a command is answered; a mention once privacy mode is off and the bot was added again.
    let group = telegram.supergroup("Backend", &[ana]);
    let mention = "@colega_bot what is an idempotency key?";
    let unheard = telegram.say(group, ana, mention);
    let asked = telegram.command(group, ana, "/ask@colega_bot what is an idempotency key?");
    telegram.wait_for("answer to a command", |world| world.answer_to(group, asked)).await;
    assert_eq!(telegram.look(|world| world.answer_to(group, unheard)), None);
    telegram.set_privacy(false);
    let (_, says) = doctor(&daemon, diagnose);
    assert!(says.contains("privacy mode is off"), "{says}");
    let asked = telegram.say(group, ana, mention);
    telegram.wait_for("answer to a mention", |world| world.answer_to(group, asked)).await;
    daemon.stop();
    assert_eq!(telegram.violations(), Vec::<String>::new());
}

#[test]
fn without_a_token_the_doctor_says_where_one_comes_from() {
    let (is_well, says) = doctor(&Daemon::new(Vec::new()), &["doctor"]);
    assert!(is_well && says.contains("set DISCORD_TOKEN") && says.contains("set TELEGRAM_TOKEN"), "{says}");
}
