//! Application commands (<https://discord.com/developers/docs/interactions/application-commands>).

mod check;

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::ids::{CommandId, GuildId, UserId};
use super::refusal::Refusal;
use super::state::State;

/// What the bot registered, by scope.
#[derive(Debug, Default)]
pub struct Registry {
    scopes: BTreeMap<Option<GuildId>, Vec<Command>>,
}

/// A registered command.
#[derive(Debug, Clone)]
pub struct Command {
    /// Its number; the same as long as its name and kind are.
    pub id: CommandId,
    /// 1 for a slash command, 2 and 3 for the menus of people and messages.
    pub kind: u64,
    /// Its name.
    pub name: String,
    /// As it was registered.
    pub body: Value,
}

impl Registry {
    /// The command that somebody in `guild` can give.
    pub fn find(&self, guild: Option<GuildId>, kind: u64, name: &str) -> Option<&Command> {
        let scopes = guild.map(Some).into_iter().chain([None]);
        let mut commands = scopes.filter_map(|scope| self.scopes.get(&scope)).flatten();
        commands.find(|command| command.kind == kind && command.name == name)
    }

    /// The names of all commands of a scope, in order.
    pub fn names(&self, guild: Option<GuildId>) -> Vec<&str> {
        self.scopes.get(&guild).into_iter().flatten().map(|command| command.name.as_str()).collect()
    }

    /// All commands of a scope, as REST shows them.
    pub fn shown(&self, guild: Option<GuildId>, bot: UserId) -> Value {
        self.scopes.get(&guild).into_iter().flatten().map(|command| shown(command, guild, bot)).collect()
    }
}

fn shown(command: &Command, guild: Option<GuildId>, bot: UserId) -> Value {
    let mut value = json!({
        "description": "", "default_member_permissions": null, "nsfw": false, "dm_permission": true, "contexts": null,
        "integration_types": [0], "options": [],
    });
    let more = json!({
        "id": command.id, "application_id": bot, "version": command.id, "type": command.kind, "name": command.name,
    });
    if let (Some(value), Value::Object(body), Value::Object(more)) = (value.as_object_mut(), command.body.clone(), more)
    {
        value.extend(body);
        value.extend(more);
    }
    if let Some(guild) = guild {
        value["guild_id"] = json!(guild);
    }
    value
}

/// PUT: these commands, and no others.
pub fn replace(state: &mut State, guild: Option<GuildId>, body: &Value) -> Result<(), Refusal> {
    let list = body
        .as_array()
        .ok_or_else(|| Refusal::form("_body", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"))?;
    let mut commands = Vec::new();
    let mut seen = HashSet::new();
    for (at, command) in list.iter().enumerate() {
        let path = at.to_string();
        let (kind, name) = check::check(command, &path)?;
        if !seen.insert((kind, name.clone())) {
            return Err(Refusal::form(
                &path,
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            ));
        }
        let known = state.registry.scopes.get(&guild).into_iter().flatten();
        let known = known.filter(|own| own.kind == kind && own.name == name).map(|own| own.id).next();
        let id = known.unwrap_or_else(|| CommandId(state.next_id()));
        commands.push(Command { id, kind, name, body: command.clone() });
    }
    for (kind, most) in [(1, 100), (2, 15), (3, 15)] {
        if commands.iter().filter(|command| command.kind == kind).count() > most {
            let told = format!("Maximum number of application commands reached ({most}).");
            return Err(Refusal { status: 400, code: 30_032, message: told, errors: None, is_fault: true });
        }
    }
    state.registry.scopes.insert(guild, commands);
    Ok(())
}
