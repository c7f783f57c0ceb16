//! The forms of secrets, and what tells them from placeholders and from talk about them.

use regex::Captures;

use super::{Format, SecretKind};
use crate::guard::checksum::{entropy, iban, luhn};

/// A name that passwords and keys have, an operator, and `value`.
macro_rules! assigned {
    ($value:literal) => {
        concat!(
            r"(?i)(?:passw(?:or)?d|passphrase|contraseña|secret|api[_-]?key|access[_-]?key|private[_-]?key|db_pass|",
            r"auth[_-]?token|access[_-]?token)[A-Za-z0-9_-]{0,30}(?:\[0-9{0,4}\])?['\x22]?[ \t]{0,5}(?::=|!?={1,3}|!==?|=>|:)[ \t]{0,5}@?",
            $value
        )
    };
}

/// By precedence: where two begin at the same place the earlier one names it.
pub const FORMATS: [Format; 43] = [
    // An unclosed block is secret to its end.
    always(
        SecretKind::PrivateKey,
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END[A-Z ]{0,40}-----|\z)",
    ),
    Format {
        kind: SecretKind::UrlPassword,
        pattern: r#"\b[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s:/@"'`<>]*:(?P<secret>[^\s/@"'`<>]+)@[A-Za-z0-9_.\[-]"#,
        accept: |secret, _| !is_reference(secret),
    },
    always(SecretKind::AwsKey, r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b"),
    always(
        SecretKind::AwsKey,
        r#"(?i)\baws[A-Za-z0-9_.-]{0,20}(?:key|pwd|pw|password|pass|token)['"]?[ \t]{0,5}[:=>(,]{1,3}[ \t]{0,5}['"](?P<secret>[a-z0-9/+=]{40})['"]"#,
    ),
    always(SecretKind::GithubToken, r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})\b"),
    always(SecretKind::GitlabToken, r"\b(?:glpat|gldt|glft|glsoat|glrt)-[A-Za-z0-9_-]{20,50}\b"),
    always(SecretKind::GitlabToken, r"\bGR1348941[A-Za-z0-9_-]{20,50}"),
    always(
        SecretKind::GitlabToken,
        r"\bgl(?:cbt-(?:[0-9a-fA-F]{2}_)?|imt-|ptt-|agent-|oas-|ffct-)[A-Za-z0-9_-]{20,64}",
    ),
    always(SecretKind::SlackToken, r"\bxox[abeoprs]-(?:[0-9]-)?[A-Za-z0-9-]{10,}"),
    always(SecretKind::SlackToken, r"https://hooks\.slack\.com/services/(?P<secret>T[A-Za-z0-9_]{6,12}/B[A-Za-z0-9_]{6,12}/[A-Za-z0-9_]{20,30})"),
    always(SecretKind::StripeKey, r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"),
    always(SecretKind::StripeKey, r"\bwhsec_[A-Za-z0-9+/=]{24,80}"),
    always(SecretKind::Jwt, r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?"),
    always(SecretKind::AnthropicKey, r"\bsk-ant-[A-Za-z0-9_-]{20,}"),
    always(
        SecretKind::OpenaiKey,
        r"\bsk-(?:(?:proj|svcacct|admin|None)-)?[A-Za-z0-9_-]*T3BlbkFJ[A-Za-z0-9_-]{20,}",
    ),
    unlike_words(SecretKind::OpenaiKey, r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
    always(SecretKind::NpmToken, r"\bnpm_[A-Za-z0-9]{36}\b"),
    Format {
        kind: SecretKind::NpmToken,
        pattern: r"//[A-Za-z0-9_.-]+(?::[0-9]{1,5})?/[A-Za-z0-9_./-]*:_(?:authToken|password|auth)[ \t]{0,3}=[ \t]{0,3}(?P<secret>[^\s$]{8,})",
        accept: |secret, _| !is_reference(secret),
    },
    always(SecretKind::PypiToken, r"\bpypi-AgE[A-Za-z0-9_-]{70,}"),
    always(SecretKind::SendgridKey, r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    always(SecretKind::TwilioKey, r"\b(?:AC|SK)(?:[a-f0-9]{32}|x{32})\b"),
    always(SecretKind::TelegramToken, r"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}\b"),
    always(SecretKind::DiscordToken, r"\b[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}"),
    always(SecretKind::DiscordToken, r"discord(?:app)?\.com/api/webhooks/[0-9]{15,21}/(?P<secret>[A-Za-z0-9_-]{60,80})"),
    always(SecretKind::MailchimpKey, r"\b[0-9a-f]{32}-us[0-9]{1,2}\b"),
    always(SecretKind::SquareToken, r"\bsq0(?:csp|atp|idp)-[A-Za-z0-9_\\-]{22,60}"),
    always(SecretKind::SquareToken, r"\bEAAA[A-Za-z0-9_-]{60}\b"),
    always(SecretKind::AzureStorageKey, r"\bAccountKey=(?P<secret>[A-Za-z0-9+/]{86}==)"),
    always(SecretKind::AzureStorageKey, r"[?&]sig=(?P<secret>[A-Za-z0-9%+/]{40,80}(?:%3[dD]|=){0,2})"),
    always(SecretKind::GoogleKey, r"\bAIza[A-Za-z0-9_-]{35}"),
    always(SecretKind::GoogleKey, r"\b(?:ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{28})"),
    always(
        SecretKind::ArtifactoryToken,
        r"(?:^|[\s=:;])(?P<secret>(?:AKC[A-Za-z0-9]{10,}|AP[0-9A-F][A-Za-z0-9]{10,73}))\b",
    ),
    unlike_words(
        SecretKind::BearerToken,
        r"(?i)\b(?:bearer|basic|token)[ \t]{1,3}(?P<secret>[A-Za-z0-9_.+/=~-]{20,})",
    ),
    unlike_words(
        SecretKind::BearerToken,
        r"(?i)[?&](?:access_token|api_?key|token|auth|signature|x-amz-signature|secret|password)=(?P<secret>[^\s&#]{12,})",
    ),
    // In quotes, where anything but a reference is a value.
    quoted(assigned!("\"(?P<secret>[^\"\n]{4,})\"")),
    quoted(assigned!("'(?P<secret>[^'\n]{4,})'")),
    quoted(assigned!("`(?P<secret>[^`\n]{4,})`")),
    // Bare, where only what no word or name looks like is a value.
    Format {
        kind: SecretKind::Assignment,
        pattern: r#"(?i)(?:\b|_)(?:passw(?:or)?d|passwd|passphrase|pwd|contraseña|clave|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|db_pass)[A-Za-z0-9_-]{0,30}[ \t]{0,3}(?::=|=|:)[ \t]{0,3}(?P<secret>[^\s"'`,;]{6,})"#,
        accept: |secret, _| is_bare_value(secret),
    },
    Format {
        kind: SecretKind::Assignment,
        pattern: r"(?i)\b(?:password|passphrase|contraseña|clave|pin)[ \t]{1,3}(?:is|es|:)[ \t]{1,3}(?P<secret>\S{6,})",
        accept: |secret, _| is_bare_value(secret),
    },
    Format {
        kind: SecretKind::Iban,
        pattern: r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b",
        accept: |secret, _| iban(secret),
    },
    Format {
        kind: SecretKind::CardNumber,
        pattern: r"\b[3-6][0-9]{3}(?:[ -]?[0-9]{2,6}){2,4}\b",
        accept: |secret, _| (13..=19).contains(&secret.bytes().filter(u8::is_ascii_digit).count()) && luhn(secret),
    },
    always(
        SecretKind::Email,
        r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}\b",
    ),
    Format {
        kind: SecretKind::Phone,
        pattern: r"(?:^|[^A-Za-z0-9_+])(?P<secret>\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,4}\)?){2,6})",
        accept: |secret, _| (8..=15).contains(&secret.bytes().filter(u8::is_ascii_digit).count()),
    },
];

const fn always(kind: SecretKind, pattern: &'static str) -> Format {
    Format { kind, pattern, accept: |_, _| true }
}

/// For values in quotes behind a telling name.
const fn quoted(pattern: &'static str) -> Format {
    let accept = |secret: &str, _: &Captures| !is_reference(secret) && !is_placeholder(secret);
    Format { kind: SecretKind::Assignment, pattern, accept }
}

/// For forms that long names share.
const fn unlike_words(kind: SecretKind, pattern: &'static str) -> Format {
    Format { kind, pattern, accept: |secret, _| is_random(secret) && !is_reference(secret) }
}

/// Whether `value` has digits among its letters and is as mixed as keys are.
fn is_random(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_digit()) && value.contains(char::is_alphabetic) && entropy(value) > 3.0
}

/// Whether `value` stands for something that is elsewhere: a variable, a template, a call, a slot to fill.
fn is_reference(value: &str) -> bool {
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

/// Whether a value without quotes is one, and not the next word or an expression.
fn is_bare_value(value: &str) -> bool {
    let value = value.trim_end_matches(['.', '?', '!', ')', ':']);
    let has = |class: fn(&char) -> bool| value.chars().any(|c| class(&c));
    let letters = has(|c| c.is_alphabetic());
    let mixed = has(char::is_ascii_digit) && letters || has(|c| matches!(c, '!' | '#' | '&' | '^' | '~')) && letters;
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
    "password",
    "secret",
    "hunter2",
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
    use regex::RegexSet;

    use super::*;

    #[test]
    fn the_patterns_compile() {
        RegexSet::new(FORMATS.iter().map(|format| format.pattern)).expect("all are valid");
    }

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
