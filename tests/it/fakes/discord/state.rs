//! What the fake knows: people, guilds, channels and what was said in them.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::commands::Registry;
use super::faults::Faults;
use super::ids::{ChannelId, GuildId, MessageId, RoleId, Snowflakes, UserId};
use super::interactions::Interactions;
use super::ledger::Ledger;
use super::message::Message;
use super::sessions::Sessions;
use super::settings::{Settings, permission};
use super::throttle::Throttle;

/// Everything that the fake knows.
#[derive(Debug)]
pub struct State {
    /// What the fake is like.
    pub settings: Settings,
    /// The bot.
    pub bot: UserId,
    /// People and the bot.
    pub users: HashMap<UserId, User>,
    /// Servers.
    pub guilds: BTreeMap<GuildId, Guild>,
    /// Channels, threads and DMs.
    pub channels: BTreeMap<ChannelId, Channel>,
    /// Commands that the bot registered.
    pub registry: Registry,
    /// Presses, commands and forms.
    pub interactions: Interactions,
    /// What the bot did wrong, and how much of everything there was.
    pub ledger: Ledger,
    /// Connections to the gateway.
    pub sessions: Sessions,
    pub(super) throttle: Throttle,
    pub(super) faults: Faults,
    pub(super) places: HashMap<MessageId, ChannelId>,
    /// Nonces of the bot's own messages, for `enforce_nonce`.
    pub(super) nonces: HashMap<String, (MessageId, u64)>,
    /// How often each message older than an hour was edited, and since when.
    pub(super) late_edits: HashMap<MessageId, (u32, u64)>,
    snowflakes: Snowflakes,
    clock_ahead: Duration,
}

/// A person or the bot.
#[derive(Debug, Clone)]
pub struct User {
    /// Their number.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// The language of their client, such as `es-ES`.
    pub locale: String,
    /// Whether the bot may write to them.
    pub takes_direct: bool,
}

/// A server.
#[derive(Debug)]
pub struct Guild {
    /// Its number.
    pub id: GuildId,
    /// Its name.
    pub name: String,
    /// Names of its roles.
    pub roles: BTreeMap<RoleId, String>,
    /// Its people and their roles.
    pub members: BTreeMap<UserId, Vec<RoleId>>,
}

/// Kinds of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// A text channel.
    Text,
    /// A public thread in a text channel.
    Thread {
        /// The channel.
        parent: ChannelId,
        /// Who began it.
        owner: UserId,
    },
    /// One person and the bot.
    Direct {
        /// The person.
        with: UserId,
    },
}

/// A channel, a thread or a DM.
#[derive(Debug)]
pub struct Channel {
    /// Its number.
    pub id: ChannelId,
    /// Its name; for a DM, the person's.
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
    /// The server; `None` for a DM.
    pub guild: Option<GuildId>,
    /// What was said, in order.
    pub messages: BTreeMap<MessageId, Message>,
    /// What the bot may do here ([`permission`]).
    pub permissions: u64,
}

impl State {
    /// A Discord in which there is nobody but the bot.
    pub fn new(settings: Settings) -> Self {
        let throttle = Throttle::default();
        let mut state = Self {
            bot: UserId(0),
            users: HashMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            registry: Registry::default(),
            interactions: Interactions::default(),
            ledger: Ledger::default(),
            sessions: Sessions::default(),
            throttle,
            faults: Faults::default(),
            places: HashMap::new(),
            nonces: HashMap::new(),
            late_edits: HashMap::new(),
            snowflakes: Snowflakes::default(),
            clock_ahead: Duration::ZERO,
            settings,
        };
        let name = state.settings.bot.clone();
        state.bot = state.add_user(&name, "en-US");
        state
    }

    /// The time, in milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + self.clock_ahead;
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }

    /// Moves the clock forward.
    pub fn advance(&mut self, by: Duration) {
        self.clock_ahead += by;
    }

    /// A new snowflake.
    pub fn next_id(&mut self) -> u64 {
        let now = self.now_ms();
        self.snowflakes.next(now)
    }

    pub(super) fn add_user(&mut self, name: &str, locale: &str) -> UserId {
        let id = UserId(self.next_id());
        let user = User { id, name: name.to_owned(), locale: locale.to_owned(), takes_direct: true };
        self.users.insert(id, user);
        id
    }

    pub(super) fn add_channel(&mut self, id: ChannelId, name: &str, kind: ChannelKind, guild: Option<GuildId>) {
        let (messages, permissions) = (BTreeMap::new(), permission::INVITED);
        self.channels.insert(id, Channel { id, name: name.to_owned(), kind, guild, messages, permissions });
    }

    /// The DM of the bot with `user`, if there is one.
    pub fn direct(&self, user: UserId) -> Option<ChannelId> {
        let is_theirs = |channel: &&Channel| channel.kind == ChannelKind::Direct { with: user };
        self.channels.values().find(is_theirs).map(|channel| channel.id)
    }

    /// The message with this number, wherever it stands.
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.channels.get(self.places.get(&id)?)?.messages.get(&id)
    }

    pub(super) fn message_mut(&mut self, id: MessageId) -> Option<&mut Message> {
        self.channels.get_mut(self.places.get(&id)?)?.messages.get_mut(&id)
    }

    /// The bot's messages in `channel` that everybody sees, oldest first.
    #[expect(clippy::wrong_self_convention, reason = "it reads as what it gives: messages from the bot")]
    pub fn from_bot(&self, channel: ChannelId) -> Vec<&Message> {
        let messages = self.channels.get(&channel).into_iter().flat_map(|channel| channel.messages.values());
        messages.filter(|message| message.author == self.bot && message.private_to.is_none()).collect()
    }

    /// The bot's replies to `message`, oldest first.
    pub fn replies(&self, message: MessageId) -> Vec<&Message> {
        let channel = self.places.get(&message).copied().unwrap_or(ChannelId(0));
        self.from_bot(channel).into_iter().filter(|reply| reply.reply_to == Some(message)).collect()
    }

    /// Puts `message` into its channel; the oldest makes room when the channel is full.
    pub(super) fn keep(&mut self, message: Message) {
        let history = self.settings.history;
        let Some(channel) = self.channels.get_mut(&message.channel) else { return };
        self.places.insert(message.id, message.channel);
        channel.messages.insert(message.id, message);
        while channel.messages.len() > history {
            if let Some((oldest, _)) = channel.messages.pop_first() {
                self.places.remove(&oldest);
            }
        }
    }

    pub(super) fn forget(&mut self, id: MessageId) -> Option<Message> {
        let channel = self.places.remove(&id)?;
        self.channels.get_mut(&channel)?.messages.remove(&id)
    }
}
