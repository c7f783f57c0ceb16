//! Reactions: 👍 and 👎 in all colours of skin are votes, everything else is none.

use serenity::all::{Reaction, ReactionType, UserId};

use crate::desk::UpdateId;
use crate::feedback::Vote;
use crate::place::MessageId;

/// The thumb that an emoji is.
pub fn thumb(emoji: &ReactionType) -> Option<Vote> {
    let ReactionType::Unicode(name) = emoji else { return None };
    // A colour of skin is a character of its own behind the thumb; so is the mark that asks for a picture.
    let is_look = |c| matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0f}');
    match name.trim_end_matches(is_look) {
        "👍" => Some(Vote::Up),
        "👎" => Some(Vote::Down),
        _ => None,
    }
}

/// The vote that a reaction is, and whose. Bots have none.
pub fn vote(reaction: &Reaction, own: UserId) -> Option<(Vote, UserId)> {
    let thumb = thumb(&reaction.emoji)?;
    let user = reaction.user_id.filter(|user| *user != own)?;
    let is_bot = reaction.member.as_ref().is_some_and(|member| member.user.bot);
    let is_for_another = reaction.message_author_id.is_some_and(|author| author != own);
    (!is_bot && !is_for_another).then_some((thumb, user))
}

/// Names a reaction that was heard of.
///
/// Discord gives reactions no names and no times, so they are numbered as they come in, and no number is given twice.
/// That is enough: Discord delivers an event to a session once, in order; what a process took and did not deal with comes
/// back from the inbox under its old name; and what was missed is counted anew as a whole. A name made of message, person,
/// thumb and direction alone would be wrong: on, off, on again would lose the last.
pub fn update_id(message: &MessageId, user: UserId, thumb: Vote, on: bool, number: u64) -> UpdateId {
    let thumb = match thumb {
        Vote::Up => "up",
        Vote::Down => "down",
    };
    let direction = if on { "on" } else { "off" };
    UpdateId(format!("r{}-{user}-{thumb}-{direction}-{number}", message.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbs_count_in_every_colour_of_skin_and_nothing_else_does() {
        let check = |name: &str, expected| {
            assert_eq!(thumb(&ReactionType::Unicode(name.to_owned())), expected, "{name}");
        };
        for look in ["", "🏻", "🏼", "🏽", "🏾", "🏿", "\u{fe0f}"] {
            check(&format!("👍{look}"), Some(Vote::Up));
            check(&format!("👎{look}"), Some(Vote::Down));
        }
        for other in ["👌", "❤️", "👍👎", "x👍", "", "🏽"] {
            check(other, None);
        }
        let custom = ReactionType::Custom { animated: false, id: 1.into(), name: Some("👍".into()) };
        assert_eq!(thumb(&custom), None);
    }

    #[test]
    fn the_same_change_made_again_has_another_name() {
        let id = |number| update_id(&MessageId("5".into()), UserId::new(7), Vote::Up, true, number);
        assert_eq!(id(1).0, "r5-7-up-on-1");
        assert_ne!(id(1), id(2));
    }
}
