//! What tells a secret from what documentation shows in its place, and from talk about it.

use crate::guard::checksum::entropy;

/// Whether `value` has digits among its letters and is as mixed as keys are.
pub fn is_random(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_digit()) && value.contains(char::is_alphabetic) && entropy(value) > 3.0
}

/// Whether `value` stands for something that is elsewhere: a variable, a template, a call, a slot to fill.
pub fn is_reference(value: &str) -> bool {
    let value = value.trim();
    value.starts_with(['$', '<', '%', '{', '[', '*', '(', '…', '.'])
        || value.ends_with(['>', '}', ')', '(', '[', '{', ']']) && !value.contains(['!', '#', '^'])
        || [
            "process.",
            "os.",
            "env.",
            "config.",
            "settings.",
            "self.",
            "this.",
            "req.",
            "std::",
            "ENV",
            "vault:",
            "arn:",
        ]
        .iter()
        .any(|start| value.starts_with(start))
}

/// Whether `value` is the password that everybody's local database has.
pub fn is_usual_default(value: &str) -> bool {
    ["postgres", "password", "pass", "root", "guest", "mysql", "mongo", "example", "changeme", "secret", "admin"]
        .contains(&value)
}

/// Whether a value without quotes is one, and not the next word or an expression.
pub fn is_bare_value(value: &str) -> bool {
    let value = value.trim_end_matches(['.', '?', '!', ')', ':']);
    let has = |class: fn(&char) -> bool| value.chars().any(|c| class(&c));
    let mixed = has(|c| c.is_alphabetic()) && has(|c| matches!(c, '0'..='9' | '!' | '#' | '&' | '^' | '~'));
    value.len() >= 6
        && mixed
        && !value.contains("://")
        && !value.contains(['(', '.'])
        && !is_reference(value)
        && !is_placeholder(value)
}

/// What published examples hold in place of a secret.
const EXAMPLE_WORDS: [&str; 30] = [
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "your",
    "xxxx",
    "****",
    "....",
    "redacted",
    "dummy",
    "sample",
    "insert",
    "fake",
    "not_long_enough",
    "todo",
    "123456789",
    "abcdef",
    "correct-horse",
    "password",
    "secret",
    "test",
    "foobar",
    "letmein",
    "postgres",
    "contraseña",
    "ejemplo",
    "cambiame",
    "tu_",
    "<",
];

/// Whole values that examples use.
const EXAMPLE_VALUES: [&str; 14] = [
    "pass", "passwd", "pwd", "user", "root", "admin", "guest", "null", "none", "true", "false", "string", "token",
    "clave",
];

/// The beginnings of the tokens on jwt.io and in the documentation of libraries: `{"sub":"1234567890`, `{"sub":"johndoe`,
/// `{"some":"payload`, `{"foo":`.
const EXAMPLE_CLAIMS: [&str; 5] =
    ["eyJzdWIiOiIxMjM0NTY3ODkw", "eyJzdWIiOiJqb2hu", "eyJzb21lIjoicGF5", "eyJmb28iOi", "eyJuYW1lIjoiSm9"];

/// Whether `value` is one of those that documentation shows, and opens nothing.
pub fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    EXAMPLE_WORDS.iter().any(|word| lower.contains(word))
        || EXAMPLE_VALUES.contains(&lower.as_str())
        || EXAMPLE_CLAIMS.iter().any(|claims| value.contains(claims))
        || is_reference(value)
        || value.len() >= 8 && entropy(value) < 2.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_values() {
        for value in ["AKIAIOSFODNN7EXAMPLE", "changeme", "${TOKEN}", "<token>", "your-api-key", "xxxxxxxx", "aaaaaaaa"]
        {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["9f8a7d6c5b4e3f2a", "tr0ub4dor&3", "wJalrXUtnFEMI/K7MDENG"] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
