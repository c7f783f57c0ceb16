//! Reactions (<https://discord.com/developers/docs/resources/message#create-reaction>).

use serde_json::Value;

use super::super::components::is_emoji;
use super::super::refusal::Refusal;
use super::super::routes::Route;
use super::super::settings::permission;
use super::super::state::State;
use super::super::wire;
use super::{Call, messages};

/// Different emoji on a message.
const KINDS: usize = 20;

fn emoji(call: &Call) -> Result<&str, Refusal> {
    call.variables.get(2).map(String::as_str).filter(|emoji| is_emoji(emoji)).ok_or_else(Refusal::unknown_emoji)
}

/// PUT and DELETE: the bot's own reaction.
pub fn change(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let channel = messages::channel(state, call, permission::READ_MESSAGE_HISTORY)?;
    let id = messages::message(state, call, channel)?;
    let emoji = emoji(call)?.to_owned();
    let bot = state.bot;
    if call.route == Route::Unreact {
        state.take_reaction(bot, id, &emoji);
        return Ok(Value::Null);
    }
    let is_new = state.message(id).is_some_and(|message| message.reacted(&emoji).is_empty());
    if is_new {
        messages::channel(state, call, permission::ADD_REACTIONS)?;
        if state.message(id).is_some_and(|message| message.reactions.len() >= KINDS) {
            let told = "Maximum number of reactions reached (20)".to_owned();
            return Err(Refusal { status: 400, code: 30_010, message: told, errors: None, is_fault: false });
        }
    }
    state.add_reaction(bot, id, &emoji);
    Ok(Value::Null)
}

/// GET: who reacted, by rising numbers.
pub fn list(state: &State, call: &Call) -> Result<Value, Refusal> {
    let channel = messages::channel(state, call, permission::READ_MESSAGE_HISTORY)?;
    let id = messages::message(state, call, channel)?;
    let (emoji, limit) = (emoji(call)?, messages::limit(call, 25)?);
    let after = call.query_id("after")?.unwrap_or(0);
    let message = state.message(id).ok_or_else(Refusal::unknown_message)?;
    let mut users: Vec<_> = message.reacted(emoji).iter().filter(|user| user.0 > after).copied().collect();
    users.sort_unstable();
    Ok(users.into_iter().take(limit).map(|id| wire::user(state, id)).collect())
}
