//! What people do.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::FakeTelegram;
use super::acts::entities_of;
use super::world::{Author, Message, Press, Spot};

impl FakeTelegram {
    /// Says something. Gives the message's number.
    pub fn say(&self, spot: impl Into<Spot>, person: u64, text: &str) -> i32 {
        self.write(spot.into(), Author::Person(person), text, |_| ())
    }

    /// Gives a command, with or without the bot's name; the same as saying it.
    pub fn command(&self, spot: impl Into<Spot>, person: u64, text: &str) -> i32 {
        self.say(spot, person, text)
    }

    /// Replies to `to`.
    pub fn reply(&self, spot: impl Into<Spot>, person: u64, to: i32, text: &str) -> i32 {
        self.write(spot.into(), Author::Person(person), text, |message| message.reply_to = Some(to))
    }

    /// Says something as somebody else: an anonymous administrator, another bot, the channel.
    pub fn say_as(&self, spot: impl Into<Spot>, author: Author, text: &str) -> i32 {
        self.write(spot.into(), author, text, |_| ())
    }

    /// Sends a picture with a caption, or without.
    pub fn show(&self, spot: impl Into<Spot>, person: u64, caption: &str) -> i32 {
        self.write(spot.into(), Author::Person(person), caption, |message| message.is_photo = true)
    }

    /// Forwards something.
    pub fn forward(&self, spot: impl Into<Spot>, person: u64, text: &str) -> i32 {
        self.write(spot.into(), Author::Person(person), text, |message| message.is_forwarded = true)
    }

    /// Says something that was said `ago`.
    pub fn said_earlier(&self, spot: impl Into<Spot>, person: u64, text: &str, ago: Duration) -> i32 {
        self.write(spot.into(), Author::Person(person), text, |message| message.date -= ago.as_secs())
    }

    /// Says something that mentions the bot by its title, as for bots without a name: the first `name` in `text`.
    pub fn say_to(&self, spot: impl Into<Spot>, person: u64, name: &str, text: &str) -> i32 {
        let at = text.find(name).expect("the name stands in the text");
        let mention = json!({
            "type": "text_mention",
            "offset": text[..at].encode_utf16().count(),
            "length": name.encode_utf16().count(),
            "user": super::wire::bot(),
        });
        self.write(spot.into(), Author::Person(person), text, |message| message.entities.push(mention))
    }

    fn write(&self, spot: Spot, author: Author, text: &str, change: impl FnOnce(&mut Message)) -> i32 {
        let mut message = Message::new(author, text);
        message.entities = entities_of(text);
        message.topic = spot.topic;
        change(&mut message);
        self.shared.change(|world| {
            let id = world.put(spot.chat, message);
            world.tell_of_message(spot.chat, id);
            id
        })
    }

    /// Changes what a message says.
    pub fn edit(&self, chat: i64, message: i32, text: &str) {
        self.shared.change(|world| {
            let edited = world.chat_mut(chat).messages.get_mut(&message).expect("a message");
            edited.versions.push(std::mem::replace(&mut edited.text, text.to_owned()));
            text.clone_into(&mut edited.source);
            edited.entities = entities_of(text);
            edited.edits += 1;
            edited.said_at = Instant::now();
            world.tell_of_edit(chat, message);
        });
    }

    /// A message, the bot's for example, was said `ago`.
    pub fn backdate(&self, chat: i64, message: i32, ago: Duration) {
        self.shared.change(|world| {
            let message = world.chat_mut(chat).messages.get_mut(&message).expect("a message");
            message.date = message.date.saturating_sub(ago.as_secs());
        });
    }

    /// Deletes a message; the bot is not told.
    pub fn delete(&self, chat: i64, message: i32) {
        self.shared.change(|world| world.chat_mut(chat).messages.remove(&message));
    }

    /// Has these reactions on a message from now on.
    pub fn react(&self, chat: i64, message: i32, person: u64, emoji: &[&str]) {
        self.shared.change(|world| {
            let new: Vec<String> = emoji.iter().map(|&emoji| emoji.to_owned()).collect();
            let reacted = world.chat_mut(chat).messages.get_mut(&message).expect("a message");
            let old = reacted.reactions.insert(person, new.clone()).unwrap_or_default();
            world.tell_of_reaction(chat, message, person, &old, &new);
        });
    }

    /// Presses the button whose label holds `label`. Gives the press's number.
    pub fn press(&self, chat: i64, message: i32, person: u64, label: &str) -> String {
        let data = self.look(|world| {
            let buttons = &world.message(chat, message).expect("a message").buttons;
            let found = buttons.iter().flatten().find(|(own, _)| own.contains(label));
            found.unwrap_or_else(|| panic!("no button “{label}” in {buttons:?}")).1.clone()
        });
        self.press_data(chat, message, person, &data)
    }

    /// Presses a button that holds `data`, whether it is there or not: clients can send anything.
    pub fn press_data(&self, chat: i64, message: i32, person: u64, data: &str) -> String {
        self.shared.change(|world| {
            let id = world.new_press_id();
            let press = Press { person, chat, message, pressed_at: Instant::now(), answer: None };
            world.presses.insert(id.clone(), press);
            world.tell_of_press(&id, data);
            id
        })
    }

    /// What the presser was told, once they were.
    pub async fn told(&self, press: &str) -> String {
        self.wait_for("word on a press", |world| world.presses[press].answer.clone()).await
    }

    /// How many presses nobody answered: clients show that they wait.
    pub fn unanswered_presses(&self) -> usize {
        self.look(|world| world.presses.values().filter(|press| press.answer.is_none()).count())
    }

    /// How long the author of a message waited for the first sign of life: “typing”, or a reply.
    pub fn first_sign(&self, chat: i64, message: i32) -> Option<Duration> {
        self.look(|world| world.message(chat, message)?.first_sign)
    }

    /// Sends the bot an update that is made up.
    pub fn update(&self, kind: &str, body: &Value) {
        self.shared.change(|world| world.queue(kind, body));
    }
}
