//! The words of a message, and whom they are for.

use std::ops::Range;

use teloxide::types::{Message, MessageEntity, MessageEntityKind};

use crate::adapters::telegram::Identity;

/// What a message says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Its text or caption, without the mentions of Colega and without a command at its beginning.
    pub text: String,
    /// The command at its beginning, `/ask` or `/ask@colega_bot`.
    pub command: Option<String>,
    /// Whether it mentions Colega.
    pub is_mentioned: bool,
    /// Whether it begins with a mention of somebody else.
    pub is_for_another: bool,
}

impl Words {
    /// The words of `message`, read by Colega, who is `me`.
    pub fn of(message: &Message, me: &Identity) -> Self {
        let text = message.text().or_else(|| message.caption()).unwrap_or_default();
        let entities = message.entities().or_else(|| message.caption_entities()).unwrap_or_default();
        Self::read(text, entities, me)
    }

    fn read(text: &str, entities: &[MessageEntity], me: &Identity) -> Self {
        let mut words = Self::default();
        let mut cut: Vec<Range<usize>> = Vec::new();
        for entity in entities {
            let Some(range) = bytes(text, entity.offset, entity.length) else { continue };
            let named = &text[range.clone()];
            match &entity.kind {
                MessageEntityKind::BotCommand if range.start == 0 => {
                    words.command = Some(named.to_owned());
                    cut.push(range);
                }
                MessageEntityKind::Mention if names(named, me) => cut.push(range),
                MessageEntityKind::TextMention { user } if user.id.0 == me.id => cut.push(range),
                MessageEntityKind::Mention | MessageEntityKind::TextMention { .. } => {
                    words.is_for_another |= text[..range.start].trim().is_empty();
                }
                _ => {}
            }
        }
        words.is_mentioned = cut.len() > usize::from(words.command.is_some());
        words.text = without(text, cut);
        words
    }
}

fn names(mention: &str, me: &Identity) -> bool {
    mention.strip_prefix('@').is_some_and(|name| name.eq_ignore_ascii_case(&me.username))
}

/// `text` without the parts `cut`, and without the comma or colon that an address ends with.
fn without(text: &str, mut cut: Vec<Range<usize>>) -> String {
    if cut.is_empty() {
        return text.trim().to_owned();
    }
    cut.sort_by_key(|range| range.start);
    let mut left = String::with_capacity(text.len());
    let mut done = 0;
    for range in cut {
        if range.start < done {
            continue;
        }
        let behind = &text[range.end..];
        let rest = behind.trim_start_matches(' ');
        left.push_str(text[done..range.start].trim_end_matches(' '));
        if !rest.starts_with([',', ':', ';', '.', '?', '!']) {
            left.push(' ');
        }
        done = text.len() - rest.len();
    }
    left.push_str(&text[done..]);
    left.trim().trim_start_matches([',', ':', ';']).trim().to_owned()
}

/// The bytes of `text` that `length` UTF-16 code units from `offset` on stand for; `None` if they are not all there.
fn bytes(text: &str, offset: usize, length: usize) -> Option<Range<usize>> {
    let end = offset.checked_add(length)?;
    let mut units = 0;
    let mut start = None;
    for (at, c) in text.char_indices().map(|(at, c)| (at, Some(c))).chain([(text.len(), None)]) {
        if units == offset {
            start = start.or(Some(at));
        }
        if units == end {
            return start.map(|start| start..at).filter(|range| !range.is_empty());
        }
        units += c.map_or(1, char::len_utf16);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> Identity {
        Identity { id: 42, username: "colega_bot".into(), reads_everything: false, joins_groups: true }
    }

    /// Mentions and commands as Telegram finds them in `text`.
    fn read(text: &str) -> Words {
        let mut entities = Vec::new();
        let mut offset = 0;
        for word in text.split_inclusive(' ') {
            let name = word.trim_end_matches([' ', ',', '?', ':']);
            let length = name.encode_utf16().count();
            match name.chars().next() {
                Some('@') => entities.push(MessageEntity::new(MessageEntityKind::Mention, offset, length)),
                Some('/') => entities.push(MessageEntity::new(MessageEntityKind::BotCommand, offset, length)),
                _ => {}
            }
            offset += word.encode_utf16().count();
        }
        Words::read(text, &entities, &me())
    }

    #[test]
    fn the_mention_is_taken_out_wherever_it_stands() {
        for (text, expected) in [
            ("@colega_bot, what is JWT?", "what is JWT?"),
            ("@Colega_Bot: what is JWT?", "what is JWT?"),
            ("hey @colega_bot what is JWT?", "hey what is JWT?"),
            ("hey @colega_bot, what is JWT?", "hey, what is JWT?"),
            ("¿Qué es JWT? @colega_bot", "¿Qué es JWT?"),
            ("😀😀 @colega_bot ¿qué es JWT?", "😀😀 ¿qué es JWT?"),
            ("@colega_bot", ""),
        ] {
            let words = read(text);
            assert_eq!(words.text, expected, "{text}");
            assert!(words.is_mentioned && !words.is_for_another, "{text}");
        }
    }

    #[test]
    fn others_are_left_in_and_noticed_where_they_are_addressed() {
        let words = read("@eva, look at this");
        assert_eq!(words.text, "@eva, look at this");
        assert!(words.is_for_another && !words.is_mentioned);
        assert!(!read("look at this, @eva").is_for_another);
    }

    #[test]
    fn a_command_is_one_at_the_beginning_alone() {
        let words = read("/ask@colega_bot what is JWT?");
        assert_eq!((words.command.as_deref(), words.text.as_str()), (Some("/ask@colega_bot"), "what is JWT?"));
        assert!(!words.is_mentioned);
        assert_eq!(read("what does /ask do?").command, None);
    }

    #[test]
    fn entities_that_point_nowhere_do_no_harm() {
        for (offset, length) in [(0, 99), (99, 1), (1, usize::MAX), (1, 0), (0, 0)] {
            let entities = [MessageEntity::new(MessageEntityKind::Mention, offset, length)];
            assert_eq!(Words::read("😀@colega", &entities, &me()).text, "😀@colega");
        }
        let within = [MessageEntity::new(MessageEntityKind::Mention, 1, 3)];
        assert_eq!(Words::read("😀@colega", &within, &me()).text, "😀@colega");
    }
}
