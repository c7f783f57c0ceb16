//! Forms of updates that the tests against a server do not make.

use serde_json::{Value, json};

use super::*;

fn me() -> Identity {
    Identity { id: 42, username: "colega_bot".into(), reads_everything: true, joins_groups: true }
}

fn translate(kind: &str, body: &Value) -> Option<Incoming> {
    let update = json!({ "update_id": 7, kind: body }).to_string();
    incoming(&serde_json::from_str(&update).expect("an update"), &me(), 5)
}

fn message(extra: &Value) -> Value {
    let mut message = json!({
        "message_id": 3, "date": 1_700_000_000, "chat": { "id": -100, "type": "supergroup", "title": "Backend" },
        "from": { "id": 1, "is_bot": false, "first_name": "Ana" },
    });
    for (key, value) in extra.as_object().expect("an object") {
        message[key] = value.clone();
    }
    message
}

#[test]
fn a_thread_of_replies_is_no_topic() {
    let incoming = translate("message", &message(&json!({ "text": "hi", "message_thread_id": 2 }))).expect("said");
    assert_eq!((incoming.place.topic, incoming.place.kind), (None, PlaceKind::Group));
}

#[test]
fn what_stands_in_no_topic_of_a_forum_stands_in_general() {
    let forum = json!({ "id": -100, "type": "supergroup", "title": "Backend", "is_forum": true });
    let heard_in = |extra: Value| translate("message", &message(&extra)).expect("said").place;
    let general = heard_in(json!({ "text": "hi", "chat": forum }));
    assert_eq!((general.topic.as_deref(), general.kind), (Some("1"), PlaceKind::Thread));
    assert_eq!(
        heard_in(json!({ "text": "hi", "chat": forum, "message_thread_id": 2 })),
        general,
        "among replies there"
    );
    let topic = heard_in(json!({ "text": "hi", "chat": forum, "message_thread_id": 2, "is_topic_message": true }));
    assert_eq!(topic.topic.as_deref(), Some("2"));
}

#[test]
fn a_topic_that_the_bot_opened_is_not_replied_to_by_every_message_in_it() {
    let opened = json!({
        "message_id": 2, "date": 1, "chat": { "id": -100, "type": "supergroup", "title": "Backend" },
        "from": { "id": 42, "is_bot": true, "first_name": "Colega" },
        "forum_topic_created": { "name": "APIs", "icon_color": 7_322_096 },
    });
    let extra = json!({ "text": "hi", "message_thread_id": 2, "is_topic_message": true, "reply_to_message": opened });
    let incoming = translate("message", &message(&extra)).expect("said");
    assert!(matches!(incoming.event, Event::Said { way: Way::Overheard, reply_to: None, .. }), "{incoming:?}");
    assert_eq!(incoming.place.topic.as_deref(), Some("2"));
}

#[test]
fn words_without_letters_are_heard_in_dms_once() {
    let direct = json!({ "id": 1, "type": "private", "first_name": "Ana" });
    let photo = json!([{ "file_id": "p", "file_unique_id": "p", "width": 1, "height": 1, "file_size": 1 }]);
    let heard = |extra| translate("message", &message(&extra)).is_some();
    assert!(heard(json!({ "chat": direct, "photo": photo })));
    assert!(!heard(json!({ "chat": direct, "photo": photo, "media_group_id": "9" })));
    assert!(!heard(json!({ "photo": photo })));
    assert!(!heard(json!({ "chat": direct, "text": "hi", "via_bot": { "id": 5, "is_bot": true, "first_name": "B" } })));
    assert!(!heard(json!({ "text": "hi", "from": { "id": 5, "is_bot": true, "first_name": "B" } })));
}

#[test]
fn a_button_below_a_message_that_is_too_old_to_see_still_works() {
    let query = json!({
        "id": "9", "from": { "id": 1, "is_bot": false, "first_name": "Ana" }, "chat_instance": "1", "data": "up:00aa",
        "message": { "message_id": 3, "date": 0, "chat": { "id": 1, "type": "private", "first_name": "Ana" } },
    });
    let incoming = translate("callback_query", &query).expect("pressed");
    assert_eq!((incoming.at_ms, incoming.place.kind), (5, PlaceKind::Direct));
    assert!(matches!(incoming.event, Event::Pressed { message: MessageId(id), .. } if id == "3"));
}

#[test]
fn an_edited_question_given_as_a_command_is_the_question() {
    let edited = |text: &str, length: usize| {
        let entities = json!([{ "type": "bot_command", "offset": 0, "length": length }]);
        translate(
            "edited_message",
            &message(&json!({ "text": text, "entities": entities, "edit_date": 1_700_000_009 })),
        )
    };
    let incoming = edited("/ask what is JWT?", 4).expect("edited");
    assert_eq!(incoming.at_ms, 1_700_000_009_000);
    assert!(matches!(incoming.event, Event::Edited { text, way: Way::Mention, .. } if text == "what is JWT?"));
    assert_eq!(edited("/why", 4), None);
}

#[test]
fn an_anonymous_reaction_is_the_groups() {
    let chat = json!({ "id": -100, "type": "supergroup", "title": "Backend" });
    let reaction = json!({
        "chat": chat, "message_id": 3, "actor_chat": chat, "date": 1_700_000_000, "old_reaction": [],
        "new_reaction": [{ "type": "paid" }, { "type": "custom_emoji", "custom_emoji_id": "1" }, { "type": "emoji", "emoji": "👎" }],
    });
    let incoming = translate("message_reaction", &reaction).expect("reacted");
    assert_eq!(incoming.from.id.0, "-100");
    assert!(matches!(incoming.event, Event::Reactions { thumbs, .. } if thumbs == [Vote::Down]));
}
