//! Presses, commands and forms, and what the bot made of them
//! (<https://discord.com/developers/docs/interactions/receiving-and-responding>).

use std::collections::BTreeMap;

use super::ids::{ChannelId, InteractionId, MessageId, UserId};
use super::state::State;

/// Interactions that are kept.
const KEPT: usize = 4_000;

/// A press, a command or a form.
#[derive(Debug, Clone)]
pub struct Interaction {
    /// Its number.
    pub id: InteractionId,
    /// What lets the bot respond.
    pub token: String,
    /// Who did it.
    pub user: UserId,
    /// Where.
    pub channel: ChannelId,
    /// The message with the button, for presses and for forms that a press opened.
    pub on: Option<MessageId>,
    /// What it is.
    pub kind: Kind,
    /// How far the bot is with it.
    pub stage: Stage,
    /// The response, once there is one: `@original`.
    pub response: Option<MessageId>,
    /// Follow-ups, in order.
    pub follow_ups: Vec<MessageId>,
    /// When it happened.
    pub at_ms: u64,
}

/// Kinds of interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A slash command.
    Slash(String),
    /// A command in the menu of a message.
    Menu(String),
    /// A button, by its `custom_id`.
    Press(String),
    /// A form, by its `custom_id`.
    Form(String),
}

/// How far the bot is with an interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Not acknowledged.
    Waiting,
    /// "thinking…".
    Thinking {
        /// Only the person sees it.
        private: bool,
    },
    /// Acknowledged without anything to see.
    Quiet,
    /// Answered with a message.
    Answered,
    /// The message with the button was changed.
    Updated,
    /// A form was opened.
    Asking(Modal),
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modal {
    /// What comes back with it.
    pub custom_id: String,
    /// Its heading.
    pub title: String,
    /// Its fields.
    pub inputs: Vec<Input>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name on the wire.
    pub custom_id: String,
    /// Its name for people.
    pub label: String,
    /// It must not be empty.
    pub is_required: bool,
    /// The fewest letters.
    pub least: usize,
    /// The most letters.
    pub most: usize,
}

/// What a person saw first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saw {
    /// "This interaction failed": nothing came within three seconds.
    Failed,
    /// "thinking…": a message will follow ([`super::Discord::response`]).
    Thinking {
        /// Only they see it.
        private: bool,
    },
    /// Nothing; the button merely stopped spinning.
    Nothing,
    /// A message.
    Message {
        /// Which.
        id: MessageId,
        /// Its text.
        text: String,
        /// Only they see it.
        private: bool,
    },
    /// The message with the button changed to this text.
    Updated(String),
    /// A form opened ([`super::Discord::submit_modal`]).
    Form(Modal),
}

/// All interactions.
#[derive(Debug, Default)]
pub struct Interactions {
    all: BTreeMap<InteractionId, Interaction>,
}

impl Interactions {
    /// The interaction with this number.
    pub fn of(&self, id: InteractionId) -> Option<&Interaction> {
        self.all.get(&id)
    }

    pub(super) fn of_mut(&mut self, id: InteractionId) -> Option<&mut Interaction> {
        self.all.get_mut(&id)
    }

    /// The interaction that `token` belongs to.
    pub fn by_token(&self, token: &str) -> Option<&Interaction> {
        let id = token.strip_prefix(TOKEN)?.split('_').next()?.parse().ok()?;
        self.all.get(&InteractionId(id)).filter(|found| found.token == token)
    }

    pub(super) fn keep(&mut self, interaction: Interaction) {
        self.all.insert(interaction.id, interaction);
        while self.all.len() > KEPT {
            self.all.pop_first();
        }
    }
}

const TOKEN: &str = "aW50ZXJhY3Rpb246_";

/// A token as long as the real ones.
pub fn token(id: InteractionId) -> String {
    format!("{TOKEN}{id}_{:0>150x}", u128::from(id.0).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834))
}

impl State {
    /// What the person saw first; `None` while they still wait.
    pub fn saw(&self, id: InteractionId) -> Option<Saw> {
        let interaction = self.interactions.of(id)?;
        let text = |message: Option<MessageId>| {
            message.and_then(|id| self.message(id)).map_or_else(String::new, |message| message.content.clone())
        };
        Some(match &interaction.stage {
            Stage::Waiting => {
                let ms = u64::try_from(self.settings.acknowledge_within.as_millis()).unwrap_or(u64::MAX);
                return (self.now_ms() > interaction.at_ms + ms).then_some(Saw::Failed);
            }
            Stage::Thinking { private } => Saw::Thinking { private: *private },
            Stage::Quiet => Saw::Nothing,
            Stage::Answered => {
                let id = interaction.response?;
                let private = self.message(id).is_some_and(|message| message.private_to.is_some());
                Saw::Message { id, text: text(Some(id)), private }
            }
            Stage::Updated => Saw::Updated(text(interaction.on)),
            Stage::Asking(modal) => Saw::Form(modal.clone()),
        })
    }

    /// Every message that answers the interaction, the response first. A deferred one counts once it has a text.
    pub fn responses(&self, id: InteractionId) -> Vec<MessageId> {
        let Some(interaction) = self.interactions.of(id) else { return Vec::new() };
        let all = interaction.response.iter().chain(&interaction.follow_ups).copied();
        all.filter(|id| self.message(*id).is_some_and(|message| !message.is_thinking)).collect()
    }
}
