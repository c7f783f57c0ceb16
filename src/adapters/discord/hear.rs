//! What the gateway tells, translated into what people do.
//!
//! Discord tells of everything that anybody writes wherever Colega can read. What is not for Colega goes no further than
//! this module: it is neither kept nor logged.

pub mod interaction;
pub mod message;
pub mod reaction;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use backon::{ExponentialBuilder, Retryable as _};
use moka::sync::Cache;
use serenity::all::{
    ChannelId, GuildId, Interaction, Message, MessageId as DiscordMessageId, MessageUpdateEvent, Reaction,
    UserId as DiscordUserId,
};
use tokio::sync::oneshot;
use tracing::{debug, error, warn};

use self::message::Spoken;
use super::directory::Directory;
use super::intake::Intake;
use super::messenger::Discord;
use super::rest::Problem;
use super::seen::Seen;
use super::snowflake::{at_ms, now_ms};
use crate::desk::health::Health;
use crate::desk::{Event, Incoming, UpdateId, Way};
use crate::place::{MessageId, Person, Place, PlaceKind};
use crate::question::{ChatId, UserId};

/// How often it is tried to keep an update while the disk fails.
const KEEP_TRIES: usize = 8;
/// How many messages with reactions are remembered, and for how long: while they are counted anew.
const MOST_REACTED: u64 = 10_000;
const REACTED_HOLD: Duration = Duration::from_mins(10);

/// Something that the gateway told, or that was found when catching up.
#[derive(Debug)]
pub enum Heard {
    /// A new message.
    Message(Box<Message>),
    /// A message that changed.
    Edited(Box<MessageUpdateEvent>),
    /// Messages that were deleted.
    Deleted(ChannelId, Option<GuildId>, Vec<DiscordMessageId>),
    /// A reaction that was added (true) or taken back.
    Reacted(Box<Reaction>, bool),
    /// A command, a press of a button or a form.
    Interaction(Box<Interaction>),
    /// Everything that came before it on its lane has been heard.
    Passed(oneshot::Sender<()>),
}

/// Translates and hands in. A cheap handle: clones share everything.
pub struct Listener<I>(Arc<Shared<I>>);

impl<I> Clone for Listener<I> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// What a listener needs.
pub struct Parts<I> {
    /// Takes what it translates.
    pub intake: I,
    /// Knows where things happen.
    pub directory: Directory,
    /// Keeps how far channels have been read.
    pub seen: Seen,
    /// Who Colega is, and its way to answer.
    pub discord: Discord,
    /// Counts what is lost.
    pub health: Arc<Health>,
}

struct Shared<I> {
    parts: Parts<I>,
    /// Numbers reactions, see [`reaction::update_id`].
    reactions: AtomicU64,
    /// Message → number of the latest reaction to it.
    reacted: Cache<DiscordMessageId, u64>,
}

impl<I: Intake> Listener<I> {
    /// A listener that hands in to `parts.intake`.
    pub fn new(parts: Parts<I>) -> Self {
        let micros = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_micros();
        Self(Arc::new(Shared {
            parts,
            // No number is given twice, not after a restart either.
            reactions: AtomicU64::new(u64::try_from(micros).unwrap_or_default()),
            reacted: Cache::builder().max_capacity(MOST_REACTED).time_to_live(REACTED_HOLD).build(),
        }))
    }

    /// What it is made of.
    pub fn parts(&self) -> &Parts<I> {
        &self.0.parts
    }

    /// The number of the latest reaction to a message that was heard of lately.
    pub fn latest_reaction(&self, message: DiscordMessageId) -> Option<u64> {
        self.0.reacted.get(&message)
    }

    /// Translates what was heard and hands it in. What has been heard before is handed in again and changes nothing.
    pub async fn hear(&self, heard: Heard) {
        match heard {
            Heard::Message(message) => self.hear_message(&message).await,
            Heard::Edited(update) => self.hear_edit(*update).await,
            Heard::Deleted(channel, guild, messages) => self.hear_deletion(channel, guild, &messages).await,
            Heard::Reacted(reaction, on) => self.hear_reaction(&reaction, on).await,
            Heard::Interaction(interaction) => self.hear_interaction(&interaction).await,
            // Who asked may have stopped waiting.
            Heard::Passed(tell) => drop(tell.send(())),
        }
    }

    /// Hands in, until the disk has it.
    pub async fn hand_in(&self, incoming: Incoming) {
        let parts = self.parts();
        let backoff = ExponentialBuilder::default().with_jitter().with_max_times(KEEP_TRIES);
        let taken = (|| parts.intake.take(incoming.clone())).retry(backoff).await;
        if let Err(why) = taken {
            Health::count(&parts.health.failures);
            error!(update = incoming.id.0, "something that was said on Discord cannot be kept, and is lost: {why:#}");
        }
    }

    async fn hear_message(&self, message: &Message) {
        let Parts { directory, seen, intake, .. } = self.parts();
        if message.guild_id.is_none()
            && let Err(why) = seen.meet(message.channel_id, intake).await
        {
            warn!("that there is a DM cannot be written down: {why:#}");
        }
        if let Some(spoken) = Spoken::by_a_person(message) {
            let place = directory.place(message.channel_id, message.guild_id).await;
            let (text, way) = self.addressed(&spoken, &place).await;
            if self.is_for_us(way, &place).await
                && let Some(event) = spoken.event(text, way)
            {
                let from = self.person(message, spoken.author).await;
                let id = UpdateId(format!("m{}", message.id));
                self.hand_in(Incoming { id, at_ms: at_ms(message.id.get()), from, place, event }).await;
            }
        }
        seen.mark(message.channel_id, message.id, message.guild_id.is_none());
    }

    async fn hear_edit(&self, update: MessageUpdateEvent) {
        let Some((message, edited_ms)) = message::edited(update) else { return };
        let Some(spoken) = Spoken::by_a_person(&message) else { return };
        let Parts { intake, directory, .. } = self.parts();
        let place = directory.place(message.channel_id, message.guild_id).await;
        let (text, way) = self.addressed(&spoken, &place).await;
        let own = MessageId(message.id.to_string());
        // Who takes the mention out of a question goes on talking to Colega.
        let is_for_us = self.is_for_us(way, &place).await || intake.was_asked(&place.chat, &own).await.unwrap_or(true);
        if !is_for_us {
            return;
        }
        let from = self.person(&message, spoken.author).await;
        let id = UpdateId(format!("e{}-{edited_ms}", message.id));
        let event = Event::Edited { message: own, text, way, reply_to: spoken.reply_to() };
        self.hand_in(Incoming { id, at_ms: edited_ms, from, place, event }).await;
    }

    async fn hear_deletion(&self, channel: ChannelId, guild: Option<GuildId>, messages: &[DiscordMessageId]) {
        let place = self.parts().directory.place(channel, guild).await;
        for message in messages {
            let event = Event::Deleted { message: MessageId(message.to_string()) };
            // Discord does not tell who deleted it.
            let from = Person { id: UserId(String::new()), roles: Vec::new(), language: None };
            let id = UpdateId(format!("d{message}"));
            self.hand_in(Incoming { id, at_ms: now_ms(), from, place: place.clone(), event }).await;
        }
    }

    async fn hear_reaction(&self, reaction: &Reaction, on: bool) {
        let Parts { intake, directory, discord, .. } = self.parts();
        let Some((thumb, user)) = reaction::vote(reaction, discord.me().user) else { return };
        let (chat, message) = (ChatId(reaction.channel_id.to_string()), MessageId(reaction.message_id.to_string()));
        // Discord tells whose message it is only when a reaction is added. That of one of Colega's whose number is not known
        // yet, because it was lost on the way back, waits at the desk.
        if reaction.message_author_id.is_none() {
            match intake.is_own(&chat, &message).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(why) => debug!("whether a message is Colega's cannot be looked up: {why:#}"),
            }
        }
        let number = self.0.reactions.fetch_add(1, Ordering::Relaxed);
        self.0.reacted.insert(reaction.message_id, number);
        let place = directory.place(reaction.channel_id, reaction.guild_id).await;
        let roles = match (&reaction.member, reaction.guild_id) {
            (Some(member), Some(guild)) => directory.remember_roles(guild, user, &member.roles),
            (None, guild) => self.roles_if_told(guild, user).await,
            (Some(_), None) => Vec::new(),
        };
        let from = Person { id: UserId(user.to_string()), roles, language: None };
        let id = reaction::update_id(&message, user, thumb, on, number);
        let event = Event::Reacted { message, thumb, on };
        self.hand_in(Incoming { id, at_ms: now_ms(), from, place, event }).await;
    }

    async fn hear_interaction(&self, heard: &Interaction) {
        let Some(asked) = interaction::asked(heard) else {
            return self.parts().discord.acknowledge_silently(heard).await;
        };
        let place = self.parts().directory.place_of(asked.channel, asked.channel_id, asked.guild).await;
        let id = heard.id().get();
        let (id, at_ms) = (UpdateId(format!("i{id}")), at_ms(id));
        self.hand_in(Incoming { id, at_ms, from: asked.from, place, event: asked.event }).await;
    }

    /// What is said to Colega, and how it is addressed.
    async fn addressed(&self, spoken: &Spoken<'_>, place: &Place) -> (String, Way) {
        let Parts { intake, directory, discord, .. } = self.parts();
        let (text, is_mentioned) = spoken.without_mentions(discord.me().user, &directory.own_roles());
        let way = if place.kind == PlaceKind::Direct {
            Way::Direct
        } else if is_mentioned {
            Way::Mention
        } else if spoken.replies_to(discord.me().user, intake, &place.chat).await {
            Way::Reply
        } else {
            Way::Overheard
        };
        (text, way)
    }

    /// Whether what is said there in this way is for Colega. What is not goes no further.
    async fn is_for_us(&self, way: Way, place: &Place) -> bool {
        let intake = &self.parts().intake;
        // When it cannot be looked up, the desk decides later.
        let is_own_thread = way == Way::Overheard
            && place.kind == PlaceKind::Thread
            && intake.is_own_thread(place).await.unwrap_or(true);
        intake.policy().answers(way, place, is_own_thread)
    }

    async fn person(&self, message: &Message, author: DiscordUserId) -> Person {
        let roles = match (&message.member, message.guild_id) {
            (Some(member), Some(guild)) => self.parts().directory.remember_roles(guild, author, &member.roles),
            (_, guild) => self.roles_if_told(guild, author).await,
        };
        Person { id: UserId(author.to_string()), roles, language: None }
    }

    /// The roles of somebody of whom the event does not tell them; asked for only where a rule is about roles.
    pub async fn roles(&self, guild: Option<GuildId>, user: DiscordUserId) -> Result<Vec<String>, Problem> {
        match guild {
            Some(guild) if !self.parts().intake.policy().roles.is_empty() => {
                self.parts().directory.roles(guild, user).await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The same; none where Discord does not tell, however often it is asked.
    async fn roles_if_told(&self, guild: Option<GuildId>, user: DiscordUserId) -> Vec<String> {
        self.roles(guild, user).await.unwrap_or_else(|problem| {
            warn!("somebody's roles cannot be asked for, so rules about roles shut them out: {problem}");
            Vec::new()
        })
    }
}
