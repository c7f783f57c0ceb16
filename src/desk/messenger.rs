//! What the desk needs of a platform.

use std::time::Duration;

use crate::answer::AnswerId;
use crate::desk::event::Button;
use crate::place::{Interaction, MessageId, Place, Sequence};
use crate::question::{ChatId, Language, Origin};
use crate::render::document::Document;

/// A platform. Each method makes one request (or a few), with a timeout, and never retries: the desk does, by the
/// [`Failure`].
pub trait Messenger: Send + Sync + 'static {
    /// Which platform.
    const ORIGIN: Origin;
    /// How often [`Messenger::acknowledge`] must be repeated so that people go on seeing it.
    const TYPING: Duration;

    /// Where the messages of `chat` have their numbers from: their own sequence, unless the platform says otherwise.
    fn sequence(&self, chat: &ChatId) -> Sequence {
        Sequence(chat.0.clone())
    }

    /// `document` in the platform's markup, cut into messages that fit. Never empty.
    fn parts(&self, document: &Document) -> Vec<String>;

    /// The shortest time between two edits that stays inside the platform's limits in `place`.
    fn pace(&self, place: &Place) -> Duration;

    /// Shows that an answer is coming: "typing", or a deferred response to `interaction`, which only the asker sees if
    /// it is `private`. Repeating it does no harm.
    fn acknowledge(
        &self,
        place: &Place,
        interaction: Option<&Interaction>,
        private: bool,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Sends a new message. The same [`Message::nonce`] sent again within minutes gives the same message where the
    /// platform can do that (Discord).
    fn send(&self, message: &Message) -> impl Future<Output = Result<MessageId, Failure>> + Send;

    /// Changes a message of Colega's. Unchanged text is no failure.
    fn edit(&self, id: &MessageId, message: &Message) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Removes a message of Colega's. One that is gone already is no failure.
    fn delete(&self, place: &Place, id: &MessageId) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Looks for a message whose sending was not confirmed: one of Colega's own in `message.place`, after
    /// `message.reply_to`, that is none of `known`. Either it shows `message` on return, or it is not there any more: where the
    /// platform does not tell whose a message is (Telegram), one such message is removed, and `None` says to send anew.
    fn find_lost(
        &self,
        message: &Message,
        known: &[MessageId],
    ) -> impl Future<Output = Result<Option<MessageId>, Failure>> + Send;

    /// Acknowledges a press of a button or a form with a few words that only its person sees. An interaction that is too
    /// old or acknowledged already is no failure.
    fn notify(&self, interaction: &Interaction, words: &str) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Asks what was wrong with `answer`. Discord opens a form on `interaction` and gives `None`; Telegram acknowledges it,
    /// sends a message that asks for a reply and gives that.
    fn ask_what_was_wrong(
        &self,
        place: &Place,
        interaction: &Interaction,
        answer: &AnswerId,
        about: &MessageId,
        language: Language,
    ) -> impl Future<Output = Result<Option<MessageId>, Failure>> + Send;

    /// Sends what only the person of a command may see: on Discord as a private response to `interaction`, elsewhere as a
    /// reply, which then is not private. Used for commands only.
    fn respond(&self, interaction: &Interaction, parts: &[String]) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// A message to send or to show in place of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Where.
    pub place: Place,
    /// The message it replies to; if that is gone, it is sent without.
    pub reply_to: Option<MessageId>,
    /// The interaction whose deferred response this message is (its first part only), on Discord.
    pub interaction: Option<Interaction>,
    /// In the platform's markup; fits.
    pub text: String,
    /// Buttons below it.
    pub keyboard: Keyboard,
    /// Where it may have been sent already: no message from before this one is it.
    pub after: Option<MessageId>,
    /// The same for each attempt at sending this message, different for every other; at most 25 letters.
    pub nonce: String,
}

/// Buttons below a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Keyboard {
    /// None; those that a message has are taken away.
    None,
    /// Buttons in one row, with their labels.
    Row(Vec<(Button, String)>),
}

/// Why a request to a platform failed, by what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Too many requests.
    #[error("the platform asks to wait {0:?}")]
    RetryAfter(Duration),
    /// The request was not accepted, but a later one may be: 5xx before acceptance, no connection.
    #[error("the platform cannot be reached: {0}")]
    Unreachable(String),
    /// Nobody knows whether the request was accepted: the answer was lost.
    #[error("the platform's answer was lost: {0}")]
    Unknown(String),
    /// The message, the chat or the interaction is gone, or Colega may not write there.
    #[error("the message or chat is gone, or closed to Colega: {0}")]
    Gone(String),
    /// The platform refuses the request, and would again: a fault of Colega's.
    #[error("the platform refuses this: {0}")]
    Refused(String),
}
