//! Thumbs and corrections.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use tracing::debug;

use super::event::{Button, Holder, Incoming};
use super::hearing::{Said, conversation};
use super::messenger::Messenger;
use super::outbox::LATEST_ANSWER_MS;
use super::policy::Admission;
use super::running::Stopped;
use super::{Desk, now_ms};
use crate::answer::AnswerId;
use crate::delivery::{OutKey, Outgoing, Role, Slot, State};
use crate::feedback::kept::{Ballot, Correction, Counted, Recount};
use crate::feedback::{Vote, VoteError};
use crate::guard;
use crate::place::{Interaction, MessageId, Person, Place};
use crate::question::{ChatId, Language};
use crate::render::chat;

/// What a correction begins with, in lower case.
const CORRECT: [&str; 6] = ["correct:", "correction:", "correcto:", "correccion:", "corrección:", "correcta:"];

/// How long, and how often, a message is waited for that people have reacted to and that is not known.
const WAIT: Duration = Duration::from_millis(500);
const WAITS: usize = 120;

impl<M: Messenger> Desk<M> {
    /// A reaction to a message that may be an answer.
    pub(super) async fn reacted(&self, incoming: &Incoming, message: &MessageId, ballot: &Ballot) -> Result<()> {
        if !self.may_vote(incoming).await? {
            return Ok(());
        }
        let found = self.known(&incoming.place.chat, message).await?;
        if let Some(answer) = found.and_then(|outgoing| outgoing.answer) {
            self.count(incoming, &answer, ballot).await?;
        }
        Ok(())
    }

    /// What a message of Colega's belongs to.
    ///
    /// People see a message as soon as the platform has it; its number may be lost on the way back, and come with a later
    /// attempt. So one that is not known is waited for while something is being sent in its chat. Until then the reaction
    /// stays in the inbox, where a crash does not lose it.
    async fn known(&self, chat: &ChatId, message: &MessageId) -> Result<Option<Outgoing>> {
        for _ in 0..WAITS {
            // Asked first: what is sent by then is known by then.
            let is_sending = self.is_sending(chat, message).await?;
            let found = self.front.delivery.by_message(M::ORIGIN, chat, message).await?;
            if found.is_some() || !is_sending {
                return Ok(found.map(|(_, outgoing)| outgoing));
            }
            tokio::time::sleep(WAIT).await;
        }
        Ok(None)
    }

    /// Whether a message was begun to be sent in `chat` of which it is not known whether it was, and which may be `message`: that
    /// is no older than what was known when it was begun.
    async fn is_sending(&self, chat: &ChatId, message: &MessageId) -> Result<bool> {
        let is_younger = |slot: &Slot| slot.after.as_ref().is_none_or(|after| message.is_after(after));
        let is_open = |slot: &Slot| slot.attempted && slot.message.is_none() && is_younger(slot);
        self.has_recent(chat, |outgoing| outgoing.slots.iter().any(is_open)).await
    }

    /// Everybody's reactions to an answer, counted anew.
    pub(super) async fn recounted(
        &self,
        incoming: &Incoming,
        message: &MessageId,
        holders: &[Holder],
        is_complete: bool,
    ) -> Result<()> {
        let found = self.front.delivery.by_message(M::ORIGIN, &incoming.place.chat, message).await?;
        let Some(answer) = found.and_then(|(_, outgoing)| outgoing.answer) else { return Ok(()) };
        let mut held = Vec::new();
        for Holder { person, thumbs } in holders {
            if self.may_ask(person, &incoming.place).await? {
                held.push((self.front.feedback.pseudonym(M::ORIGIN, &person.id), thumbs.clone()));
            }
        }
        let recount = Recount { answer, held, is_complete, at_ms: incoming.at_ms };
        known(self.front.feedback.recount(recount).await).map(drop)
    }

    /// A button below one of Colega's messages.
    pub(super) async fn pressed(
        &self,
        incoming: &Incoming,
        message: &MessageId,
        button: &Button,
        interaction: &Interaction,
    ) -> Result<()> {
        let language = self.wording(&incoming.from, &incoming.place, "");
        let words = chat::labels(language);
        if !self.may_vote(incoming).await? {
            return self.notify(interaction, words.not_allowed).await;
        }
        let (answer, thumb) = match button {
            Button::Cancel(name) => {
                let said = if self.cancel(incoming, name) { words.cancelling } else { words.nothing_to_cancel };
                return self.notify(interaction, said).await;
            }
            Button::Up(answer) => (answer, Vote::Up),
            Button::Down(answer) => (answer, Vote::Down),
        };
        let said = match self.count(incoming, answer, &Ballot::Toggled(thumb)).await? {
            None => words.unknown_answer,
            Some(Counted { own: None, .. }) => words.vote_taken_back,
            Some(Counted { own: Some(Vote::Down), .. }) if thumb == Vote::Down => {
                return self.ask_what_was_wrong(incoming, message, answer, interaction, language).await;
            }
            Some(_) => words.thanks,
        };
        self.notify(interaction, said).await
    }

    /// The form that follows a dislike.
    pub(super) async fn explained(
        &self,
        incoming: &Incoming,
        answer: &AnswerId,
        [wrong, right]: [&str; 2],
        interaction: &Interaction,
    ) -> Result<()> {
        let words = chat::labels(self.wording(&incoming.from, &incoming.place, ""));
        if !self.may_vote(incoming).await? {
            return self.notify(interaction, words.not_allowed).await;
        }
        let words = match self.correct(incoming, answer, wrong, right).await? {
            Some(true) => words.thanks_for_correction,
            Some(false) => words.vote_only,
            None => words.unknown_answer,
        };
        self.notify(interaction, words).await
    }

    /// Whether what was said in reply to one of Colega's messages is a correction; then it has been kept.
    pub(super) async fn corrected(&self, incoming: &Incoming, said: Said<'_>, target: &Outgoing) -> Result<bool> {
        let Some(answer) = &target.answer else { return Ok(false) };
        let right = after_cue(said.text);
        let (wrong, right) = match (target.role, right) {
            (_, Some(right)) => ("", right),
            (Role::Request, None) => (said.text.trim(), ""),
            _ => return Ok(false),
        };
        if wrong.is_empty() && right.is_empty() {
            return Ok(false);
        }
        let language = self.wording(&incoming.from, &incoming.place, said.text);
        let words = chat::labels(language);
        if let Some(is_kept) = self.correct(incoming, answer, wrong, right).await? {
            let words = if is_kept { words.thanks_for_correction } else { words.vote_only };
            self.say(incoming, Some(said.message), &chat::short(language, words)).await?;
        }
        Ok(true)
    }

    /// Keeps a correction; false if its words may not be kept (in private), `None` if there is no such answer.
    async fn correct(&self, incoming: &Incoming, answer: &AnswerId, wrong: &str, right: &str) -> Result<Option<bool>> {
        if wrong.trim().is_empty() && right.trim().is_empty() {
            return Ok(Some(true));
        }
        let without_secrets = |text: &str| guard::redact(text.trim()).0.into_owned();
        let correction = Correction {
            answer: answer.clone(),
            by: self.front.feedback.pseudonym(M::ORIGIN, &incoming.from.id),
            wrong: without_secrets(wrong),
            right: without_secrets(right),
            at_ms: incoming.at_ms,
        };
        known(self.front.feedback.correct(&correction).await)
    }

    /// Counts a ballot; `None` if there is no such answer.
    ///
    /// An answer may be seen before it is kept on disk; after a crash it is made again, under the same name. So one that is not
    /// known is waited for while an answer is being written in its chat.
    async fn count(&self, incoming: &Incoming, answer: &AnswerId, ballot: &Ballot) -> Result<Option<Counted>> {
        let voter = self.front.feedback.pseudonym(M::ORIGIN, &incoming.from.id);
        let vote =
            async || known(self.front.feedback.vote(answer, &voter, ballot, &incoming.id.0, SystemTime::now()).await);
        let mut counted = vote().await?;
        for _ in 0..WAITS {
            if counted.is_some() {
                break;
            }
            // Asked first: what is written by then is known by then.
            let is_writing = self.is_writing(&incoming.place.chat).await?;
            counted = vote().await?;
            if !is_writing {
                break;
            }
            tokio::time::sleep(WAIT).await;
        }
        Ok(counted)
    }

    /// Whether an answer to a question of the last hour is being written in `chat`.
    async fn is_writing(&self, chat: &ChatId) -> Result<bool> {
        self.has_recent(chat, |outgoing| outgoing.state == State::Writing).await
    }

    /// Whether something was asked for in `chat` within the last hour of which `is_so` holds.
    async fn has_recent(&self, chat: &ChatId, is_so: impl Fn(&Outgoing) -> bool) -> Result<bool> {
        let since_ms = now_ms().saturating_sub(LATEST_ANSWER_MS);
        let recent = self.front.delivery.recent(M::ORIGIN, since_ms).await?;
        Ok(recent.iter().any(|(_, outgoing)| outgoing.place.chat == *chat && is_so(outgoing)))
    }

    /// Whoever may ask may vote.
    async fn may_vote(&self, incoming: &Incoming) -> Result<bool> {
        self.may_ask(&incoming.from, &incoming.place).await
    }

    /// Whether `person` may ask in `place` now.
    pub(super) async fn may_ask(&self, person: &Person, place: &Place) -> Result<bool> {
        let is_paired = self.front.delivery.is_paired(M::ORIGIN, &person.id).await?;
        Ok(self.front.policy.load().admits(person, place, is_paired) == Admission::Granted)
    }

    /// Stops an answer for the one who waits for it, or for an administrator.
    fn cancel(&self, incoming: &Incoming, name: &str) -> bool {
        let Some((key, asker)) = self.running.find(name) else { return false };
        let may = asker == self.front.feedback.pseudonym(M::ORIGIN, &incoming.from.id)
            || self.front.policy.load().is_admin(&incoming.from.id);
        may && self.running.stop(&key, Stopped::Cancelled)
    }

    /// Asks for what was wrong, once for each person and answer where that is a message.
    async fn ask_what_was_wrong(
        &self,
        incoming: &Incoming,
        about: &MessageId,
        answer: &AnswerId,
        interaction: &Interaction,
        language: Language,
    ) -> Result<()> {
        let asker = self.front.feedback.pseudonym(M::ORIGIN, &incoming.from.id);
        let key = OutKey(format!("{}.q.{}.{}", M::ORIGIN.name(), answer.0, asker.0));
        if self.front.delivery.outgoing(&key).await?.is_some() {
            return self.notify(interaction, chat::labels(language).thanks).await;
        }
        // Until it is in the outbox, nobody may take it for a lost answer.
        let chat = self.chat(&incoming.place.chat);
        let _beside = chat.sending.read().await;
        let request = self.messenger().ask_what_was_wrong(&incoming.place, interaction, answer, about, language).await;
        let message = match request {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(()),
            Err(failure) => {
                // The vote counts without its reasons.
                debug!(%failure, "what was wrong could not be asked");
                return Ok(());
            }
        };
        let outgoing = Outgoing {
            place: incoming.place.clone(),
            reply_to: Some(about.clone()),
            answer: Some(answer.clone()),
            role: Role::Request,
            conversation: conversation(M::ORIGIN, &incoming.place, &asker),
            asker,
            follows: None,
            slots: vec![Slot { message: Some(message), ..Slot::default() }],
            state: State::Whole,
            update: incoming.id.0.clone(),
            at_ms: now_ms(),
        };
        self.front.delivery.save(&key, &outgoing).await
    }

    /// Tells somebody something that only they see; when that fails, nothing is lost.
    pub(super) async fn notify(&self, interaction: &Interaction, words: &str) -> Result<()> {
        if let Err(failure) = self.messenger().notify(interaction, words).await {
            debug!(%failure, "a press could not be acknowledged");
        }
        Ok(())
    }
}

/// `None` where the answer is not known.
fn known<T>(result: Result<T, VoteError>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(VoteError::UnknownAnswer) => Ok(None),
        Err(VoteError::Store(error)) => Err(error),
    }
}

/// What follows "correct:", "correcto:" and the like at the beginning of a message.
fn after_cue(text: &str) -> Option<&str> {
    let text = text.trim_start();
    CORRECT.iter().find_map(|cue| {
        let mut chars = text.char_indices();
        let is_cue = cue.chars().all(|wanted| chars.next().is_some_and(|(_, c)| c.to_lowercase().eq([wanted])));
        is_cue.then(|| chars.as_str().trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_begin_with_their_cue_in_either_language() {
        assert_eq!(after_cue("Correct: a JWT is signed"), Some("a JWT is signed"));
        assert_eq!(after_cue("  CORRECCIÓN:va firmado"), Some("va firmado"));
        assert_eq!(after_cue("correcto: "), Some(""));
        assert_eq!(after_cue("that is correct: yes"), None);
        assert_eq!(after_cue("correctness?"), None);
        assert_eq!(after_cue(""), None);
    }
}
