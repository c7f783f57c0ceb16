//! Messages: who is speaking, to whom, and what is left of the text without the mention.

use std::sync::LazyLock;

use regex::Regex;
use serenity::all::{Message, MessageReferenceKind, MessageType, MessageUpdateEvent, RoleId, UserId};

use super::Intake;
use crate::desk::{Command, Event, Way};
use crate::place::MessageId;
use crate::question::ChatId;

/// A message that a person wrote.
pub struct Spoken<'a> {
    message: &'a Message,
    /// Who wrote it.
    pub author: UserId,
}

impl<'a> Spoken<'a> {
    /// `None` for what bots, webhooks and Discord itself say.
    pub fn by_a_person(message: &'a Message) -> Option<Self> {
        let is_said = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
        let is_person = !message.author.bot && !message.author.system && message.webhook_id.is_none();
        (is_said && is_person).then_some(Self { message, author: message.author.id })
    }

    /// The text without mentions, and whether the bot or a role that stands for it was among them. `@everyone` calls
    /// everyone but Colega.
    pub fn without_mentions(&self, own: UserId, own_roles: &[RoleId]) -> (String, bool) {
        let by_name = [format!("<@{own}>"), format!("<@!{own}>")];
        let by_role = own_roles.iter().map(|role| format!("<@&{role}>"));
        let mut is_mentioned = false;
        let mut text = self.message.content.clone();
        for mention in by_name.into_iter().chain(by_role) {
            if text.contains(&mention) {
                is_mentioned = true;
                text = without(&text, &mention);
            }
        }
        // Discord says whom a message calls: one that stands in code calls nobody.
        let calls = self.message.mentions.iter().any(|user| user.id == own)
            || self.message.mention_roles.iter().any(|role| own_roles.contains(role));
        if is_mentioned && !calls {
            return (words(&self.message.content), false);
        }
        (words(&text), is_mentioned)
    }

    /// The message it replies to.
    pub fn reply_to(&self) -> Option<MessageId> {
        let reference = self.message.message_reference.as_ref()?;
        let is_reply = reference.kind == MessageReferenceKind::Default;
        reference.message_id.filter(|_| is_reply).map(|id| MessageId(id.to_string()))
    }

    /// Whether it replies to one of Colega's messages.
    pub async fn replies_to(&self, own: UserId, intake: &impl Intake, chat: &ChatId) -> bool {
        match (&self.message.referenced_message, self.reply_to()) {
            (_, None) => false,
            (Some(original), _) => original.author.id == own,
            // Discord leaves the original out when it cannot be had quickly.
            (None, Some(id)) => intake.is_own(chat, &id).await.unwrap_or(false),
        }
    }

    /// What the author does with it. A mention alone asks how Colega is used; pictures alone say nothing.
    pub fn event(&self, text: String, way: Way) -> Option<Event> {
        let message = MessageId(self.message.id.to_string());
        let reply_to = self.reply_to();
        if !text.is_empty() {
            return Some(Event::Said { message, text, way, reply_to });
        }
        let is_mention_alone = matches!(way, Way::Mention | Way::Direct) && !self.message.content.trim().is_empty();
        is_mention_alone.then_some(Event::Commanded {
            command: Command::Help,
            message: Some(message),
            target: reply_to,
            interaction: None,
        })
    }
}

/// People, roles and channels, as they stand in messages (<https://discord.com/developers/docs/reference#message-formatting>).
static MENTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<(?:@[!&]?|#)\d+>").expect("a pattern that the tests have compiled"));

/// `text` without mentions: to the knowledge base they are numbers without meaning, and whom somebody talks about is not
/// for Colega to keep. Code stays as it is.
pub fn words(text: &str) -> String {
    let without_mentions =
        |part: &str| MENTION.find_iter(part).fold(part.to_owned(), |part, it| without(&part, it.as_str()));
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { without_mentions(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`").trim().to_owned()
}

/// `text` without `mention` and the punctuation that belongs to it.
fn without(text: &str, mention: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(mention) {
        kept.push_str(before);
        let opens = kept.is_empty() || kept.ends_with(char::is_whitespace);
        rest = if opens { behind.trim_start_matches([',', ':']).trim_start_matches(' ') } else { behind };
    }
    kept.push_str(rest);
    kept
}

/// A message whose text was changed, and when, in milliseconds since 1970. `None` for other changes: a link that is
/// unfolded, a pin, a thread that is begun on it.
pub fn edited(update: MessageUpdateEvent) -> Option<(Message, u64)> {
    let edited_at = update.edited_timestamp?;
    let edited_ms = u64::try_from(edited_at.unix_timestamp_nanos() / 1_000_000).ok()?;
    let mut message = Message::default();
    message.id = update.id;
    message.channel_id = update.channel_id;
    message.guild_id = update.guild_id;
    message.author = update.author?;
    message.content = update.content?;
    message.kind = update.kind.unwrap_or_default();
    message.mentions = update.mentions.unwrap_or_default();
    message.mention_roles = update.mention_roles.unwrap_or_default();
    message.webhook_id = update.webhook_id.flatten();
    message.message_reference = update.message_reference.flatten();
    message.referenced_message = update.referenced_message.flatten();
    message.member = update.member.flatten();
    Some((message, edited_ms))
}

#[cfg(test)]
mod tests;
