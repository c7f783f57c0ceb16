//! Snowflakes, one type for each kind of thing so that a test cannot mix them up.

use std::fmt;

use serde::{Serialize, Serializer};

/// Milliseconds since 1970 at which Discord's snowflakes begin.
const EPOCH_MS: u64 = 1_420_070_400_000;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A person or the bot.
    UserId,
    /// A server.
    GuildId,
    /// A channel, thread or DM.
    ChannelId,
    /// A message.
    MessageId,
    /// A role of a guild.
    RoleId,
    /// A press, a command or a form.
    InteractionId,
    /// A registered application command.
    CommandId,
}

impl MessageId {
    /// When a message with this id was sent, in milliseconds since 1970.
    pub fn at_ms(self) -> u64 {
        (self.0 >> 22) + EPOCH_MS
    }
}

/// Makes snowflakes that rise, whatever the clock does.
#[derive(Debug, Default)]
pub struct Snowflakes {
    last: u64,
}

impl Snowflakes {
    /// The next one, at `now_ms`.
    pub fn next(&mut self, now_ms: u64) -> u64 {
        self.last = (self.last + 1).max(now_ms.saturating_sub(EPOCH_MS) << 22);
        self.last
    }
}

/// `text` as a snowflake, as strict as Discord: digits only, no sign, fits 64 bits, not zero.
pub fn parse(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|&id| id != 0)
}
