//! Limits, and everything that goes wrong on the way.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::super::discord::{Discord, Fault, Route, Storm};
use super::{Bot, Heard, raw, request};

#[tokio::test]
async fn limits_are_told_and_must_be_kept() {
    let discord = Discord::start().await;
    let backend = discord.channel("backend");
    let path = format!("/channels/{backend}/messages");
    let body = |text: &str| Some(json!({ "content": text }));
    for left in (0..5).rev() {
        let response = raw(&discord, Method::POST, &path, body("x")).await.expect("answered");
        assert_eq!(response.headers()["x-ratelimit-remaining"], left.to_string());
    }
    let (status, answer) = request(&discord, Method::POST, &path, body("too many")).await;
    assert_eq!((status, &answer["global"]), (429, &json!(false)));
    assert!(answer["retry_after"].as_f64().is_some_and(|wait| wait > 0.0 && wait <= 5.0), "{answer}");
    assert_eq!(discord.violations(), Vec::<String>::new());
    request(&discord, Method::POST, &path, body("too many")).await;
    assert_eq!(discord.violations().len(), 1, "retry_after was not waited for");
    discord.advance(Duration::from_secs(5));
    assert_eq!(request(&discord, Method::POST, &path, body("too many")).await.0, 200);
}

#[tokio::test]
async fn planned_faults_strike_once() {
    let discord = Discord::start().await;
    let backend = discord.channel("backend");
    let path = format!("/channels/{backend}/messages");
    let body = Some(json!({ "content": "hello" }));
    let count = || discord.look(|state| state.from_bot(backend).len());
    for (fault, status) in [
        (Fault::Throttled(Duration::from_millis(10)), 429),
        (Fault::ThrottledGlobally(Duration::from_millis(10)), 429),
        (Fault::Unavailable(500), 500),
        (Fault::Unavailable(502), 502),
        (Fault::Unauthorized, 401),
    ] {
        discord.next(Route::CreateMessage, fault);
        assert_eq!(request(&discord, Method::POST, &path, body.clone()).await.0, status);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    discord.next(Route::CreateMessage, Fault::Cut);
    raw(&discord, Method::POST, &path, body.clone()).await.expect_err("no answer");
    assert_eq!(count(), 0);
    discord.next(Route::CreateMessage, Fault::Lost);
    raw(&discord, Method::POST, &path, body.clone()).await.expect_err("no answer");
    assert_eq!(count(), 1, "the message is there although the answer was lost");
    assert_eq!(request(&discord, Method::POST, &path, body).await.0, 200);
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_shut_door_refuses_and_opens_again() {
    let discord = Discord::start().await;
    discord.refuse_connections(true);
    let mut refused = raw(&discord, Method::GET, "/gateway", None).await;
    while refused.is_ok() {
        refused = raw(&discord, Method::GET, "/gateway", None).await;
    }
    discord.refuse_connections(false);
    let mut answered = raw(&discord, Method::GET, "/gateway", None).await;
    for _ in 0..100 {
        if answered.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        answered = raw(&discord, Method::GET, "/gateway", None).await;
    }
    assert_eq!(answered.expect("open").status(), 200);
}

#[tokio::test]
async fn a_storm_disturbs_and_a_bot_that_resumes_hears_everything() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let bot = Bot::start(&discord).await;
    discord.storm(Storm { seed: 7, duplicate: 0.5, drop_gateway: 0.3, reconnect: 0.2, ..Storm::default() });
    for at in 0..12 {
        discord.say(ana, backend, &format!("{at}"));
    }
    discord.calm();
    for at in 0..12 {
        let text = at.to_string();
        bot.hears(|heard| matches!(heard, Heard::Said(message) if message.content == text).then_some(())).await;
    }
}
