//! The first response to an interaction
//! (<https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response>).

use std::time::Duration;

use serde_json::{Value, json};

use super::super::ids::{InteractionId, MessageId};
use super::super::interactions::{Interaction, Kind, Stage};
use super::super::message::Message;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::super::{components, form, wire};
use super::Call;
use super::draft::Draft;

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub fn respond(state: &mut State, call: &Call) -> Result<(u16, Value), Refusal> {
    let id = InteractionId(call.id(0, "interaction_id")?);
    let token = call.variables.get(1).map_or("", String::as_str);
    let interaction = state.interactions.of(id).filter(|own| own.token == token).cloned();
    let interaction = interaction.ok_or_else(Refusal::unknown_interaction)?;
    let fields = form::object(&call.body, "", &["type", "data"])?;
    let kind = form::integer(fields, "type", "")?.ok_or_else(|| form::required("type"))?;
    if interaction.stage != Stage::Waiting {
        return Err(Refusal::already_acknowledged());
    }
    if state.now_ms() > interaction.at_ms + millis(state.settings.acknowledge_within) {
        return Err(Refusal::unknown_interaction());
    }
    let empty = json!({});
    let data = fields.get("data").filter(|data| !data.is_null()).unwrap_or(&empty);
    let (reached, response) = acted(state, &interaction, kind, data)?;
    let own = state.interactions.of_mut(id).ok_or_else(Refusal::unknown_interaction)?;
    (own.stage, own.response) = (reached, response);
    state.ledger.responded(interaction.channel, id.0);
    if call.query.get("with_response").is_some_and(|with| with == "true") {
        let message = response.and_then(|id| state.message(id)).map(|message| wire::message(state, message, true));
        let resource = json!({ "type": kind, "message": message });
        return Ok((200, json!({ "interaction": { "id": id, "type": 2 }, "resource": resource })));
    }
    Ok((204, Value::Null))
}

/// Does what a response of this kind does.
fn acted(
    state: &mut State,
    interaction: &Interaction,
    kind: u64,
    data: &Value,
) -> Result<(Stage, Option<MessageId>), Refusal> {
    let wrong = |message: &str| Err(Refusal::form("type", "INTERACTION_CALLBACK_TYPE", message));
    match kind {
        4 => {
            let draft = Draft::read(data, "data", &["tts", "poll"])?;
            let mut message = new_message(state, interaction, draft.is_private);
            draft.fill(state, &mut message)?;
            let id = message.id;
            state.send(message);
            Ok((Stage::Answered, Some(id)))
        }
        5 => {
            // An empty list of files is let through: serenity always sends one.
            let fields = form::object(data, "data", &["flags", "attachments"])?;
            form::array(fields, "attachments", "data", 0)?;
            let private = match form::integer(fields, "flags", "data")? {
                None | Some(0) => false,
                Some(64) => true,
                Some(flags) => return Err(Refusal::form("data.flags", "UNKNOWN_FIELD", &format!("flags {flags}"))),
            };
            let message = Message { is_thinking: true, ..new_message(state, interaction, private) };
            let id = message.id;
            state.keep(message);
            state.announce("MESSAGE_CREATE", id);
            Ok((Stage::Thinking { private }, Some(id)))
        }
        6 if interaction.on.is_some() => Ok((Stage::Quiet, interaction.on)),
        7 if interaction.on.is_some() => {
            let draft = Draft::read(data, "data", &["tts", "poll"])?;
            let id = interaction.on.ok_or_else(Refusal::unknown_message)?;
            let mut message = state.message(id).cloned().ok_or_else(Refusal::unknown_message)?;
            draft.fill(state, &mut message)?;
            (message.edited_ms, message.edits) = (Some(state.now_ms()), message.edits + 1);
            state.keep(message);
            state.announce("MESSAGE_UPDATE", id);
            Ok((Stage::Updated, Some(id)))
        }
        6 | 7 => wrong("only an interaction that began at a component can change its message"),
        9 if matches!(interaction.kind, Kind::Form(_)) => wrong("a form cannot open a form"),
        9 => Ok((Stage::Asking(components::modal(data)?), None)),
        8 => wrong("the fake has no autocompletion"),
        _ => wrong("Value must be one of (1, 4, 5, 6, 7, 8, 9, 10, 12)."),
    }
}

/// A message of the bot's that answers `interaction`.
pub fn new_message(state: &mut State, interaction: &Interaction, is_private: bool) -> Message {
    let id = MessageId(state.next_id());
    let kind = match interaction.kind {
        Kind::Slash(_) => 20,
        Kind::Menu(_) => 23,
        Kind::Press(_) | Kind::Form(_) => 0,
    };
    let private_to = is_private.then_some(interaction.user);
    Message {
        kind,
        private_to,
        interaction: Some(interaction.id),
        ..Message::new(id, interaction.channel, state.bot, "")
    }
}
