//! Buttons below messages and the fields of forms
//! (<https://discord.com/developers/docs/components/reference>, the parts that the fake knows).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::form;
use super::ids;
use super::interactions::{Input, Modal};
use super::refusal::Refusal;

/// Checks the rows of buttons of a message.
pub fn check(fields: &Map<String, Value>, path: &str) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    let path = form::below(path, "components");
    for (at, row) in rows(fields, &path, 5)?.into_iter().enumerate() {
        let path = format!("{path}.{at}");
        for (at, button) in inside(row, &path, 5)?.iter().enumerate() {
            let path = format!("{path}.components.{at}");
            let id = check_button(button, &path)?;
            if id.is_some_and(|id| !seen.insert(id)) {
                let message = "Component custom id cannot be duplicated";
                return Err(Refusal::form(&path, "COMPONENT_CUSTOM_ID_DUPLICATED", message));
            }
        }
    }
    Ok(())
}

fn rows<'a>(fields: &'a Map<String, Value>, path: &str, most: usize) -> Result<Vec<&'a Value>, Refusal> {
    let above = path.rsplit_once('.').map_or("", |(above, _)| above);
    Ok(form::array(fields, "components", above, most)?.iter().collect())
}

/// What stands in an action row.
fn inside<'a>(row: &'a Value, path: &str, most: usize) -> Result<&'a [Value], Refusal> {
    let fields = form::object(row, path, &["type", "components", "id"])?;
    if form::integer(fields, "type", path)? != Some(1) {
        return Err(Refusal::form(
            &form::below(path, "type"),
            "UNION_TYPE_CHOICES",
            "Value of field \"type\" must be one of (1,).",
        ));
    }
    match form::array(fields, "components", path, most)? {
        [] => {
            let message = format!("Must be between 1 and {most} in length.");
            Err(Refusal::form(&form::below(path, "components"), "BASE_TYPE_BAD_LENGTH", &message))
        }
        inside => Ok(inside),
    }
}

fn check_button<'a>(button: &'a Value, path: &str) -> Result<Option<&'a str>, Refusal> {
    let fields =
        form::object(button, path, &["type", "style", "label", "emoji", "custom_id", "url", "disabled", "id"])?;
    if form::integer(fields, "type", path)? != Some(2) {
        return Err(Refusal::form(
            &form::below(path, "type"),
            "UNION_TYPE_CHOICES",
            "Value of field \"type\" must be one of (2,).",
        ));
    }
    let label = form::text(fields, "label", path, 0..=80)?.filter(|label| !label.is_empty());
    let custom_id = form::text(fields, "custom_id", path, 1..=100)?;
    let url = form::text(fields, "url", path, 1..=512)?;
    form::flag(fields, "disabled", path)?;
    let emoji = match fields.get("emoji").filter(|emoji| !emoji.is_null()) {
        Some(emoji) => Some(check_emoji(emoji, &form::below(path, "emoji"))?),
        None => None,
    };
    if label.is_none() && emoji.is_none() {
        return Err(Refusal::form(
            path,
            "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
            "A button needs a label or an emoji",
        ));
    }
    match form::integer(fields, "style", path)? {
        Some(1..=4) if custom_id.is_some() && url.is_none() => Ok(custom_id),
        Some(5) if url.is_some() && custom_id.is_none() => Ok(None),
        Some(1..=4) if custom_id.is_none() => Err(form::required(&form::below(path, "custom_id"))),
        Some(5) if url.is_none() => Err(form::required(&form::below(path, "url"))),
        Some(1..=5) => Err(Refusal::form(
            path,
            "BUTTON_COMPONENT_CUSTOM_ID_URL_EXCLUSIVE",
            "A custom id and url cannot both be specified",
        )),
        _ => Err(Refusal::form(
            &form::below(path, "style"),
            "BASE_TYPE_CHOICES",
            "Value must be one of (1, 2, 3, 4, 5).",
        )),
    }
}

fn check_emoji(emoji: &Value, path: &str) -> Result<(), Refusal> {
    let fields = form::object(emoji, path, &["id", "name", "animated"])?;
    let name = form::text(fields, "name", path, 0..=32)?.unwrap_or_default();
    match form::snowflake(fields, "id", path)? {
        None if !is_emoji(name) => {
            Err(Refusal::form(&form::below(path, "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji"))
        }
        _ => Ok(()),
    }
}

/// Whether `text` is one emoji of Unicode, as far as a fake must know, or a guild's own as `name:id`.
pub fn is_emoji(text: &str) -> bool {
    if let Some((name, id)) = text.split_once(':') {
        return !name.is_empty() && ids::parse(id).is_some();
    }
    let is_part = |c: char| matches!(u32::from(c), 0x200d | 0x20e3 | 0x2190..=0x2bff | 0xfe0e | 0xfe0f | 0x1f000..=0x1faff | 0xe0020..=0xe007f);
    text.chars().any(|c| !c.is_ascii() && is_part(c))
        && text.chars().all(|c| is_part(c) || matches!(c, '0'..='9' | '#' | '*'))
        && text.chars().count() <= 10
}

/// Reads a form (an interaction's response of type 9).
pub fn modal(data: &Value) -> Result<Modal, Refusal> {
    let fields = form::object(data, "data", &["custom_id", "title", "components"])?;
    let custom_id = form::required_text(fields, "custom_id", "data", 1..=100)?.to_owned();
    let title = form::required_text(fields, "title", "data", 1..=45)?.to_owned();
    let rows = rows(fields, "data.components", 5)?;
    if rows.is_empty() {
        return Err(Refusal::form("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."));
    }
    let mut inputs: Vec<Input> = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let path = format!("data.components.{at}");
        let read = input(&inside(row, &path, 1)?[0], &format!("{path}.components.0"))?;
        if inputs.iter().any(|other| other.custom_id == read.custom_id) {
            let message = "Component custom id cannot be duplicated";
            return Err(Refusal::form(&path, "COMPONENT_CUSTOM_ID_DUPLICATED", message));
        }
        inputs.push(read);
    }
    Ok(Modal { custom_id, title, inputs })
}

fn input(value: &Value, path: &str) -> Result<Input, Refusal> {
    let known =
        ["type", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder", "id"];
    let fields = form::object(value, path, &known)?;
    if form::integer(fields, "type", path)? != Some(4) {
        return Err(Refusal::form(
            &form::below(path, "type"),
            "UNION_TYPE_CHOICES",
            "Value of field \"type\" must be one of (4,).",
        ));
    }
    if !matches!(form::integer(fields, "style", path)?, Some(1 | 2)) {
        return Err(Refusal::form(&form::below(path, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2)."));
    }
    let lengths = |field: &str, least: u64| -> Result<Option<usize>, Refusal> {
        match form::integer(fields, field, path)? {
            Some(length) if !(least..=4_000).contains(&length) => {
                let message = format!("int value should be between {least} and 4000.");
                Err(Refusal::form(&form::below(path, field), "NUMBER_TYPE_MAX", &message))
            }
            length => Ok(length.and_then(|length| usize::try_from(length).ok())),
        }
    };
    form::text(fields, "placeholder", path, 0..=100)?;
    form::text(fields, "value", path, 0..=4_000)?;
    Ok(Input {
        custom_id: form::required_text(fields, "custom_id", path, 1..=100)?.to_owned(),
        label: form::required_text(fields, "label", path, 1..=45)?.to_owned(),
        is_required: form::flag(fields, "required", path)?.unwrap_or(true),
        least: lengths("min_length", 0)?.unwrap_or(0),
        most: lengths("max_length", 1)?.unwrap_or(4_000),
    })
}
