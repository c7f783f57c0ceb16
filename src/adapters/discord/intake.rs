//! What the adapter needs of the desk, so that a test can stand in its place.

use std::sync::Arc;

use anyhow::Result;

use crate::delivery::OutKey;
use crate::desk::policy::Policy;
use crate::desk::{Desk, Incoming, Messenger as _};
use crate::place::{MessageId, Place};
use crate::question::ChatId;

use super::messenger::Discord;

/// Takes what people do. A cheap handle: clones share everything.
pub trait Intake: Clone + Send + Sync + 'static {
    /// Takes an update; see [`Desk::take`].
    fn take(&self, incoming: Incoming) -> impl Future<Output = Result<()>> + Send;

    /// Whether a message is Colega's; see [`Desk::is_own`].
    fn is_own(&self, chat: &ChatId, message: &MessageId) -> impl Future<Output = Result<bool>> + Send;

    /// Whether a message is a question that Colega has answered, or is answering.
    fn was_asked(&self, chat: &ChatId, message: &MessageId) -> impl Future<Output = Result<bool>> + Send;

    /// Whether a thread is one of Colega's; see [`Desk::is_own_thread`].
    fn is_own_thread(&self, thread: &Place) -> impl Future<Output = Result<bool>> + Send;

    /// The messages of Colega's answers of the last `hours`; see [`Desk::recent_answers`].
    fn recent_answers(&self, hours: u64) -> impl Future<Output = Result<Vec<(Place, Vec<MessageId>)>>> + Send;

    /// The rules that hold now.
    fn policy(&self) -> Arc<Policy>;

    /// Everything that [`Intake::set_cursor`] kept.
    fn cursors(&self) -> impl Future<Output = Result<Vec<(String, String)>>> + Send;

    /// Keeps how far something has been read.
    fn set_cursor(&self, name: &str, value: &str) -> impl Future<Output = Result<()>> + Send;
}

impl Intake for Desk<Discord> {
    async fn take(&self, incoming: Incoming) -> Result<()> {
        Self::take(self, incoming).await
    }

    async fn is_own(&self, chat: &ChatId, message: &MessageId) -> Result<bool> {
        Self::is_own(self, chat, message).await
    }

    async fn was_asked(&self, chat: &ChatId, message: &MessageId) -> Result<bool> {
        let key = OutKey(format!("{}.{}.{}", Discord::ORIGIN.name(), chat.0, message.0));
        Ok(self.front().delivery.outgoing(&key).await?.is_some())
    }

    async fn is_own_thread(&self, thread: &Place) -> Result<bool> {
        Self::is_own_thread(self, thread).await
    }

    async fn recent_answers(&self, hours: u64) -> Result<Vec<(Place, Vec<MessageId>)>> {
        Self::recent_answers(self, hours).await
    }

    fn policy(&self) -> Arc<Policy> {
        self.front().policy.load_full()
    }

    async fn cursors(&self) -> Result<Vec<(String, String)>> {
        self.front().delivery.cursors(Discord::ORIGIN).await
    }

    async fn set_cursor(&self, name: &str, value: &str) -> Result<()> {
        self.front().delivery.set_cursor(Discord::ORIGIN, name, value).await
    }
}
