//! Polling heals by itself, and says what is wrong meanwhile.

use std::time::Duration;

use colega::adapters::telegram::api::Api;
use colega::adapters::telegram::updates::Updates;
use colega::adapters::telegram::{Arrival, prepare, publish_commands};
use colega::adapters::token::Token;
use colega::desk::health::{Connection, Health};

use super::{Ears, api};
use crate::fakes::telegram::{FakeTelegram, Faults};

fn words(health: &Health) -> String {
    match health.connection() {
        Connection::Down(Some(words)) => words,
        other => panic!("down, with words: {other:?}"),
    }
}

#[tokio::test]
async fn a_rival_and_errors_are_outlived_and_reactions_arrive_although_the_first_poll_failed() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let direct = telegram.direct(ana);
    let mut ears = Ears::open(&telegram).await;
    telegram.fail(Faults { rival_polls: 1, ..Faults::default() });
    ears.hear().await;
    telegram.fail(Faults { before: 1.0, only: &["getupdates"], ..Faults::default() });
    tokio::time::timeout(Duration::from_millis(100), ears.hear()).await.expect_err("nothing arrives");
    assert!(words(&ears.health).contains("500"), "{}", words(&ears.health));
    telegram.fail(Faults::default());
    let message = telegram.say(direct, ana, "what is JWT?");
    telegram.react(direct, message, ana, &["👍"]);
    assert_eq!(ears.hear_something().await.len(), 2);
    assert!(matches!(ears.health.connection(), Connection::Up(_)));
    assert_eq!(Health::read(&ears.health.conflicts), 1);
    assert_eq!(Health::read(&ears.health.reconnects), 2);
    assert!(Health::read(&ears.health.retries) >= 2);
}

#[tokio::test]
async fn a_webhook_that_is_set_meanwhile_is_removed() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let direct = telegram.direct(ana);
    let mut ears = Ears::open(&telegram).await;
    ears.hear().await;
    telegram.set_webhook("https://elsewhere.example/hook");
    telegram.say(direct, ana, "before a poll");
    assert_eq!(ears.hear_something().await.len(), 1);
    assert!(matches!(ears.health.connection(), Connection::Up(_)));
    let polls = telegram.look(|world| world.poll);
    let interfere = async {
        telegram.wait_for("a poll", |world| (world.poll > polls).then_some(())).await;
        telegram.set_webhook("https://elsewhere.example/hook");
        telegram.say(direct, ana, "while one is held");
    };
    let (heard, ()) = tokio::join!(ears.hear_something(), interfere);
    assert_eq!(heard.len(), 1);
    assert!(telegram.look(|world| world.webhook.is_empty()));
    assert_eq!(Health::read(&ears.health.conflicts), 2);
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test]
async fn a_server_that_goes_away_is_found_again() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let mut ears = Ears::open(&telegram).await;
    telegram.say(telegram.direct(ana), ana, "one");
    assert_eq!(ears.hear().await.len(), 1);
    telegram.go_down();
    tokio::time::timeout(Duration::from_millis(100), ears.hear()).await.expect_err("nothing arrives");
    assert!(!words(&ears.health).contains("fake-token"));
    telegram.say(telegram.direct(ana), ana, "two");
    telegram.come_up().await;
    assert_eq!(ears.hear_something().await.len(), 1);
}

#[tokio::test]
async fn updates_that_were_not_confirmed_are_told_again_after_a_restart() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let mut ears = Ears::open(&telegram).await;
    telegram.say(telegram.direct(ana), ana, "one");
    let batch = ears.updates.next(&ears.health).await;
    assert_eq!(batch.len(), 1);
    let mut restarted = Updates::new(&api(&telegram), Duration::from_secs(1), None);
    let again = restarted.next(&ears.health).await;
    assert_eq!(again, batch);
    let offset = restarted.confirm(&again);
    telegram.say(telegram.direct(ana), ana, "two");
    let mut third = Updates::new(&api(&telegram), Duration::from_secs(1), offset);
    let next = third.next(&ears.health).await;
    assert_eq!(next.len(), 1);
    assert_ne!(next, batch);
}

#[tokio::test]
async fn a_wrong_token_is_told_with_its_mend_and_does_not_end_the_program() {
    let telegram = FakeTelegram::start().await;
    for token in ["nonsense", "1:not-the-token-of-anybody"] {
        let api = Api::new(&telegram.url(), &Token::new(token)).expect("an address");
        let health = Health::default();
        let waiting = tokio::time::timeout(Duration::from_millis(300), prepare(&api, &health, Arrival::Fetched));
        waiting.await.expect_err("it goes on trying");
        assert!(words(&health).contains("@BotFather"), "{}", words(&health));
        assert_eq!(Health::read(&health.retries), 1, "it does not ask often");
    }
}

#[tokio::test]
async fn a_webhook_is_removed_and_the_menu_speaks_both_languages() {
    let telegram = FakeTelegram::start().await;
    telegram.set_webhook("https://elsewhere.example/hook");
    let mut ears = Ears::open(&telegram).await;
    ears.hear().await;
    publish_commands(&api(&telegram)).await;
    let menu = telegram.look(|world| world.commands.clone());
    let described = |scope: &str, language: &str| {
        let commands = menu[&(scope.to_owned(), language.to_owned())].as_array().expect("a list").clone();
        commands.into_iter().find(|command| command["command"] == "ask").expect("ask")["description"].clone()
    };
    for scope in ["default", "all_group_chats"] {
        assert_ne!(described(scope, ""), described(scope, "es"));
    }
    assert_eq!(telegram.violations(), [""; 0]);
}
