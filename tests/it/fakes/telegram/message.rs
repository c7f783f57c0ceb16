//! Messages, and who wrote them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::world::now;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    Bot,
    Person(u64),
    /// An administrator who writes for the group.
    Anonymous,
    /// Another bot.
    OtherBot,
    /// The channel that the group belongs to, by way of Telegram's copy.
    Channel,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: i32,
    pub author: Author,
    /// As people see it.
    pub text: String,
    /// As the bot wrote it, markup and all.
    pub source: String,
    pub entities: Vec<Value>,
    pub reply_to: Option<i32>,
    pub topic: Option<i32>,
    /// The buttons' labels and data, row by row.
    pub buttons: Vec<Vec<(String, String)>>,
    pub force_reply: bool,
    /// A picture with the text as its caption.
    pub is_photo: bool,
    pub is_forwarded: bool,
    /// A line of the service (somebody joined, a topic was made), as its JSON key.
    pub service: Option<(String, Value)>,
    pub date: u64,
    pub edits: u32,
    pub reactions: BTreeMap<u64, Vec<String>>,
    pub said_at: Instant,
    /// How long its author waited for the first sign of life.
    pub first_sign: Option<Duration>,
    /// What it said before, for counting how an answer grew.
    pub versions: Vec<String>,
}

impl Message {
    pub fn new(author: Author, text: &str) -> Self {
        Self {
            id: 0,
            author,
            text: text.to_owned(),
            source: text.to_owned(),
            entities: Vec::new(),
            reply_to: None,
            topic: None,
            buttons: Vec::new(),
            force_reply: false,
            is_photo: false,
            is_forwarded: false,
            service: None,
            date: now(),
            edits: 0,
            reactions: BTreeMap::new(),
            said_at: Instant::now(),
            first_sign: None,
            versions: Vec::new(),
        }
    }
}
