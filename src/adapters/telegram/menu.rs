//! The menu of commands that Telegram's clients offer: English for everybody, Spanish for clients set to it; in DMs and
//! in groups.

use teloxide::payloads::{SetMyCommands, SetMyCommandsSetters as _};
use teloxide::types::{BotCommand, BotCommandScope};

use crate::question::Language;
use crate::render::application::{COMMANDS, CommandWords};

/// What sets the menu. A list without a language holds for every language that has none of its own.
pub fn requests() -> Vec<SetMyCommands> {
    let scopes = [BotCommandScope::Default, BotCommandScope::AllGroupChats];
    let lists = scopes.into_iter().flat_map(|scope| Language::ALL.map(|language| (scope.clone(), language)));
    lists.map(|(scope, language)| request(scope, language)).collect()
}

fn request(scope: BotCommandScope, language: Language) -> SetMyCommands {
    // Who is let in, and with which code, is nobody else's business.
    let is_offered = |command: &&CommandWords| scope != BotCommandScope::AllGroupChats || command.name != "pair";
    let commands: Vec<BotCommand> =
        COMMANDS.iter().filter(is_offered).map(|command| entry(command, language)).collect();
    let request = SetMyCommands::new(commands).scope(scope);
    match language {
        Language::English => request,
        Language::Spanish => request.language_code(language.code()),
    }
}

fn entry(command: &CommandWords, language: Language) -> BotCommand {
    let description = match language {
        Language::English => command.english,
        Language::Spanish => command.spanish,
    };
    BotCommand::new(command.name, description)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://core.telegram.org/bots/api#botcommand>
    #[test]
    fn words_fit_where_telegram_shows_them() {
        let requests = requests();
        assert_eq!(requests.len(), 4);
        for BotCommand { command, description } in requests.into_iter().flat_map(|request| request.commands) {
            let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!((1..=32).contains(&command.len()) && command.chars().all(is_letter), "{command}");
            assert!((1..=256).contains(&description.chars().count()), "{command}: {description}");
        }
    }

    #[test]
    fn groups_are_not_offered_to_let_somebody_in() {
        for request in requests() {
            let offers_pair = request.commands.iter().any(|entry| entry.command == "pair");
            assert_eq!(offers_pair, request.scope == Some(BotCommandScope::Default), "{request:?}");
        }
    }
}
