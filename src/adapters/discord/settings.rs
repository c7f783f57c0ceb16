//! What can be set about Discord, section `[discord]`. It is read in every build, so that one file serves them all.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::shard::Shard;
use crate::adapters::numbers;
use crate::desk::policy::{ChannelSettings, DirectPolicy, Policy};
use crate::question::{ChatId, Language};

/// How far back missed messages can be looked for, in minutes: a week.
const MOST_MISSED_MINUTES: u64 = 7 * 24 * 60;

/// The variable with the token.
pub const TOKEN_VARIABLE: &str = "DISCORD_TOKEN";
/// The name of the systemd credential with the token.
pub const TOKEN_CREDENTIAL: &str = "discord_token";

/// The adapter for Discord. It is on when there is a token (`DISCORD_TOKEN`, `token_file` or a systemd credential).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiscordSettings {
    /// Where Discord's API is, without `/api/v10`.
    pub api_url: String,
    /// A file that holds the token, and nothing else.
    pub token_file: Option<PathBuf>,
    /// Servers in which Colega answers; empty for all.
    #[serde(deserialize_with = "numbers::list")]
    pub guilds: Vec<String>,
    /// Channels in which Colega answers, their threads included; empty for all.
    #[serde(deserialize_with = "numbers::list")]
    pub channels: Vec<String>,
    /// Roles, of which an asker needs one; empty for no such rule.
    #[serde(deserialize_with = "numbers::list")]
    pub roles: Vec<String>,
    /// People who may ask; empty for everybody.
    #[serde(deserialize_with = "numbers::list")]
    pub users: Vec<String>,
    /// People who may give an administrator's commands.
    #[serde(deserialize_with = "numbers::list")]
    pub admins: Vec<String>,
    /// Who may write directly.
    pub dm: DirectPolicy,
    /// The language to answer in, whatever the question's.
    pub language: Option<Language>,
    /// The channel that the weekly list of gaps goes to.
    #[serde(deserialize_with = "numbers::optional")]
    pub gaps_to: Option<String>,
    /// How old a question may be that was asked while Colega was away, in minutes; 0 answers none of them.
    pub missed_minutes: u64,
    /// Which of the bot's servers this daemon answers in, where several daemons share a token: `0/4` for the first of four.
    pub shard: Shard,
    /// Channels that differ from the others.
    pub channel: Vec<ChannelSettings>,
}

impl Default for DiscordSettings {
    fn default() -> Self {
        Self {
            api_url: "https://discord.com".into(),
            token_file: None,
            guilds: Vec::new(),
            channels: Vec::new(),
            roles: Vec::new(),
            users: Vec::new(),
            admins: Vec::new(),
            dm: DirectPolicy::default(),
            language: None,
            gaps_to: None,
            missed_minutes: 60,
            shard: Shard::default(),
            channel: Vec::new(),
        }
    }
}

impl DiscordSettings {
    /// Who may ask, where, and what they may be shown.
    pub fn policy(&self) -> Policy {
        Policy {
            guilds: self.guilds.clone(),
            chats: self.channels.clone(),
            roles: self.roles.clone(),
            users: self.users.clone(),
            admins: self.admins.clone(),
            direct: self.dm,
            language: self.language,
            channels: self.channel.clone(),
            gaps_to: self.gaps_to.clone().map(ChatId),
        }
    }

    /// What is wrong with the settings, with the key and the mend.
    pub fn validate(&self) -> Result<(), String> {
        if !self.api_url.starts_with("https://") && !self.api_url.starts_with("http://") {
            return Err(format!("discord.api_url is {}; it begins with https:// or http://", self.api_url));
        }
        if self.missed_minutes > MOST_MISSED_MINUTES {
            return Err(format!("discord.missed_minutes is above {MOST_MISSED_MINUTES}, a week; 60 is a good value"));
        }
        let lists = [
            ("guilds", &self.guilds),
            ("channels", &self.channels),
            ("roles", &self.roles),
            ("users", &self.users),
            ("admins", &self.admins),
        ];
        let listed = lists.into_iter().flat_map(|(key, ids)| ids.iter().map(move |id| (key, id)));
        let of_channels = self.channel.iter().map(|channel| ("channel.id", &channel.id));
        let gaps = self.gaps_to.iter().map(|id| ("gaps_to", id));
        for (key, id) in listed.chain(of_channels).chain(gaps) {
            if !is_snowflake(id) {
                return Err(format!(
                    "discord.{key} holds “{id}”, which is no Discord ID; switch on Discord's developer mode, \
                     right-click what you mean and choose “Copy ID”"
                ));
            }
        }
        Ok(())
    }
}

/// Whether `id` is a number as Discord gives them: 64 bits, not 0.
fn is_snowflake(id: &str) -> bool {
    id.parse::<u64>().is_ok_and(|number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_place_of_numbers_are_refused_with_the_key_and_the_mend() {
        let check = |settings: DiscordSettings, expected: &str| {
            let error = settings.validate().expect_err("refused");
            assert!(error.contains(expected), "{error} lacks {expected}");
        };
        check(DiscordSettings { channels: vec!["#backend".into()], ..DiscordSettings::default() }, "discord.channels");
        check(DiscordSettings { gaps_to: Some("0".into()), ..DiscordSettings::default() }, "Copy ID");
        check(
            DiscordSettings { channel: vec![ChannelSettings::default()], ..DiscordSettings::default() },
            "discord.channel.id",
        );
        check(DiscordSettings { api_url: "discord.com".into(), ..DiscordSettings::default() }, "https://");
        check(DiscordSettings { missed_minutes: 100_000, ..DiscordSettings::default() }, "a week");
        assert_eq!(DiscordSettings::default().validate(), Ok(()));
    }
}
