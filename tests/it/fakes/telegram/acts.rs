//! Which acts the bot is told of: by kinds that it asked for, by privacy mode and by its standing.

use serde_json::{Value, json};

use super::wire;
use super::world::{Author, BOT_NAME, Kind, Message, Standing, World, now};

impl World {
    /// Queues an update if the bot asked for its kind.
    pub fn queue(&mut self, kind: &str, body: &Value) {
        if self.allowed.contains(kind) {
            self.next_update += 1;
            let id = self.next_update;
            self.updates.push_back((id, json!({ "update_id": id, kind: body })));
        }
    }

    pub fn tell_of_message(&mut self, chat: i64, message: i32) {
        if self.is_heard(chat, message) {
            let kind = if self.chat(chat).kind == Kind::Channel { "channel_post" } else { "message" };
            let body = wire::message(self, chat, message);
            self.queue(kind, &body);
        }
    }

    pub fn tell_of_edit(&mut self, chat: i64, message: i32) {
        if self.is_heard(chat, message) {
            let mut body = wire::message(self, chat, message);
            body["edit_date"] = json!(now());
            self.queue("edited_message", &body);
        }
    }

    /// Whether the bot is told of a message: always in DMs, as an administrator and without privacy mode; with it only
    /// of commands and of replies to the bot. Mentions are not among them, whatever the pages say.
    fn is_heard(&self, chat: i64, message: i32) -> bool {
        let place = self.chat(chat);
        let message = &place.messages[&message];
        if message.author == Author::OtherBot || matches!(place.bot, Standing::Left | Standing::Kicked) {
            return false;
        }
        if place.kind == Kind::Private || place.bot == Standing::Administrator || !self.privacy {
            return true;
        }
        let is_command = message.text.starts_with('/') && {
            let name = message.text.split_whitespace().next().unwrap_or_default();
            name.split_once('@').is_none_or(|(_, to)| to.eq_ignore_ascii_case(BOT_NAME))
        };
        let replied = message.reply_to.and_then(|to| place.messages.get(&to));
        let is_reply = replied.is_some_and(|to| to.author == Author::Bot && to.service.is_none());
        is_command || is_reply || message.service.is_some() || place.kind == Kind::Channel
    }

    pub fn tell_of_reaction(&mut self, chat: i64, message: i32, person: u64, old: &[String], new: &[String]) {
        // In groups, reactions are for administrators alone.
        if self.chat(chat).kind != Kind::Private && self.chat(chat).bot != Standing::Administrator {
            return;
        }
        let list = |emoji: &[String]| -> Vec<Value> {
            emoji.iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect()
        };
        let body = json!({
            "chat": wire::chat(self, chat),
            "message_id": message,
            "user": wire::person(self, person),
            "date": now(),
            "old_reaction": list(old),
            "new_reaction": list(new),
        });
        self.queue("message_reaction", &body);
    }

    pub fn tell_of_press(&mut self, press: &str, data: &str) {
        let pressed = self.presses[press].clone();
        let message = match self.message(pressed.chat, pressed.message) {
            Some(_) => wire::message(self, pressed.chat, pressed.message),
            None => json!({ "chat": wire::chat(self, pressed.chat), "message_id": pressed.message, "date": 0 }),
        };
        let body = json!({
            "id": press,
            "from": wire::person(self, pressed.person),
            "message": message,
            "chat_instance": format!("{}", pressed.chat),
            "data": data,
        });
        self.queue("callback_query", &body);
    }

    pub fn tell_of_standing(&mut self, chat: i64, before: Standing, after: Standing) {
        let from = self.chat(chat).members.first().copied();
        let Some(from) = from else { return };
        let body = json!({
            "chat": wire::chat(self, chat),
            "from": wire::person(self, from),
            "date": now(),
            "old_chat_member": wire::member(before),
            "new_chat_member": wire::member(after),
        });
        self.queue("my_chat_member", &body);
    }

    /// Keeps that somebody has seen a sign of life: the author of `replied`, or everybody who waits in the chat.
    pub fn sign_of_life(&mut self, chat: i64, topic: Option<i32>, replied: Option<i32>) {
        let waits = |message: &&mut Message| {
            message.first_sign.is_none()
                && message.author != Author::Bot
                && message.topic == topic
                && replied.is_none_or(|replied| replied == message.id)
        };
        let messages = self.chat_mut(chat).messages.values_mut().rev().take(200);
        for message in messages.filter(waits) {
            message.first_sign = Some(message.said_at.elapsed());
        }
    }
}

/// What Telegram finds in what people write: mentions, and commands at the beginning of a word.
pub fn entities_of(text: &str) -> Vec<Value> {
    let mut entities = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let name: String = word
            .char_indices()
            .take_while(|&(at, c)| {
                c.is_ascii_alphanumeric() || c == '_' || (at == 0 && matches!(c, '@' | '/')) || c == '@'
            })
            .map(|(_, c)| c)
            .collect();
        let kind = match name.chars().next() {
            Some('@') => Some("mention"),
            Some('/') => Some("bot_command"),
            _ => None,
        };
        if let Some(kind) = kind.filter(|_| name.len() > 1) {
            entities.push(json!({ "type": kind, "offset": offset, "length": name.len() }));
        }
        offset += word.encode_utf16().count();
    }
    entities
}
