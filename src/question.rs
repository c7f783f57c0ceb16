//! What somebody asks, where and in which language.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The languages that Colega reads and answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// Both, in the order in which they are listed to people.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// ISO 639-1 code: `en` or `es`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A code other than `en` and `es`.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no language that Colega speaks; write en or es")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Takes `en`, `es` and their regional forms (`en-GB`, `es_MX`), whatever their case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let primary = text.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|language| language.code() == primary)
            .ok_or_else(|| UnknownLanguage(text.to_owned()))
    }
}

/// Where a question comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The local page.
    Web,
    /// The prompt of `serve` or the command `ask`.
    Terminal,
    /// The measuring commands; they are not rate-limited.
    Measurement,
}

/// Who asks, unique within an [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserId(pub String);

/// Where the answer goes (a channel, a browser tab, a terminal), unique within an [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChatId(pub String);

/// A question as it was asked; nothing in it has been checked yet.
#[derive(Clone)]
pub struct Question {
    /// The words.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Who asks.
    pub user: UserId,
    /// Where the answer goes.
    pub chat: ChatId,
    /// The language to answer in, when the asker or a setting fixes it; otherwise it is detected.
    pub language: Option<Language>,
    /// The scopes whose passages the asker may see, besides the passages that everybody may.
    pub scopes: Vec<String>,
}

impl Question {
    /// A question from a place where only one person sits.
    pub fn new(text: impl Into<String>, origin: Origin) -> Self {
        Self {
            text: text.into(),
            origin,
            user: UserId("local".into()),
            chat: ChatId("local".into()),
            language: None,
            scopes: Vec::new(),
        }
    }
}

impl fmt::Debug for Question {
    /// Leaves the words and the asker out: what people write never reaches a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("origin", &self.origin)
            .field("chars", &self.text.chars().count())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_read_with_their_region() {
        assert_eq!("es-MX".parse::<Language>().expect("regional"), Language::Spanish);
        assert_eq!("EN".parse::<Language>().expect("upper case"), Language::English);
        assert!("fr".parse::<Language>().is_err());
    }

    #[test]
    fn debug_output_holds_no_words_of_the_asker() {
        let question = Question::new("my password is hunter2", Origin::Terminal);
        assert!(!format!("{question:?}").contains("hunter2"));
    }
}
