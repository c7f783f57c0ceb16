//! Models behind an address.

use std::time::{Duration, Instant};

use colega::answer::Engine;
use colega::generate::remote::{RemoteSettings, RemoteWriter};
use colega::generate::writer::Writer;
use serde_json::json;

use super::server::{Act, Server};
use super::{ENGLISH, agent, agent_with, ask, first};

const WORDS: &str = "A client attaches an idempotency key, a unique value, to a request.";

fn writer(servers: &[&Server]) -> RemoteWriter {
    RemoteWriter::new(RemoteSettings {
        urls: servers.iter().map(|server| server.url.clone()).collect(),
        model: "some-model".to_owned(),
        key: Some("s3cret".to_owned()),
        at_once: 4,
        patience: Duration::from_millis(300),
        temperature: 0.0,
        seed: 7,
    })
    .expect("good settings")
}

/// What two turns of a conversation with these servers give.
async fn talk(servers: &[&Server], turns: &[&str]) -> anyhow::Result<Vec<String>> {
    let writer = Writer::Remote(writer(servers));
    let mut conversation = writer.begin("Be brief.").await?;
    let mut said = Vec::new();
    for turn in turns {
        said.push(writer.say(&mut conversation, turn, 64, |_| true).await?);
    }
    Ok(said)
}

#[tokio::test]
async fn each_turn_carries_all_that_was_said_and_the_key() {
    let server = Server::start([Act::Writes("Uno: ñandú."), Act::Writes("Two.")]).await;
    assert_eq!(talk(&[&server], &["First", "Second"]).await.expect("written"), ["Uno: ñandú.", "Two."]);
    let requests = server.requests();
    let turn = |role: &str, content: &str| json!({ "role": role, "content": content });
    assert_eq!(
        requests[1].1["messages"],
        json!([
            turn("system", "Be brief."),
            turn("user", "First"),
            turn("assistant", "Uno: ñandú."),
            turn("user", "Second")
        ])
    );
    assert_eq!(requests[0].1["model"], "some-model");
    assert_eq!(requests[0].0["authorization"], "Bearer s3cret");
}

#[tokio::test]
async fn a_server_that_fails_in_any_way_is_left_for_another() {
    for act in
        [Act::Fails(500), Act::Fails(429), Act::Fails(401), Act::Hangs, Act::BreaksOff("Half of a tex"), Act::Babbles]
    {
        let (bad, good) = (Server::start([act.clone()]).await, Server::start([Act::Writes("Well.")]).await);
        let begin = Instant::now();
        assert_eq!(talk(&[&bad, &good], &["Go"]).await.expect("written"), ["Well."], "{act:?}");
        assert!(begin.elapsed() < Duration::from_secs(5) && bad.requests().len() == 1, "{act:?}");
    }
}

#[tokio::test]
async fn one_of_two_servers_is_away_and_nobody_notices() {
    let good = Server::start([Act::Writes("One."), Act::Writes("Two."), Act::Writes("Three.")]).await;
    let away = Server { url: "http://127.0.0.1:9/v1".to_owned(), ..good.clone() };
    assert_eq!(talk(&[&away, &good], &["1", "2", "3"]).await.expect("written"), ["One.", "Two.", "Three."]);
}

#[tokio::test]
async fn a_wrong_request_is_not_tried_again_and_no_error_holds_the_key() {
    let server = Server::start([Act::Fails(400), Act::Writes("Too late.")]).await;
    let error = format!("{:#}", talk(&[&server], &["Go"]).await.expect_err("refused"));
    assert!(error.contains("400") && !error.contains("s3cret"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_text_ends_where_it_is_told_to() {
    let server = Server::start([Act::Writes("One two three four five six seven eight.")]).await;
    let writer = writer(&[&server]);
    let writer = Writer::Remote(writer);
    let mut conversation = writer.begin("Be brief.").await.expect("begun");
    let said = writer.say(&mut conversation, "Go", 64, |text| text.len() < 12).await.expect("written");
    assert!(said.starts_with("One two") && said.len() < 20, "{said}");
}

#[tokio::test]
async fn answers_are_worded_by_a_server_and_stay_quoted_without_one() {
    let server = Server::start([Act::Writes(WORDS), Act::Writes("- Nonsense here.")]).await;
    let (worded, _) = ask(&agent(Writer::Remote(writer(&[&server])), 64), ENGLISH).await;
    assert_eq!((first(&worded), worded.engine), (WORDS, Engine::Remote));
    let quoted = ask(&agent_with(None), ENGLISH).await.0;
    let gone = Server::start([]).await;
    let (answer, _) = ask(&agent(Writer::Remote(writer(&[&gone])), 64), ENGLISH).await;
    assert_eq!((answer.sections, answer.engine), (quoted.sections, Engine::Extractive));
}
