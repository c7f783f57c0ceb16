//! Mentions: as people type them, as they stand in messages, and whom they would notify.

use serde_json::Value;

use super::form;
use super::ids::{self, GuildId, RoleId, UserId};
use super::message::Mentions;
use super::refusal::Refusal;
use super::state::State;

/// What a client makes of `text` as it was typed: `@name` becomes `<@id>`.
pub fn written(state: &State, guild: Option<GuildId>, text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let users = state.users.values().map(|user| (user.name.clone(), format!("<@{}>", user.id)));
    let roles = guild.and_then(|guild| state.guilds.get(&guild)).into_iter().flat_map(|guild| &guild.roles);
    let roles = roles.filter(|(_, name)| *name != "@everyone").map(|(id, name)| (name.clone(), format!("<@&{id}>")));
    let mut names: Vec<_> = users.chain(roles).collect();
    // The longest first, so that "ana-maria" is not taken for "ana".
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    names.into_iter().fold(text.to_owned(), |text, (name, mention)| text.replace(&format!("@{name}"), &mention))
}

/// `text` with names in place of numbers.
pub fn readable(state: &State, text: &str) -> String {
    let mut shown = text.to_owned();
    let found = scan(text);
    for id in found.users {
        let name = state.users.get(&id).map_or("unknown-user", |user| user.name.as_str());
        shown =
            shown.replace(&format!("<@{id}>"), &format!("@{name}")).replace(&format!("<@!{id}>"), &format!("@{name}"));
    }
    for id in found.roles {
        let name = state.guilds.values().find_map(|guild| guild.roles.get(&id)).map_or("unknown-role", String::as_str);
        shown = shown.replace(&format!("<@&{id}>"), &format!("@{name}"));
    }
    shown
}

/// Whom a person's message mentions. What stands in code mentions nobody.
pub fn of_person(state: &State, guild: Option<GuildId>, text: &str) -> Mentions {
    let outside: String = text.split("```").step_by(2).flat_map(|part| part.split('`').step_by(2)).collect();
    known(state, guild, scan(&outside))
}

fn known(state: &State, guild: Option<GuildId>, mut found: Mentions) -> Mentions {
    let roles = guild.and_then(|guild| state.guilds.get(&guild)).map(|guild| &guild.roles);
    found.users.retain(|id| state.users.contains_key(id));
    found.roles.retain(|id| roles.is_some_and(|roles| roles.contains_key(id)));
    found.everyone &= guild.is_some();
    found
}

/// Every mention in `text`, wherever it stands.
pub fn scan(text: &str) -> Mentions {
    let mut found = Mentions { everyone: text.contains("@everyone") || text.contains("@here"), ..Mentions::default() };
    for (at, _) in text.match_indices("<@") {
        let Some((inside, _)) = text[at + 2..].split_once('>') else { continue };
        if let Some(role) = inside.strip_prefix('&').and_then(ids::parse).map(RoleId) {
            if !found.roles.contains(&role) {
                found.roles.push(role);
            }
        } else if let Some(user) = ids::parse(inside.strip_prefix('!').unwrap_or(inside)).map(UserId)
            && !found.users.contains(&user)
        {
            found.users.push(user);
        }
    }
    found
}

/// Whom the sender of a message allows to be notified
/// (<https://discord.com/developers/docs/resources/message#allowed-mentions-object>).
#[derive(Debug, Clone)]
pub struct Allowed {
    users: Listed<UserId>,
    roles: Listed<RoleId>,
    everyone: bool,
    /// The author of the message replied to.
    pub replied_user: bool,
}

#[derive(Debug, Clone)]
enum Listed<T> {
    All,
    These(Vec<T>),
}

impl<T: PartialEq> Listed<T> {
    fn has(&self, id: &T) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(id),
        }
    }
}

impl Default for Allowed {
    /// What holds when a request says nothing: everybody.
    fn default() -> Self {
        Self { users: Listed::All, roles: Listed::All, everyone: true, replied_user: true }
    }
}

impl Allowed {
    /// Reads the field `allowed_mentions`.
    pub fn read(value: &Value) -> Result<Self, Refusal> {
        if value.is_null() {
            return Ok(Self::default());
        }
        let path = "allowed_mentions";
        let fields = form::object(value, path, &["parse", "roles", "users", "replied_user"])?;
        let mut parse = Vec::new();
        for (at, kind) in form::array(fields, "parse", path, 3)?.iter().enumerate() {
            match kind.as_str() {
                Some(kind @ ("roles" | "users" | "everyone")) => parse.push(kind),
                _ => {
                    return Err(Refusal::form(
                        &format!("{path}.parse.{at}"),
                        "BASE_TYPE_CHOICES",
                        "Value must be one of ('roles', 'users', 'everyone').",
                    ));
                }
            }
        }
        let ids = |field: &str| -> Result<Vec<u64>, Refusal> {
            let listed = form::array(fields, field, path, 100)?;
            if !listed.is_empty() && parse.contains(&field) {
                let message = format!("parse:[\"{field}\"] and {field}: [ids...] are mutually exclusive.");
                return Err(Refusal::form(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", &message));
            }
            listed.iter().map(|id| form::snowflake_value(id, &format!("{path}.{field}"))).collect()
        };
        let (users, roles) = (ids("users")?, ids("roles")?);
        Ok(Self {
            users: if parse.contains(&"users") {
                Listed::All
            } else {
                Listed::These(users.into_iter().map(UserId).collect())
            },
            roles: if parse.contains(&"roles") {
                Listed::All
            } else {
                Listed::These(roles.into_iter().map(RoleId).collect())
            },
            everyone: parse.contains(&"everyone"),
            replied_user: form::flag(fields, "replied_user", path)?.unwrap_or(false),
        })
    }

    /// The same, without the author of the message replied to.
    pub fn without_reply(&self) -> Self {
        Self { replied_user: false, ..self.clone() }
    }

    /// Whom `text` notifies.
    pub fn live(&self, state: &State, guild: Option<GuildId>, text: &str) -> Mentions {
        let mut found = known(state, guild, scan(text));
        found.users.retain(|id| self.users.has(id));
        found.roles.retain(|id| self.roles.has(id));
        found.everyone &= self.everyone;
        found
    }
}
