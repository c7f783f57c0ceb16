//! A question as the desk answers it, however it was asked.

use super::event::UpdateId;
use crate::answer::AnswerId;
use crate::delivery::{ConversationId, OutKey};
use crate::place::{Interaction, MessageId, Person, Place};

/// A question that is to be answered.
pub(super) struct Job {
    /// Names what is sent.
    pub key: OutKey,
    /// The update that asks; a later one (an edit) asks anew under the same key.
    pub update: UpdateId,
    /// When it was asked.
    pub at_ms: u64,
    /// Who asks.
    pub from: Person,
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
    /// The message to reply to.
    pub reply_to: Option<MessageId>,
    /// The conversation that it continues.
    pub conversation: ConversationId,
    /// The answer that it replies to.
    pub follows: Option<AnswerId>,
    /// The command that asks, on Discord.
    pub interaction: Option<Interaction>,
}

impl Job {
    /// Names the answer, the same each time that the same update is dealt with.
    pub fn answer_id(&self) -> AnswerId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.key.0.as_bytes()).update(&[0]).update(self.update.0.as_bytes());
        let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
        AnswerId::at(self.at_ms, u32::from_be_bytes([a, b, c, d]))
    }
}
