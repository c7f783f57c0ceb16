//! What a command must be like to be registered
//! (<https://discord.com/developers/docs/interactions/application-commands#application-command-object>).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::super::form;
use super::super::refusal::Refusal;

/// Languages that Discord knows (<https://discord.com/developers/docs/reference#locales>).
const LOCALES: &[&str] = &[
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
];
/// Letters of names, descriptions and values of one command.
const LETTERS: usize = 8_000;
/// The kinds of options that a fake's people can fill in.
const OPTION: &[&str] = &[
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
];
const COMMAND: &[&str] = &[
    "id",
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "integration_types",
    "contexts",
    "nsfw",
    "handler",
];

/// Checks a command; gives its kind and name.
pub fn check(command: &Value, path: &str) -> Result<(u64, String), Refusal> {
    let fields = form::object(command, path, COMMAND)?;
    let kind = form::integer(fields, "type", path)?.unwrap_or(1);
    let mut letters = 0;
    let name = match kind {
        1 => named(fields, path, &mut letters)?,
        2 | 3 => {
            let described = form::text(fields, "description", path, 0..=100)?.unwrap_or_default();
            if !described.is_empty() || !form::array(fields, "options", path, 25)?.is_empty() {
                let message = "Context menu commands cannot have description";
                return Err(Refusal::form(
                    &form::below(path, "description"),
                    "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
                    message,
                ));
            }
            localised(fields, "name_localizations", path, 32, &mut letters, |_| true)?;
            form::required_text(fields, "name", path, 1..=32)?.to_owned()
        }
        _ => {
            return Err(Refusal::form(
                &form::below(path, "type"),
                "BASE_TYPE_CHOICES",
                "Value must be one of (1, 2, 3).",
            ));
        }
    };
    if kind == 1 {
        options(fields, path, &mut letters)?;
    }
    if letters > LETTERS {
        let message = format!("Command exceeds maximum size ({LETTERS})");
        return Err(Refusal::form(path, "APPLICATION_COMMAND_TOO_LARGE", &message));
    }
    for (field, most) in [("contexts", 3), ("integration_types", 2)] {
        for value in form::array(fields, field, path, most)? {
            if value.as_u64().is_none_or(|value| value >= most as u64) {
                return Err(Refusal::form(
                    &form::below(path, field),
                    "BASE_TYPE_CHOICES",
                    &format!("{value} is not known"),
                ));
            }
        }
    }
    let permissions = form::text(fields, "default_member_permissions", path, 0..=20)?;
    if permissions.is_some_and(|text| text.parse::<u64>().is_err()) {
        let message = "Value is not a set of permissions.";
        return Err(Refusal::form(&form::below(path, "default_member_permissions"), "NUMBER_TYPE_COERCE", message));
    }
    Ok((kind, name))
}

/// Checks the name and description of a slash command or an option of one; gives the name.
fn named(fields: &Map<String, Value>, path: &str, letters: &mut usize) -> Result<String, Refusal> {
    let name = form::required_text(fields, "name", path, 1..=32)?;
    let description = form::required_text(fields, "description", path, 1..=100)?;
    if !is_name(name) {
        return Err(Refusal::form(
            &form::below(path, "name"),
            "APPLICATION_COMMAND_INVALID_NAME",
            "Command name is invalid",
        ));
    }
    *letters += name.chars().count() + description.chars().count();
    localised(fields, "name_localizations", path, 32, letters, is_name)?;
    localised(fields, "description_localizations", path, 100, letters, |_| true)?;
    Ok(name.to_owned())
}

/// Discord's rule: `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, in small letters where there are such.
fn is_name(name: &str) -> bool {
    let count = name.chars().count();
    let is_allowed = |c: char| (c.is_alphanumeric() || matches!(c, '-' | '_' | '\'')) && c.to_lowercase().eq([c]);
    (1..=32).contains(&count) && name.chars().all(is_allowed)
}

fn localised(
    fields: &Map<String, Value>,
    field: &str,
    path: &str,
    longest: usize,
    letters: &mut usize,
    is_good: impl Fn(&str) -> bool,
) -> Result<(), Refusal> {
    let Some(value) = fields.get(field).filter(|value| !value.is_null()) else { return Ok(()) };
    let path = form::below(path, field);
    let texts = form::object(value, &path, LOCALES)?;
    for locale in texts.keys() {
        let text = form::required_text(texts, locale, &path, 1..=longest)?;
        if !is_good(text) {
            return Err(Refusal::form(
                &form::below(&path, locale),
                "APPLICATION_COMMAND_INVALID_NAME",
                "Command name is invalid",
            ));
        }
        *letters += text.chars().count();
    }
    Ok(())
}

fn options(fields: &Map<String, Value>, path: &str, letters: &mut usize) -> Result<(), Refusal> {
    let mut names = HashSet::new();
    let mut optional = false;
    for (at, option) in form::array(fields, "options", path, 25)?.iter().enumerate() {
        let path = format!("{path}.options.{at}");
        let fields = form::object(option, &path, OPTION)?;
        let name = named(fields, &path, letters)?;
        if !names.insert(name) {
            return Err(Refusal::form(
                &path,
                "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                "Option names must be unique",
            ));
        }
        let kind = form::integer(fields, "type", &path)?.ok_or_else(|| form::required(&form::below(&path, "type")))?;
        if !(1..=11).contains(&kind) {
            return Err(Refusal::form(
                &form::below(&path, "type"),
                "BASE_TYPE_CHOICES",
                "Value must be one of (1, …, 11).",
            ));
        }
        let required = form::flag(fields, "required", &path)?.unwrap_or(false);
        if required && optional {
            let message = "Required options must be placed before non-required options";
            return Err(Refusal::form(&path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message));
        }
        optional |= !required;
        for (least, field) in [(0, "min_length"), (1, "max_length")] {
            if form::integer(fields, field, &path)?.is_some_and(|length| !(least..=6_000).contains(&length)) {
                let message = format!("int value should be between {least} and 6000.");
                return Err(Refusal::form(&form::below(&path, field), "NUMBER_TYPE_MAX", &message));
            }
        }
        for (at, choice) in form::array(fields, "choices", &path, 25)?.iter().enumerate() {
            let path = format!("{path}.choices.{at}");
            let fields = form::object(choice, &path, &["name", "name_localizations", "value"])?;
            *letters += form::required_text(fields, "name", &path, 1..=100)?.chars().count();
            localised(fields, "name_localizations", &path, 100, letters, |_| true)?;
        }
        options(fields, &path, letters)?;
    }
    Ok(())
}
