//! What a fake is like: all that Discord's developer portal and its servers decide.

use std::time::Duration;

/// Intents that must be switched on in the developer portal.
pub const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;
/// Guilds, channels and threads.
pub const GUILDS: u64 = 1;
/// People who join or leave (privileged).
pub const GUILD_MEMBERS: u64 = 1 << 1;
/// Who is online (privileged).
pub const GUILD_PRESENCES: u64 = 1 << 8;
/// Messages in guilds.
pub const GUILD_MESSAGES: u64 = 1 << 9;
/// Reactions in guilds.
pub const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
/// Messages in DMs.
pub const DIRECT_MESSAGES: u64 = 1 << 12;
/// Reactions in DMs.
pub const DIRECT_MESSAGE_REACTIONS: u64 = 1 << 13;
/// The text of messages that do not mention the bot (privileged).
pub const MESSAGE_CONTENT: u64 = 1 << 15;
/// Every intent that Discord knows.
pub const KNOWN_INTENTS: u64 = 0x1_ffff | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25;

/// Permissions, with Discord's bits.
pub mod permission {
    /// React with an emoji that nobody has used on the message.
    pub const ADD_REACTIONS: u64 = 1 << 6;
    /// See the channel at all.
    pub const VIEW_CHANNEL: u64 = 1 << 10;
    /// Write in a channel.
    pub const SEND_MESSAGES: u64 = 1 << 11;
    /// Show embeds.
    pub const EMBED_LINKS: u64 = 1 << 14;
    /// Read and reply to older messages.
    pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
    /// Start threads from messages.
    pub const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
    /// Write in threads.
    pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
    /// All that a bot which answers questions asks for in its invite link.
    pub const INVITED: u64 = ADD_REACTIONS
        | VIEW_CHANNEL
        | SEND_MESSAGES
        | EMBED_LINKS
        | READ_MESSAGE_HISTORY
        | CREATE_PUBLIC_THREADS
        | SEND_MESSAGES_IN_THREADS;
}

/// What a fake is like. [`Settings::default`] is as strict as the real server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The bot's token.
    pub token: String,
    /// The bot's name.
    pub bot: String,
    /// Privileged intents that are switched on in the developer portal.
    pub portal_intents: u64,
    /// What the bot's role may do in every server.
    pub permissions: u64,
    /// Over how many connections the guilds are spread.
    pub shards: u64,
    /// How often the gateway asks for heartbeats.
    pub heartbeat: Duration,
    /// How soon an interaction must be acknowledged.
    pub acknowledge_within: Duration,
    /// How long an interaction's token works.
    pub token_lasts: Duration,
    /// How long a nonce is remembered.
    pub nonce_lasts: Duration,
    /// Requests in a window; `None` for no limits.
    pub limits: Option<Limits>,
    /// Events kept for a RESUME.
    pub resume_buffer: usize,
    /// Messages kept in a channel; older ones are forgotten, so that long runs stay flat.
    pub history: usize,
    /// How long a waiting helper waits before it fails the test.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token: "MTA1.fake.discord-token".to_owned(),
            bot: "Colega".to_owned(),
            portal_intents: PRIVILEGED,
            permissions: permission::INVITED,
            shards: 1,
            heartbeat: Duration::from_millis(41_250),
            acknowledge_within: Duration::from_secs(3),
            token_lasts: Duration::from_mins(15),
            nonce_lasts: Duration::from_mins(5),
            limits: Some(Limits::default()),
            resume_buffer: 2_000,
            history: 2_000,
            patience: Duration::from_secs(15),
        }
    }
}

/// So many requests in so long a window.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Requests.
    pub requests: u32,
    /// The window, which begins with its first request.
    pub every: Duration,
}

/// How many requests are served. Discord does not publish these; they are what it answers with in its headers.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// New messages, edits and typing: each its own bucket for every channel.
    pub channel: Window,
    /// Deletions in a channel.
    pub delete: Window,
    /// Own reactions in a channel.
    pub react: Window,
    /// Requests that only read, for every route and channel.
    pub read: Window,
    /// Requests below one interaction's token.
    pub webhook: Window,
    /// All requests of a bot, without those below an interaction's token.
    pub global: Window,
}

impl Default for Limits {
    fn default() -> Self {
        let window = |requests, millis| Window { requests, every: Duration::from_millis(millis) };
        Self {
            channel: window(5, 5_000),
            delete: window(5, 1_000),
            react: window(1, 250),
            read: window(10, 2_000),
            webhook: window(5, 2_000),
            global: window(50, 1_000),
        }
    }
}
