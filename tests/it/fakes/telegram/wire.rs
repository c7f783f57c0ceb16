//! The server's objects as JSON, <https://core.telegram.org/bots/api#available-types>.

use serde_json::{Map, Value, json};

use super::world::{Author, BOT_ID, BOT_NAME, Kind, Standing, World};

/// The number under which Telegram shows anonymous administrators.
const ANONYMOUS: u64 = 1_087_968_824;
/// Telegram's own number.
const TELEGRAM: u64 = 777_000;

pub fn bot() -> Value {
    json!({ "id": BOT_ID, "is_bot": true, "first_name": "Colega", "username": BOT_NAME })
}

pub fn person(world: &World, person: u64) -> Value {
    let known = &world.people[&person];
    json!({ "id": person, "is_bot": false, "first_name": known.name, "language_code": known.language })
}

pub fn chat(world: &World, chat: i64) -> Value {
    let known = world.chat(chat);
    match known.kind {
        Kind::Private => json!({ "id": chat, "type": "private", "first_name": known.title }),
        Kind::Group => json!({ "id": chat, "type": "group", "title": known.title }),
        Kind::Channel => json!({ "id": chat, "type": "channel", "title": known.title }),
        Kind::Supergroup if known.topics.is_empty() => {
            json!({ "id": chat, "type": "supergroup", "title": known.title })
        }
        Kind::Supergroup => json!({ "id": chat, "type": "supergroup", "title": known.title, "is_forum": true }),
    }
}

/// The bot as a member.
pub fn member(standing: Standing) -> Value {
    match standing {
        Standing::Administrator => json!({
            "status": "administrator", "user": bot(), "can_be_edited": false, "is_anonymous": false,
            "can_manage_chat": true, "can_delete_messages": false, "can_manage_video_chats": false,
            "can_restrict_members": false, "can_promote_members": false, "can_change_info": false,
            "can_invite_users": false, "can_post_stories": false, "can_edit_stories": false, "can_delete_stories": false,
        }),
        Standing::Member => json!({ "status": "member", "user": bot() }),
        Standing::Left => json!({ "status": "left", "user": bot() }),
        Standing::Kicked => json!({ "status": "kicked", "user": bot(), "until_date": 0 }),
    }
}

/// A message with the message that it replies to. In a topic what replies to nothing replies to the topic's first
/// message.
pub fn message(world: &World, chat: i64, id: i32) -> Value {
    let mut body = alone(world, chat, id);
    let message = &world.chat(chat).messages[&id];
    let to = message.reply_to.or(message.topic).filter(|to| world.message(chat, *to).is_some());
    if let Some(to) = to {
        body.insert("reply_to_message".into(), Value::Object(alone(world, chat, to)));
    }
    Value::Object(body)
}

/// A message as the answer to a change shows it: without what it replies to.
pub fn changed(world: &World, chat: i64, id: i32) -> Value {
    Value::Object(alone(world, chat, id))
}

fn alone(world: &World, chat: i64, id: i32) -> Map<String, Value> {
    let message = &world.chat(chat).messages[&id];
    let mut body = Map::new();
    let mut set = |key: &str, value: Value| body.insert(key.to_owned(), value);
    set("message_id", json!(id));
    set("date", json!(message.date));
    set("chat", self::chat(world, chat));
    match message.author {
        Author::Bot => {
            set("from", bot());
        }
        Author::Person(who) => {
            set("from", person(world, who));
        }
        Author::Anonymous => {
            set("sender_chat", self::chat(world, chat));
            set(
                "from",
                json!({ "id": ANONYMOUS, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" }),
            );
        }
        Author::OtherBot => {
            set("from", json!({ "id": 9, "is_bot": true, "first_name": "Other", "username": "other_bot" }));
        }
        Author::Channel => {
            set("sender_chat", json!({ "id": -1_000_000_000_001_i64, "type": "channel", "title": "News" }));
            set("from", json!({ "id": TELEGRAM, "is_bot": false, "first_name": "Telegram" }));
            set("is_automatic_forward", json!(true));
        }
    }
    if let Some(topic) = message.topic {
        set("message_thread_id", json!(topic));
        set("is_topic_message", json!(true));
    }
    if message.is_forwarded {
        set("forward_origin", json!({ "type": "hidden_user", "sender_user_name": "Somebody", "date": message.date }));
    }
    if let Some((key, value)) = &message.service {
        set(key, value.clone());
        return body;
    }
    let (text, entities) = if message.is_photo { ("caption", "caption_entities") } else { ("text", "entities") };
    if message.is_photo {
        set("photo", json!([{ "file_id": "p", "file_unique_id": "p", "width": 1, "height": 1, "file_size": 1 }]));
    }
    if !message.text.is_empty() {
        set(text, json!(message.text));
    }
    if !message.entities.is_empty() {
        set(entities, json!(message.entities));
    }
    if !message.buttons.is_empty() {
        let button = |(text, data): &(String, String)| json!({ "text": text, "callback_data": data });
        let rows: Vec<Vec<Value>> = message.buttons.iter().map(|row| row.iter().map(button).collect()).collect();
        set("reply_markup", json!({ "inline_keyboard": rows }));
    }
    body
}
