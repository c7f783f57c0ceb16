//! From Telegram's updates to what the desk understands.

mod command;
mod words;

use teloxide::types::{
    CallbackQuery, CallbackQueryId, Chat, ChatKind, ChatPublic, MaybeAnonymousUser, Message, MessageReactionUpdated,
    PublicChatKind, ReactionType, ThreadId, Update, UpdateKind, User,
};

use self::command::Given;
use self::words::Words;
use super::Identity;
use super::request::GENERAL;
use crate::desk::event::Command;
use crate::desk::{Button, Event, Incoming, UpdateId, Way};
use crate::feedback::Vote;
use crate::place::{Interaction, MessageId, Person, Place, PlaceKind};
use crate::question::{ChatId, UserId};

/// What somebody did, if it is anything to Colega, who is `me`. `now_ms` stands in where an update does not say when.
pub fn incoming(update: &Update, me: &Identity, now_ms: u64) -> Option<Incoming> {
    let (at_ms, from, place, event) = match &update.kind {
        UpdateKind::Message(message) => {
            (millis(message.date.timestamp()), sender(message)?, place_of(message)?, said(message, me)?)
        }
        UpdateKind::EditedMessage(message) => {
            let at = message.edit_date().unwrap_or(&message.date);
            (millis(at.timestamp()), sender(message)?, place_of(message)?, edited(message, me)?)
        }
        UpdateKind::MessageReaction(reaction) => {
            let event = reactions(reaction)?;
            (millis(reaction.date.timestamp()), actor(reaction)?, place(&reaction.chat, None)?, event)
        }
        UpdateKind::CallbackQuery(query) => {
            let (place, event) = pressed(query)?;
            (now_ms, person(&query.from), place, event)
        }
        _ => return None,
    };
    Some(Incoming { id: UpdateId(format!("u{}", update.id.0)), at_ms, from, place, event })
}

/// The press that `update` tells of, if it means nothing to Colega.
pub fn unknown_press(update: &Update) -> Option<&CallbackQueryId> {
    match &update.kind {
        UpdateKind::CallbackQuery(query) if pressed(query).is_none() => Some(&query.id),
        _ => None,
    }
}

fn millis(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or_default().saturating_mul(1_000)
}

/// Where messages of `chat` go; `None` for channels, where nobody asks.
fn place(chat: &Chat, topic: Option<ThreadId>) -> Option<Place> {
    if chat.is_channel() {
        return None;
    }
    let kind = match topic {
        _ if chat.is_private() => PlaceKind::Direct,
        Some(_) => PlaceKind::Thread,
        None => PlaceKind::Group,
    };
    let topic = topic.map(|topic| topic.0.0.to_string());
    Some(Place { chat: ChatId(chat.id.0.to_string()), topic, parent: None, guild: None, kind })
}

fn place_of(message: &Message) -> Option<Place> {
    // Replies in groups without topics have a thread, too, but nothing can be sent to it.
    let topic = message.thread_id.filter(|_| message.is_topic_message);
    // What is said in General does not say so.
    place(&message.chat, topic.or_else(|| is_forum(&message.chat).then_some(GENERAL)))
}

/// Whether the group has topics.
fn is_forum(chat: &Chat) -> bool {
    matches!(&chat.kind, ChatKind::Public(ChatPublic { kind: PublicChatKind::Supergroup(it), .. }) if it.is_forum)
}

fn person(user: &User) -> Person {
    let language = user.language_code.as_deref().and_then(|code| code.parse().ok());
    Person { id: UserId(user.id.0.to_string()), roles: Vec::new(), language }
}

/// Somebody who hides behind a chat: an administrator who writes for the group, or a channel that a person writes for.
fn masked(chat: &Chat) -> Person {
    Person { id: UserId(chat.id.0.to_string()), roles: Vec::new(), language: None }
}

/// Who wrote the message; `None` for other programs, for what was forwarded, and for posts that Telegram copies from a
/// channel.
fn sender(message: &Message) -> Option<Person> {
    if message.forward_origin().is_some() || message.is_automatic_forward() || message.via_bot.is_some() {
        return None;
    }
    match (&message.sender_chat, &message.from) {
        (Some(chat), _) => Some(masked(chat)),
        (None, Some(user)) if !user.is_bot => Some(person(user)),
        _ => None,
    }
}

fn actor(reaction: &MessageReactionUpdated) -> Option<Person> {
    match &reaction.actor {
        MaybeAnonymousUser::User(user) if user.is_bot => None,
        MaybeAnonymousUser::User(user) => Some(person(user)),
        MaybeAnonymousUser::Chat(chat) => Some(masked(chat)),
    }
}

/// The message that `message` replies to. In a topic every message that replies to none “replies” to the topic's first
/// message; that does not count.
fn replied(message: &Message) -> Option<&Message> {
    let to = message.reply_to_message()?;
    let is_first = message.is_topic_message && message.thread_id.is_some_and(|topic| topic.0 == to.id);
    (!is_first && to.forum_topic_created().is_none()).then_some(to)
}

fn is_own(message: &Message, me: &Identity) -> bool {
    message.from.as_ref().is_some_and(|user| user.id.0 == me.id)
}

fn id(message: &Message) -> MessageId {
    MessageId(message.id.0.to_string())
}

fn said(message: &Message, me: &Identity) -> Option<Event> {
    let words = Words::of(message, me);
    let is_direct = message.chat.is_private();
    if let Some(given) = words.command.as_deref().map(|given| Given::parse(given, &words.text, me, is_direct)) {
        return match given {
            Given::Ours(command) => Some(commanded(message, command, me)),
            Given::Others => None,
        };
    }
    let way = way(message, &words, me);
    let mut text = words.text;
    if text.is_empty() {
        let is_addressed = way == Way::Mention || (is_direct && is_unreadable(message));
        if !is_addressed {
            return None;
        }
        text = quoted(message, me).unwrap_or_default();
    }
    Some(Event::Said { message: id(message), text, way, reply_to: replied(message).map(id) })
}

fn commanded(message: &Message, mut command: Command, me: &Identity) -> Event {
    if let Command::Ask { text } = &mut command
        && text.is_empty()
        && let Some(quoted) = quoted(message, me)
    {
        *text = quoted;
    }
    Event::Commanded { command, message: Some(id(message)), target: replied(message).map(id), interaction: None }
}

/// What somebody points to with a bare mention or `/ask`: the words of the message that they reply to.
fn quoted(message: &Message, me: &Identity) -> Option<String> {
    let to = replied(message).filter(|to| !is_own(to, me))?;
    Some(Words::of(to, me).text).filter(|text| !text.is_empty())
}

/// Whether the message says something that has no letters, so that its sender waits for a word. Of an album only the
/// first picture can have a caption; the others are no messages of their own to people.
fn is_unreadable(message: &Message) -> bool {
    let has_content = message.photo().is_some()
        || message.video().is_some()
        || message.voice().is_some()
        || message.video_note().is_some()
        || message.audio().is_some()
        || message.document().is_some();
    has_content && message.media_group_id().is_none()
}

fn way(message: &Message, words: &Words, me: &Identity) -> Way {
    let is_reply = replied(message).is_some_and(|to| is_own(to, me));
    match () {
        () if message.chat.is_private() => Way::Direct,
        () if words.is_mentioned => Way::Mention,
        // “@eva, look at this” below an answer is said to Eva.
        () if is_reply && !words.is_for_another => Way::Reply,
        () => Way::Overheard,
    }
}

fn edited(message: &Message, me: &Identity) -> Option<Event> {
    let words = Words::of(message, me);
    let is_direct = message.chat.is_private();
    let (text, way) = match words.command.as_deref().map(|given| Given::parse(given, &words.text, me, is_direct)) {
        None => {
            let way = way(message, &words, me);
            (words.text, way)
        }
        Some(Given::Ours(Command::Ask { text })) => (text, if is_direct { Way::Direct } else { Way::Mention }),
        Some(_) => return None,
    };
    Some(Event::Edited { message: id(message), text, way, reply_to: replied(message).map(id) })
}

/// The thumbs that somebody has on a message now; `None` if neither now nor before there was one. Telegram's thumbs
/// have no tones of skin.
fn reactions(reaction: &MessageReactionUpdated) -> Option<Event> {
    let thumbs = |reactions: &[ReactionType]| -> Vec<Vote> { reactions.iter().filter_map(thumb).collect() };
    let now = thumbs(&reaction.new_reaction);
    if now.is_empty() && thumbs(&reaction.old_reaction).is_empty() {
        return None;
    }
    Some(Event::Reactions { message: MessageId(reaction.message_id.0.to_string()), thumbs: now })
}

fn thumb(reaction: &ReactionType) -> Option<Vote> {
    match reaction.emoji()?.as_str() {
        "👍" => Some(Vote::Up),
        "👎" => Some(Vote::Down),
        _ => None,
    }
}

fn pressed(query: &CallbackQuery) -> Option<(Place, Event)> {
    let message = query.message.as_ref()?;
    let place = match message.regular_message() {
        Some(message) => place_of(message)?,
        None => place(message.chat(), None)?,
    };
    let button = Button::from_data(query.data.as_deref()?)?;
    let interaction = Interaction { id: query.id.0.clone(), token: query.from.id.0.to_string() };
    Some((place, Event::Pressed { message: MessageId(message.id().0.to_string()), button, interaction }))
}

#[cfg(test)]
mod tests;
