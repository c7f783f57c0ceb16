//! What the desk sends, as requests to Discord.

pub mod body;
mod lost;

use std::time::Duration;

use moka::sync::Cache;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::all::{
    ApplicationId, ChannelId, Interaction as DiscordInteraction, InteractionId, MessageFlags,
    MessageId as DiscordMessageId, UserId,
};
use serenity::builder::CreateInteractionResponse;
use serenity::http::Route;
use tracing::debug;

use super::rest::{Call, Problem, Rest, code};
use crate::answer::AnswerId;
use crate::desk::{Failure, Message, Messenger};
use crate::place::{Interaction, MessageId, Place};
use crate::question::{Language, Origin};
use crate::render;
use crate::render::document::Document;

/// How long an interaction can be responded to, <https://discord.com/developers/docs/interactions/receiving-and-responding>.
const INTERACTION_LIFE: Duration = Duration::from_mins(15);
/// How many interactions are remembered.
const MOST_INTERACTIONS: u64 = 10_000;
/// Five edits and sendings in five seconds are allowed in a channel; this leaves room for other answers in it.
const PACE: Duration = Duration::from_millis(1_200);
/// "Typing" is shown for ten seconds.
const TYPING: Duration = Duration::from_secs(8);

/// Who Colega is on Discord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Me {
    /// The bot's user.
    pub user: UserId,
    /// The application that the bot belongs to.
    pub application: ApplicationId,
}

/// Discord, as the desk sees it. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Discord {
    rest: Rest,
    me: Me,
    /// How many parts of a response an interaction has been given; 0 when it has only been acknowledged.
    responded: Cache<String, usize>,
}

/// The part of a sent message that is of interest.
#[derive(Deserialize)]
struct Sent {
    id: DiscordMessageId,
}

impl Discord {
    /// Discord behind `rest`, where Colega is `me`.
    pub fn new(rest: Rest, me: Me) -> Self {
        let responded = Cache::builder().max_capacity(MOST_INTERACTIONS).time_to_live(INTERACTION_LIFE).build();
        Self { rest, me, responded }
    }

    /// The REST API.
    pub fn rest(&self) -> &Rest {
        &self.rest
    }

    /// Who Colega is.
    pub fn me(&self) -> Me {
        self.me
    }

    /// Acknowledges an interaction that Colega knows nothing about, so that Discord does not call it failed.
    pub async fn acknowledge_silently(&self, interaction: &DiscordInteraction) {
        let token = match interaction {
            DiscordInteraction::Component(it) => &it.token,
            DiscordInteraction::Modal(it) => &it.token,
            _ => return,
        };
        let interaction = Interaction { id: interaction.id().to_string(), token: token.clone() };
        if let Err(problem) = self.respond_first(&interaction, &CreateInteractionResponse::Acknowledge).await {
            debug!("an unknown interaction cannot be acknowledged: {problem}");
        }
    }

    /// Responds to an interaction for the first time. `false`: it has been responded to before.
    async fn respond_first(&self, interaction: &Interaction, response: &impl Serialize) -> Result<bool, Problem> {
        let (interaction_id, token) = (InteractionId::new(number(&interaction.id)?), interaction.token.as_str());
        let route = Route::InteractionResponse { interaction_id, token };
        match self.rest.post(Call::new(Method::POST, route).body(response)).await {
            Ok(()) => Ok(true),
            Err(problem) if problem.is(&[code::ALREADY_ACKNOWLEDGED]) => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// The response to an interaction that was deferred, shown or changed.
    async fn show_original(&self, interaction: &Interaction, body: &Value) -> Result<Sent, Problem> {
        let route = Route::WebhookOriginalInteractionResponse {
            application_id: self.me.application,
            token: &interaction.token,
        };
        self.rest.fetch(Call::new(Method::PATCH, route).body(body)).await
    }

    async fn edit_in_channel(&self, id: &MessageId, message: &Message) -> Result<(), Problem> {
        let route = Route::ChannelMessage {
            channel_id: ChannelId::new(number(&message.place.chat.0)?),
            message_id: DiscordMessageId::new(number(&id.0)?),
        };
        self.rest.post(Call::new(Method::PATCH, route).body(&body::edited(message))).await
    }
}

impl Messenger for Discord {
    const ORIGIN: Origin = Origin::Discord;
    const TYPING: Duration = TYPING;

    fn parts(&self, document: &Document) -> Vec<String> {
        render::discord::parts(document)
    }

    fn pace(&self, _place: &Place) -> Duration {
        PACE
    }

    async fn acknowledge(
        &self,
        place: &Place,
        interaction: Option<&Interaction>,
        private: bool,
    ) -> Result<(), Failure> {
        let Some(interaction) = interaction else {
            let route = Route::ChannelTyping { channel_id: ChannelId::new(number(&place.chat.0)?) };
            return Ok(self.rest.post(Call::new(Method::POST, route)).await?);
        };
        // Discord goes on showing "thinking" by itself.
        if !self.responded.contains_key(&interaction.id) {
            self.respond_first(interaction, &body::deferred(private)).await?;
            self.responded.insert(interaction.id.clone(), 0);
        }
        Ok(())
    }

    async fn send(&self, message: &Message) -> Result<MessageId, Failure> {
        let sent = if let Some(interaction) = &message.interaction {
            // An answer may be there sooner than the sign that it is coming, without which it has no place to stand in.
            self.acknowledge(&message.place, Some(interaction), false).await?;
            self.show_original(interaction, &body::edited(message)).await?
        } else {
            let route = Route::ChannelMessages { channel_id: ChannelId::new(number(&message.place.chat.0)?) };
            self.rest.fetch(Call::new(Method::POST, route).body(&body::new(message)?)).await?
        };
        Ok(MessageId(sent.id.to_string()))
    }

    async fn edit(&self, id: &MessageId, message: &Message) -> Result<(), Failure> {
        let Some(interaction) = &message.interaction else {
            return Ok(self.edit_in_channel(id, message).await?);
        };
        match self.show_original(interaction, &body::edited(message)).await {
            // The token has run out; the message is an ordinary one by now.
            Err(problem) if problem.is(&[code::UNKNOWN_WEBHOOK, code::INVALID_WEBHOOK_TOKEN]) => {
                Ok(self.edit_in_channel(id, message).await?)
            }
            shown => Ok(shown.map(drop)?),
        }
    }

    async fn delete(&self, place: &Place, id: &MessageId) -> Result<(), Failure> {
        let route = Route::ChannelMessage {
            channel_id: ChannelId::new(number(&place.chat.0)?),
            message_id: DiscordMessageId::new(number(&id.0)?),
        };
        match self.rest.post(Call::new(Method::DELETE, route)).await {
            Err(problem) if problem.is(&[code::UNKNOWN_MESSAGE, code::UNKNOWN_CHANNEL]) => Ok(()),
            deleted => Ok(deleted?),
        }
    }

    async fn find_lost(&self, message: &Message, known: &[MessageId]) -> Result<Option<MessageId>, Failure> {
        if let Some(interaction) = &message.interaction {
            // There is one response only, so showing the message in it again finds it.
            let sent = self.show_original(interaction, &body::edited(message)).await?;
            return Ok(Some(MessageId(sent.id.to_string())));
        }
        let Some(found) = self.look_for_lost(message, known).await? else { return Ok(None) };
        self.edit_in_channel(&found, message).await?;
        Ok(Some(found))
    }

    async fn notify(&self, interaction: &Interaction, words: &str) -> Result<(), Failure> {
        too_late_is_fine(self.respond_first(interaction, &body::private(words)).await)
    }

    async fn ask_what_was_wrong(
        &self,
        _place: &Place,
        interaction: &Interaction,
        answer: &AnswerId,
        _about: &MessageId,
        language: Language,
    ) -> Result<Option<MessageId>, Failure> {
        too_late_is_fine(self.respond_first(interaction, &body::form(answer, language)).await).map(|()| None)
    }

    async fn respond(&self, interaction: &Interaction, parts: &[String]) -> Result<(), Failure> {
        let Some((first, others)) = parts.split_first() else { return Ok(()) };
        let mut done = self.responded.get(&interaction.id).unwrap_or(0);
        if done == 0 {
            let is_new = !self.responded.contains_key(&interaction.id)
                && self.respond_first(interaction, &body::private(first)).await?;
            if !is_new {
                self.show_original(interaction, &body::shown(first)).await?;
            }
            done = 1;
            self.responded.insert(interaction.id.clone(), done);
        }
        // A response that is tried again goes on where it broke off.
        for part in others.iter().skip(done - 1) {
            let route =
                Route::WebhookFollowupMessages { application_id: self.me.application, token: &interaction.token };
            self.rest.post(Call::new(Method::POST, route).body(&body::follow_up(part))).await?;
            done += 1;
            self.responded.insert(interaction.id.clone(), done);
        }
        // A later response takes the place of this one.
        self.responded.insert(interaction.id.clone(), 0);
        Ok(())
    }
}

/// A number that Discord gave.
///
/// # Errors
/// It is of another platform, or was damaged; then it names nothing on Discord.
fn number(id: &str) -> Result<u64, Problem> {
    let number = id.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Problem::without_request(Failure::Gone(format!("“{id}” is no Discord ID"))))
}

fn too_late_is_fine(responded: Result<bool, Problem>) -> Result<(), Failure> {
    match responded {
        Err(problem) if problem.is(&[code::UNKNOWN_INTERACTION]) => Ok(()),
        responded => Ok(responded.map(drop)?),
    }
}

/// Links are not unfolded into pictures: a link in an answer is a source, not what the answer is about.
const FLAGS: MessageFlags = MessageFlags::SUPPRESS_EMBEDS;
