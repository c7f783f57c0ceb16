//! What people do in channels.

use super::ids::{ChannelId, GuildId, MessageId, RoleId, UserId};
use super::mentions;
use super::message::Message;
use super::sessions::Event;
use super::state::{ChannelKind, Guild, State};
use super::{Discord, wire};

impl Discord {
    /// The guild "Team".
    pub fn guild(&self) -> GuildId {
        self.look(|state| *state.guilds.keys().next().expect("a guild"))
    }

    /// The person with this name; joins the guild if new. Their client is in English.
    pub fn person(&self, name: &str) -> UserId {
        self.person_with_locale(name, "en-US")
    }

    /// The person with this name and, if new, this language of their client (`es-ES`, `en-GB`, …).
    pub fn person_with_locale(&self, name: &str, locale: &str) -> UserId {
        if let Some(user) = self.look(|state| state.users.values().find(|user| user.name == name).map(|user| user.id)) {
            return user;
        }
        let user = self.stranger(name, locale);
        self.join(user, self.guild());
        user
    }

    /// A person who is in no guild.
    pub fn stranger(&self, name: &str, locale: &str) -> UserId {
        self.server.change(|state| state.add_user(name, locale))
    }

    /// `user` joins `guild`.
    pub fn join(&self, user: UserId, guild: GuildId) {
        self.server.change(|state| {
            state.guilds.get_mut(&guild).expect("a guild").members.entry(user).or_default();
            let mut member = wire::member(state, guild, user, true);
            member["guild_id"] = serde_json::json!(guild);
            state.dispatch(&Event::member_joined(member));
        });
    }

    /// Another guild, with the bot in it.
    pub fn add_guild(&self, name: &str) -> GuildId {
        self.server.change(|state| {
            let guild = state.add_guild(name);
            let event = Event::guild(wire::guild(state, guild));
            state.dispatch(&event);
            guild
        })
    }

    /// The text channel with this name in the guild "Team"; made if new.
    pub fn channel(&self, name: &str) -> ChannelId {
        self.channel_in(self.guild(), name)
    }

    /// The text channel with this name in `guild`; made if new.
    pub fn channel_in(&self, guild: GuildId, name: &str) -> ChannelId {
        self.server.change(|state| {
            let mut channels = state.channels.values();
            let is_it = |channel: &&super::state::Channel| {
                channel.name == name && channel.guild == Some(guild) && channel.kind == ChannelKind::Text
            };
            if let Some(channel) = channels.find(is_it) {
                return channel.id;
            }
            let id = ChannelId(state.next_id());
            state.add_channel(id, name, ChannelKind::Text, Some(guild));
            let event = Event::channel("CHANNEL_CREATE", wire::channel(state, id));
            state.dispatch(&event);
            id
        })
    }

    /// The role with this name in the guild "Team"; made if new.
    pub fn role(&self, name: &str) -> RoleId {
        let guild = self.guild();
        self.server.change(|state| {
            let id = RoleId(state.next_id());
            let roles = &mut state.guilds.get_mut(&guild).expect("a guild").roles;
            if let Some((&role, _)) = roles.iter().find(|(_, own)| *own == name) {
                return role;
            }
            roles.insert(id, name.to_owned());
            id
        })
    }

    /// Gives `user` a role.
    pub fn grant(&self, user: UserId, role: RoleId) {
        let guild = self.guild();
        self.server.change(|state| {
            state.guilds.get_mut(&guild).expect("a guild").members.entry(user).or_default().push(role);
        });
    }

    /// Sets what the bot may do in `channel` ([`super::permission`]).
    pub fn permit(&self, channel: ChannelId, permissions: u64) {
        self.server.change(|state| state.channels.get_mut(&channel).expect("a channel").permissions = permissions);
    }

    /// Sets whether the bot may write to `user` directly.
    pub fn take_direct(&self, user: UserId, takes: bool) {
        self.server.change(|state| state.users.get_mut(&user).expect("a user").takes_direct = takes);
    }

    /// Says something. `@name`, `@everyone` and `@here` are mentions.
    pub fn say(&self, user: UserId, channel: ChannelId, text: &str) -> MessageId {
        self.server.change(|state| state.said(user, channel, text, None, true))
    }

    /// Replies to `to`, and pings its author as Discord does unless told otherwise.
    pub fn reply(&self, user: UserId, to: MessageId, text: &str) -> MessageId {
        self.server.change(|state| state.said(user, state.place(to), text, Some(to), true))
    }

    /// Replies to `to` with the ping switched off.
    pub fn reply_quietly(&self, user: UserId, to: MessageId, text: &str) -> MessageId {
        self.server.change(|state| state.said(user, state.place(to), text, Some(to), false))
    }

    /// Writes to the bot directly.
    pub fn dm(&self, user: UserId, text: &str) -> MessageId {
        self.server.change(|state| {
            let channel = state.open_direct(user);
            state.said(user, channel, text, None, true)
        })
    }

    /// The DM of `user` with the bot.
    pub fn direct(&self, user: UserId) -> ChannelId {
        self.server.change(|state| state.open_direct(user))
    }

    /// Edits a message of `user`'s.
    pub fn edit(&self, user: UserId, message: MessageId, text: &str) {
        self.server.change(|state| {
            let guild = state.guild_of(state.place(message));
            let text = mentions::written(state, guild, text);
            let mentions = mentions::of_person(state, guild, &text);
            let now = state.now_ms();
            let own = state.message_mut(message).expect("a message");
            assert_eq!(own.author, user, "people edit only what they wrote");
            (own.content, own.mentions, own.edited_ms, own.edits) = (text, mentions, Some(now), own.edits + 1);
            state.announce("MESSAGE_UPDATE", message);
        });
    }

    /// Deletes a message: their own, or as a moderator anybody's.
    pub fn delete(&self, message: MessageId) {
        self.server.change(|state| state.remove(message));
    }

    /// Reacts with `emoji`.
    pub fn react(&self, user: UserId, message: MessageId, emoji: &str) {
        self.server.change(|state| state.add_reaction(user, message, emoji));
    }

    /// Takes a reaction back.
    pub fn unreact(&self, user: UserId, message: MessageId, emoji: &str) {
        self.server.change(|state| state.take_reaction(user, message, emoji));
    }

    /// Begins a thread at `message`.
    pub fn create_thread(&self, user: UserId, message: MessageId, name: &str) -> ChannelId {
        self.server.change(|state| state.begin_thread(user, message, name))
    }
}

impl State {
    pub(super) fn add_guild(&mut self, name: &str) -> GuildId {
        let id = GuildId(self.next_id());
        let members = std::iter::once((self.bot, Vec::new())).collect();
        self.guilds.insert(
            id,
            Guild { id, name: name.to_owned(), roles: [(RoleId(id.0), "@everyone".into())].into(), members },
        );
        id
    }

    /// Where `message` stands.
    #[track_caller]
    pub(super) fn place(&self, message: MessageId) -> ChannelId {
        *self.places.get(&message).expect("a message that is there")
    }

    /// The guild that `channel` belongs to.
    pub fn guild_of(&self, channel: ChannelId) -> Option<GuildId> {
        self.channels.get(&channel).and_then(|channel| channel.guild)
    }

    fn said(
        &mut self,
        user: UserId,
        channel: ChannelId,
        text: &str,
        reply_to: Option<MessageId>,
        pings: bool,
    ) -> MessageId {
        let guild = self.guild_of(channel);
        let text = mentions::written(self, guild, text);
        assert!(text.encode_utf16().count() <= 2_000, "people cannot send that much either");
        let mut mentions = mentions::of_person(self, guild, &text);
        let replied = reply_to.and_then(|id| self.message(id)).map(|message| message.author).filter(|_| pings);
        mentions.users.extend(replied.filter(|author| !mentions.users.contains(author)));
        let id = MessageId(self.next_id());
        let kind = if reply_to.is_some() { 19 } else { 0 };
        let message = Message { reply_to, kind, mentions, ..Message::new(id, channel, user, &text) };
        self.keep(message);
        self.announce("MESSAGE_CREATE", id);
        self.ask(id);
        id
    }

    /// Begins to measure how soon the bot shows a sign of life, if `id` is for it.
    fn ask(&mut self, id: MessageId) {
        let Some(message) = self.message(id) else { return };
        let is_direct = self.guild_of(message.channel).is_none();
        if is_direct || message.mentions.users.contains(&self.bot) {
            let channel = message.channel;
            self.ledger.asked(id.0, channel);
        }
    }
}
