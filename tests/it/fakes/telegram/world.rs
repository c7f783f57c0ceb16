//! Everything that the server knows.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Instant, SystemTime};

use serde_json::Value;

use super::limits::{Limits, Meter};
pub use super::message::{Author, Message};

/// The bot's number.
pub const BOT_ID: u64 = 4_242;
/// The bot's name.
pub const BOT_NAME: &str = "colega_bot";

/// How often each method was called.
pub type Counters = BTreeMap<String, u64>;

/// Everything that the server knows.
pub struct World {
    pub people: BTreeMap<u64, Person>,
    pub chats: BTreeMap<i64, Chat>,
    /// Whether privacy mode is on.
    pub privacy: bool,
    pub webhook: String,
    /// What the server shows of itself when it brings an update there.
    pub webhook_secret: String,
    /// What went wrong when it brought the last one.
    pub webhook_error: Option<String>,
    /// Updates that were not confirmed, with their numbers and kinds.
    pub updates: VecDeque<(u32, Value)>,
    pub next_update: u32,
    /// The kinds that are kept for the bot.
    pub allowed: BTreeSet<String>,
    /// Which poll is the latest; earlier ones end with 409.
    pub poll: u64,
    pub commands: BTreeMap<(String, String), Value>,
    pub presses: HashMap<String, Press>,
    pub violations: Vec<String>,
    pub counters: Counters,
    pub limits: Limits,
    pub overall: Meter,
    /// Numbers of messages in DMs and basic groups, which share them.
    pub mailbox: i32,
    next_chat: i64,
    next_press: u64,
}

/// A person.
pub struct Person {
    pub name: String,
    pub language: String,
    pub has_blocked_bot: bool,
}

/// What kind a chat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Private,
    Group,
    Supergroup,
    Channel,
}

/// What the bot is in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Administrator,
    Member,
    Left,
    Kicked,
}

/// A chat.
pub struct Chat {
    pub id: i64,
    pub kind: Kind,
    pub title: String,
    pub members: BTreeSet<u64>,
    pub bot: Standing,
    pub topics: BTreeMap<i32, Topic>,
    pub messages: BTreeMap<i32, Message>,
    pub next_message: i32,
    pub upgraded_to: Option<i64>,
    pub meter: Meter,
    /// When the bot last showed that it is typing, and how often.
    pub typing: (Option<Instant>, u64),
}

/// A topic.
pub struct Topic {
    pub name: String,
    pub is_closed: bool,
}

/// A press of a button.
#[derive(Debug, Clone)]
pub struct Press {
    pub person: u64,
    pub chat: i64,
    pub message: i32,
    pub pressed_at: Instant,
    /// What the person was told; `None` while the button still turns.
    pub answer: Option<String>,
}

/// A chat, or a topic in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub chat: i64,
    pub topic: Option<i32>,
}

impl From<i64> for Spot {
    fn from(chat: i64) -> Self {
        Self { chat, topic: None }
    }
}

impl From<(i64, i32)> for Spot {
    fn from((chat, topic): (i64, i32)) -> Self {
        Self { chat, topic: Some(topic) }
    }
}

impl World {
    pub fn new(limits: Limits) -> Self {
        let allowed = ["message", "edited_message", "channel_post", "callback_query", "my_chat_member"];
        Self {
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            privacy: true,
            webhook: String::new(),
            webhook_secret: String::new(),
            webhook_error: None,
            updates: VecDeque::new(),
            next_update: 700_000,
            allowed: allowed.map(str::to_owned).into(),
            poll: 0,
            commands: BTreeMap::new(),
            presses: HashMap::new(),
            violations: Vec::new(),
            counters: Counters::new(),
            overall: Meter::default(),
            limits,
            mailbox: 100,
            next_chat: 1,
            next_press: 1,
        }
    }

    pub fn violation(&mut self, words: impl Into<String>) {
        self.violations.push(words.into());
    }

    pub fn chat(&self, chat: i64) -> &Chat {
        self.chats.get(&chat).unwrap_or_else(|| panic!("there is no chat {chat}"))
    }

    pub fn chat_mut(&mut self, chat: i64) -> &mut Chat {
        self.chats.get_mut(&chat).unwrap_or_else(|| panic!("there is no chat {chat}"))
    }

    pub fn message(&self, chat: i64, message: i32) -> Option<&Message> {
        self.chat(chat).messages.get(&message)
    }

    /// The bot's messages in a chat, the oldest first.
    pub fn of_bot(&self, chat: i64) -> Vec<&Message> {
        self.chat(chat).messages.values().filter(|message| message.author == Author::Bot).collect()
    }

    /// The bot's messages that reply to `message`.
    pub fn replies(&self, chat: i64, message: i32) -> Vec<&Message> {
        self.of_bot(chat).into_iter().filter(|reply| reply.reply_to == Some(message)).collect()
    }

    /// The bot's first message that replies to `message` and has buttons to vote with.
    pub fn answer_to(&self, chat: i64, message: i32) -> Option<i32> {
        let votes = |reply: &&Message| reply.buttons.iter().flatten().any(|(_, data)| data.starts_with("up:"));
        self.replies(chat, message).into_iter().find(votes).map(|reply| reply.id)
    }

    /// A number for a new chat, of the form that its kind has.
    pub fn new_chat_id(&mut self, kind: Kind) -> i64 {
        self.next_chat += 1;
        match kind {
            Kind::Private => self.next_chat,
            Kind::Group => -self.next_chat,
            Kind::Supergroup | Kind::Channel => -1_000_000_000_000 - self.next_chat,
        }
    }

    pub fn new_press_id(&mut self) -> String {
        self.next_press += 1;
        format!("{}", 9_000_000_000 + self.next_press)
    }

    /// A number for a new message in `chat`.
    pub fn new_message_id(&mut self, chat: i64) -> i32 {
        if matches!(self.chat(chat).kind, Kind::Private | Kind::Group) {
            self.mailbox += 1;
            return self.mailbox;
        }
        let chat = self.chat_mut(chat);
        chat.next_message += 1;
        chat.next_message
    }

    /// Puts a message into `chat`. Gives its number.
    pub fn put(&mut self, chat: i64, mut message: Message) -> i32 {
        message.id = self.new_message_id(chat);
        let id = message.id;
        self.chat_mut(chat).messages.insert(id, message);
        id
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}
