//! Credentials and people's addresses, and URLs that let somebody in.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::{Check, Finding, Row};
use crate::guard::{redact, urls};

pub(super) fn check(row: &Row<'_>, findings: &mut Vec<Finding>) {
    for &(field, text) in &row.texts {
        let (_, kinds) = redact(&without_examples(text));
        if let Some(kind) = kinds.first() {
            let problem = format!("`{field}` holds what looks like a secret ({})", kind.label());
            let mend = "replace it by a placeholder such as `<token>`, and revoke it if it is real,";
            findings.push(row.finding(Check::Secret, problem, mend));
        }
        if let Some(what) = urls::urls(text).find_map(key_in) {
            let problem = format!("`{field}` holds a URL with {what}");
            findings.push(row.finding(Check::Address, problem, "take that out of the URL"));
        }
    }
}

/// Addresses at the domains that are reserved for documentation (RFC 2606) are nobody's, and the numbers that card
/// schemes give out for tests are no cards.
fn without_examples(text: &str) -> Cow<'_, str> {
    static EXAMPLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|example|test|invalid|localhost)\b|",
            r"\b4111[ -]?1111[ -]?1111[ -]?1111\b|\b4242[ -]?4242[ -]?4242[ -]?4242\b|\b5555[ -]?5555[ -]?5555[ -]?4444\b",
        ))
        .expect("a test uses it")
    });
    EXAMPLE.replace_all(text, "an example")
}

/// What in a URL lets whoever has it in: a user, or a parameter with a key in it. Slots to fill are none.
fn key_in(url: &str) -> Option<&'static str> {
    static USER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)^[a-z][a-z0-9+.-]*://[^/?#@<>{}$]+@").expect("a test uses it"));
    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)[?&#](?:access_token|api_?key|auth|key|password|pwd|secret|sig|signature|token|x-amz-signature)",
            r"=[^&#<>{}$.…*]{4,}",
        ))
        .expect("a test uses it")
    });
    if USER.is_match(url) {
        return Some("a user in it");
    }
    KEY.is_match(url).then_some("a token in it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_urls_are_found_and_slots_are_not() {
        for (url, found) in [
            ("https://api.example.com/x?page=2", None),
            ("https://api.example.com/x?token=<token>", None),
            ("https://api.example.com/x?token=${TOKEN}", None),
            ("postgres://${USER}:${PASSWORD}@db/x", None),
            ("https://api.example.com/x?a=1&token=8fJ2kLq9", Some("a token in it")),
            ("https://ana:hunter2@example.com/", Some("a user in it")),
            ("redis://default@cache:6379", Some("a user in it")),
            ("https://example.com/@ana", None),
        ] {
            assert_eq!(key_in(url), found, "{url}");
        }
        assert_eq!(without_examples("to a@example.com, b@corp.io"), "to an example, b@corp.io");
        assert_eq!(without_examples("4111 1111 1111 1111"), "an example");
    }
}
