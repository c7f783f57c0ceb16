//! The fields of a document's description: their names, and which values they take.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value;

use crate::knowledge::document::Meta;
use crate::question::Language;

/// A value that its field does not take.
#[derive(Debug)]
pub struct Wrong {
    /// Completes “`key` …”.
    pub reason: String,
    /// What to write instead.
    pub mend: String,
}

impl Wrong {
    fn new(reason: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { reason: reason.into(), mend: mend.into() }
    }
}

/// Names of the fields. Where several mean the same, the one that comes last in the alphabet wins, since the entries
/// are set in that order: `url` over `source_url` over `source`.
const NAMES: [&str; 12] = [
    "title",
    "language",
    "lang",
    "topic",
    "tags",
    "questions",
    "url",
    "source_url",
    "source",
    "scope",
    "license",
    "licence",
];

/// Names of query parameters, or parts of them, that carry access with them.
const ACCESS_WORDS: [&str; 9] =
    ["token", "secret", "password", "passwd", "signature", "credential", "apikey", "api_key", "access_key"];
/// The same, where only the whole name tells.
const ACCESS_NAMES: [&str; 8] = ["key", "sig", "auth", "pwd", "session", "sid", "jwt", "code"];

/// Whether a sidecar may hold this key.
pub fn is_known(key: &str) -> bool {
    NAMES.contains(&key)
}

/// The known key that looks most like `key`.
pub fn nearest(key: &str) -> &'static str {
    let key = key.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(name, &key);
    NAMES.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or(NAMES[0])
}

/// Puts `value` into the field called `key`; keys that are not known change nothing, and neither does an empty value.
pub fn set(meta: &mut Meta, key: &str, value: &Value) -> Result<(), Wrong> {
    match key {
        "tags" => meta.tags = tags(value)?,
        "questions" => meta.questions = questions(value)?,
        "language" | "lang" => meta.language = text(value)?.map(|code| language(&code)).transpose()?,
        "url" | "source_url" | "source" => {
            if let Some(address) = text(value)? {
                meta.url = Some(web_address(&address)?);
            }
        }
        "title" => meta.title = text(value)?,
        "topic" => meta.topic = text(value)?,
        "scope" => meta.scope = text(value)?,
        "license" | "licence" => meta.license = text(value)?,
        _ => {}
    }
    Ok(())
}

fn language(code: &str) -> Result<Language, Wrong> {
    Language::from_str(code)
        .map_err(|_| Wrong::new(format!("names the language “{code}”, which Colega does not speak"), "write en or es"))
}

/// A text value on one line; `None` when it is empty.
fn text(value: &Value) -> Result<Option<String>, Wrong> {
    let found = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(_) | Value::Object(_) => {
            return Err(Wrong::new("is not a text", "write one text in quotes"));
        }
    };
    Ok(Some(found).filter(|found| !found.is_empty()))
}

/// Tags, lower case and each once, from a list or from a text with commas.
fn tags(value: &Value) -> Result<Vec<String>, Wrong> {
    let wrong = || Wrong::new("is not a list of texts", "write [\"one\", \"two\"] or \"one, two\"");
    let names = match value {
        Value::Array(entries) => {
            entries.iter().map(|entry| text(entry).map_err(|_| wrong())).collect::<Result<Vec<_>, _>>()?
        }
        Value::Object(_) => return Err(wrong()),
        other => text(other)?.iter().flat_map(|list| list.split(',')).map(|tag| Some(tag.to_owned())).collect(),
    };
    let mut tags: Vec<String> = Vec::new();
    for name in names.into_iter().flatten() {
        let tag = name.trim().trim_start_matches('#').to_lowercase();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

/// Questions below the headings whose passages answer them, from a table of lists; from a list alone those that the whole
/// document answers.
fn questions(value: &Value) -> Result<BTreeMap<String, Vec<String>>, Wrong> {
    let wrong = || {
        Wrong::new(
            "is neither a list of questions nor a table of such lists",
            "write [\"one\", \"two\"], or below [questions] a line \"Heading\" = [\"one\", \"two\"] for each heading",
        )
    };
    let list = |value: &Value| -> Result<Vec<String>, Wrong> {
        let entries = value.as_array().ok_or_else(wrong)?;
        let texts = entries.iter().map(|entry| text(entry).map_err(|_| wrong())).collect::<Result<Vec<_>, _>>()?;
        Ok(texts.into_iter().flatten().collect())
    };
    match value {
        Value::Null => Ok(BTreeMap::new()),
        Value::Object(headings) => {
            headings.iter().map(|(heading, entries)| Ok((heading.trim().to_owned(), list(entries)?))).collect()
        }
        whole => Ok(BTreeMap::from([(String::new(), list(whole)?)])),
    }
}

/// `address` as a link that everybody may be shown: http or https, without a user's name, password or token in it.
pub fn web_address(address: &str) -> Result<String, Wrong> {
    let address = address.trim();
    let wrong = |reason: &str| Err(Wrong::new(reason, "write the https address of the page as a reader opens it"));
    let Some((scheme, rest)) = address.split_once("://") else { return wrong("is not a web address") };
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return wrong("is neither an http nor an https address");
    }
    if rest.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '\\')) {
        return wrong("holds a character that no address has");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return wrong("holds a user's name or password");
    }
    if !authority.starts_with(|c: char| c.is_alphanumeric() || c == '[') {
        return wrong("names no host");
    }
    let parameters = rest.split(['?', '#']).skip(1).flat_map(|part| part.split(['&', ';']));
    if parameters.filter_map(|pair| pair.split_once('=')).any(|(name, _)| gives_access(name)) {
        return wrong("holds a token or a key");
    }
    Ok(address.to_owned())
}

fn gives_access(parameter: &str) -> bool {
    let name = parameter.to_lowercase().replace('-', "_");
    ACCESS_NAMES.contains(&name.as_str()) || ACCESS_WORDS.iter().any(|word| name.contains(word))
}
