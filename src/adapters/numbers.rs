//! Numbers of people, servers and chats in the settings, as people write them: with or without quotes.

use serde::{Deserialize, Deserializer};

/// A number that may be written with or without quotes.
#[derive(Deserialize)]
#[serde(untagged, expecting = "write a number, with or without quotes")]
enum Number {
    Bare(i64),
    Quoted(String),
}

impl Number {
    fn text(self) -> String {
        match self {
            Self::Bare(number) => number.to_string(),
            Self::Quoted(text) => text.trim().to_owned(),
        }
    }
}

/// A list of numbers; a variable of the environment holds one, or several between commas.
pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "write a list of numbers, or numbers between commas")]
    enum Numbers {
        List(Vec<Number>),
        One(Number),
    }
    Ok(match Numbers::deserialize(from)? {
        Numbers::List(list) => list.into_iter().map(Number::text).collect(),
        Numbers::One(one) => one.text().split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect(),
    })
}

/// One number, or none.
pub(super) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Number>::deserialize(from)?.map(Number::text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(deserialize_with = "list")]
        all: Vec<String>,
        #[serde(default, deserialize_with = "optional")]
        one: Option<String>,
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let check = |toml: &str, all: &[&str], one: Option<&str>| {
            let sample: Sample = toml::from_str(toml).expect("valid");
            assert_eq!(sample.all, all, "{toml}");
            assert_eq!(sample.one.as_deref(), one, "{toml}");
        };
        check("all = []", &[], None);
        check("all = 7\none = -1003", &["7"], Some("-1003"));
        check("all = [1, \"2\"]\none = \" 3 \"", &["1", "2"], Some("3"));
        check("all = \"-1001, -1002,\"", &["-1001", "-1002"], None);
    }

    #[test]
    fn what_is_no_number_is_told_in_words() {
        let error = toml::from_str::<Sample>("all = true").err().expect("refused").to_string();
        assert!(error.contains("a list of numbers"), "{error}");
    }
}
