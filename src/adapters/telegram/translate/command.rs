//! Commands: `/ask`, or `/ask@colega_bot` in groups with several bots.

use crate::adapters::telegram::Identity;
use crate::desk::event::Command;

/// A command that somebody gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Given {
    /// It is for Colega.
    Ours(Command),
    /// It is for another bot.
    Others,
}

impl Given {
    /// Reads `command`, which begins with a slash, and the `rest` of the message behind it. A command that Colega does
    /// not know asks for help where nobody else can be meant.
    pub fn parse(command: &str, rest: &str, me: &Identity, is_direct: bool) -> Self {
        let (name, to) = match command.split_once('@') {
            Some((name, to)) => (name, Some(to)),
            None => (command, None),
        };
        let is_named = to.is_some_and(|to| to.eq_ignore_ascii_case(&me.username));
        if to.is_some() && !is_named {
            return Self::Others;
        }
        Self::Ours(match name.trim_start_matches('/').to_ascii_lowercase().as_str() {
            "ask" => Command::Ask { text: rest.to_owned() },
            "sources" => Command::Sources,
            "why" => Command::Why,
            "reindex" => Command::Reindex,
            "stats" => Command::Stats,
            "gaps" => Command::Gaps,
            "forget" => Command::Forget,
            "pair" => Command::Pair { code: rest.to_owned() },
            "help" | "start" => Command::Help,
            _ if is_direct || is_named => Command::Help,
            _ => return Self::Others,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_by_their_name_and_by_whom_they_are_for() {
        let me = Identity { id: 42, username: "colega_bot".into(), reads_everything: false, joins_groups: true };
        let check = |command: &str, is_direct, expected| {
            assert_eq!(Given::parse(command, "rest", &me, is_direct), expected, "{command}");
        };
        check("/ask", false, Given::Ours(Command::Ask { text: "rest".into() }));
        check("/ASK@Colega_Bot", false, Given::Ours(Command::Ask { text: "rest".into() }));
        check("/ask@other_bot", false, Given::Others);
        check("/start", true, Given::Ours(Command::Help));
        check("/pair", true, Given::Ours(Command::Pair { code: "rest".into() }));
        check("/weather", false, Given::Others);
        check("/weather@colega_bot", false, Given::Ours(Command::Help));
        check("/weather", true, Given::Ours(Command::Help));
    }
}
