//! What comes with the text of a message: its markup, its buttons, the message that it replies to.

use serde_json::Value;

use super::html;
use super::refusal::Refusal;
use super::world::World;

/// The longest text, in UTF-16 code units.
const MAX_TEXT: usize = 4_096;
/// The most entities that are kept.
const MAX_ENTITIES: usize = 100;
/// The longest data of a button, in bytes.
const MAX_DATA: usize = 64;

/// Buttons, row by row: their labels and data.
pub type Rows = Vec<Vec<(String, String)>>;

/// A text as it is shown.
pub struct Text {
    pub shown: String,
    pub entities: Vec<Value>,
}

/// Reads the text of `request`.
pub fn text(world: &mut World, request: &Value, too_long: &str) -> Result<Text, Refusal> {
    let source = request["text"].as_str().unwrap_or_default();
    let parsed = match request["parse_mode"].as_str() {
        Some("HTML") => {
            html::parse(source).map_err(|words| Refusal::bad_request(format!("can't parse entities: {words}")))?
        }
        None => html::Parsed { text: source.to_owned(), entities: Vec::new() },
        Some(mode) => return Err(Refusal::bad_request(format!("unsupported parse_mode {mode}"))),
    };
    let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    if parsed.text.chars().all(invisible) {
        return Err(Refusal::bad_request("message text is empty"));
    }
    let length = parsed.text.trim().encode_utf16().count();
    if length > MAX_TEXT {
        return Err(Refusal::bad_request(too_long));
    }
    if parsed.entities.len() > MAX_ENTITIES {
        world.violation(format!("{} entities in a message; those beyond 100 lose their markup", parsed.entities.len()));
    }
    for name in live_mentions(&parsed) {
        world.violation(format!("a live mention of {name}"));
    }
    Ok(Text { shown: parsed.text, entities: parsed.entities })
}

/// Names in the text that clients turn into mentions, since nothing covers them.
fn live_mentions(parsed: &html::Parsed) -> Vec<String> {
    let units: Vec<u16> = parsed.text.encode_utf16().collect();
    let covered = |at: usize| {
        parsed.entities.iter().any(|entity| {
            let is_literal = ["code", "pre", "text_link"].iter().any(|kind| entity["type"] == *kind);
            let offset = usize::try_from(entity["offset"].as_u64().unwrap_or_default()).unwrap_or_default();
            let length = usize::try_from(entity["length"].as_u64().unwrap_or_default()).unwrap_or_default();
            is_literal && (offset..offset + length).contains(&at)
        })
    };
    let is_word = |unit: u16| char::from_u32(unit.into()).is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut found = Vec::new();
    for (at, _) in units.iter().enumerate().filter(|(_, unit)| **unit == u16::from(b'@')) {
        let name: Vec<u16> = units[at + 1..].iter().copied().take_while(|unit| is_word(*unit)).collect();
        let is_free = at == 0 || !is_word(units[at - 1]);
        if is_free && name.len() >= 4 && !covered(at) {
            found.push(format!("@{}", String::from_utf16_lossy(&name)));
        }
    }
    found
}

/// The rows of buttons of `request`, and whether it asks for a reply.
pub fn buttons(request: &Value) -> Result<(Rows, bool), Refusal> {
    let markup = &request["reply_markup"];
    if markup["force_reply"] == true {
        return Ok((Vec::new(), true));
    }
    let mut rows = Vec::new();
    for row in markup["inline_keyboard"].as_array().into_iter().flatten() {
        let mut buttons = Vec::new();
        for button in row.as_array().into_iter().flatten() {
            let label = button["text"].as_str().unwrap_or_default();
            let data = button["callback_data"].as_str().unwrap_or_default();
            if label.trim().is_empty() {
                return Err(Refusal::bad_request(
                    "can't parse inline keyboard button: Field \"text\" must be of type String",
                ));
            }
            if data.is_empty() || data.len() > MAX_DATA {
                return Err(Refusal::bad_request("BUTTON_DATA_INVALID"));
            }
            buttons.push((label.to_owned(), data.to_owned()));
        }
        rows.push(buttons);
    }
    Ok((rows, false))
}

/// The message that `request` replies to, if it is there.
pub fn reply_to(world: &World, chat: i64, request: &Value) -> Result<Option<i32>, Refusal> {
    let parameters = &request["reply_parameters"];
    let Some(to) = parameters["message_id"].as_i64() else { return Ok(None) };
    let to = i32::try_from(to).unwrap_or_default();
    match world.message(chat, to) {
        Some(_) => Ok(Some(to)),
        None if parameters["allow_sending_without_reply"] == true => Ok(None),
        None => Err(Refusal::bad_request("message to be replied not found")),
    }
}
