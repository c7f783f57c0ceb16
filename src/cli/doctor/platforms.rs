//! The chat platforms: whether there is a token, and what the platform itself says of the bot.

use anyhow::Result;

use super::Line;
#[cfg(feature = "discord")]
use crate::adapters::discord;
use crate::adapters::finding::Finding;
#[cfg(feature = "telegram")]
use crate::adapters::telegram;
use crate::adapters::token::Token;
use crate::cli::tokens::{discord_token, telegram_token};
use crate::config::Settings;

/// What was found out about each platform.
pub(super) fn look(settings: &Settings) -> Vec<Line> {
    let discord = on(discord_token(settings), "DISCORD_TOKEN", |token| ask_discord(settings, token));
    let telegram = on(telegram_token(settings), "TELEGRAM_TOKEN", |token| ask_telegram(settings, token));
    let named = |what, findings: Vec<Finding>| findings.into_iter().map(move |finding| Line::of(what, finding));
    named("discord", discord).chain(named("telegram", telegram)).collect()
}

/// What is to be said of a platform: that it is off, that its token cannot be read, or what it says itself.
fn on(token: Result<Option<Token>>, variable: &str, ask: impl FnOnce(&Token) -> Result<Vec<Finding>>) -> Vec<Finding> {
    let findings = match token {
        Ok(None) => return vec![Finding::absent("off", format!("set {variable}; the README says where to get one"))],
        Ok(Some(token)) => ask(&token),
        Err(failure) => Err(failure),
    };
    findings.unwrap_or_else(|failure| vec![Finding::bad(format!("{failure:#}"), "mend the token")])
}

#[cfg(feature = "discord")]
fn ask_discord(settings: &Settings, token: &Token) -> Result<Vec<Finding>> {
    Ok(crate::cli::runtime()?.block_on(discord::doctor(&settings.discord, token)))
}

#[cfg(feature = "telegram")]
fn ask_telegram(settings: &Settings, token: &Token) -> Result<Vec<Finding>> {
    Ok(crate::cli::runtime()?.block_on(telegram::doctor(&settings.telegram, token)))
}

#[cfg(not(feature = "discord"))]
fn ask_discord(_: &Settings, _: &Token) -> Result<Vec<Finding>> {
    anyhow::bail!("there is a token, but this program was built without Discord")
}

#[cfg(not(feature = "telegram"))]
fn ask_telegram(_: &Settings, _: &Token) -> Result<Vec<Finding>> {
    anyhow::bail!("there is a token, but this program was built without Telegram")
}
