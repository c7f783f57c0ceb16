//! The desk: what happens to everything that people do on a chat platform, the same for all of them.
//!
//! An adapter translates what its platform says into [`Incoming`] and hands it to [`Desk::take`]; the desk answers through
//! the adapter's [`Messenger`]. In between: who may ask ([`policy`]), the durable inbox and outbox
//! ([`crate::delivery`]), the agent, votes and corrections, and the commands.
//!
//! What must never be: a question that is answered twice, a part of an answer that is lost, or a person who waits without
//! a sign of life.

mod answering;
mod chat;
mod commands;
mod earlier;
pub mod event;
pub mod health;
mod hearing;
mod job;
mod lanes;
pub mod messenger;
mod outbox;
mod patience;
pub mod policy;
mod posting;
mod running;
mod signs;
mod thumbs;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use arc_swap::ArcSwap;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info};

pub use event::{Button, Command, Event, Holder, Incoming, UpdateId, Way};
pub use messenger::{Failure, Keyboard, Message, Messenger};
pub use posting::Notice;

use self::chat::{Chat, Latest};
use self::health::Health;
use self::hearing::{Said, key_of};
use self::lanes::Lanes;
use self::outbox::{LATEST_ANSWER_MS, Undeliverable};
use self::policy::Policy;
use self::running::Running;
use self::signs::Signs;
use crate::agent::Agent;
use crate::answer::AnswerId;
use crate::delivery::{Delivery, OutKey, Role, Slot, State};
use crate::feedback::Feedback;
use crate::feedback::kept::{Ballot, Kept};
use crate::place::{MessageId, Place, Pseudonym};
use crate::question::{ChatId, Language, Origin};
use crate::reindex::Reindexer;

/// Updates that are dealt with at once on one platform; the next ones wait on disk.
const AT_ONCE: usize = 1_024;
/// How long the answers of DMs, which are not kept, can be explained.
const EXPLAINABLE: Duration = Duration::from_hours(1);
/// How many of them.
const EXPLAINED: u64 = 512;
/// How long the end of the daemon waits for answers under way; what is not done by then is done after the next start.
const FAREWELL: Duration = Duration::from_secs(3);

/// How chats are dealt with, section `[chat]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChatSettings {
    /// A question older than this, in minutes, is not answered any more: Colega was away for too long.
    pub max_age_minutes: u64,
    /// "And in GraphQL?" continues a question that was asked within so many minutes.
    pub conversation_minutes: u64,
    /// How long it is kept which message is which answer, in days; so long votes on it count. 0 for ever.
    pub keep_days: u64,
}

impl Default for ChatSettings {
    fn default() -> Self {
        Self { max_age_minutes: 60, conversation_minutes: 30, keep_days: 90 }
    }
}

/// What the desks of all platforms share beside the agent and the stores.
pub struct House {
    /// Reads the sources again.
    pub reindexer: Arc<Reindexer>,
    /// How the adapters are doing.
    pub healths: Vec<(Origin, Arc<Health>)>,
    /// What operators should know; each platform tells it where its settings say.
    pub notices: broadcast::Sender<Notice>,
    /// When the daemon started.
    pub started: Instant,
    /// How chats are dealt with.
    pub settings: ChatSettings,
    /// Language of words to somebody whose language nobody knows.
    pub default_language: Language,
}

/// What a desk is made of, beside its platform. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Front {
    /// Answers.
    pub agent: Agent,
    /// Inbox and outbox.
    pub delivery: Delivery,
    /// Votes and corrections.
    pub feedback: Feedback,
    /// The rules of the platform; a reload swaps them.
    pub policy: Arc<ArcSwap<Policy>>,
    /// How the platform's adapter is doing.
    pub health: Arc<Health>,
    /// What all platforms share.
    pub house: Arc<House>,
    /// Cancelled when the daemon stops.
    pub stop: CancellationToken,
}

/// Answers everybody on one platform. A cheap handle: clones share everything.
pub struct Desk<M>(Arc<Inner<M>>);

/// What clones of a desk share.
pub struct Inner<M> {
    front: Front,
    messenger: M,
    lanes: Lanes<String>,
    running: Running,
    /// Answers given lately, for `/why` where they are not kept.
    recent: Cache<AnswerId, Arc<Kept>>,
    /// Until when people have been told to slow down.
    warned: Cache<Pseudonym, Instant>,
    signs: Signs,
    chats: Cache<ChatId, Arc<Chat>>,
    latest: Latest,
    at_once: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Cancelled when the end of the daemon has waited long enough.
    cut_off: CancellationToken,
}

impl<M> Clone for Desk<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M> std::ops::Deref for Desk<M> {
    type Target = Inner<M>;

    fn deref(&self) -> &Inner<M> {
        &self.0
    }
}

impl<M: Messenger> Desk<M> {
    /// A desk on the platform of `messenger`.
    pub fn new(front: Front, messenger: M) -> Self {
        let recent = Cache::builder().max_capacity(EXPLAINED).time_to_live(EXPLAINABLE);
        Self(Arc::new(Inner {
            front,
            messenger,
            lanes: Lanes::default(),
            running: Running::default(),
            recent: recent.support_invalidation_closures().build(),
            warned: Cache::builder().max_capacity(10_000).time_to_live(EXPLAINABLE).build(),
            signs: Signs::default(),
            chats: Cache::builder().max_capacity(10_000).time_to_idle(EXPLAINABLE).build(),
            latest: Latest::default(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            tasks: TaskTracker::new(),
            cut_off: CancellationToken::new(),
        }))
    }

    /// Takes an update: when this returns, it is on disk, without secrets, and will be dealt with, whatever happens. One
    /// that was taken before changes nothing. Dealing with it goes on beside, and begins before it is on disk: what must not
    /// be done twice waits for the disk on its own.
    ///
    /// # Errors
    /// The disk failed; the platform must not be told that the update arrived.
    pub async fn take(&self, incoming: Incoming) -> Result<()> {
        let incoming = incoming.without_secrets();
        let (is_new, accepting) = self.front.delivery.accept(M::ORIGIN, &incoming.id.0, &incoming).await?;
        if is_new {
            self.start(incoming).await;
        }
        accepting.on_disk().await
    }

    /// Deals with what was taken before the last end of the process and not finished, and begins to look after what is due
    /// now and then. Called once, before the first [`Desk::take`].
    pub async fn resume(&self) -> Result<()> {
        let unfinished: Vec<Incoming> = self.front.delivery.unfinished(M::ORIGIN).await?;
        if !unfinished.is_empty() {
            info!(origin = M::ORIGIN.name(), updates = unfinished.len(), "finishing what was interrupted");
        }
        // What is sent now is younger than all that was sent before.
        for (_, outgoing) in self.front.delivery.recent(M::ORIGIN, now_ms().saturating_sub(LATEST_ANSWER_MS)).await? {
            let sent = outgoing.slots.iter().filter_map(|slot| slot.message.as_ref());
            sent.for_each(|message| self.knows(&outgoing.place.chat, message));
        }
        for incoming in unfinished {
            self.start(incoming).await;
        }
        let desk = self.clone();
        self.tasks.spawn(async move {
            let until_stopped = desk.front.stop.run_until_cancelled(desk.post_gaps_weekly());
            desk.cut_off.run_until_cancelled(until_stopped).await
        });
        let (desk, notices) = (self.clone(), self.front.house.notices.subscribe());
        self.tasks.spawn(async move {
            let until_stopped = desk.front.stop.run_until_cancelled(desk.post_notices(notices));
            desk.cut_off.run_until_cancelled(until_stopped).await
        });
        Ok(())
    }

    /// Whether `message` is one of Colega's in `chat`.
    pub async fn is_own(&self, chat: &ChatId, message: &MessageId) -> Result<bool> {
        Ok(self.front.delivery.by_message(M::ORIGIN, chat, message).await?.is_some())
    }

    /// The messages of each of Colega's answers of the last `hours`, to look at the reactions that were missed while away.
    pub async fn recent_answers(&self, hours: u64) -> Result<Vec<(Place, Vec<MessageId>)>> {
        let since_ms = now_ms().saturating_sub(hours.saturating_mul(60 * 60 * 1000));
        let recent = self.front.delivery.recent(M::ORIGIN, since_ms).await?;
        let answers = recent.into_iter().filter(|(_, outgoing)| {
            outgoing.role == Role::Reply && outgoing.state == State::Whole && outgoing.answer.is_some()
        });
        let messages = |slots: Vec<Slot>| slots.into_iter().filter_map(|slot| slot.message).collect();
        Ok(answers.map(|(_, outgoing)| (outgoing.place, messages(outgoing.slots))).collect())
    }

    /// Waits for a moment until what is under way has ended. What has not is finished after the next start.
    pub async fn drain(&self) {
        self.tasks.close();
        if tokio::time::timeout(FAREWELL, self.tasks.wait()).await.is_err() {
            info!(origin = M::ORIGIN.name(), updates = self.tasks.len(), "left for the next start");
            self.cut_off.cancel();
            self.tasks.wait().await;
        }
    }

    /// What the desk is made of.
    pub fn front(&self) -> &Front {
        &self.front
    }

    /// The platform.
    pub fn messenger(&self) -> &M {
        &self.messenger
    }

    fn health(&self) -> &Health {
        &self.front.health
    }

    fn settings(&self) -> &ChatSettings {
        &self.front.house.settings
    }

    fn default_language(&self) -> Language {
        self.front.house.default_language
    }

    /// Deals with an update beside, in the order of its lane, and finishes it.
    async fn start(&self, incoming: Incoming) {
        if let Some(message) = incoming.event.message() {
            self.knows(&incoming.place.chat, message);
        }
        if let Event::Edited { message, .. } | Event::Deleted { message } = &incoming.event {
            self.interrupt(&incoming.place, message);
        }
        // The place in the lane is taken here, so that the order is the one in which updates came.
        let mut turn = self.lanes.enter(lane(&incoming));
        let Ok(permit) = Arc::clone(&self.at_once).acquire_owned().await else { return };
        let desk = self.clone();
        self.tasks.spawn(async move {
            let _permit = permit;
            let dealt_with = async {
                turn.begin().await;
                desk.deal_with(&incoming).await
            };
            let Some(dealt_with) = desk.cut_off.run_until_cancelled(dealt_with).await else { return };
            match dealt_with {
                Err(failure) if !failure.is::<Undeliverable>() => {
                    // It stays in the inbox and is tried again after the next start.
                    error!(origin = M::ORIGIN.name(), "an update could not be dealt with: {failure:#}");
                }
                // Words that nobody takes are dealt with, too: the next start would not get rid of them either.
                Ok(()) | Err(_) => {
                    if let Err(failure) = desk.front.delivery.finish(M::ORIGIN, &incoming.id.0).await {
                        error!("the inbox cannot be written: {failure:#}");
                    }
                }
            }
        });
    }

    async fn deal_with(&self, incoming: &Incoming) -> Result<()> {
        match &incoming.event {
            Event::Said { message, text, way, reply_to } => {
                self.said(incoming, Said { message, text, way: *way, reply_to: reply_to.as_ref() }).await
            }
            Event::Edited { message, text, way, reply_to } => {
                self.edited(incoming, Said { message, text, way: *way, reply_to: reply_to.as_ref() }).await
            }
            Event::Deleted { message } => self.deleted(incoming, message).await,
            Event::Reacted { message, thumb, on } => {
                self.reacted(incoming, message, &Ballot::Reacted { thumb: *thumb, on: *on }).await
            }
            Event::Reactions { message, thumbs } => {
                self.reacted(incoming, message, &Ballot::Reactions(thumbs.clone())).await
            }
            Event::Recounted { message, holders, is_complete } => {
                self.recounted(incoming, message, holders, *is_complete).await
            }
            Event::Pressed { message, button, interaction } => {
                self.pressed(incoming, message, button, interaction).await
            }
            Event::Explained { answer, wrong, right, interaction } => {
                self.explained(incoming, answer, [wrong, right], interaction).await
            }
            Event::Commanded { command, message, target, interaction } => {
                self.commanded(incoming, command, message.as_ref(), target.as_ref(), interaction.as_ref()).await
            }
        }
    }

    /// Whether somebody has not been told to slow down yet, for a wait of `wait`.
    fn is_first_warning(&self, person: &Pseudonym, wait: Duration) -> bool {
        let now = Instant::now();
        if self.warned.get(person).is_some_and(|until| until > now) {
            return false;
        }
        self.warned.insert(person.clone(), now + wait);
        true
    }

    fn chat(&self, chat: &ChatId) -> Arc<Chat> {
        self.chats.get_with_by_ref(chat, Arc::default)
    }

    /// There is a message in `chat`.
    fn knows(&self, chat: &ChatId, message: &MessageId) {
        self.latest.knows(self.messenger.sequence(chat), message);
    }
}

/// Updates of one lane are dealt with one after the other: those on one question, those of one person on one message.
fn lane(incoming: &Incoming) -> String {
    let OutKey(question) = match &incoming.event {
        // A command that is a message can be edited, too.
        Event::Said { message, .. }
        | Event::Edited { message, .. }
        | Event::Deleted { message }
        | Event::Commanded { message: Some(message), .. } => {
            return key_of(Origin::Web, &incoming.place, message).0;
        }
        Event::Reacted { message, .. }
        | Event::Reactions { message, .. }
        | Event::Recounted { message, .. }
        | Event::Pressed { message, .. } => key_of(Origin::Web, &incoming.place, message),
        Event::Explained { answer, .. } => OutKey(answer.0.clone()),
        Event::Commanded { .. } => OutKey(incoming.id.0.clone()),
    };
    format!("{question} {}", incoming.from.id.0)
}

/// Now, in milliseconds since 1970.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
