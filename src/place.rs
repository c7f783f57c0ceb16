//! Where on a chat platform something happens: the same words for Discord and Telegram.

use serde::{Deserialize, Serialize};

use crate::question::{ChatId, UserId};

/// Names a message within its chat, and within all chats of its [`Sequence`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub String);

impl MessageId {
    /// Whether it was sent after `other` of the same sequence: on all platforms numbers rise with time.
    pub fn is_after(&self, other: &Self) -> bool {
        (self.0.len(), &self.0) > (other.0.len(), &other.0)
    }
}

/// Names a sequence of rising numbers, from which the messages of one chat, or of several, have theirs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence(pub String);

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The channel (a Discord thread is one, too), group or DM.
    pub chat: ChatId,
    /// The topic within a Telegram group that has topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The channel that a Discord thread belongs to, or the number that a Telegram supergroup had before it became one; settings
    /// for it hold here, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ChatId>,
    /// The Discord server; `None` in DMs and on Telegram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<String>,
    /// What kind of place it is.
    pub kind: PlaceKind,
}

/// Kinds of place, by who reads along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// One person and Colega.
    Direct,
    /// A channel or group.
    Group,
    /// A Discord thread or a Telegram topic.
    Thread,
}

/// A person on a chat platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The platform's number for them; never their name.
    pub id: UserId,
    /// Their Discord roles, as numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The language that their client is set to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<crate::question::Language>,
}

/// A press of a button, a form or a slash command that the platform waits to see acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// Discord's interaction id or Telegram's callback query id.
    pub id: String,
    /// Discord's token for responding, good for 15 minutes; on Telegram the number of who pressed. Held back from logs by [`Interaction`]'s users.
    pub token: String,
}

/// Stands for a person without naming them: a keyed hash in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pseudonym(pub String);
