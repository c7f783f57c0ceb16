//! REST: what it gives, and what it refuses.

use reqwest::Method;
use serde_json::{Value, json};
use serenity::all::{
    ChannelId, CreateAllowedMentions, CreateMessage, CreateThread, EditMessage, GetMessages, ReactionType,
};

use super::super::discord::{Discord, MessageId, permission};
use super::{Bot, request};

#[tokio::test]
async fn serenity_reads_and_writes_messages() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let bot = Bot::start(&discord).await;
    let asked = discord.say(ana, backend, "@Colega What is REST?");
    let channel = ChannelId::new(backend.0);
    channel.broadcast_typing(&bot.http).await.expect("types");
    let quiet = CreateAllowedMentions::new();
    let reply = CreateMessage::new().content("**REST** is …").reference_message((channel, asked.0.into()));
    let sent = channel.send_message(&bot.http, reply.allowed_mentions(quiet.clone())).await.expect("sent");
    let edited = EditMessage::new().content("**REST** is a style.").allowed_mentions(quiet);
    channel.edit_message(&bot.http, sent.id, edited).await.expect("edited");
    channel.create_reaction(&bot.http, sent.id, ReactionType::Unicode("👍".into())).await.expect("reacted");
    discord.react(ana, MessageId(sent.id.get()), "👍");
    let thumb = ReactionType::Unicode("👍".into());
    let users = channel.reaction_users(&bot.http, sent.id, thumb, None, None).await.expect("listed");
    assert_eq!(users.len(), 2);
    let found = channel.messages(&bot.http, GetMessages::new().after(asked.0).limit(10)).await.expect("listed");
    assert_eq!(found.iter().map(|message| message.id).collect::<Vec<_>>(), [sent.id]);
    assert!(found[0].referenced_message.is_some() && found[0].edited_timestamp.is_some());
    let thread = CreateThread::new("REST");
    channel.create_thread_from_message(&bot.http, sent.id, thread).await.expect("a thread");
    insta::assert_snapshot!(discord.transcript(backend), @"
    #backend

    ana:
        @Colega What is REST?

    Colega (replying to ana, edited):
        **REST** is a style.
        👍 Colega, ana
        thread: REST
    ");
    assert_eq!(discord.acks().len(), 1);
    channel.delete_message(&bot.http, sent.id).await.expect("deleted");
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_the_real_server_refuses_is_refused() {
    let discord = Discord::start().await;
    discord.set(|settings| settings.limits = None);
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let hers = discord.say(ana, backend, "hello");
    let long = "a".repeat(2_001);
    let button = |id: &str| json!({ "type": 2, "style": 1, "label": "x", "custom_id": id });
    let rows = |buttons: Vec<Value>| json!({ "content": "x", "components": [{ "type": 1, "components": buttons }] });
    let creations = [
        (json!({ "content": long }), 400, 50_035),
        (json!({ "content": "  \n" }), 400, 50_006),
        (json!({}), 400, 50_006),
        (json!({ "content": "x", "colour": 1 }), 400, 50_035),
        (json!({ "content": "x", "nonce": "n".repeat(26) }), 400, 50_035),
        (json!({ "content": "x", "message_reference": { "message_id": "1" } }), 400, 50_035),
        (json!({ "content": "x", "message_reference": { "message_id": "one" } }), 400, 50_035),
        (json!({ "content": "x", "allowed_mentions": { "parse": ["users"], "users": ["1"] } }), 400, 50_035),
        (json!({ "embeds": [{ "description": "d".repeat(4_097) }] }), 400, 50_035),
        (json!({ "embeds": vec![json!({ "description": "d".repeat(3_001) }); 2] }), 400, 50_035),
        (rows(vec![button("a"), button("a")]), 400, 50_035),
        (rows(vec![button(&"a".repeat(101))]), 400, 50_035),
        (rows((0..6).map(|at| button(&at.to_string())).collect()), 400, 50_035),
        (rows(vec![]), 400, 50_035),
    ];
    for (body, status, code) in creations {
        let (got, answer) =
            request(&discord, Method::POST, &format!("/channels/{backend}/messages"), Some(body.clone())).await;
        assert_eq!((got, &answer["code"]), (status, &json!(code)), "{body} {answer}");
    }
    let theirs = format!("/channels/{backend}/messages/{hers}");
    let edit = Some(json!({ "content": "x" }));
    let others = [
        (Method::PATCH, theirs.as_str(), edit.clone(), 403, 50_005),
        (Method::PATCH, &format!("/channels/{backend}/messages/123"), edit.clone(), 404, 10_008),
        (Method::POST, "/channels/123/messages", edit.clone(), 404, 10_003),
        (Method::POST, "/channels/general/messages", edit.clone(), 400, 50_035),
        (Method::POST, "/interactions/123/nothing/callback", Some(json!({ "type": 6 })), 404, 10_062),
        (Method::PUT, &format!("{theirs}/reactions/thumbsup/@me"), None, 400, 10_014),
        (Method::PUT, "/users/@me", None, 405, 0),
        (Method::GET, "/nowhere", None, 404, 0),
    ];
    for (method, path, body, status, code) in others {
        let (got, answer) = request(&discord, method, path, body).await;
        assert_eq!((got, &answer["code"]), (status, &json!(code)), "{path} {answer}");
    }
    discord.permit(backend, permission::VIEW_CHANNEL);
    let (_, answer) = request(&discord, Method::POST, &format!("/channels/{backend}/messages"), edit.clone()).await;
    assert_eq!(answer["code"], 50_013);
    discord.permit(backend, 0);
    let (_, answer) = request(&discord, Method::GET, &theirs, None).await;
    assert_eq!(answer["code"], 50_001);
    let direct = discord.direct(ana);
    discord.take_direct(ana, false);
    let (_, answer) = request(&discord, Method::POST, &format!("/channels/{direct}/messages"), edit).await;
    assert_eq!(answer["code"], 50_007);
    assert!(discord.violations().len() > 15, "a bot's own slips are noted: {:#?}", discord.violations());
}

#[tokio::test]
async fn a_nonce_makes_one_message_until_it_is_forgotten() {
    let discord = Discord::start().await;
    let backend = discord.channel("backend");
    let path = format!("/channels/{backend}/messages");
    let body = json!({ "content": "once", "nonce": "abc", "enforce_nonce": true });
    let mut ids = Vec::new();
    for minutes in [0, 1, 10] {
        discord.advance(std::time::Duration::from_secs(60 * minutes));
        ids.push(request(&discord, Method::POST, &path, Some(body.clone())).await.1["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn live_mentions_are_noted() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let asked = discord.say(ana, backend, "hello");
    let path = format!("/channels/{backend}/messages");
    let text = format!("<@{ana}> @everyone");
    let reference = json!({ "message_id": asked });
    for (body, violations) in [
        (json!({ "content": text, "allowed_mentions": { "parse": [] } }), 0),
        (json!({ "content": "x", "message_reference": reference, "allowed_mentions": { "parse": [] } }), 0),
        (json!({ "content": "x", "message_reference": reference }), 1),
        (json!({ "content": text }), 2),
    ] {
        request(&discord, Method::POST, &path, Some(body.clone())).await;
        assert_eq!(discord.violations().len(), violations, "{body}");
    }
}

#[tokio::test]
async fn old_messages_take_few_edits() {
    let discord = Discord::start().await;
    discord.set(|settings| settings.limits = None);
    let backend = discord.channel("backend");
    let path = format!("/channels/{backend}/messages");
    let (_, sent) = request(&discord, Method::POST, &path, Some(json!({ "content": "old" }))).await;
    let path = format!("{path}/{}", sent["id"].as_str().expect("an id"));
    discord.advance(std::time::Duration::from_secs(3_601));
    for expected in [200, 200, 200, 429] {
        let (status, answer) = request(&discord, Method::PATCH, &path, Some(json!({ "content": "new" }))).await;
        assert_eq!(status, expected, "{answer}");
    }
}
