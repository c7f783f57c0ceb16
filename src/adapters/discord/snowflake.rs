//! Discord's numbers, which tell when what they name was made.

use std::time::SystemTime;

/// Discord's numbers count milliseconds from the first second of 2015 in all but their last 22 bits,
/// <https://discord.com/developers/docs/reference#snowflakes>.
const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;
const SNOWFLAKE_TIME_SHIFT: u32 = 22;

/// When something of Discord's was made, in milliseconds since 1970; its number tells.
pub const fn at_ms(snowflake: u64) -> u64 {
    (snowflake >> SNOWFLAKE_TIME_SHIFT) + DISCORD_EPOCH_MS
}

/// The smallest number that something made at `at_ms` or later can have.
pub const fn snowflake_at(at_ms: u64) -> u64 {
    at_ms.saturating_sub(DISCORD_EPOCH_MS) << SNOWFLAKE_TIME_SHIFT
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    u64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_tell_their_time() {
        // The example of Discord's own documentation.
        assert_eq!(at_ms(175_928_847_299_117_063), 1_462_015_105_796);
        assert_eq!(at_ms(snowflake_at(1_462_015_105_796)), 1_462_015_105_796);
        assert_eq!(snowflake_at(0), 0);
    }
}
