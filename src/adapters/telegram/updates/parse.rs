//! Updates as teloxide knows them, from updates as a newer server may write them.
//!
//! teloxide refuses a whole message for one entity of a kind that came after it, and so would lose a question over a
//! date that somebody's client marked. What Colega does not look at is left out before teloxide sees it.

use serde_json::Value;
use teloxide::types::Update;

/// Entities that matter.
const ENTITIES: [&str; 3] = ["mention", "text_mention", "bot_command"];

/// Reads an update; `None` if it has no number, or nobody did what it tells of.
pub fn parse(mut update: Value) -> Option<Update> {
    if let Some(reaction) = update.get("message_reaction")
        && reaction.get("user").or_else(|| reaction.get("actor_chat")).is_none()
    {
        return None;
    }
    simplify(&mut update);
    serde_json::from_str(&update.to_string()).ok()
}

fn simplify(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    "entities" | "caption_entities" => keep(value, &ENTITIES),
                    "old_reaction" | "new_reaction" => keep(value, &["emoji"]),
                    _ => simplify(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// Keeps the elements of a list that are of one of these types.
fn keep(list: &mut Value, types: &[&str]) {
    if let Value::Array(elements) = list {
        elements.retain(|element| element["type"].as_str().is_some_and(|own| types.contains(&own)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use teloxide::types::UpdateKind;

    use super::*;

    #[test]
    fn kinds_that_came_later_do_not_cost_the_message() {
        let entities =
            json!([{ "type": "date_time", "offset": 0, "length": 1 }, { "type": "mention", "offset": 0, "length": 2 }]);
        let chat = json!({ "id": 1, "type": "private", "first_name": "Ana" });
        let message = json!({ "message_id": 1, "date": 1, "chat": chat, "text": "@b tomorrow", "entities": entities });
        let update = parse(json!({ "update_id": 1, "message": message })).expect("an update");
        let UpdateKind::Message(message) = update.kind else { panic!("a message: {update:?}") };
        assert_eq!(message.entities().map(<[_]>::len), Some(1));
        let new_reaction = json!([{ "type": "holographic" }, { "type": "emoji", "emoji": "👍" }]);
        let mut reaction =
            json!({ "chat": chat, "message_id": 1, "date": 1, "old_reaction": [], "new_reaction": new_reaction });
        assert_eq!(parse(json!({ "update_id": 2, "message_reaction": reaction })), None, "nobody reacted");
        reaction["user"] = json!({ "id": 1, "is_bot": false, "first_name": "Ana" });
        let update = parse(json!({ "update_id": 2, "message_reaction": reaction })).expect("an update");
        assert!(matches!(update.kind, UpdateKind::MessageReaction(reaction) if reaction.new_reaction.len() == 1));
    }

    #[test]
    fn what_is_not_understood_still_has_its_number() {
        let update = parse(json!({ "update_id": 9, "hologram": {} })).expect("an update");
        assert_eq!(update.id.0, 9);
        assert_eq!(parse(json!({ "message": {} })), None);
        assert_eq!(parse(json!("update")), None);
    }
}
