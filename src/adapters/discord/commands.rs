//! The application commands: what Discord offers while people type.

use reqwest::Method;
use serde_json::{Map, Value};
use serenity::all::{ApplicationId, CommandOptionType, CommandType, InstallationContext, InteractionContext};
use serenity::builder::{CreateCommand, CreateCommandOption};
use serenity::http::Route;
use tracing::info;

use super::rest::{Call, Problem, Rest};
use crate::render::application::{ASK_ABOUT, COMMANDS, CommandWords};

/// Discord's names for Spanish, <https://discord.com/developers/docs/reference#locales>.
const SPANISH: [&str; 2] = ["es-ES", "es-419"];
/// Letters of a question that can be typed after `/ask`; what is longer is no question.
const MOST_LETTERS: u16 = 2_000;

/// All commands as Discord wants them.
pub fn wanted() -> Vec<CreateCommand> {
    let (english, spanish) = ASK_ABOUT;
    let about = CreateCommand::new(english).kind(CommandType::Message);
    let about = SPANISH.iter().fold(about, |about, locale| about.name_localized(*locale, spanish));
    COMMANDS.iter().map(typed).chain([about]).map(everywhere).collect()
}

fn typed(words: &CommandWords) -> CreateCommand {
    let command = CreateCommand::new(words.name).kind(CommandType::ChatInput).description(words.english);
    let command = SPANISH.iter().fold(command, |command, locale| command.description_localized(*locale, words.spanish));
    let Some((name, english, spanish)) = words.option else { return command };
    let option = CreateCommandOption::new(CommandOptionType::String, name, english).required(true).min_length(1);
    let option = SPANISH.iter().fold(option, |option, locale| option.description_localized(*locale, spanish));
    command.add_option(option.max_length(MOST_LETTERS))
}

/// In servers that Colega was invited to, and in its DMs.
fn everywhere(command: CreateCommand) -> CreateCommand {
    command
        .integration_types(vec![InstallationContext::Guild])
        .contexts(vec![InteractionContext::Guild, InteractionContext::BotDm])
}

/// Tells Discord the commands if it does not know them yet. Telling it counts towards a limit of 200 a day, so what is
/// there already is left alone. Gives whether it was told.
pub async fn register(rest: &Rest, application_id: ApplicationId) -> Result<bool, Problem> {
    let route = Route::Commands { application_id };
    let known: Vec<Value> = rest.patiently(Call::new(Method::GET, route).query("with_localizations", true)).await?;
    let wanted = serde_json::to_value(wanted()).unwrap_or_default();
    if is_same(wanted.as_array().map_or(&[], Vec::as_slice), &known) {
        return Ok(false);
    }
    let told: Vec<Value> = rest.patiently(Call::new(Method::PUT, route).body(&wanted)).await?;
    info!(commands = told.len(), "Discord has been told the commands");
    Ok(true)
}

fn is_same(wanted: &[Value], known: &[Value]) -> bool {
    let name = |command: &Value| (command["name"].clone(), command["type"].clone());
    wanted.len() == known.len()
        && wanted.iter().all(|wanted| known.iter().any(|known| name(known) == name(wanted) && covers(known, wanted)))
}

/// Whether `known` says all that `wanted` says; it says more, such as numbers. What is empty may be missing.
fn covers(known: &Value, wanted: &Value) -> bool {
    match (known, wanted) {
        (Value::Object(known), Value::Object(wanted)) => covers_fields(known, wanted),
        (Value::Array(known), Value::Array(wanted)) => {
            known.len() == wanted.len() && known.iter().zip(wanted).all(|(known, wanted)| covers(known, wanted))
        }
        (Value::Null, wanted) => is_empty(wanted),
        (known, wanted) => known == wanted,
    }
}

fn covers_fields(known: &Map<String, Value>, wanted: &Map<String, Value>) -> bool {
    wanted.iter().all(|(key, wanted)| covers(known.get(key).unwrap_or(&Value::Null), wanted))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(entries) => entries.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The commands as Discord gives them back: with numbers, without what is empty.
    fn known() -> Vec<Value> {
        let Ok(Value::Array(mut commands)) = serde_json::to_value(wanted()) else { panic!("a list") };
        for command in &mut commands {
            let fields = command.as_object_mut().expect("an object");
            fields.retain(|_, value| !is_empty(value));
            fields.insert("id".into(), json!("77"));
            fields.insert("version".into(), json!("78"));
            fields.entry("description").or_insert(json!(""));
        }
        commands
    }

    fn is_known(known: &[Value]) -> bool {
        let wanted = serde_json::to_value(wanted()).expect("JSON");
        is_same(wanted.as_array().expect("a list"), known)
    }

    #[test]
    fn what_discord_knows_is_recognised_and_what_differs_is_not() {
        let mut known = known();
        assert!(is_known(&known));
        known[0]["description_localizations"]["es-ES"] = json!("otra cosa");
        assert!(!is_known(&known));
        known.pop();
        assert!(!is_known(&known));
        assert!(!is_known(&[]));
    }

    #[test]
    fn commands_are_offered_in_both_languages() {
        let wanted = serde_json::to_value(wanted()).expect("JSON");
        let commands = wanted.as_array().expect("a list");
        assert_eq!(commands.len(), COMMANDS.len() + 1);
        let ask = &commands[0];
        assert_eq!(ask["name"], "ask");
        assert_eq!(ask["description_localizations"]["es-419"], ask["description_localizations"]["es-ES"]);
        assert_eq!(ask["options"][0]["required"], true);
        assert_eq!(commands.last().map(|about| about["type"].clone()), Some(json!(3)));
    }
}
