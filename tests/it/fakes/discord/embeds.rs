//! Embeds and their limits (<https://discord.com/developers/docs/resources/message#embed-object-embed-limits>).

use serde_json::{Map, Value};

use super::form;
use super::refusal::Refusal;

/// Letters in all embeds of a message.
const TOTAL: usize = 6_000;
const FIELDS: &[&str] = &[
    "title",
    "type",
    "description",
    "url",
    "timestamp",
    "color",
    "footer",
    "image",
    "thumbnail",
    "video",
    "provider",
    "author",
    "fields",
];

/// Checks a message's embeds.
pub fn check(fields: &Map<String, Value>, path: &str) -> Result<(), Refusal> {
    let mut letters = 0;
    for (at, embed) in form::array(fields, "embeds", path, 10)?.iter().enumerate() {
        letters += one(embed, &format!("{}.{at}", form::below(path, "embeds")))?;
    }
    if letters > TOTAL {
        let message = format!("Embed size exceeds maximum size of {TOTAL}");
        return Err(Refusal::form(&form::below(path, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", &message));
    }
    Ok(())
}

/// Checks one embed, and counts the letters that count towards the total.
fn one(embed: &Value, path: &str) -> Result<usize, Refusal> {
    let fields = form::object(embed, path, FIELDS)?;
    let mut letters = 0;
    let mut count = |text: Option<&str>| letters += text.map_or(0, |text| text.encode_utf16().count());
    count(form::text(fields, "title", path, 0..=256)?);
    count(form::text(fields, "description", path, 0..=4_096)?);
    form::text(fields, "url", path, 0..=2_048)?;
    if form::integer(fields, "color", path)?.is_some_and(|color| color > 0xff_ffff) {
        let message = "int value should be less than or equal to 16777215.";
        return Err(Refusal::form(&form::below(path, "color"), "NUMBER_TYPE_MAX", message));
    }
    for (name, inside, longest) in [("footer", "text", 2_048), ("author", "name", 256)] {
        if let Some(part) = fields.get(name).filter(|part| !part.is_null()) {
            let path = form::below(path, name);
            let known = ["text", "name", "url", "icon_url", "proxy_icon_url"];
            count(Some(form::required_text(form::object(part, &path, &known)?, inside, &path, 1..=longest)?));
        }
    }
    for (at, field) in form::array(fields, "fields", path, 25)?.iter().enumerate() {
        let path = format!("{path}.fields.{at}");
        let fields = form::object(field, &path, &["name", "value", "inline"])?;
        count(Some(form::required_text(fields, "name", &path, 1..=256)?));
        count(Some(form::required_text(fields, "value", &path, 1..=1_024)?));
        form::flag(fields, "inline", &path)?;
    }
    Ok(letters)
}
