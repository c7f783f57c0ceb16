//! Objects as Discord writes them down in JSON, with every field that clients require.

use serde_json::{Value, json};

use super::ids::{ChannelId, GuildId, MessageId, RoleId, UserId};
use super::message::Message;
use super::settings::permission;
use super::state::{ChannelKind, State};

/// `ms` since 1970 as ISO 8601 in UTC.
pub fn timestamp(ms: u64) -> String {
    let (days, second) = (ms / 86_400_000, ms / 1_000 % 86_400);
    // Days to a date: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second, micros) = (second / 3_600, second / 60 % 60, second % 60, ms % 1_000 * 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}+00:00")
}

pub fn user(state: &State, id: UserId) -> Value {
    let name = state.users.get(&id).map_or("deleted_user", |user| user.name.as_str());
    json!({
        "id": id, "username": name.to_lowercase(), "global_name": name, "discriminator": "0", "avatar": null,
        "bot": id == state.bot, "public_flags": 0,
    })
}

pub fn member(state: &State, guild: GuildId, id: UserId, with_user: bool) -> Value {
    let roles = state.guilds.get(&guild).and_then(|guild| guild.members.get(&id)).cloned().unwrap_or_default();
    let mut member = json!({
        "roles": roles, "joined_at": timestamp(1_700_000_000_000), "deaf": false, "mute": false, "nick": null,
        "avatar": null, "flags": 0, "pending": false, "premium_since": null, "communication_disabled_until": null,
    });
    if with_user {
        member["user"] = user(state, id);
    }
    member
}

fn role(id: RoleId, name: &str) -> Value {
    json!({
        "id": id, "name": name, "color": 0, "hoist": false, "managed": false, "mentionable": true, "position": 0,
        "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "permissions": permission::INVITED.to_string(), "icon": null, "unicode_emoji": null, "flags": 0,
    })
}

pub fn channel(state: &State, id: ChannelId) -> Value {
    let Some(channel) = state.channels.get(&id) else { return Value::Null };
    let last = channel.messages.keys().next_back();
    match channel.kind {
        ChannelKind::Direct { with } => {
            json!({ "id": id, "type": 1, "last_message_id": last, "recipients": [user(state, with)], "flags": 0 })
        }
        ChannelKind::Text => json!({
            "id": id, "type": 0, "guild_id": channel.guild, "name": channel.name, "position": 0, "topic": null,
            "permission_overwrites": [], "nsfw": false, "last_message_id": last, "parent_id": null,
            "rate_limit_per_user": 0, "flags": 0,
        }),
        ChannelKind::Thread { parent, owner } => json!({
            "id": id, "type": 11, "guild_id": channel.guild, "name": channel.name, "parent_id": parent,
            "owner_id": owner, "last_message_id": last, "message_count": channel.messages.len(), "member_count": 2,
            "rate_limit_per_user": 0, "flags": 0, "total_message_sent": channel.messages.len(),
            "thread_metadata": {
                "archived": false, "auto_archive_duration": 1440, "archive_timestamp": timestamp(MessageId(id.0).at_ms()),
                "locked": false, "create_timestamp": timestamp(MessageId(id.0).at_ms()),
            },
        }),
    }
}

pub fn guild(state: &State, id: GuildId) -> Value {
    let Some(guild) = state.guilds.get(&id) else { return Value::Null };
    let roles: Vec<Value> = guild.roles.iter().map(|(&id, name)| role(id, name)).collect();
    let of_kind = |is_thread: bool| -> Vec<Value> {
        let own = state
            .channels
            .values()
            .filter(|channel| channel.guild == Some(id) && channel.permissions & permission::VIEW_CHANNEL != 0);
        let of_kind = own.filter(|channel| matches!(channel.kind, ChannelKind::Thread { .. }) == is_thread);
        of_kind.map(|own| channel(state, own.id)).collect()
    };
    // Without the intent for members, the bot is the only one that it is told of.
    let members = [member(state, id, state.bot, true)];
    json!({
        "id": id, "name": guild.name, "owner_id": guild.members.keys().next(), "icon": null, "splash": null,
        "discovery_splash": null, "afk_channel_id": null, "afk_timeout": 300, "verification_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "roles": roles, "emojis": [], "features": [],
        "mfa_level": 0, "application_id": null, "system_channel_id": null, "system_channel_flags": 0,
        "rules_channel_id": null, "vanity_url_code": null, "description": null, "banner": null, "premium_tier": 0,
        "premium_subscription_count": 0, "preferred_locale": "en-US", "public_updates_channel_id": null, "nsfw_level": 0,
        "stickers": [], "premium_progress_bar_enabled": false, "joined_at": timestamp(1_700_000_000_000), "large": false,
        "unavailable": false, "member_count": guild.members.len(), "voice_states": [], "members": members,
        "channels": of_kind(false), "threads": of_kind(true), "presences": [], "stage_instances": [],
        "guild_scheduled_events": [], "soundboard_sounds": [],
    })
}

/// A message as REST gives it. `with_content`: the reader may see the text of messages that are not for it.
pub fn message(state: &State, message: &Message, with_content: bool) -> Value {
    let mut value = without_referenced(state, message, with_content);
    if let Some(to) = message.reply_to {
        let referenced = state.message(to);
        value["referenced_message"] =
            referenced.map_or(Value::Null, |message| without_referenced(state, message, with_content));
        value["message_reference"] = json!({ "type": 0, "message_id": to, "channel_id": message.channel, "guild_id": state.guild_of(message.channel) });
    }
    value
}

fn without_referenced(state: &State, message: &Message, with_content: bool) -> Value {
    let mentions: Vec<Value> = message.mentions.users.iter().map(|&id| user(state, id)).collect();
    let reactions = message.reactions.iter().map(|(emoji, users)| {
        json!({
            "emoji": { "id": null, "name": emoji }, "count": users.len(), "me": users.contains(&state.bot),
            "count_details": { "burst": 0, "normal": users.len() }, "me_burst": false, "burst_colors": [],
        })
    });
    let flags = u64::from(message.private_to.is_some()) << 6 | u64::from(message.is_thinking) << 7;
    let mut value = json!({
        "id": message.id, "channel_id": message.channel, "author": user(state, message.author),
        "content": message.content, "timestamp": timestamp(message.id.at_ms()),
        "edited_timestamp": message.edited_ms.map(timestamp), "tts": false, "mention_everyone": message.mentions.everyone,
        "mentions": mentions, "mention_roles": message.mentions.roles, "attachments": [], "embeds": message.embeds,
        "components": message.components, "reactions": reactions.collect::<Vec<_>>(), "pinned": false,
        "type": message.kind, "flags": flags,
    });
    if let Some(nonce) = &message.nonce {
        value["nonce"] = json!(nonce);
    }
    if let Some(thread) = message.thread {
        value["thread"] = channel(state, thread);
    }
    if message.interaction.is_some() {
        value["application_id"] = json!(state.bot);
        value["webhook_id"] = json!(state.bot);
    }
    if !with_content && state.hides_content(message) {
        hide_content(&mut value);
    }
    value
}

/// Empties what a client without the intent for it does not get to see.
pub fn hide_content(message: &mut Value) {
    message["content"] = json!("");
    for field in ["embeds", "attachments", "components"] {
        message[field] = json!([]);
    }
}

impl State {
    /// Whether the text of `message` needs the intent: it is not the bot's own, not direct, and does not mention the bot.
    pub fn hides_content(&self, message: &Message) -> bool {
        let is_direct = self.guild_of(message.channel).is_none();
        !(is_direct || message.author == self.bot || message.mentions.users.contains(&self.bot))
    }
}
