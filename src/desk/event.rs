//! What people do, in words that hold for every platform. Kept in the inbox as JSON until it has been dealt with.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::answer::AnswerId;
use crate::feedback::Vote;
use crate::guard;
use crate::place::{Interaction, MessageId, Person, Place};

/// Names one update of a platform, the same each time the platform delivers it: what has been dealt with once is known by it.
/// Discord: `m<message>`, `e<message>-<edited timestamp>`, `d<message>`, `i<interaction>`, `r<message>-<user>-<emoji>-<on>-<n>`;
/// Telegram: `u<update_id>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UpdateId(pub String);

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incoming {
    /// Names it.
    pub id: UpdateId,
    /// When the platform says that it happened, in milliseconds since 1970.
    pub at_ms: u64,
    /// Who did it.
    pub from: Person,
    /// Where.
    pub place: Place,
    /// What.
    pub event: Event,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Said something that may be for Colega. A reply to one of Colega's messages that begins with "correct:" or answers
    /// a request for details is a correction; the desk tells.
    Said {
        /// The message.
        message: MessageId,
        /// Its text, without the mention of Colega.
        text: String,
        /// How Colega was addressed.
        way: Way,
        /// The message it replies to, whoever wrote that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    },
    /// Changed the text of a message.
    Edited {
        /// The message.
        message: MessageId,
        /// Its new text, without the mention of Colega.
        text: String,
        /// How Colega is addressed now.
        way: Way,
        /// The message it replies to, whoever wrote that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    },
    /// Deleted a message; on Telegram nobody tells.
    Deleted {
        /// The message.
        message: MessageId,
    },
    /// Added or took back a reaction (Discord).
    Reacted {
        /// The message reacted to.
        message: MessageId,
        /// Which thumb.
        thumb: Vote,
        /// Added, not taken back.
        on: bool,
    },
    /// Has these thumbs on a message now (Telegram).
    Reactions {
        /// The message reacted to.
        message: MessageId,
        /// All thumbs, the latest last.
        thumbs: Vec<Vote>,
    },
    /// Everybody's reactions to an answer, as the platform shows them (Discord, after Colega was away). Nobody did this:
    /// [`Incoming::from`] is empty.
    Recounted {
        /// One of its messages.
        message: MessageId,
        /// Who holds which thumbs up.
        holders: Vec<Holder>,
        /// Whether these are all; otherwise those who are missing keep their thumbs.
        is_complete: bool,
    },
    /// Pressed a button below one of Colega's messages.
    Pressed {
        /// The message with the button.
        message: MessageId,
        /// Which one.
        button: Button,
        /// To be acknowledged.
        interaction: Interaction,
    },
    /// Sent the form that follows 👎 (Discord; on Telegram it is a reply).
    Explained {
        /// The answer that was disliked.
        answer: AnswerId,
        /// What was wrong, or empty.
        wrong: String,
        /// The right answer, or empty.
        right: String,
        /// To be acknowledged.
        interaction: Interaction,
    },
    /// Gave a command.
    Commanded {
        /// Which.
        command: Command,
        /// The message that holds it, or to which Colega's reply goes; `None` for a Discord application command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<MessageId>,
        /// The message that was replied to, or that a context menu was opened on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<MessageId>,
        /// To be acknowledged, for Discord's application commands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interaction: Option<Interaction>,
    },
}

impl Incoming {
    /// The same without the secrets in what people wrote: those are not to be kept, not even until it has been dealt with.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let redact = |text: &mut String| {
            if let Cow::Owned(redacted) = guard::redact(text).0 {
                *text = redacted;
            }
        };
        match &mut self.event {
            Event::Said { text, .. }
            | Event::Edited { text, .. }
            | Event::Commanded { command: Command::Ask { text }, .. } => redact(text),
            Event::Explained { wrong, right, .. } => [wrong, right].into_iter().for_each(redact),
            _ => {}
        }
        self
    }
}

impl Event {
    /// The message that it is about, if it is about one.
    pub fn message(&self) -> Option<&MessageId> {
        match self {
            Self::Said { message, .. }
            | Self::Edited { message, .. }
            | Self::Deleted { message }
            | Self::Reacted { message, .. }
            | Self::Reactions { message, .. }
            | Self::Recounted { message, .. }
            | Self::Pressed { message, .. } => Some(message),
            Self::Commanded { message, .. } => message.as_ref(),
            Self::Explained { .. } => None,
        }
    }
}

/// Somebody who has reacted to a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub person: Person,
    /// All their thumbs, the latest last.
    pub thumbs: Vec<Vote>,
}

/// How Colega was addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By name.
    Mention,
    /// By a reply to one of its messages.
    Reply,
    /// In a DM.
    Direct,
    /// Not at all: answered only where a setting says `always`, or in a thread of Colega's own.
    Overheard,
}

/// The buttons below Colega's messages. On the wire: [`Button::to_data`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "button", content = "of", rename_all = "snake_case")]
pub enum Button {
    /// It helped.
    Up(AnswerId),
    /// It did not.
    Down(AnswerId),
    /// Stop writing the answer to the question with this key.
    Cancel(String),
}

impl Button {
    /// Letters for a platform's `custom_id` or `callback_data`, at most 64 bytes: `up:<answer>`, `down:<answer>`, `cancel:<key>`.
    pub fn to_data(&self) -> String {
        match self {
            Self::Up(answer) => format!("up:{}", answer.0),
            Self::Down(answer) => format!("down:{}", answer.0),
            Self::Cancel(key) => format!("cancel:{key}"),
        }
    }

    /// What [`Button::to_data`] wrote; `None` for anything else, since anybody can send anything.
    pub fn from_data(data: &str) -> Option<Self> {
        let (button, of) = data.split_once(':')?;
        match button {
            "up" => Some(Self::Up(AnswerId(of.to_owned()))),
            "down" => Some(Self::Down(AnswerId(of.to_owned()))),
            "cancel" => Some(Self::Cancel(of.to_owned())),
            _ => None,
        }
    }
}

/// The commands, as `/ask` and the like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Answer a question; with a context menu, the question is the text of the message it was opened on.
    Ask {
        /// The question; empty to be told how to ask.
        text: String,
    },
    /// What the last answer rests on, word for word.
    Sources,
    /// How the last answer came about.
    Why,
    /// Read the sources again (administrators).
    Reindex,
    /// How Colega is doing (administrators see adapters and errors).
    Stats,
    /// What the knowledge base lacks.
    Gaps,
    /// Forget everything of the person who says it.
    Forget,
    /// How to use Colega; `/start` on Telegram, too.
    Help,
    /// Let somebody in who was given this code (administrators).
    Pair {
        /// The code.
        code: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_come_back_from_the_wire_and_strangers_do_not() {
        for button in
            [Button::Up(AnswerId::random()), Button::Down(AnswerId::random()), Button::Cancel("discord.1.2".into())]
        {
            assert!(button.to_data().len() <= 64);
            assert_eq!(Button::from_data(&button.to_data()), Some(button));
        }
        assert_eq!(Button::from_data("up"), None);
        assert_eq!(Button::from_data("drop:tables"), None);
    }
}
