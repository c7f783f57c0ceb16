//! What somebody asks, where and in which language.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::rule_policy::RulePolicy;

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

/// Names one answer: sixteen hexadecimal digits. The first eight are the second of the question, so that a store which sorts
/// by names keeps what is new together, and reads and writes a few of its pages instead of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnswerId(pub String);

impl AnswerId {
    /// A fresh name.
    pub fn random() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self::at(u64::try_from(now.as_millis()).unwrap_or_default(), rand::random())
    }

    /// The name of the answer to what was asked at `at_ms`, in milliseconds since 1970; `what` tells it from the others of that
    /// second.
    pub fn at(at_ms: u64, what: u32) -> Self {
        let second = at_ms / 1000 % (1 << 32);
        Self(format!("{second:08x}{what:08x}"))
    }
}

/// Where a question comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Discord: channels, threads and DMs.
    Discord,
    /// Telegram: groups, topics and DMs.
    Telegram,
    /// The local page.
    Web,
    /// The prompt of `serve` or the command `ask`.
    Terminal,
    /// The measuring commands; they are not rate-limited.
    Measurement,
}

impl Origin {
    /// As it stands in files and messages: `discord`, `telegram`, `web`, `terminal`, `measurement`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discord => "discord",
            Self::Telegram => "telegram",
            Self::Web => "web",
            Self::Terminal => "terminal",
            Self::Measurement => "measurement",
        }
    }
}

/// Who asks, unique within an [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub String);

/// Where the answer goes (a channel, a browser tab, a terminal), unique within an [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChatId(pub String);

/// Which passages an asker may see. The three narrow each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reach {
    /// Scopes that may be seen, besides passages without a scope.
    pub scopes: Vec<String>,
    /// Only sources below these paths (`en/apis`, `handbook.md`); empty for all.
    pub sources: Vec<String>,
    /// Only these topics; empty for all.
    pub topics: Vec<String>,
}

impl Reach {
    /// Whether a passage of this scope and topic in this file may be seen.
    pub fn admits(&self, scope: &str, topic: &str, source_file: &str) -> bool {
        let below = |folder: &String| {
            let rest = source_file.strip_prefix(folder.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        (scope.is_empty() || self.scopes.iter().any(|own| own == scope))
            && (self.topics.is_empty() || self.topics.iter().any(|own| own == topic))
            && (self.sources.is_empty() || self.sources.iter().any(below))
    }
}

/// One exchange before a question, for understanding "and in GraphQL?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// What was asked, without secrets, as it was understood (an earlier follow-up is spelt out).
    pub question: String,
    /// What the answer was about; empty when there was none.
    pub subject: String,
}

/// A question as it was asked; nothing in it has been checked yet.
#[derive(Clone)]
pub struct Question {
    /// Names the question, its answer and the votes on it. The same question asked again after a crash keeps its name.
    pub id: AnswerId,
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
    /// Which passages the asker may see.
    pub reach: Reach,
    /// What the rules of the guard do where it was asked; those that are not named do what they do everywhere.
    pub rules: RulePolicy,
    /// The turns before it in the same conversation, the oldest first.
    pub earlier: Vec<Turn>,
}

impl Question {
    /// A question from a place where only one person sits.
    pub fn new(text: impl Into<String>, origin: Origin) -> Self {
        Self {
            id: AnswerId::random(),
            text: text.into(),
            origin,
            user: UserId("local".into()),
            chat: ChatId("local".into()),
            language: None,
            reach: Reach::default(),
            rules: RulePolicy::default(),
            earlier: Vec::new(),
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

    #[test]
    fn names_of_answers_sort_as_they_were_asked() {
        let [early, late] = [AnswerId::at(1_800_000_000_999, u32::MAX), AnswerId::at(1_800_000_001_000, 0)];
        assert!(early.0 < late.0, "{early:?} {late:?}");
        assert!([early, late, AnswerId::random()].iter().all(|id| id.0.len() == 16));
    }
}
