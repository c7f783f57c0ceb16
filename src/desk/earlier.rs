//! What a question continues: the answer that it replies to, the one that its thread was begun on, or what the same
//! people said before it.

use anyhow::Result;

use super::Desk;
use super::hearing::key_of;
use super::job::Job;
use super::messenger::Messenger;
use crate::answer::AnswerId;
use crate::delivery::Outgoing;
use crate::feedback::kept::{Kept, Outcome};
use crate::place::{MessageId, Place, PlaceKind};
use crate::question::Turn;

impl<M: Messenger> Desk<M> {
    /// The turns that a question may continue, the latest last.
    pub(super) async fn earlier(&self, job: &Job) -> Result<Vec<Turn>> {
        // Whoever replies means that answer, whatever else was said since.
        if let Some(answer) = &job.follows
            && let Some(turn) = self.turn_of(answer).await?
        {
            return Ok(vec![turn]);
        }
        let since_ms = job.at_ms.saturating_sub(self.settings().conversation_minutes.saturating_mul(60_000));
        let turns = self.front.delivery.turns(&job.conversation, &job.key, since_ms).await?;
        if turns.is_empty()
            && let Some(Outgoing { answer: Some(answer), .. }) = self.root_of(&job.place).await?
        {
            return Ok(self.turn_of(&answer).await?.into_iter().collect());
        }
        Ok(turns)
    }

    /// Whether `place` is a thread that was begun on one of Colega's messages, or on a question to it. What is said there
    /// is for Colega.
    pub async fn is_own_thread(&self, place: &Place) -> Result<bool> {
        Ok(self.root_of(place).await?.is_some())
    }

    /// What a thread was begun on: the message has the thread's number.
    async fn root_of(&self, place: &Place) -> Result<Option<Outgoing>> {
        let Some(parent) = place.parent.as_ref().filter(|_| place.kind == PlaceKind::Thread) else { return Ok(None) };
        let root = MessageId(place.chat.0.clone());
        if let Some((_, outgoing)) = self.front.delivery.by_message(M::ORIGIN, parent, &root).await? {
            return Ok(Some(outgoing));
        }
        let question = key_of(M::ORIGIN, &Place { chat: parent.clone(), ..place.clone() }, &root);
        self.front.delivery.outgoing(&question).await
    }

    async fn turn_of(&self, answer: &AnswerId) -> Result<Option<Turn>> {
        Ok(self.kept(answer).await?.as_deref().and_then(turn))
    }
}

/// A question and what its answer was about; `None` where its words are not kept.
pub(super) fn turn(kept: &Kept) -> Option<Turn> {
    let trace = kept.trace.as_ref()?;
    let subject = match &kept.outcome {
        Outcome::Answered { answer: Some(answer) } => answer.subject.clone(),
        _ => String::new(),
    };
    Some(Turn { question: trace.searched.as_ref().unwrap_or(&trace.question).clone(), subject })
}
