//! Requests of the Bot API for what the desk has to say.

use teloxide::payloads::{EditMessageText, EditMessageTextSetters as _, SendMessage, SendMessageSetters as _};
use teloxide::types::{
    ChatId, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageId as Number, ParseMode,
    ReplyParameters, ThreadId,
};

use crate::desk::{Failure, Keyboard, Message};
use crate::place::{MessageId, Place};

/// General, the topic of a forum for what is said in no other. Only for typing it has a number: what is sent without a
/// number goes there, and what is sent with this one is refused.
pub const GENERAL: ThreadId = ThreadId(Number(1));

/// Sends `text` to `place`, as a reply where there is something to reply to.
pub fn new_message(place: &Place, text: &str, reply_to: Option<&MessageId>) -> Result<SendMessage, Failure> {
    let mut request =
        SendMessage::new(chat_id(place)?, text).parse_mode(ParseMode::Html).link_preview_options(no_previews());
    if let Some(topic) = topic(place)?.filter(|topic| *topic != GENERAL) {
        request = request.message_thread_id(topic);
    }
    if let Some(reply_to) = reply_to {
        request = request.reply_parameters(ReplyParameters::new(number(reply_to)?).allow_sending_without_reply());
    }
    Ok(request)
}

/// Shows `message` in place of the message with this number.
pub fn edit_of(id: Number, message: &Message) -> Result<EditMessageText, Failure> {
    let mut request = EditMessageText::new(chat_id(&message.place)?, id, message.text.as_str())
        .parse_mode(ParseMode::Html)
        .link_preview_options(no_previews());
    // Without a keyboard in the request the message loses the one that it has.
    if let Some(keyboard) = keyboard(&message.keyboard) {
        request = request.reply_markup(keyboard);
    }
    Ok(request)
}

/// The buttons below a message.
pub fn keyboard(keyboard: &Keyboard) -> Option<InlineKeyboardMarkup> {
    let Keyboard::Row(buttons) = keyboard else { return None };
    let row = buttons.iter().map(|(button, label)| InlineKeyboardButton::callback(label, button.to_data()));
    Some(InlineKeyboardMarkup::new([row]))
}

const fn no_previews() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// The number of the chat.
pub fn chat_id(place: &Place) -> Result<ChatId, Failure> {
    place.chat.0.parse().map(ChatId).map_err(|_| Failure::Refused("a Telegram chat has a number".to_owned()))
}

/// The number of a message.
pub fn number(id: &MessageId) -> Result<Number, Failure> {
    id.0.parse().map(Number).map_err(|_| Failure::Refused("a Telegram message has a number".to_owned()))
}

/// The number of the topic.
pub fn topic(place: &Place) -> Result<Option<ThreadId>, Failure> {
    let Some(topic) = &place.topic else { return Ok(None) };
    number(&MessageId(topic.clone())).map(|id| Some(ThreadId(id)))
}

/// A mention that is not seen: a link to a person on a character without width.
pub fn mention_of(person: &str) -> String {
    match person.parse::<u64>() {
        Ok(person) => format!("<a href=\"tg://user?id={person}\">\u{2060}</a>"),
        Err(_) => String::new(),
    }
}
