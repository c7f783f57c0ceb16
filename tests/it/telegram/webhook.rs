//! Updates that Telegram brings.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::json;

use crate::daemon::Daemon;
use crate::fakes::telegram::world::Message;
use crate::fakes::telegram::{FakeTelegram, TOKEN};

const ADDRESS: &str = "https://bot.example.org/telegram";

/// A port that was free a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("loopback")
}

fn daemon(telegram: &FakeTelegram, listener: SocketAddr) -> Daemon {
    let variables = [
        ("TELEGRAM_TOKEN", TOKEN.to_owned()),
        ("COLEGA__TELEGRAM__API_URL", telegram.url()),
        ("COLEGA__TELEGRAM__WEBHOOK", ADDRESS.to_owned()),
        ("COLEGA__TELEGRAM__WEBHOOK_LISTEN", listener.to_string()),
    ];
    Daemon::new(variables.map(|(name, value)| (name.to_owned(), value)).into())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_is_answered_once_though_the_daemon_is_killed_while_updates_are_brought() {
    let telegram = FakeTelegram::start().await;
    let people = ["Ana", "Ben", "Eva"].map(|name| telegram.person(name, "en"));
    let [ana, ben, eva] = people.map(|person| (telegram.direct(person), person));
    let listener = free();
    telegram.bring_to(listener);
    let mut daemon = daemon(&telegram, listener);
    daemon.start();
    let ask = |(chat, person), question: &str| (chat, telegram.say(chat, person, question));
    let answered = |(chat, question)| telegram.wait_for("an answer", move |world| world.answer_to(chat, question));
    let first = ask(ana, "What is an idempotency key?");
    answered(first).await;
    assert_eq!(telegram.look(|world| world.webhook.clone()), ADDRESS);
    assert_eq!(telegram.counters().get("getupdates"), None, "nothing is fetched");
    // Killed in the middle, and while it is away.
    let second = ask(ben, "What is cursor pagination?");
    daemon.kill();
    let third = ask(eva, "How do I version a REST API?");
    tokio::time::sleep(Duration::from_millis(500)).await;
    daemon.start();
    for question in [second, third] {
        answered(question).await;
    }
    telegram.wait_for("an empty queue", |world| world.updates.is_empty().then_some(())).await;
    for (chat, question) in [first, second, third] {
        let is_answer = |reply: &&Message| reply.buttons.iter().flatten().any(|(_, data)| data.starts_with("up:"));
        let answers = telegram.look(|world| world.replies(chat, question).into_iter().filter(is_answer).count());
        assert_eq!(answers, 1, "{}", telegram.transcript(chat));
    }
    daemon.stop();
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_know_the_secret_is_not_heard() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let direct = telegram.direct(ana);
    let listener = free();
    let mut daemon = daemon(&telegram, listener);
    daemon.start();
    telegram.wait_for("a webhook", |world| (!world.webhook.is_empty()).then_some(())).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let chat = json!({ "id": direct, "type": "private", "first_name": "Ana" });
    let from = json!({ "id": ana, "is_bot": false, "first_name": "Ana" });
    let message = json!({ "message_id": 7, "date": 1, "chat": chat, "from": from, "text": "What is a JWT?" });
    let update = json!({ "update_id": 1, "message": message });
    for secret in ["", "0000", &"0".repeat(64)] {
        let request = client.post(format!("http://{listener}/telegram")).json(&update);
        let response = request.header("X-Telegram-Bot-Api-Secret-Token", secret).send().await.expect("answered");
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{secret}");
    }
    let elsewhere = client.get(format!("http://{listener}/")).send().await.expect("answered");
    assert_eq!(elsewhere.status(), StatusCode::UNAUTHORIZED, "whatever is asked for");
    daemon.stop();
    assert!(telegram.look(|world| world.of_bot(direct).is_empty()), "{}", telegram.transcript(direct));
}
