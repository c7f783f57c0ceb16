//! What the methods do, <https://core.telegram.org/bots/api#available-methods>.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::markup;
use super::refusal::Refusal;
use super::wire;
use super::world::{Author, BOT_ID, BOT_NAME, Kind, Message, Standing, World, now};

/// The server's words for a change that changes nothing.
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the same as \
                            a current content and reply markup of the message";
/// How long a message can be deleted, in seconds.
const DELETABLE: u64 = 48 * 60 * 60;
/// The number of the topic General, which has no message.
const GENERAL: i64 = 1;
/// How long a press waits for word.
const PRESS_LIVES: Duration = Duration::from_mins(10);

/// Does what a method other than getUpdates does.
pub fn call(world: &mut World, method: &str, request: &Value) -> Result<Value, Refusal> {
    match method {
        "getme" => Ok(json!({
            "id": BOT_ID, "is_bot": true, "first_name": "Colega", "username": BOT_NAME, "can_join_groups": true,
            "can_read_all_group_messages": !world.privacy, "supports_inline_queries": false,
            "can_connect_to_business": false, "has_main_web_app": false,
        })),
        "getwebhookinfo" => Ok(json!({
            "url": world.webhook, "has_custom_certificate": false, "pending_update_count": world.updates.len(),
            "last_error_message": world.webhook_error,
        })),
        "setwebhook" => set_webhook(world, request),
        "deletewebhook" => {
            world.webhook.clear();
            Ok(json!(true))
        }
        "setmycommands" => set_commands(world, request),
        "getmycommands" => Ok(world.commands.get(&commands_key(request)).cloned().unwrap_or_else(|| json!([]))),
        "sendmessage" => send(world, request),
        "editmessagetext" => edit(world, request),
        "editmessagereplymarkup" => edit_markup(world, request),
        "deletemessage" => delete(world, request),
        "sendchataction" => act(world, request),
        "answercallbackquery" => answer(world, request),
        "getchatmember" => member(world, request),
        "getchat" => chat(world, request).map(|chat| wire::chat(world, chat)),
        _ => Err(Refusal { code: 404, description: "Not Found: method not found".into(), parameters: None }),
    }
}

fn set_webhook(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let url = request["url"].as_str().unwrap_or_default();
    if !url.starts_with("https://") {
        return Err(Refusal::bad_request("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    let secret = request["secret_token"].as_str().unwrap_or_default();
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if secret.len() > 256 || !secret.chars().all(is_letter) {
        return Err(Refusal::bad_request("secret token contains unallowed characters"));
    }
    if let Some(allowed) = request["allowed_updates"].as_array() {
        world.allowed = allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
    url.clone_into(&mut world.webhook);
    secret.clone_into(&mut world.webhook_secret);
    Ok(json!(true))
}

/// The chat of `request`, if the bot may write there.
fn chat(world: &World, request: &Value) -> Result<i64, Refusal> {
    let id = request["chat_id"].as_i64().or_else(|| request["chat_id"].as_str().and_then(|id| id.parse().ok()));
    let known = id.and_then(|id| world.chats.get(&id)).ok_or_else(|| Refusal::bad_request("chat not found"))?;
    if let Some(new) = known.upgraded_to {
        return Err(Refusal::upgraded(new));
    }
    let blocked = |person: &u64| world.people.get(person).is_some_and(|person| person.has_blocked_bot);
    match (known.kind, known.bot) {
        (Kind::Private, _) if known.members.iter().any(blocked) => {
            Err(Refusal::forbidden("bot was blocked by the user"))
        }
        (Kind::Group, Standing::Kicked) => Err(Refusal::forbidden("bot was kicked from the group chat")),
        (_, Standing::Kicked) => Err(Refusal::forbidden("bot was kicked from the supergroup chat")),
        (_, Standing::Left) => Err(Refusal::forbidden("bot is not a member of the supergroup chat")),
        _ => Ok(known.id),
    }
}

/// The topic of `request`, if it is open.
fn topic(world: &World, chat: i64, request: &Value) -> Result<Option<i32>, Refusal> {
    let Some(id) = request["message_thread_id"].as_i64() else { return Ok(None) };
    let id = i32::try_from(id).unwrap_or_default();
    match world.chat(chat).topics.get(&id) {
        Some(topic) if topic.is_closed => Err(Refusal::bad_request("TOPIC_CLOSED")),
        Some(_) => Ok(Some(id)),
        None => Err(Refusal::bad_request("message thread not found")),
    }
}

/// Counts a message or an edit against the rates.
fn meter(world: &mut World, chat: i64) -> Result<(), Refusal> {
    let now = Instant::now();
    let limits = world.limits;
    let known = world.chat(chat);
    let group = if known.kind == Kind::Private { 0 } else { limits.per_group };
    let waits = [
        known.meter.wait(limits.per_chat, Duration::from_secs(5), now),
        known.meter.wait(group, Duration::from_mins(1), now),
        world.overall.wait(limits.overall, Duration::from_secs(1), now),
    ];
    if let Some(wait) = waits.into_iter().flatten().max() {
        *world.counters.entry("429".into()).or_default() += 1;
        return Err(Refusal::retry_after(wait));
    }
    world.chat_mut(chat).meter.take(now);
    world.overall.take(now);
    Ok(())
}

fn send(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let chat = chat(world, request)?;
    let text = markup::text(world, request, "message is too long")?;
    let topic = topic(world, chat, request)?;
    let reply_to = markup::reply_to(world, chat, request)?;
    let (buttons, force_reply) = markup::buttons(request)?;
    meter(world, chat)?;
    let mut message = Message::new(Author::Bot, &text.shown);
    request["text"].as_str().unwrap_or_default().clone_into(&mut message.source);
    message.entities = text.entities;
    message.buttons = buttons;
    message.force_reply = force_reply;
    message.reply_to = reply_to;
    // A reply lands in the topic of what it replies to, wherever it was sent.
    let there = reply_to.and_then(|to| world.message(chat, to)).and_then(|to| to.topic);
    if there.is_some() && there != topic {
        world.violation(format!(
            "a reply was sent to topic {topic:?}, and the message that it replies to is in {there:?}"
        ));
    }
    message.topic = topic.or(there);
    let id = world.put(chat, message);
    world.sign_of_life(chat, topic, reply_to);
    Ok(wire::message(world, chat, id))
}

/// The message that `request` changes, if it is the bot's.
fn own(world: &World, request: &Value, missing: &str, foreign: &str) -> Result<(i64, i32), Refusal> {
    let chat = chat(world, request)?;
    let id = request["message_id"].as_i64().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    match world.message(chat, id) {
        None => Err(Refusal::bad_request(missing)),
        Some(message) if message.author != Author::Bot || message.service.is_some() => {
            Err(Refusal::bad_request(foreign))
        }
        Some(_) => Ok((chat, id)),
    }
}

fn edit(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let (chat, id) = own(world, request, "message to edit not found", "message can't be edited")?;
    let text = markup::text(world, request, "MESSAGE_TOO_LONG")?;
    let (buttons, _) = markup::buttons(request)?;
    let message = &world.chat(chat).messages[&id];
    if message.text == text.shown && message.entities == text.entities && message.buttons == buttons {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    meter(world, chat)?;
    let message = world.chat_mut(chat).messages.get_mut(&id).expect("found above");
    let source = request["text"].as_str().unwrap_or_default().to_owned();
    message.versions.push(std::mem::replace(&mut message.source, source));
    message.text = text.shown;
    message.entities = text.entities;
    message.buttons = buttons;
    message.edits += 1;
    Ok(wire::changed(world, chat, id))
}

fn edit_markup(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let (chat, id) = own(world, request, "message to edit not found", "message can't be edited")?;
    let (buttons, _) = markup::buttons(request)?;
    if world.chat(chat).messages[&id].buttons == buttons {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    meter(world, chat)?;
    world.chat_mut(chat).messages.get_mut(&id).expect("found above").buttons = buttons;
    Ok(wire::changed(world, chat, id))
}

fn delete(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let (chat, id) = own(world, request, "message to delete not found", "message can't be deleted")?;
    if now().saturating_sub(world.chat(chat).messages[&id].date) > DELETABLE {
        return Err(Refusal::bad_request("message can't be deleted for everyone"));
    }
    world.chat_mut(chat).messages.remove(&id);
    Ok(json!(true))
}

fn act(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let chat = chat(world, request)?;
    let is_forum = !world.chat(chat).topics.is_empty();
    // Only here General has a number: a message that names it is refused.
    let is_general = is_forum && request["message_thread_id"] == GENERAL;
    let topic = if is_general { None } else { topic(world, chat, request)? };
    if request["action"] != "typing" {
        world.violation(format!("an action that a bot of words does not take: {}", request["action"]));
    }
    let typing = &mut world.chat_mut(chat).typing;
    *typing = (Some(Instant::now()), typing.1 + 1);
    // In a forum clients show nothing of what names no topic.
    if is_general || topic.is_some() || !is_forum {
        world.sign_of_life(chat, topic, None);
    }
    Ok(json!(true))
}

fn answer(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let text = request["text"].as_str().unwrap_or_default().to_owned();
    if text.chars().count() > 200 {
        return Err(Refusal::bad_request("MESSAGE_TOO_LONG"));
    }
    let id = request["callback_query_id"].as_str().unwrap_or_default();
    let press =
        world.presses.get_mut(id).filter(|press| press.answer.is_none() && press.pressed_at.elapsed() < PRESS_LIVES);
    let Some(press) = press else {
        return Err(Refusal::bad_request("query is too old and response timeout expired or query ID is invalid"));
    };
    press.answer = Some(text);
    Ok(json!(true))
}

fn member(world: &World, request: &Value) -> Result<Value, Refusal> {
    let id = request["chat_id"].as_i64();
    let known = id.and_then(|id| world.chats.get(&id)).ok_or_else(|| Refusal::bad_request("chat not found"))?;
    if known.bot == Standing::Kicked {
        return Err(Refusal::forbidden("bot was kicked from the supergroup chat"));
    }
    match request["user_id"].as_u64() {
        Some(BOT_ID) => Ok(wire::member(known.bot)),
        Some(person) if known.members.contains(&person) => {
            Ok(json!({ "status": "member", "user": wire::person(world, person) }))
        }
        _ => Err(Refusal::bad_request("user not found")),
    }
}

fn commands_key(request: &Value) -> (String, String) {
    let scope = request["scope"]["type"].as_str().unwrap_or("default").to_owned();
    (scope, request["language_code"].as_str().unwrap_or_default().to_owned())
}

fn set_commands(world: &mut World, request: &Value) -> Result<Value, Refusal> {
    let commands = request["commands"].as_array().cloned().unwrap_or_default();
    for command in &commands {
        let name = command["command"].as_str().unwrap_or_default();
        let description = command["description"].as_str().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 32 || !name.chars().all(is_name) {
            return Err(Refusal::bad_request("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&description.chars().count()) {
            return Err(Refusal::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    if commands.len() > 100 {
        return Err(Refusal::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    world.commands.insert(commands_key(request), json!(commands));
    Ok(json!(true))
}
