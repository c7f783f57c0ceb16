//! The bodies of the requests that send something. No message of Colega's ever calls anybody: mentions are not allowed.

use serde::Serialize;
use serde_json::{Value, json};
use serenity::all::{ButtonStyle, ChannelId, InputTextStyle, InteractionResponseFlags, MessageReference, Nonce};
use serenity::builder::{
    CreateActionRow, CreateAllowedMentions, CreateButton, CreateInputText, CreateInteractionResponse,
    CreateInteractionResponseMessage, CreateMessage, CreateModal,
};

use super::{DiscordMessageId, FLAGS, number};
use crate::answer::AnswerId;
use crate::desk::{Failure, Keyboard, Message};
use crate::question::Language;
use crate::render::application;

/// What the `custom_id` of the form that asks what was wrong begins with; the answer's name follows.
pub const FORM: &str = "wrong:";
/// The field of the form for what was wrong.
pub const WRONG: &str = "wrong";
/// The field of the form for the right answer.
pub const RIGHT: &str = "right";
/// Letters that fit into each field.
const MOST_LETTERS: u16 = 1_000;

fn nobody() -> CreateAllowedMentions {
    CreateAllowedMentions::new().replied_user(false)
}

fn components(keyboard: &Keyboard) -> Vec<CreateActionRow> {
    let Keyboard::Row(buttons) = keyboard else { return Vec::new() };
    let button = |(button, label): &(_, String)| {
        let data = crate::desk::Button::to_data(button);
        CreateButton::new(data).label(label).style(ButtonStyle::Secondary)
    };
    vec![CreateActionRow::Buttons(buttons.iter().map(button).collect())]
}

/// A new message in a channel. Discord knows its nonce for some minutes: sent again, it gives the message there is.
pub fn new(message: &Message) -> Result<impl Serialize, Failure> {
    let mut body = CreateMessage::new()
        .content(&message.text)
        .components(components(&message.keyboard))
        .allowed_mentions(nobody())
        .flags(FLAGS)
        .nonce(Nonce::String(message.nonce.clone()))
        .enforce_nonce(true);
    if let Some(reply_to) = &message.reply_to {
        let channel = ChannelId::new(number(&message.place.chat.0)?);
        let replied_to = DiscordMessageId::new(number(&reply_to.0)?);
        let mut reference = MessageReference::from((channel, replied_to));
        reference.fail_if_not_exists = Some(false);
        body = body.reference_message(reference);
    }
    Ok(body)
}

/// A message in place of what one shows. serenity's builders for this leave the flags out.
pub fn edited(message: &Message) -> Value {
    let components = components(&message.keyboard);
    json!({ "content": message.text, "components": components, "allowed_mentions": nobody(), "flags": FLAGS })
}

/// Words in place of what a response shows.
pub fn shown(words: &str) -> Value {
    json!({ "content": words, "components": [], "allowed_mentions": nobody(), "flags": FLAGS })
}

/// The sign that an answer is coming. serenity's builder for it says more than Discord documents.
pub fn deferred(is_private: bool) -> Value {
    let flags = if is_private { InteractionResponseFlags::EPHEMERAL } else { InteractionResponseFlags::empty() };
    json!({ "type": 5, "data": { "flags": flags } })
}

/// Words that only the person of the interaction sees.
pub fn private(words: &str) -> CreateInteractionResponse {
    let flags = InteractionResponseFlags::EPHEMERAL | InteractionResponseFlags::SUPPRESS_EMBEDS;
    let message = CreateInteractionResponseMessage::new().content(words).allowed_mentions(nobody()).flags(flags);
    CreateInteractionResponse::Message(message)
}

/// More such words, after the first response.
pub fn follow_up(words: &str) -> Value {
    let flags = InteractionResponseFlags::EPHEMERAL | InteractionResponseFlags::SUPPRESS_EMBEDS;
    json!({ "content": words, "allowed_mentions": nobody(), "flags": flags })
}

/// The form that asks what was wrong with an answer. Both fields may stay empty: the 👎 counts anyway.
pub fn form(answer: &AnswerId, language: Language) -> CreateInteractionResponse {
    let field = |id: &str, label: &str, placeholder: &str| {
        let input = CreateInputText::new(InputTextStyle::Paragraph, label, id).placeholder(placeholder);
        CreateActionRow::InputText(input.required(false).max_length(MOST_LETTERS))
    };
    let words = application::form(language);
    let fields = vec![field(WRONG, words.wrong, words.wrong_example), field(RIGHT, words.right, words.right_example)];
    CreateInteractionResponse::Modal(CreateModal::new(format!("{FORM}{}", answer.0), words.title).components(fields))
}
