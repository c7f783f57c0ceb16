//! Responses to interactions after the first
//! (<https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages>).

use serde_json::Value;

use super::super::ids::MessageId;
use super::super::interactions::{Interaction, Stage};
use super::super::message::Message;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::super::wire;
use super::draft::Draft;
use super::{Call, callback};

/// The interaction whose token stands in the path, if it still works.
fn interaction(state: &State, call: &Call) -> Result<Interaction, Refusal> {
    if call.id(0, "webhook_id")? != state.bot.0 {
        return Err(Refusal { is_fault: true, ..Refusal::unknown_webhook() });
    }
    let token = call.variables.get(1).map_or("", String::as_str);
    let found = state.interactions.by_token(token).ok_or_else(Refusal::invalid_webhook_token)?;
    let lasts = u64::try_from(state.settings.token_lasts.as_millis()).unwrap_or(u64::MAX);
    if state.now_ms() > found.at_ms + lasts {
        return Err(Refusal::invalid_webhook_token());
    }
    if matches!(found.stage, Stage::Waiting) {
        return Err(Refusal { is_fault: true, ..Refusal::unknown_webhook() });
    }
    Ok(found.clone())
}

/// The message that the path names: `@original`, or the number of a follow-up.
fn message(state: &State, call: &Call, interaction: &Interaction) -> Result<Message, Refusal> {
    let id = if call.variables.get(2).is_some_and(|name| name == "@original") {
        interaction.response.ok_or_else(Refusal::unknown_message)?
    } else {
        let id = MessageId(call.id(2, "message_id")?);
        let is_its = interaction.response == Some(id) || interaction.follow_ups.contains(&id);
        if !is_its {
            return Err(Refusal::unknown_message());
        }
        id
    };
    state.message(id).cloned().ok_or_else(Refusal::unknown_message)
}

/// POST: one more message. The first after a deferral takes its place.
pub fn follow_up(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let interaction = interaction(state, call)?;
    let draft = Draft::read(&call.body, "", &["tts", "poll"])?;
    let original = interaction.response.and_then(|id| state.message(id)).filter(|message| message.is_thinking).cloned();
    if let Some(message) = original {
        return filled(state, &interaction, message, &draft);
    }
    let mut message = callback::new_message(state, &interaction, draft.is_private);
    // Shown as a reply to the response.
    (message.kind, message.reply_to) = (19, interaction.response);
    // The author of that is the bot, which nobody pings.
    let draft = Draft { allowed: draft.allowed.without_reply(), ..draft };
    draft.fill(state, &mut message)?;
    let id = message.id;
    state.send(message);
    if let Some(own) = state.interactions.of_mut(interaction.id) {
        own.follow_ups.push(id);
    }
    shown(state, id)
}

/// PATCH: other text.
pub fn edit(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let interaction = interaction(state, call)?;
    let message = message(state, call, &interaction)?;
    let draft = Draft::read(&call.body, "", &["poll"])?;
    filled(state, &interaction, message, &draft)
}

fn filled(state: &mut State, interaction: &Interaction, mut message: Message, draft: &Draft) -> Result<Value, Refusal> {
    draft.fill(state, &mut message)?;
    let id = message.id;
    if std::mem::take(&mut message.is_thinking) {
        state.ledger.responded(interaction.channel, interaction.id.0);
    } else {
        (message.edited_ms, message.edits) = (Some(state.now_ms()), message.edits + 1);
    }
    state.keep(message);
    state.announce("MESSAGE_UPDATE", id);
    shown(state, id)
}

/// GET.
pub fn get(state: &State, call: &Call) -> Result<Value, Refusal> {
    let message = message(state, call, &interaction(state, call)?)?;
    shown(state, message.id)
}

/// DELETE.
pub fn delete(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let interaction = interaction(state, call)?;
    let message = message(state, call, &interaction)?;
    state.remove(message.id);
    Ok(Value::Null)
}

fn shown(state: &State, id: MessageId) -> Result<Value, Refusal> {
    let message = state.message(id).ok_or_else(Refusal::unknown_message)?;
    Ok(wire::message(state, message, true))
}
