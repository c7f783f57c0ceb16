//! What a document says of itself: front matter in YAML or TOML, and a sidecar file beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::knowledge::document::{Meta, ParseError};

mod field;

pub use field::web_address;

/// Front matter that is longer than this is taken for text, in bytes.
const MAX_FRONT_MATTER: usize = 64 * 1024;
/// A sidecar that is longer than this is refused, in bytes.
const MAX_SIDECAR: u64 = 64 * 1024;

/// The front matter of a document; empty when it has none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrontMatter {
    /// What it says.
    pub meta: Meta,
    /// What in it could not be read.
    pub warnings: Vec<ParseError>,
    /// How many lines of the document it takes, its two fences counted.
    pub lines: usize,
}

/// Every field from `upper`, and from `lower` those that `upper` leaves open.
pub fn merge(upper: Meta, lower: Meta) -> Meta {
    Meta {
        title: upper.title.or(lower.title),
        language: upper.language.or(lower.language),
        topic: upper.topic.or(lower.topic),
        tags: if upper.tags.is_empty() { lower.tags } else { upper.tags },
        questions: if upper.questions.is_empty() { lower.questions } else { upper.questions },
        url: upper.url.or(lower.url),
        scope: upper.scope.or(lower.scope),
        license: upper.license.or(lower.license),
    }
}

/// Reads the front matter at the beginning of `text` (LF line ends): YAML between `---` lines, TOML between `+++` lines.
///
/// Keys that Colega does not know are passed over; a value that it cannot use becomes a warning.
pub fn front_matter(file: &str, text: &str) -> FrontMatter {
    let Some((notation, raw)) = fenced(text) else { return FrontMatter::default() };
    let lines = raw.lines().count() + 2;
    let entries = match notation.entries(raw) {
        Ok(entries) => entries,
        Err(wrong) => {
            let mend = "correct it; until then the document's text is read without it";
            let line = wrong.line.map(|line| line + 1);
            let warning = ParseError { file: file.to_owned(), line, reason: wrong.reason, mend: mend.to_owned() };
            return FrontMatter { warnings: vec![warning], lines, meta: Meta::default() };
        }
    };
    let mut front = FrontMatter { lines, ..FrontMatter::default() };
    for (key, value) in &entries {
        let key = key.to_lowercase();
        let is_citation = key == "source" && value.as_str().is_some_and(|text| !text.contains("://"));
        if is_citation {
            continue;
        }
        if let Err(wrong) = field::set(&mut front.meta, &key, value) {
            let line = line_of(raw, &key).map(|line| line + 1);
            let (reason, mend) = (format!("`{key}` {}", wrong.reason), wrong.mend);
            front.warnings.push(ParseError { file: file.to_owned(), line, reason, mend });
        }
    }
    front
}

/// Where the sidecar of the document at `path` may stand: `guide.md.meta.toml`, then `guide.meta.toml`, which serves all
/// files of that stem.
pub fn sidecar_paths(path: &Path) -> [PathBuf; 2] {
    let beside = |name: Option<&std::ffi::OsStr>| {
        let mut name = name.unwrap_or_default().to_owned();
        name.push(".meta.toml");
        path.with_file_name(name)
    };
    [beside(path.file_name()), beside(path.file_stem())]
}

/// Reads the sidecar of the document at `path`, the first that exists of [`sidecar_paths`]; `None` when there is none.
///
/// It is written for Colega alone, so unknown keys are refused. Errors name the sidecar's own path.
pub fn sidecar(path: &Path) -> Result<Option<Meta>, ParseError> {
    let Some(path) = sidecar_paths(path).into_iter().find(|path| path.is_file()) else { return Ok(None) };
    let file = path.display().to_string();
    let fail =
        |reason: String, mend: &str| ParseError { file: file.clone(), line: None, reason, mend: mend.to_owned() };
    let size = std::fs::metadata(&path).map_or(0, |found| found.len());
    if size > MAX_SIDECAR {
        return Err(fail(format!("it has {size} bytes"), "a sidecar holds a few lines: title, language, tags, …"));
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|error| fail(format!("it cannot be read ({error})"), "make it a readable UTF-8 file, or remove it"))?;
    parse_sidecar(&file, &text).map(Some)
}

fn parse_sidecar(file: &str, text: &str) -> Result<Meta, ParseError> {
    let fail = |line, reason, mend| ParseError { file: file.to_owned(), line, reason, mend };
    let entries = Notation::Toml
        .entries(text)
        .map_err(|wrong| fail(wrong.line, wrong.reason, "correct it, or remove the file".to_owned()))?;
    let mut meta = Meta::default();
    for (key, value) in &entries {
        if !field::is_known(key) {
            let mend = format!("did you mean `{}`?", field::nearest(key));
            return Err(fail(line_of(text, key), format!("`{key}` is no key of a sidecar"), mend));
        }
        field::set(&mut meta, key, value)
            .map_err(|wrong| fail(line_of(text, key), format!("`{key}` {}", wrong.reason), wrong.mend))?;
    }
    Ok(meta)
}

#[derive(Clone, Copy)]
enum Notation {
    Yaml,
    Toml,
}

/// Text that is not in the notation that it should be in; the line counts from 1 within that text.
struct Unreadable {
    line: Option<u32>,
    reason: String,
}

impl Notation {
    fn entries(self, raw: &str) -> Result<BTreeMap<String, Value>, Unreadable> {
        match self {
            Self::Yaml if raw.trim().is_empty() => Ok(BTreeMap::new()),
            Self::Yaml => {
                let options = serde_saphyr::options! { with_snippet: false };
                serde_saphyr::from_str_with_options(raw, options).map_err(|error| Unreadable {
                    line: error.location().and_then(|location| u32::try_from(location.line()).ok()),
                    reason: format!("the front matter is not YAML ({})", first_line(&error.to_string())),
                })
            }
            Self::Toml => toml::from_str(raw).map_err(|error| Unreadable {
                line: error.span().map(|span| line_at(raw, span.start)),
                reason: format!("it is not TOML ({})", first_line(error.message())),
            }),
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The notation and the inside of the fenced lines at the beginning of `text`.
fn fenced(text: &str) -> Option<(Notation, &str)> {
    let (first, rest) = text.split_once('\n')?;
    let (notation, ends): (_, &[&str]) = match first.trim_end() {
        "---" => (Notation::Yaml, &["---", "..."]),
        "+++" => (Notation::Toml, &["+++"]),
        _ => return None,
    };
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        if ends.contains(&line.trim_end()) {
            let raw = &rest[..length];
            return speaks_of_itself(notation, raw).then_some((notation, raw));
        }
        length += line.len();
        if length > MAX_FRONT_MATTER {
            return None;
        }
    }
    None
}

/// Whether text between two lines of dashes is front matter and not the beginning of the text between two rules.
fn speaks_of_itself(notation: Notation, raw: &str) -> bool {
    if matches!(notation, Notation::Toml) {
        return true;
    }
    let Some(first) = raw.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) else {
        return true;
    };
    let Some((key, value)) = first.split_once(':') else { return false };
    let key = key.trim_matches(['"', '\'', ' ']);
    (value.is_empty() || value.starts_with([' ', '\t']))
        && !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The line of `raw`, the first being 1, on which the top-level key `key` stands.
fn line_of(raw: &str, key: &str) -> Option<u32> {
    let is_its_line = |line: &str| {
        let line = line.to_lowercase();
        line.trim_start_matches(['"', '\'', ' ', '['])
            .strip_prefix(&key.to_lowercase())
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with([':', '=', ']']))
    };
    raw.lines().position(is_its_line).and_then(|index| u32::try_from(index + 1).ok())
}

fn line_at(text: &str, offset: usize) -> u32 {
    let breaks = text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count();
    u32::try_from(breaks + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
