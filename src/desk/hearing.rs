//! What is said, edited and deleted: whether it is for Colega, and what of.

use std::time::Duration;

use anyhow::Result;

use super::event::{Command, Incoming, UpdateId, Way};
use super::job::Job;
use super::messenger::{Keyboard, Messenger};
use super::outbox::Shown;
use super::policy::Admission;
use super::running::Stopped;
use super::{Desk, now_ms};
use crate::answer::AnswerId;
use crate::delivery::{ConversationId, OutKey, Outgoing, Role, State};
use crate::place::{MessageId, Place, PlaceKind, Pseudonym};
use crate::question::Origin;
use crate::render::chat::{self, Withdrawal};
use crate::render::document::Document;

/// How long what is being sent is waited for, to know whether somebody has replied to it.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(20);

/// Something that was said.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub message: &'a MessageId,
    pub text: &'a str,
    pub way: Way,
    pub reply_to: Option<&'a MessageId>,
}

impl<M: Messenger> Desk<M> {
    /// A message: a question, a correction, or nothing for Colega.
    pub(super) async fn said(&self, incoming: &Incoming, said: Said<'_>) -> Result<()> {
        let Incoming { from, place, .. } = incoming;
        let policy = self.front.policy.load_full();
        let is_own_thread = said.way == Way::Overheard && self.is_own_thread(place).await?;
        if !policy.answers(said.way, place, is_own_thread)
            || self.is_too_old(incoming.at_ms) && !self.was_begun(place, said.message).await?
        {
            return Ok(());
        }
        match policy.admits(from, place, self.front.delivery.is_paired(M::ORIGIN, &from.id).await?) {
            Admission::Granted => {}
            Admission::Denied => return Ok(()),
            Admission::NeedsPairing => return self.ask_for_pairing(incoming, said.message).await,
        }
        let target = match said.reply_to {
            Some(replied) => self.part_of(place, replied, said.way).await?,
            None => None,
        };
        if let Some((_, target)) = &target
            && self.corrected(incoming, said, target).await?
        {
            return Ok(());
        }
        if said.text.trim().is_empty() {
            return self.commanded(incoming, &Command::Help, Some(said.message), None, None).await;
        }
        let follows = target.and_then(|(_, target)| target.answer);
        let asker = self.front.feedback.pseudonym(M::ORIGIN, &from.id);
        self.answer(job(M::ORIGIN, incoming, said, conversation(M::ORIGIN, place, &asker), follows)).await
    }

    /// What the message `replied` is part of, if it is Colega's. People may see it, and reply, before the platform has confirmed
    /// that it was sent; so what is being sent in the chat is waited for.
    async fn part_of(&self, place: &Place, replied: &MessageId, way: Way) -> Result<Option<(OutKey, Outgoing)>> {
        let look = || self.front.delivery.by_message(M::ORIGIN, &place.chat, replied);
        let found = look().await?;
        if found.is_some() || !matches!(way, Way::Reply | Way::Direct) {
            return Ok(found);
        }
        let _ = tokio::time::timeout(CONFIRMED_WITHIN, self.chat(&place.chat).sending.write()).await;
        look().await
    }

    /// A changed question is answered again in its place.
    pub(super) async fn edited(&self, incoming: &Incoming, said: Said<'_>) -> Result<()> {
        let key = key_of(M::ORIGIN, &incoming.place, said.message);
        let Some(outgoing) = self.front.delivery.outgoing(&key).await? else {
            // Perhaps the mention of Colega is what was added. What changed without words is nothing (a live location).
            let is_nothing = said.way == Way::Overheard || said.text.trim().is_empty();
            return if is_nothing { Ok(()) } else { self.said(incoming, said).await };
        };
        if !self.may_ask(&incoming.from, &incoming.place).await? {
            // The rules have changed since the question.
            return Ok(());
        }
        if outgoing.role != Role::Reply || outgoing.state == State::Withdrawn && outgoing.slots.is_empty() {
            return Ok(());
        }
        self.answer(job(M::ORIGIN, incoming, said, outgoing.conversation, outgoing.follows)).await
    }

    /// The answer to a deleted question is taken back.
    pub(super) async fn deleted(&self, incoming: &Incoming, message: &MessageId) -> Result<()> {
        let key = key_of(M::ORIGIN, &incoming.place, message);
        let Some(outgoing) = self.front.delivery.outgoing(&key).await? else { return Ok(()) };
        if outgoing.state == State::Withdrawn && outgoing.slots.is_empty() {
            return Ok(());
        }
        let language = self.wording(&incoming.from, &incoming.place, "");
        self.withdraw(&key, outgoing, Withdrawal::Deleted, language, None).await
    }

    /// Stops the answer to a question that has changed, before its lane comes to the change.
    pub(super) fn interrupt(&self, place: &Place, message: &MessageId) {
        self.running.stop(&key_of(M::ORIGIN, place, message), Stopped::Changed);
    }

    /// Sends words that are not an answer, as a reply to `message`.
    pub(super) async fn say(
        &self,
        incoming: &Incoming,
        message: Option<&MessageId>,
        document: &Document,
    ) -> Result<()> {
        let asker = self.front.feedback.pseudonym(M::ORIGIN, &incoming.from.id);
        let key = words_key(M::ORIGIN, incoming);
        let known = self.front.delivery.outgoing(&key).await?;
        if known.as_ref().is_some_and(|known| known.state == State::Whole) {
            return Ok(());
        }
        let mut outgoing = known.unwrap_or_else(|| Outgoing {
            place: incoming.place.clone(),
            reply_to: message.cloned(),
            answer: None,
            role: Role::Command,
            conversation: conversation(M::ORIGIN, &incoming.place, &asker),
            asker,
            follows: None,
            slots: Vec::new(),
            state: State::Writing,
            update: incoming.id.0.clone(),
            at_ms: incoming.at_ms,
        });
        let shown = Shown::new(self.messenger().parts(document), Keyboard::None);
        self.show(&key, &mut outgoing, &shown, None).await?;
        outgoing.state = State::Whole;
        self.front.delivery.save(&key, &outgoing).await
    }

    /// Whether a question of long ago has part of an answer, which must not be left as it is.
    async fn was_begun(&self, place: &Place, message: &MessageId) -> Result<bool> {
        Ok(self.front.delivery.outgoing(&key_of(M::ORIGIN, place, message)).await?.is_some())
    }

    async fn ask_for_pairing(&self, incoming: &Incoming, message: &MessageId) -> Result<()> {
        let code = self.front.delivery.pairing_code(M::ORIGIN, &incoming.from.id, now_ms()).await?;
        let language = self.wording(&incoming.from, &incoming.place, "");
        self.say(incoming, Some(message), &chat::pairing(language, code.as_deref())).await
    }
}

fn job(
    origin: Origin,
    incoming: &Incoming,
    said: Said<'_>,
    conversation: ConversationId,
    follows: Option<AnswerId>,
) -> Job {
    Job {
        key: key_of(origin, &incoming.place, said.message),
        update: UpdateId(incoming.id.0.clone()),
        at_ms: incoming.at_ms,
        from: incoming.from.clone(),
        place: incoming.place.clone(),
        text: said.text.trim().to_owned(),
        reply_to: Some(said.message.clone()),
        conversation,
        follows,
        interaction: None,
    }
}

/// The run of questions that somebody's next one continues: with their DM, their Discord thread, or what they asked in this
/// place.
pub(super) fn conversation(origin: Origin, place: &Place, person: &Pseudonym) -> ConversationId {
    let topic = place.topic.as_deref().unwrap_or_default();
    let is_shared = origin == Origin::Discord && place.kind == PlaceKind::Thread && place.parent.is_some();
    let person: &str = if is_shared { "" } else { &person.0 };
    ConversationId(format!("{}.{}.{topic}.{person}", origin.name(), place.chat.0))
}

/// Names what is sent for the question in `message`.
pub(super) fn key_of(origin: Origin, place: &Place, message: &MessageId) -> OutKey {
    OutKey(format!("{}.{}.{}", origin.name(), place.chat.0, message.0))
}

/// Names words that are no answer and that are said because of `incoming`.
pub(super) fn words_key(origin: Origin, incoming: &Incoming) -> OutKey {
    OutKey(format!("{}.{}.w{}", origin.name(), incoming.place.chat.0, incoming.id.0))
}
