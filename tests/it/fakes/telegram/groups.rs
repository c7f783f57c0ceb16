//! Who is where.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::FakeTelegram;
use super::limits::Meter;
use super::world::{Author, Chat, Kind, Message, Person, Standing, Topic, World};

impl FakeTelegram {
    /// A person who has begun a DM with the bot; the DM's number is theirs.
    pub fn person(&self, name: &str, language: &str) -> u64 {
        self.shared.change(|world| {
            let id = world.new_chat_id(Kind::Private);
            let person = id.unsigned_abs();
            let known = Person { name: name.into(), language: language.into(), has_blocked_bot: false };
            world.people.insert(person, known);
            world.found(id, Kind::Private, name, &[person]);
            person
        })
    }

    /// The number of the DM with a person.
    #[allow(clippy::unused_self, reason = "asked of the server like everything else")]
    pub fn direct(&self, person: u64) -> i64 {
        i64::try_from(person).expect("a small number")
    }

    /// A basic group with the bot in it.
    pub fn group(&self, title: &str, members: &[u64]) -> i64 {
        self.make(Kind::Group, title, members)
    }

    /// A supergroup with the bot in it.
    pub fn supergroup(&self, title: &str, members: &[u64]) -> i64 {
        self.make(Kind::Supergroup, title, members)
    }

    /// A channel with the bot in it.
    pub fn channel(&self, title: &str) -> i64 {
        self.make(Kind::Channel, title, &[])
    }

    fn make(&self, kind: Kind, title: &str, members: &[u64]) -> i64 {
        self.shared.change(|world| {
            let id = world.new_chat_id(kind);
            world.found(id, kind, title, members);
            id
        })
    }

    /// A topic in a supergroup, which becomes a forum by it. Gives its number.
    pub fn topic(&self, chat: i64, name: &str) -> i32 {
        self.shared.change(|world| {
            let mut opened = Message::new(Author::Bot, "");
            opened.service = Some(("forum_topic_created".into(), json!({ "name": name, "icon_color": 7_322_096 })));
            let id = world.put(chat, opened);
            world.chat_mut(chat).topics.insert(id, Topic { name: name.into(), is_closed: false });
            id
        })
    }

    /// Closes a topic: nothing can be written there.
    pub fn close_topic(&self, chat: i64, topic: i32) {
        self.shared.change(|world| {
            world.chat_mut(chat).topics.get_mut(&topic).expect("a topic").is_closed = true;
        });
    }

    /// Makes the bot an administrator, or something else, of a chat.
    pub fn set_standing(&self, chat: i64, standing: Standing) {
        self.shared.change(|world| {
            let before = std::mem::replace(&mut world.chat_mut(chat).bot, standing);
            world.tell_of_standing(chat, before, standing);
        });
    }

    /// Switches privacy mode on or off; it is on at first.
    pub fn set_privacy(&self, is_on: bool) {
        self.shared.change(|world| world.privacy = is_on);
    }

    /// A person stops the bot.
    pub fn block(&self, person: u64) {
        self.shared.change(|world| world.people.get_mut(&person).expect("a person").has_blocked_bot = true);
    }

    /// Another program sets a webhook.
    pub fn set_webhook(&self, url: &str) {
        self.shared.change(|world| url.clone_into(&mut world.webhook));
    }

    /// A basic group becomes a supergroup. Gives its new number.
    pub fn upgrade(&self, chat: i64) -> i64 {
        self.shared.change(|world| {
            let new = world.new_chat_id(Kind::Supergroup);
            let (title, members) = (world.chat(chat).title.clone(), world.chat(chat).members.clone());
            world.found(new, Kind::Supergroup, &title, &members.into_iter().collect::<Vec<_>>());
            world.chat_mut(chat).upgraded_to = Some(new);
            for (chat, key, value) in [(chat, "migrate_to_chat_id", new), (new, "migrate_from_chat_id", chat)] {
                let mut service = Message::new(Author::Anonymous, "");
                service.service = Some((key.into(), json!(value)));
                let id = world.put(chat, service);
                world.tell_of_message(chat, id);
            }
            new
        })
    }
}

impl World {
    fn found(&mut self, id: i64, kind: Kind, title: &str, members: &[u64]) {
        let chat = Chat {
            id,
            kind,
            title: title.to_owned(),
            members: members.iter().copied().collect::<BTreeSet<_>>(),
            bot: Standing::Member,
            topics: BTreeMap::new(),
            messages: BTreeMap::new(),
            // The first message of a supergroup is the line about its founding.
            next_message: 1,
            upgraded_to: None,
            meter: Meter::default(),
            typing: (None, 0),
        };
        self.chats.insert(id, chat);
    }
}
