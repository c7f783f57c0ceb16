//! What can be set about Telegram.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::adapters::numbers;
use crate::desk::policy::{ChannelSettings, DirectPolicy, Policy};
use crate::question::{ChatId, Language};

/// The variable that holds the token.
pub const TOKEN_VARIABLE: &str = "TELEGRAM_TOKEN";
/// The systemd credential that holds the token.
pub const TOKEN_CREDENTIAL: &str = "telegram_token";

/// Telegram, section `[telegram]`. A token switches it on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramSettings {
    /// The Bot API's server; a self-hosted one, perhaps.
    pub api_url: String,
    /// A file that holds the token, where the variable `TELEGRAM_TOKEN` does not.
    pub token_file: Option<PathBuf>,
    /// People who may give an administrator's commands.
    #[serde(deserialize_with = "numbers::list")]
    pub admins: Vec<String>,
    /// People who may ask; empty for everybody.
    #[serde(deserialize_with = "numbers::list")]
    pub users: Vec<String>,
    /// Groups in which Colega answers; empty for all.
    #[serde(deserialize_with = "numbers::list")]
    pub chats: Vec<String>,
    /// Who may write directly.
    pub dm: DirectPolicy,
    /// The language to answer in, whatever the question's.
    pub language: Option<Language>,
    /// The chat that gets the weekly list of gaps.
    #[serde(deserialize_with = "numbers::optional")]
    pub gaps_to: Option<String>,
    /// How long the server holds a request for updates while there are none, in seconds; less for impatient proxies.
    pub poll_seconds: u64,
    /// The public address to which Telegram brings updates, `https://…`; without one they are fetched. A proxy with a
    /// certificate stands there and hands on to `webhook_listen`.
    pub webhook: Option<String>,
    /// Where updates that are brought are taken; a loopback address unless the proxy is on another machine.
    pub webhook_listen: SocketAddr,
    /// Groups that differ.
    pub chat: Vec<ChannelSettings>,
}

impl Default for TelegramSettings {
    fn default() -> Self {
        Self {
            api_url: "https://api.telegram.org".to_owned(),
            token_file: None,
            admins: Vec::new(),
            users: Vec::new(),
            chats: Vec::new(),
            dm: DirectPolicy::default(),
            language: None,
            gaps_to: None,
            poll_seconds: 25,
            webhook: None,
            webhook_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8788)),
            chat: Vec::new(),
        }
    }
}

impl TelegramSettings {
    /// The rules for the desk.
    pub fn policy(&self) -> Policy {
        Policy {
            guilds: Vec::new(),
            chats: self.chats.clone(),
            roles: Vec::new(),
            users: self.users.clone(),
            admins: self.admins.clone(),
            direct: self.dm,
            language: self.language,
            channels: self.chat.clone(),
            gaps_to: self.gaps_to.clone().map(ChatId),
        }
    }

    /// Refuses what would be ignored in silence otherwise.
    ///
    /// # Errors
    /// Words that name the key and the mend.
    pub fn validate(&self) -> Result<(), String> {
        if !["http://", "https://"].iter().any(|scheme| self.api_url.starts_with(scheme)) {
            return Err(format!(
                "telegram.api_url is “{}”; write an address such as https://api.telegram.org",
                self.api_url
            ));
        }
        if !(1..=50).contains(&self.poll_seconds) {
            return Err(format!("telegram.poll_seconds is {}; set it to a number from 1 to 50", self.poll_seconds));
        }
        if let Some(webhook) = self.webhook.as_ref().filter(|webhook| !webhook.starts_with("https://")) {
            return Err(format!(
                "telegram.webhook is “{webhook}”; Telegram takes https addresses alone, such as https://bot.example.org/telegram"
            ));
        }
        let own: Vec<String> = self.chat.iter().map(|chat| chat.id.clone()).collect();
        let gaps_to: Vec<String> = self.gaps_to.iter().cloned().collect();
        for (key, ids) in [
            ("admins", &self.admins),
            ("users", &self.users),
            ("chats", &self.chats),
            ("gaps_to", &gaps_to),
            ("chat.id", &own),
        ] {
            if let Some(id) = ids.iter().find(|id| id.parse::<i64>().is_err()) {
                return Err(format!(
                    "telegram.{key} holds “{id}”; write a person's or group's number (a group's begins with -), not its name"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(toml: &str) -> TelegramSettings {
        toml::from_str(toml).expect("valid")
    }

    #[test]
    fn numbers_may_be_written_with_or_without_quotes() {
        let settings = parse("admins = [1, \"2\"]\nchats = \"-1001, -1002\"\nusers = 7\ngaps_to = -1003");
        assert_eq!(settings.admins, ["1", "2"]);
        assert_eq!(settings.chats, ["-1001", "-1002"]);
        assert_eq!(settings.users, ["7"]);
        assert_eq!(settings.policy().gaps_to, Some(ChatId("-1003".into())));
        assert_eq!(settings.validate(), Ok(()));
    }

    #[test]
    fn names_in_place_of_numbers_are_refused_with_their_key() {
        for (toml, key) in [
            ("admins = [\"@ana\"]", "telegram.admins"),
            ("chats = [\"backend\"]", "telegram.chats"),
            ("[[chat]]\nid = \"@backend\"", "telegram.chat.id"),
            ("api_url = \"telegram\"", "telegram.api_url"),
            ("poll_seconds = 0", "telegram.poll_seconds"),
            ("webhook = \"http://bot.example.org\"", "telegram.webhook"),
        ] {
            let error = parse(toml).validate().expect_err("refused");
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn the_policy_says_what_the_settings_say() {
        let settings = parse("dm = \"pairing\"\nlanguage = \"es\"\n[[chat]]\nid = \"-5\"\nalways = true\n");
        let policy = settings.policy();
        assert_eq!(policy.direct, DirectPolicy::Pairing);
        assert_eq!(policy.language, Some(Language::Spanish));
        assert!(policy.channels[0].always);
    }
}
