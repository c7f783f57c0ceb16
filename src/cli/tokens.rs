//! The tokens of the chat platforms.

use anyhow::Result;

use crate::adapters::token::{self, Token};
use crate::adapters::{discord, telegram};
use crate::config::Settings;

/// The token for Discord, where there is one.
pub(super) fn discord_token(settings: &Settings) -> Result<Option<Token>> {
    use discord::settings::{TOKEN_CREDENTIAL, TOKEN_VARIABLE};
    token::find(TOKEN_VARIABLE, settings.discord.token_file.as_deref(), TOKEN_CREDENTIAL)
}

/// The token for Telegram, where there is one.
pub(super) fn telegram_token(settings: &Settings) -> Result<Option<Token>> {
    use telegram::settings::{TOKEN_CREDENTIAL, TOKEN_VARIABLE};
    token::find(TOKEN_VARIABLE, settings.telegram.token_file.as_deref(), TOKEN_CREDENTIAL)
}
