//! Making the platform show what it should: the messages of one [`OutKey`] are brought in line with a list of parts, and
//! every step is in the outbox before and after it happens.
//!
//! After a crash the same call with the same key goes on where the last one stopped: messages that exist are edited, one
//! whose sending was begun and not confirmed is looked for first, and only what cannot have been sent is sent.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};

use super::Desk;
use super::messenger::{Failure, Keyboard, Message, Messenger};
use super::patience::{Patience, patiently, patiently_for};
use crate::commit::Flushing;
use crate::delivery::{OutKey, Outgoing, Slot};
use crate::place::{Interaction, MessageId};
use crate::question::ChatId;

/// How long after its question an answer may still be sent, in milliseconds.
pub(super) const LATEST_ANSWER_MS: u64 = 60 * 60 * 1000;
/// Letters of a nonce; Discord takes 25.
const NONCE: usize = 24;

/// What the messages of a key are to show.
pub(super) struct Shown {
    /// Texts in the platform's markup, one a message.
    pub parts: Vec<String>,
    /// Buttons below the last.
    pub keyboard: Keyboard,
    /// How long to go on trying.
    pub patience: Patience,
}

impl Shown {
    /// What is to be shown in the end, however long it takes.
    pub(super) const fn new(parts: Vec<String>, keyboard: Keyboard) -> Self {
        Self { parts, keyboard, patience: Patience::USUAL }
    }

    /// The buttons of the part `at`.
    fn keyboard(&self, at: usize) -> Keyboard {
        if at + 1 == self.parts.len() { self.keyboard.clone() } else { Keyboard::None }
    }
}

/// One of the messages that a key is to show.
struct Part<'a> {
    key: &'a OutKey,
    /// Its number.
    at: usize,
    message: Message,
    patience: Patience,
}

/// The platform does not take it, and never will: the chat is gone, or closed to Colega.
#[derive(Debug, thiserror::Error)]
#[error("an answer cannot be delivered")]
pub(super) struct Undeliverable(#[source] pub(super) Failure);

impl<M: Messenger> Desk<M> {
    /// Brings the messages of `key` in line with `shown`: edits, sends and deletes as few as it takes. `outgoing` is kept
    /// up to date, on disk too; its state is the caller's.
    ///
    /// # Errors
    /// [`Undeliverable`], or the store failed.
    pub(super) async fn show(
        &self,
        key: &OutKey,
        outgoing: &mut Outgoing,
        shown: &Shown,
        interaction: Option<&Interaction>,
    ) -> Result<()> {
        let done = self.show_parts(key, outgoing, shown, interaction).await;
        if done.is_err() {
            // What was not sent need not be looked for.
            let known = outgoing.slots.iter().rposition(|slot| !slot.is_announced).map_or(0, |last| last + 1);
            if known < outgoing.slots.len() {
                outgoing.slots.truncate(known);
                self.save(key, outgoing).await?;
            }
        }
        done?;
        self.remove_from(key, outgoing, shown.parts.len()).await
    }

    async fn show_parts(
        &self,
        key: &OutKey,
        outgoing: &mut Outgoing,
        shown: &Shown,
        interaction: Option<&Interaction>,
    ) -> Result<()> {
        self.renew_announced(key, outgoing).await?;
        let known = outgoing.slots.len();
        // All that is new is announced at once, so that no part waits for the disk while the one before it is sent.
        let mut announcing = self.announce_up_to(shown.parts.len(), key, outgoing).await?;
        let mut sent = None;
        for (at, text) in shown.parts.iter().enumerate() {
            if at >= known
                && let Some(announcing) = announcing.take()
            {
                announcing.on_disk().await?;
            }
            let message = Message {
                place: outgoing.place.clone(),
                reply_to: outgoing.reply_to.clone(),
                interaction: interaction.filter(|_| at == 0).cloned(),
                text: text.clone(),
                keyboard: shown.keyboard(at),
                after: outgoing.slots[at].after.clone(),
                nonce: nonce(key, at),
            };
            let saving = self.show_part(outgoing, Part { key, at, message, patience: shown.patience }).await?;
            sent = saving.or(sent);
        }
        // The last brings to disk what all have written.
        match sent {
            Some(sent) => sent.on_disk().await,
            None => Ok(()),
        }
    }

    /// Deletes the messages of `key` from number `keep` on.
    pub(super) async fn remove_from(&self, key: &OutKey, outgoing: &mut Outgoing, keep: usize) -> Result<()> {
        while outgoing.slots.len() > keep {
            let last = outgoing.slots.last().cloned().unwrap_or_default();
            let message = match last.message {
                None if last.attempted && !last.is_announced => self.lost(key, outgoing).await,
                message => message,
            };
            if let Some(message) = message {
                self.delete(outgoing, &message).await;
            }
            outgoing.slots.pop();
            self.save(key, outgoing).await?;
        }
        Ok(())
    }

    /// Begins to keep that `outgoing` may be sent as so many messages, where fewer are known; [`Desk::show`] need not wait for
    /// the disk once that is there.
    pub(super) async fn announce_up_to(
        &self,
        messages: usize,
        key: &OutKey,
        outgoing: &mut Outgoing,
    ) -> Result<Option<Flushing>> {
        if outgoing.slots.len() >= messages {
            return Ok(None);
        }
        let announced = self.announced(outgoing);
        outgoing.slots.resize(messages, announced);
        self.begin_to_save(key, outgoing).await.map(Some)
    }

    /// What was announced a while ago is younger than what has been said since: less has to be looked through if it gets lost.
    /// That need not be waited for, since what was known before is true, too.
    async fn renew_announced(&self, key: &OutKey, outgoing: &mut Outgoing) -> Result<()> {
        let latest = self.latest_in(&outgoing.place.chat);
        let mut is_older = false;
        for slot in outgoing.slots.iter_mut().filter(|slot| slot.is_announced && slot.after != latest) {
            slot.after.clone_from(&latest);
            is_older = true;
        }
        if is_older {
            drop(self.begin_to_save(key, outgoing).await?);
        }
        Ok(())
    }

    /// A part of `outgoing` of which the disk says that it may have been sent.
    fn begun(&self, outgoing: &Outgoing) -> Slot {
        Slot { attempted: true, after: self.latest_in(&outgoing.place.chat), ..Slot::default() }
    }

    /// The same of one whose sending is still to begin.
    fn announced(&self, outgoing: &Outgoing) -> Slot {
        Slot { is_announced: true, ..self.begun(outgoing) }
    }

    async fn save(&self, key: &OutKey, outgoing: &Outgoing) -> Result<()> {
        self.begin_to_save(key, outgoing).await?.on_disk().await
    }

    async fn begin_to_save(&self, key: &OutKey, outgoing: &Outgoing) -> Result<Flushing> {
        self.front.delivery.begin_to_save(key, outgoing).await.context("the outbox cannot be written")
    }

    /// Shows one part; gives what is still being written of it.
    async fn show_part(&self, outgoing: &mut Outgoing, mut part: Part<'_>) -> Result<Option<Flushing>> {
        let (at, fingerprint) = (part.at, fingerprint(&part.message));
        if let Some(id) = outgoing.slots[at].message.clone() {
            if outgoing.slots[at].shown == fingerprint {
                return Ok(None);
            }
            // An edit that fails may have been made.
            outgoing.slots[at].shown = 0;
            match patiently_for(part.patience, self.health(), || self.messenger().edit(&id, &part.message)).await {
                Ok(()) => {
                    outgoing.slots[at].shown = fingerprint;
                    return Ok(None);
                }
                // Somebody removed it; it is sent again.
                Err(Failure::Gone(_)) => outgoing.slots[at] = Slot::default(),
                Err(failure) => return Err(Undeliverable(failure).into()),
            }
        }
        let is_announced = mem::take(&mut outgoing.slots[at].is_announced);
        let may_be_lost = outgoing.slots[at].attempted && !is_announced;
        if !may_be_lost && !is_announced {
            outgoing.slots[at] = self.begun(outgoing);
            self.save(part.key, outgoing).await?;
        }
        part.message.after.clone_from(&outgoing.slots[at].after);
        self.send_once(outgoing, &part, may_be_lost).await.map(Some)
    }

    /// Sends a message that may have been sent already, so that it is there once.
    async fn send_once(&self, outgoing: &mut Outgoing, part: &Part<'_>, may_be_lost: bool) -> Result<Flushing> {
        let message = &part.message;
        // Whether to look for it, and whether there was ever reason to.
        let (lost, was_lost) = (AtomicBool::new(may_be_lost), AtomicBool::new(may_be_lost));
        let sending = &*outgoing;
        let after = Mutex::new(message.after.clone());
        let attempt = || async {
            // Who looks for a lost message must not meet one that is just being sent and not yet in the outbox.
            let chat = self.chat(&message.place.chat);
            if lost.load(Ordering::Relaxed) {
                let _alone = chat.sending.write().await;
                let known = self.known_messages(sending).await;
                let sought = Message { after: lock(&after).clone(), ..message.clone() };
                if let Some(found) = self.messenger().find_lost(&sought, &known).await? {
                    return Ok(self.sent(sending, part, found).await);
                }
                // It is not there, or not any more: the next attempt need not look again.
                lost.store(false, Ordering::Relaxed);
            }
            let _beside = chat.sending.read().await;
            // What was sent up to now is not what is sent now.
            *lock(&after) = self.latest_in(&message.place.chat);
            let sent = match self.messenger().send(message).await {
                // Discord gives what an attempt before has sent, if that arrives after all; it may show an earlier text.
                Ok(id) if was_lost.load(Ordering::Relaxed) => {
                    lost.store(true, Ordering::Relaxed);
                    self.messenger().edit(&id, message).await.map(|()| id)
                }
                sent => sent,
            };
            match sent {
                Ok(id) => Ok(self.sent(sending, part, id).await),
                Err(failure) => {
                    if matches!(failure, Failure::Unknown(_)) {
                        lost.store(true, Ordering::Relaxed);
                        was_lost.store(true, Ordering::Relaxed);
                    }
                    Err(failure)
                }
            }
        };
        let sent = patiently_for(part.patience, self.health(), attempt).await;
        if sent.is_err() && !was_lost.load(Ordering::Relaxed) {
            // It was refused, so there is nothing to look for.
            outgoing.slots[part.at].attempted = false;
        }
        let saving;
        (*outgoing, saving) = sent.map_err(Undeliverable)??;
        Ok(saving)
    }

    /// `outgoing` with the message `id` as its `part`, which is being kept.
    async fn sent(&self, outgoing: &Outgoing, part: &Part<'_>, id: MessageId) -> Result<(Outgoing, Flushing)> {
        let mut outgoing = outgoing.clone();
        self.knows(&outgoing.place.chat, &id);
        outgoing.slots[part.at] = Slot { message: Some(id), shown: fingerprint(&part.message), ..Slot::default() };
        let saving = self.begin_to_save(part.key, &outgoing).await?;
        Ok((outgoing, saving))
    }

    /// The latest message that is known where those of `chat` have their numbers from.
    fn latest_in(&self, chat: &ChatId) -> Option<MessageId> {
        self.latest.of(&self.messenger().sequence(chat))
    }

    /// Messages of Colega's, from the same sequence, that belong to something already.
    async fn known_messages(&self, outgoing: &Outgoing) -> Vec<MessageId> {
        let own = outgoing.slots.iter().filter_map(|slot| slot.message.clone());
        // An answer to an older question may be younger than this one's question.
        let since_ms = outgoing.at_ms.saturating_sub(LATEST_ANSWER_MS);
        let recent = self.front.delivery.recent(M::ORIGIN, since_ms).await.unwrap_or_default();
        let sequence = self.messenger().sequence(&outgoing.place.chat);
        let others = recent
            .into_iter()
            .filter(|(_, other)| self.messenger().sequence(&other.place.chat) == sequence)
            .flat_map(|(_, other)| other.slots)
            .filter_map(|slot| slot.message);
        let chat = &outgoing.place.chat;
        let nobodys = self.front.delivery.nobodys(M::ORIGIN, chat, since_ms).await.unwrap_or_default();
        own.chain(others).chain(nobodys).collect()
    }

    /// The last message of `outgoing`, whose sending was not confirmed, if it is there.
    async fn lost(&self, key: &OutKey, outgoing: &Outgoing) -> Option<MessageId> {
        let message = Message {
            place: outgoing.place.clone(),
            reply_to: outgoing.reply_to.clone(),
            interaction: None,
            text: "…".to_owned(),
            keyboard: Keyboard::None,
            after: outgoing.slots.last().and_then(|slot| slot.after.clone()),
            nonce: nonce(key, outgoing.slots.len() - 1),
        };
        let chat = self.chat(&outgoing.place.chat);
        let _alone = chat.sending.write().await;
        let known = self.known_messages(outgoing).await;
        patiently(self.health(), || self.messenger().find_lost(&message, &known)).await.ok().flatten()
    }

    /// A message that cannot be deleted is left; it is on the way out anyway.
    async fn delete(&self, outgoing: &Outgoing, message: &MessageId) {
        let _ = patiently(self.health(), || self.messenger().delete(&outgoing.place, message)).await;
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same for each attempt at sending one part.
fn nonce(key: &OutKey, at: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.0.as_bytes()).update(&(at as u64).to_le_bytes());
    hasher.finalize().to_hex()[..NONCE].to_owned()
}

fn fingerprint(message: &Message) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.text.hash(&mut hasher);
    if let Keyboard::Row(buttons) = &message.keyboard {
        buttons.iter().map(|(button, label)| (button.to_data(), label)).for_each(|button| button.hash(&mut hasher));
    }
    hasher.finish()
}
