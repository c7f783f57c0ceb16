//! The bot's own account: itself, its application, its commands, the gateway's address, DMs.

use serde_json::{Value, json};

use super::super::commands;
use super::super::ids::{GuildId, UserId};
use super::super::refusal::Refusal;
use super::super::routes::Route;
use super::super::state::State;
use super::super::{form, sessions, wire};
use super::{Call, messages};

pub fn gateway_bot(url: &str) -> Value {
    let limit = json!({ "total": 1_000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1 });
    json!({ "url": url, "shards": 1, "session_start_limit": limit })
}

pub fn me(state: &State) -> Value {
    let mut me = wire::user(state, state.bot);
    let more = json!({
        "mfa_enabled": true, "verified": true, "email": null, "locale": "en-US", "flags": 0, "premium_type": 0,
        "accent_color": null, "banner": null, "bio": "",
    });
    if let (Value::Object(me), Value::Object(more)) = (&mut me, more) {
        me.extend(more);
    }
    me
}

pub fn application(state: &State) -> Value {
    json!({
        "id": state.bot, "name": state.settings.bot, "icon": null, "description": "", "bot_public": false,
        "bot_require_code_grant": false, "summary": "", "verify_key": "00", "team": null,
        "owner": wire::user(state, state.bot), "flags": sessions::application_flags(state.settings.portal_intents),
        "tags": [], "rpc_origins": [], "redirect_uris": [], "bot": wire::user(state, state.bot),
    })
}

pub fn commands(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    if call.id(0, "application_id")? != state.bot.0 {
        return Err(Refusal::unknown_application());
    }
    let guild = match call.route {
        Route::ListGuildCommands | Route::PutGuildCommands => Some(GuildId(call.id(1, "guild_id")?)),
        _ => None,
    };
    if guild.is_some_and(|guild| !state.guilds.contains_key(&guild)) {
        return Err(Refusal::unknown_guild());
    }
    if matches!(call.route, Route::PutCommands | Route::PutGuildCommands) {
        commands::replace(state, guild, &call.body)?;
    }
    Ok(state.registry.shown(guild, state.bot))
}

/// The guilds that the bot is in.
pub fn guilds(state: &State) -> Value {
    let joined = state.guilds.values().filter(|guild| guild.members.contains_key(&state.bot));
    let permissions = state.settings.permissions.to_string();
    joined
        .map(|guild| {
            json!({ "id": guild.id, "name": guild.name, "icon": null, "owner": false, "permissions": permissions, "features": [] })
        })
        .collect()
}

/// A member of a guild.
pub fn member(state: &State, call: &Call) -> Result<Value, Refusal> {
    let (guild, user) = (GuildId(call.id(0, "guild_id")?), UserId(call.id(1, "user_id")?));
    let known = state.guilds.get(&guild).ok_or_else(Refusal::unknown_guild)?;
    if !known.members.contains_key(&user) {
        return Err(Refusal { is_fault: false, ..Refusal::unknown_user() });
    }
    let mut member = wire::member(state, guild, user, true);
    member["guild_id"] = json!(guild);
    Ok(member)
}

pub fn channel(state: &State, call: &Call) -> Result<Value, Refusal> {
    let id = messages::channel(state, call, 0)?;
    Ok(wire::channel(state, id))
}

pub fn open_direct(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let fields = form::object(&call.body, "", &["recipient_id"])?;
    let user = form::snowflake(fields, "recipient_id", "")?.ok_or_else(|| form::required("recipient_id"))?;
    let user = UserId(user);
    if user == state.bot || !state.users.contains_key(&user) {
        return Err(Refusal { is_fault: false, ..Refusal::unknown_user() });
    }
    let channel = state.open_direct(user);
    Ok(wire::channel(state, channel))
}
