//! Messages as the fake keeps them.

use serde_json::Value;

use super::ids::{ChannelId, InteractionId, MessageId, RoleId, UserId};

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Rises with time.
    pub id: MessageId,
    /// Where it stands.
    pub channel: ChannelId,
    /// Who wrote it.
    pub author: UserId,
    /// Its text, as Discord keeps it: without white space at either end.
    pub content: String,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
    /// Discord's message type: 0, 18 to 23.
    pub kind: u8,
    /// When it was last edited.
    pub edited_ms: Option<u64>,
    /// How often it was edited.
    pub edits: u32,
    /// What its sender called it.
    pub nonce: Option<String>,
    /// Rows of components, as they were sent.
    pub components: Value,
    /// Embeds, as they were sent.
    pub embeds: Value,
    /// Who reacted, for each emoji, in the order of the first reactions.
    pub reactions: Vec<(String, Vec<UserId>)>,
    /// Whom it mentions.
    pub mentions: Mentions,
    /// Only this person sees it (ephemeral).
    pub private_to: Option<UserId>,
    /// The interaction that it answers.
    pub interaction: Option<InteractionId>,
    /// A deferred response: people see "thinking…".
    pub is_thinking: bool,
    /// The thread that began at it.
    pub thread: Option<ChannelId>,
}

/// Whom a message mentions, and thereby notifies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// People, the author of a message replied to among them unless switched off.
    pub users: Vec<UserId>,
    /// Roles.
    pub roles: Vec<RoleId>,
    /// `@everyone` or `@here`.
    pub everyone: bool,
}

/// A button below a message, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What pressing it sends; empty for a link.
    pub custom_id: String,
    /// What is written on it, the emoji first.
    pub label: String,
    /// It cannot be pressed.
    pub is_disabled: bool,
}

impl Message {
    /// The buttons below it, in the order in which they are read.
    pub fn buttons(&self) -> Vec<Button> {
        let rows = self.components.as_array().into_iter().flatten();
        let components = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        components
            .map(|button| Button {
                custom_id: text(&button["custom_id"]),
                label: format!("{} {}", text(&button["emoji"]["name"]), text(&button["label"])).trim().to_owned(),
                is_disabled: button["disabled"] == true,
            })
            .collect()
    }

    /// The button whose `custom_id` begins with `start`.
    pub fn button(&self, start: &str) -> Option<Button> {
        self.buttons().into_iter().find(|button| button.custom_id.starts_with(start))
    }

    /// Who reacted with `emoji`.
    pub fn reacted(&self, emoji: &str) -> &[UserId] {
        self.reactions.iter().find(|(own, _)| own == emoji).map_or(&[], |(_, users)| users)
    }
}

impl Message {
    /// A plain message; its text is trimmed as Discord does.
    pub fn new(id: MessageId, channel: ChannelId, author: UserId, text: &str) -> Self {
        Self {
            id,
            channel,
            author,
            content: text.trim().to_owned(),
            reply_to: None,
            kind: 0,
            edited_ms: None,
            edits: 0,
            nonce: None,
            components: Value::Array(Vec::new()),
            embeds: Value::Array(Vec::new()),
            reactions: Vec::new(),
            mentions: Mentions::default(),
            private_to: None,
            interaction: None,
            is_thinking: false,
            thread: None,
        }
    }
}
