//! The methods that there are, and what they take: everything else is a mistake of the bot's.

use serde_json::Value;

use super::world::World;

/// Methods with their parameters, those that must be there first.
const METHODS: &[(&str, &[&str], &[&str])] = &[
    ("getme", &[], &[]),
    ("getupdates", &[], &["offset", "limit", "timeout", "allowed_updates"]),
    ("getwebhookinfo", &[], &[]),
    (
        "setwebhook",
        &["url"],
        &["certificate", "ip_address", "max_connections", "allowed_updates", "drop_pending_updates", "secret_token"],
    ),
    ("deletewebhook", &[], &["drop_pending_updates"]),
    ("setmycommands", &["commands"], &["scope", "language_code"]),
    ("getmycommands", &[], &["scope", "language_code"]),
    (
        "sendmessage",
        &["chat_id", "text"],
        &[
            "business_connection_id",
            "message_thread_id",
            "parse_mode",
            "entities",
            "link_preview_options",
            "disable_notification",
            "protect_content",
            "reply_parameters",
            "reply_markup",
        ],
    ),
    (
        "editmessagetext",
        &["chat_id", "message_id", "text"],
        &["parse_mode", "entities", "link_preview_options", "reply_markup"],
    ),
    ("editmessagereplymarkup", &["chat_id", "message_id"], &["reply_markup"]),
    ("deletemessage", &["chat_id", "message_id"], &[]),
    ("sendchataction", &["chat_id", "action"], &["message_thread_id"]),
    ("answercallbackquery", &["callback_query_id"], &["text", "show_alert", "url", "cache_time"]),
    ("getchatmember", &["chat_id", "user_id"], &[]),
    ("getchat", &["chat_id"], &[]),
];

/// Whether there is such a method.
pub fn is_known(method: &str) -> bool {
    METHODS.iter().any(|(name, ..)| *name == method)
}

/// Notes parameters that are missing or unknown: the server passes over unknown ones in silence, and so hides mistakes.
pub fn check(world: &mut World, method: &str, request: &Value) {
    let Some((_, needed, others)) = METHODS.iter().find(|(name, ..)| *name == method) else { return };
    let Some(given) = request.as_object() else {
        return world.violation(format!("{method}: the body is no object"));
    };
    for name in needed.iter().filter(|name| !given.contains_key(**name)) {
        world.violation(format!("{method}: `{name}` is missing"));
    }
    for name in given.keys().filter(|name| !needed.contains(&name.as_str()) && !others.contains(&name.as_str())) {
        world.violation(format!("{method}: there is no parameter `{name}`"));
    }
}
