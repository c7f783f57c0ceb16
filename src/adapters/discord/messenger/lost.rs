//! Looking for a message whose sending was not confirmed.

use serenity::all::Message as DiscordMessage;

use super::{Call, ChannelId, Discord, Failure, Message, MessageId, Method, Route, number};

/// How many messages are looked through, the most that Discord gives at once.
const LOOKED_THROUGH: u8 = 100;

impl Discord {
    /// The oldest message of Colega's own after `message.reply_to` that replies to the same message and is none of
    /// `known`. A message that replies to nothing is known by its text.
    pub(super) async fn look_for_lost(
        &self,
        message: &Message,
        known: &[MessageId],
    ) -> Result<Option<MessageId>, Failure> {
        let route = Route::ChannelMessages { channel_id: ChannelId::new(number(&message.place.chat.0)?) };
        let mut call = Call::new(Method::GET, route).query("limit", LOOKED_THROUGH);
        if let Some(reply_to) = &message.reply_to {
            call = call.query("after", number(&reply_to.0)?);
        }
        let messages: Vec<DiscordMessage> = self.rest.fetch(call).await?;
        let candidates = messages.iter().filter(|candidate| candidate.author.id == self.me.user);
        let fits = |candidate: &&DiscordMessage| match &message.reply_to {
            Some(reply_to) => replied_to(candidate).is_some_and(|id| id == reply_to.0),
            None => candidate.content == message.text,
        };
        let is_known = |candidate: &DiscordMessage| known.iter().any(|id| id.0 == candidate.id.to_string());
        let oldest = candidates.filter(fits).filter(|candidate| !is_known(candidate)).min_by_key(|found| found.id);
        Ok(oldest.map(|found| MessageId(found.id.to_string())))
    }
}

fn replied_to(message: &DiscordMessage) -> Option<String> {
    Some(message.message_reference.as_ref()?.message_id?.to_string())
}
