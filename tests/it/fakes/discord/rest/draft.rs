//! What a bot sends to make or change a message.

use serde_json::{Map, Value};

use super::super::ids::{ChannelId, MessageId};
use super::super::mentions::Allowed;
use super::super::message::{Mentions, Message};
use super::super::refusal::Refusal;
use super::super::settings::permission;
use super::super::state::State;
use super::super::{components, embeds, form};

/// Fields of every kind of message.
const COMMON: &[&str] = &["content", "embeds", "allowed_mentions", "components", "flags", "attachments"];

/// A message as a bot sends it; what is `None` is left as it is.
pub struct Draft {
    pub content: Option<String>,
    pub embeds: Option<Value>,
    pub components: Option<Value>,
    pub allowed: Allowed,
    pub is_private: bool,
}

impl Draft {
    /// Reads the fields that all kinds of messages have. `path`: where the message stands in the body.
    pub fn read(body: &Value, path: &str, besides: &[&str]) -> Result<Self, Refusal> {
        let known: Vec<&str> = COMMON.iter().chain(besides).copied().collect();
        let fields = form::object(body, path, &known)?;
        embeds::check(fields, path)?;
        components::check(fields, path)?;
        if !form::array(fields, "attachments", path, 10)?.is_empty() {
            return Err(Refusal::form(&form::below(path, "attachments"), "UNKNOWN_FIELD", "the fake takes no files"));
        }
        let flags = form::integer(fields, "flags", path)?.unwrap_or(0);
        // Suppress embeds, private, suppress notifications.
        if flags & !(1 << 2 | 1 << 6 | 1 << 12) != 0 {
            return Err(Refusal::form(&form::below(path, "flags"), "UNKNOWN_FIELD", &format!("flags {flags}")));
        }
        let changed = |field: &str| {
            fields.get(field).map(|value| if value.is_null() { Value::Array(Vec::new()) } else { value.clone() })
        };
        Ok(Self {
            content: content(fields, path)?,
            embeds: changed("embeds"),
            components: changed("components"),
            allowed: Allowed::read(fields.get("allowed_mentions").unwrap_or(&Value::Null))?,
            is_private: flags & 1 << 6 != 0,
        })
    }

    /// Puts what the draft says into `message`, and notes whom it pings.
    pub fn fill(&self, state: &mut State, message: &mut Message) -> Result<(), Refusal> {
        if let Some(content) = &self.content {
            message.content.clone_from(content);
        }
        let can_embed = state
            .channels
            .get(&message.channel)
            .is_none_or(|channel| channel.permissions & permission::EMBED_LINKS != 0);
        for (own, new) in [(&mut message.embeds, &self.embeds), (&mut message.components, &self.components)] {
            if let Some(new) = new {
                own.clone_from(new);
            }
        }
        if !can_embed {
            message.embeds = Value::Array(Vec::new());
        }
        if message.content.is_empty() && message.embeds.as_array().is_none_or(Vec::is_empty) {
            return Err(Refusal::empty_message());
        }
        self.mention(state, message);
        Ok(())
    }

    fn mention(&self, state: &mut State, message: &mut Message) {
        let guild = state.guild_of(message.channel);
        let mut live = self.allowed.live(state, guild, &message.content);
        let replied = message.reply_to.and_then(|to| state.message(to)).map(|replied| replied.author);
        if let Some(author) = replied.filter(|author| self.allowed.replied_user && !live.users.contains(author)) {
            live.users.push(author);
        }
        if message.private_to.is_none() && live != Mentions::default() {
            let shown: String = message.content.chars().take(80).collect();
            state.ledger.violation(format!("a live mention ({live:?}) in \"{shown}\""));
        }
        message.mentions = live;
    }
}

fn content(fields: &Map<String, Value>, path: &str) -> Result<Option<String>, Refusal> {
    if fields.get("content").is_some_and(Value::is_null) {
        return Ok(Some(String::new()));
    }
    Ok(form::text(fields, "content", path, 0..=2_000)?.map(|text| text.trim().to_owned()))
}

/// Reads `message_reference`: what a new message in `channel` replies to.
pub fn reply_to(state: &State, body: &Value, channel: ChannelId) -> Result<Option<MessageId>, Refusal> {
    let (value, path) = (&body["message_reference"], "message_reference");
    if value.is_null() {
        return Ok(None);
    }
    let fields = form::object(value, path, &["type", "message_id", "channel_id", "guild_id", "fail_if_not_exists"])?;
    let id =
        form::snowflake(fields, "message_id", path)?.ok_or_else(|| form::required("message_reference.message_id"))?;
    let other_place = form::snowflake(fields, "channel_id", path)?.is_some_and(|own| own != channel.0);
    let other_guild = form::snowflake(fields, "guild_id", path)?
        .is_some_and(|own| Some(own) != state.guild_of(channel).map(|guild| guild.0));
    if other_place || other_guild {
        let message = "Cannot reply in a different channel";
        return Err(Refusal::form(path, "MESSAGE_REFERENCE_OTHER_CHANNEL", message));
    }
    let exists =
        state.message(MessageId(id)).is_some_and(|message| message.channel == channel && message.private_to.is_none());
    if !exists {
        let must_exist = form::flag(fields, "fail_if_not_exists", path)?.unwrap_or(true);
        return if must_exist { Err(Refusal::reply_to_unknown()) } else { Ok(None) };
    }
    if state.channels[&channel].permissions & permission::READ_MESSAGE_HISTORY == 0 {
        return Err(Refusal::no_history_to_reply());
    }
    Ok(Some(MessageId(id)))
}
