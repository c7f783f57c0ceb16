use serde_json::{Value, json};
use serenity::all::MessageId as DiscordMessageId;

use super::*;

const OWN: UserId = UserId::new(1);
const OWN_ROLE: RoleId = RoleId::new(9);

fn user(id: u64) -> Value {
    json!({ "id": id.to_string(), "username": "somebody", "discriminator": "0", "avatar": null, "bot": id == OWN.get() })
}

/// A message as the gateway sends it, with `fields` in place of the usual ones.
fn message(content: &str, fields: Value) -> Message {
    let mut message = json!({
        "id": "100", "channel_id": "20", "guild_id": "30", "author": user(2), "content": content,
        "timestamp": "2026-01-01T00:00:00Z", "edited_timestamp": null, "tts": false, "mention_everyone": false,
        "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "type": 0,
    });
    if let (Some(message), Value::Object(fields)) = (message.as_object_mut(), fields) {
        message.extend(fields);
    }
    serde_json::from_value(message).expect("a message")
}

fn check(content: &str, fields: Value, expected: (&str, bool)) {
    let message = message(content, fields);
    let spoken = Spoken::by_a_person(&message).expect("a person");
    let (text, is_mentioned) = spoken.without_mentions(OWN, &[OWN_ROLE]);
    assert_eq!((text.as_str(), is_mentioned), expected, "{content}");
}

#[test]
fn mentions_of_the_bot_and_of_its_role_are_taken_out() {
    let me = || json!({ "mentions": [user(1)] });
    check("<@1> what is JWT?", me(), ("what is JWT?", true));
    check("<@!1>, what is JWT?", me(), ("what is JWT?", true));
    check("hey <@1>: what is JWT?", me(), ("hey what is JWT?", true));
    check("what is JWT, <@1>?", me(), ("what is JWT, ?", true));
    check("<@1>\n```\n  a  b\n```", me(), ("```\n  a  b\n```", true));
    check("<@&9> what is JWT?", json!({ "mention_roles": ["9"] }), ("what is JWT?", true));
    check("<@1>", me(), ("", true));
}

#[test]
fn others_everyone_and_code_call_nobody() {
    check("<@7> what is JWT?", json!({ "mentions": [user(7)] }), ("what is JWT?", false));
    check("<@&8> look", json!({ "mention_roles": ["8"] }), ("look", false));
    check("@everyone look", json!({ "mention_everyone": true }), ("@everyone look", false));
    check("`<@1>` is how one writes it", json!({}), ("`<@1>` is how one writes it", false));
    check("ask <@7> in <#5>, what is `<@7>`?", json!({ "mentions": [user(7)] }), ("ask in what is `<@7>`?", false));
    // The author of a message that is replied to is mentioned without standing in the text.
    check("and in GraphQL?", json!({ "mentions": [user(1)] }), ("and in GraphQL?", false));
}

#[test]
fn bots_webhooks_and_discord_itself_are_not_listened_to() {
    for fields in [
        json!({ "author": user(1) }),
        json!({ "webhook_id": "5" }),
        json!({ "type": 7 }),
        json!({ "type": 18 }),
        json!({ "type": 21 }),
    ] {
        assert!(Spoken::by_a_person(&message("<@1> hello", fields.clone())).is_none(), "{fields}");
    }
}

#[test]
fn a_mention_alone_asks_for_help_and_a_picture_alone_says_nothing() {
    let alone = message("<@1>", json!({ "mentions": [user(1)] }));
    let spoken = Spoken::by_a_person(&alone).expect("a person");
    let event = spoken.event(String::new(), Way::Mention);
    assert!(matches!(event, Some(Event::Commanded { command: Command::Help, interaction: None, .. })), "{event:?}");
    let picture = message("", json!({}));
    assert_eq!(Spoken::by_a_person(&picture).expect("a person").event(String::new(), Way::Direct), None);
}

#[test]
fn replies_name_what_they_reply_to_and_forwarded_messages_do_not() {
    let reference = |kind: u8| json!({ "message_reference": { "type": kind, "message_id": "55", "channel_id": "20" } });
    let reply_to = |fields| {
        let message = message("and in GraphQL?", fields);
        Spoken::by_a_person(&message).expect("a person").reply_to().map(|id| id.0)
    };
    assert_eq!(reply_to(reference(0)), Some("55".into()));
    assert_eq!(reply_to(reference(1)), None);
    assert_eq!(reply_to(json!({})), None);
}

#[test]
fn only_a_changed_text_is_an_edit() {
    let update = |fields: Value| {
        let mut update = json!({ "id": "100", "channel_id": "20" });
        if let (Some(update), Value::Object(fields)) = (update.as_object_mut(), fields) {
            update.extend(fields);
        }
        edited(serde_json::from_value(update).expect("an update"))
    };
    let at = "2026-01-01T00:00:00.5Z";
    let (message, edited_ms) =
        update(json!({ "author": user(2), "content": "new", "edited_timestamp": at, "type": 0 })).expect("an edit");
    assert_eq!((message.id, message.content.as_str()), (DiscordMessageId::new(100), "new"));
    assert_eq!(edited_ms, 1_767_225_600_500);
    // Discord unfolds a link, or pins the message.
    assert!(update(json!({ "embeds": [] })).is_none());
    assert!(update(json!({ "author": user(2), "content": "old", "edited_timestamp": null })).is_none());
}
