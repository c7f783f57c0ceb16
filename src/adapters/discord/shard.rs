//! Which servers one daemon answers in, where several share a token.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One of the connections over which Discord spreads a bot's servers, written `0/4`: its number, counted from 0, and how
/// many there are (<https://discord.com/developers/docs/events/gateway#sharding>). Direct messages come over number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Its number.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Default for Shard {
    /// The only one.
    fn default() -> Self {
        Self { number: 0, of: 1 }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('/')
            .and_then(|(number, of)| Some((number.trim().parse::<u32>().ok()?, of.trim().parse::<u32>().ok()?)));
        match parts {
            Some((number, of)) if number < of => Ok(Self { number, of }),
            _ => Err(format!("“{text}” is no shard; write \"0/4\", \"1/4\", \"2/4\" and \"3/4\" for four daemons")),
        }
    }
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_shard_is_refused_with_the_mend() {
        assert_eq!("3/4".parse(), Ok(Shard { number: 3, of: 4 }));
        assert_eq!(Shard::default().to_string().parse(), Ok(Shard::default()));
        for wrong in ["4/4", "1", "", "-1/4", "0/0", "a/b"] {
            let error = wrong.parse::<Shard>().expect_err("refused");
            assert!(error.contains("0/4"), "{error}");
        }
    }
}
