//! What is sent for one question or command, as it is kept.

use serde::{Deserialize, Serialize};

use crate::answer::AnswerId;
use crate::place::{MessageId, Place, Pseudonym};

/// Names what is sent for one question or command: `<origin>.<chat>.<message>`, or of an interaction `<origin>.i.<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutKey(pub String);

/// Names a run of questions in which "it" and "and in GraphQL?" have a meaning: a person in a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(pub String);

/// What is sent for one question or command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Where.
    pub place: Place,
    /// For whom.
    pub asker: Pseudonym,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
    /// What votes on its messages are about.
    pub answer: Option<AnswerId>,
    /// What it is.
    pub role: Role,
    /// The conversation that it belongs to.
    pub conversation: ConversationId,
    /// The answer that its question continues, where it says so by replying to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<AnswerId>,
    /// Its messages in order.
    pub slots: Vec<Slot>,
    /// How far it is.
    pub state: State,
    /// The update that it answers: the question as it was asked, or its latest edit.
    pub update: String,
    /// When the question was asked, in milliseconds since 1970.
    pub at_ms: u64,
}

impl Outgoing {
    /// Whether nothing of it can have been sent yet.
    pub fn is_unsent(&self) -> bool {
        self.slots.iter().all(|slot| slot.message.is_none() && (slot.is_announced || !slot.attempted))
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A reply to a question.
    Reply,
    /// A reply to a command.
    Command,
    /// A request to say what was wrong with an answer; a reply to it is a correction.
    Request,
}

/// How far something outgoing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not everything has been sent.
    Writing,
    /// Everything has been sent.
    Whole,
    /// It has been taken back.
    Withdrawn,
}

/// One message of something outgoing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The message, once the platform has named it.
    pub message: Option<MessageId>,
    /// A sending was begun whose end is not known.
    pub attempted: bool,
    /// The latest message that was known in the chat when that was begun: what was sent since is younger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MessageId>,
    /// That sending is on disk and has not been begun in this process. Not on disk itself: who reads this there cannot know.
    #[serde(skip)]
    pub is_announced: bool,
    /// Hash of the text and the buttons that the message shows, to spare edits that change nothing; 0 where that is not known.
    /// Not on disk: a draft may have been shown since, and what is taken for shown and is not would never be mended.
    #[serde(skip)]
    pub shown: u64,
}
