//! Fields of a request's JSON, read as strictly as Discord does; a field that it does not know is an error here, although
//! the real server ignores it: it is a slip of the bot's.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::ids;
use super::refusal::Refusal;

/// The path of `field` below `path`.
pub fn below(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

/// An object with no other fields than `known`.
pub fn object<'a>(value: &'a Value, path: &str, known: &[&str]) -> Result<&'a Map<String, Value>, Refusal> {
    let wrong = || Refusal::form(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
    let fields = value.as_object().ok_or_else(wrong)?;
    match fields.keys().find(|field| !known.contains(&field.as_str())) {
        None => Ok(fields),
        Some(unknown) => Err(Refusal::form(&below(path, unknown), "UNKNOWN_FIELD", "Discord has no such field here")),
    }
}

/// A list of at most `most` entries; empty if absent.
pub fn array<'a>(fields: &'a Map<String, Value>, field: &str, path: &str, most: usize) -> Result<&'a [Value], Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) if list.len() <= most => Ok(list),
        Some(Value::Array(_)) => {
            let message = format!("Must be {most} or fewer in length.");
            Err(Refusal::form(&below(path, field), "BASE_TYPE_BAD_LENGTH", &message))
        }
        Some(_) => {
            Err(Refusal::form(&below(path, field), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"))
        }
    }
}

/// A text whose length is in `lengths`, counted in UTF-16 units: never fewer than what Discord counts.
pub fn text<'a>(
    fields: &'a Map<String, Value>,
    field: &str,
    path: &str,
    lengths: RangeInclusive<usize>,
) -> Result<Option<&'a str>, Refusal> {
    let at = below(path, field);
    let text = match fields.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err(Refusal::form(&at, "STRING_TYPE_CONVERT", "Could not interpret value as string.")),
    };
    let length = text.encode_utf16().count();
    if length > *lengths.end() {
        let message = format!("Must be {} or fewer in length.", lengths.end());
        return Err(Refusal::form(&at, "BASE_TYPE_MAX_LENGTH", &message));
    }
    if length < *lengths.start() {
        let message = format!("Must be between {} and {} in length.", lengths.start(), lengths.end());
        return Err(Refusal::form(&at, "BASE_TYPE_BAD_LENGTH", &message));
    }
    Ok(Some(text))
}

/// A text that must be there.
pub fn required_text<'a>(
    fields: &'a Map<String, Value>,
    field: &str,
    path: &str,
    lengths: RangeInclusive<usize>,
) -> Result<&'a str, Refusal> {
    text(fields, field, path, lengths)?.ok_or_else(|| required(&below(path, field)))
}

/// A field that is missing.
pub fn required(path: &str) -> Refusal {
    Refusal::form(path, "BASE_TYPE_REQUIRED", "This field is required")
}

/// A boolean.
pub fn flag(fields: &Map<String, Value>, field: &str, path: &str) -> Result<Option<bool>, Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(Refusal::form(&below(path, field), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")),
    }
}

/// A whole number.
pub fn integer(fields: &Map<String, Value>, field: &str, path: &str) -> Result<Option<u64>, Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| {
            Refusal::form(&below(path, field), "NUMBER_TYPE_COERCE", &format!("Value {value} is not int."))
        }),
    }
}

/// A snowflake, as a text or a number.
pub fn snowflake(fields: &Map<String, Value>, field: &str, path: &str) -> Result<Option<u64>, Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => snowflake_value(value, &below(path, field)).map(Some),
    }
}

/// A snowflake, as a text or a number.
pub fn snowflake_value(value: &Value, path: &str) -> Result<u64, Refusal> {
    let id = value.as_str().map_or_else(|| value.as_u64().filter(|&id| id != 0), ids::parse);
    id.ok_or_else(|| Refusal::form(path, "NUMBER_TYPE_COERCE", &format!("Value {value} is not snowflake.")))
}
