//! What people and the bot do alike: each changes the state and tells the gateway.

use serde_json::{Value, json};

use super::ids::{ChannelId, MessageId, UserId};
use super::message::Message;
use super::sessions::{Event, Scope};
use super::settings;
use super::state::{ChannelKind, State};
use super::wire;

impl State {
    /// What decides who hears of things in `channel`.
    pub(super) fn scope(&self, channel: ChannelId, in_guild: u64, in_direct: u64) -> Scope {
        let intent = if self.guild_of(channel).is_some() { in_guild } else { in_direct };
        Scope { intent, channel: Some(channel) }
    }

    /// Tells the gateway of a message that is new or changed. Private ones are told to nobody.
    pub(super) fn announce(&mut self, name: &'static str, id: MessageId) {
        let Some(message) = self.message(id).filter(|message| message.private_to.is_none()) else { return };
        let mut data = wire::message(self, message, true);
        if let Some(guild) = self.guild_of(message.channel) {
            data["guild_id"] = json!(guild);
            data["member"] = wire::member(self, guild, message.author, false);
        }
        data["channel_type"] = json!(match self.channels[&message.channel].kind {
            ChannelKind::Text => 0,
            ChannelKind::Direct { .. } => 1,
            ChannelKind::Thread { .. } => 11,
        });
        let scope = self.scope(message.channel, settings::GUILD_MESSAGES, settings::DIRECT_MESSAGES);
        let event = Event { name, data, scope, hides_content: self.hides_content(message) };
        self.dispatch(&event);
    }

    /// Deletes a message.
    pub(super) fn remove(&mut self, id: MessageId) {
        let Some(message) = self.forget(id) else { return };
        if message.private_to.is_some() {
            return;
        }
        let mut data = json!({ "id": id, "channel_id": message.channel });
        self.with_guild(message.channel, &mut data);
        let scope = self.scope(message.channel, settings::GUILD_MESSAGES, settings::DIRECT_MESSAGES);
        self.dispatch(&Event { name: "MESSAGE_DELETE", data, scope, hides_content: false });
    }

    fn with_guild(&self, channel: ChannelId, data: &mut Value) {
        if let Some(guild) = self.guild_of(channel) {
            data["guild_id"] = json!(guild);
        }
    }

    /// Adds a reaction; a second one of the same person changes nothing.
    pub(super) fn add_reaction(&mut self, user: UserId, id: MessageId, emoji: &str) {
        let Some(message) = self.message_mut(id) else { return };
        if message.reacted(emoji).contains(&user) {
            return;
        }
        match message.reactions.iter_mut().find(|(own, _)| own == emoji) {
            Some((_, users)) => users.push(user),
            None => message.reactions.push((emoji.to_owned(), vec![user])),
        }
        self.reacted("MESSAGE_REACTION_ADD", user, id, emoji);
    }

    /// Takes a reaction back; one that is not there changes nothing.
    pub(super) fn take_reaction(&mut self, user: UserId, id: MessageId, emoji: &str) {
        let Some(message) = self.message_mut(id) else { return };
        if !message.reacted(emoji).contains(&user) {
            return;
        }
        for (own, users) in &mut message.reactions {
            users.retain(|&other| own != emoji || other != user);
        }
        message.reactions.retain(|(_, users)| !users.is_empty());
        self.reacted("MESSAGE_REACTION_REMOVE", user, id, emoji);
    }

    fn reacted(&mut self, name: &'static str, user: UserId, id: MessageId, emoji: &str) {
        let Some(message) = self.message(id) else { return };
        let (channel, author) = (message.channel, message.author);
        let mut data = json!({
            "user_id": user, "channel_id": channel, "message_id": id, "emoji": { "id": null, "name": emoji },
            "burst": false, "type": 0,
        });
        self.with_guild(channel, &mut data);
        if name == "MESSAGE_REACTION_ADD" {
            data["message_author_id"] = json!(author);
            if let Some(guild) = self.guild_of(channel) {
                data["member"] = wire::member(self, guild, user, true);
            }
        }
        let scope = self.scope(channel, settings::GUILD_MESSAGE_REACTIONS, settings::DIRECT_MESSAGE_REACTIONS);
        self.dispatch(&Event { name, data, scope, hides_content: false });
    }

    /// Begins a thread at a message. Its number is the message's.
    pub(super) fn begin_thread(&mut self, user: UserId, message: MessageId, name: &str) -> ChannelId {
        let (id, parent) = (ChannelId(message.0), self.place(message));
        let guild = self.guild_of(parent);
        self.add_channel(id, name, ChannelKind::Thread { parent, owner: user }, guild);
        if let Some(message) = self.message_mut(message) {
            message.thread = Some(id);
        }
        let mut data = wire::channel(self, id);
        data["newly_created"] = json!(true);
        self.dispatch(&Event::channel("THREAD_CREATE", data));
        self.announce("MESSAGE_UPDATE", message);
        id
    }

    /// The DM of the bot with `user`; made if new.
    pub(super) fn open_direct(&mut self, user: UserId) -> ChannelId {
        if let Some(channel) = self.direct(user) {
            return channel;
        }
        let id = ChannelId(self.next_id());
        let name = self.users.get(&user).map_or_else(String::new, |user| user.name.clone());
        self.add_channel(id, &name, ChannelKind::Direct { with: user }, None);
        id
    }

    /// Puts a message of the bot's where it belongs, and tells the gateway.
    pub(super) fn send(&mut self, message: Message) {
        let (id, channel, reply_to) = (message.id, message.channel, message.reply_to);
        let is_public = message.private_to.is_none();
        self.keep(message);
        self.announce("MESSAGE_CREATE", id);
        if is_public {
            self.ledger.spoke(channel, reply_to);
        }
    }
}
