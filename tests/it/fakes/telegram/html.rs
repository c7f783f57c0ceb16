//! Telegram's HTML, read as strictly as the server reads it, with the server's words
//! (<https://core.telegram.org/bots/api#html-style>).

use serde_json::{Value, json};

/// What a text says without its markup.
#[derive(Debug, Default, PartialEq)]
pub struct Parsed {
    pub text: String,
    pub entities: Vec<Value>,
}

/// An element that is open.
struct Open {
    tag: String,
    argument: Option<String>,
    /// Where it begins, in UTF-16 code units of the text.
    begin: usize,
}

/// Reads `html`.
///
/// # Errors
/// What the server says after “can't parse entities: ”.
pub fn parse(html: &str) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let mut open: Vec<Open> = Vec::new();
    let mut units = 0;
    let mut at = 0;
    while let Some(c) = html[at..].chars().next() {
        let step = match c {
            '&' => {
                let (resolved, length) = character(&html[at..]).unwrap_or(('&', 1));
                parsed.text.push(resolved);
                units += resolved.len_utf16();
                length
            }
            '<' => {
                let tag = &html[at..];
                let end = tag.find('>').ok_or_else(|| format!("Unclosed start tag at byte offset {at}"))?;
                match tag[1..end].strip_prefix('/') {
                    Some(name) => close(&mut open, name.trim(), at, units, &mut parsed.entities)?,
                    None => open.push(begin(&tag[1..end], at, units)?),
                }
                end + 1
            }
            c => {
                parsed.text.push(c);
                units += c.len_utf16();
                c.len_utf8()
            }
        };
        at += step;
    }
    match open.pop() {
        Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag)),
        None => Ok(parsed),
    }
}

fn begin(tag: &str, at: usize, units: usize) -> Result<Open, String> {
    let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let name = name.to_ascii_lowercase();
    let known = [
        "a",
        "b",
        "strong",
        "i",
        "em",
        "s",
        "strike",
        "del",
        "u",
        "ins",
        "tg-spoiler",
        "tg-emoji",
        "span",
        "pre",
        "code",
        "blockquote",
    ];
    if !known.contains(&name.as_str()) {
        return Err(format!("Unsupported start tag \"{name}\" at byte offset {at}"));
    }
    let argument = attribute(attributes, if name == "a" { "href" } else { "class" })
        .map_err(|()| format!("Unexpected end of name token at byte offset {at}"))?;
    if name == "span" && argument.as_deref() != Some("tg-spoiler") {
        return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {at}"));
    }
    Ok(Open { tag: name, argument, begin: units })
}

/// The value of an attribute, which stands between quotes.
fn attribute(attributes: &str, wanted: &str) -> Result<Option<String>, ()> {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let Some((name, behind)) = rest.split_once('=') else {
            return if rest == "expandable" { Ok(None) } else { Err(()) };
        };
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(())?;
        let (value, behind) = behind[1..].split_once(quote).ok_or(())?;
        if name.trim() == wanted {
            return Ok(Some(resolve(value)));
        }
        rest = behind.trim();
    }
    Ok(None)
}

fn close(open: &mut Vec<Open>, name: &str, at: usize, units: usize, entities: &mut Vec<Value>) -> Result<(), String> {
    let Some(last) = open.pop() else { return Err(format!("Unexpected end tag at byte offset {at}")) };
    if !name.is_empty() && name != last.tag {
        return Err(format!(
            "Unmatched end tag at byte offset {at}, expected \"</{}>\", found \"</{name}>\"",
            last.tag
        ));
    }
    let kind = match last.tag.as_str() {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "s" | "strike" | "del" => "strikethrough",
        "u" | "ins" => "underline",
        "a" => "text_link",
        "pre" => "pre",
        "code" => "code",
        "blockquote" => "blockquote",
        _ => "spoiler",
    };
    let mut entity = json!({ "type": kind, "offset": last.begin, "length": units - last.begin });
    if units == last.begin {
        return Ok(());
    }
    let argument = last.argument.unwrap_or_default();
    if kind == "text_link" {
        // A link to nothing that can be opened is shown as text.
        let Some(person) = argument.strip_prefix("tg://user?id=") else {
            if argument.starts_with("http://") || argument.starts_with("https://") {
                entity["url"] = json!(argument);
                entities.push(entity);
            }
            return Ok(());
        };
        let person = person.parse::<u64>().unwrap_or_default();
        entity["type"] = json!("text_mention");
        entity["user"] = json!({ "id": person, "is_bot": false, "first_name": "" });
    }
    if let Some(language) = argument.strip_prefix("language-").filter(|_| kind == "code") {
        // `<pre><code class="language-…">` is one block.
        entity["type"] = json!("pre");
        entity["language"] = json!(language);
    }
    let is_within_block = kind == "pre"
        && entities.last().is_some_and(|inner| {
            inner["type"] == "pre" && inner["offset"] == entity["offset"] && inner["length"] == entity["length"]
        });
    if !is_within_block {
        entities.push(entity);
    }
    Ok(())
}

fn resolve(text: &str) -> String {
    let mut resolved = String::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (c, length) = character(&text[at..]).unwrap_or((c, c.len_utf8()));
        resolved.push(c);
        at += length;
    }
    resolved
}

/// The character that an entity at the beginning of `text` stands for, and the entity's length in bytes. The server
/// knows four names, and numbers.
fn character(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let end =
        inner.char_indices().find(|&(_, c)| !(c.is_ascii_alphanumeric() || c == '#')).map_or(inner.len(), |(at, _)| at);
    let name = &inner[..end];
    let length = 1 + end + usize::from(inner[end..].starts_with(';'));
    let c = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    };
    Some((c, length))
}
