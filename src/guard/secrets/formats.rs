//! The forms of secrets.

use regex::Captures;

use super::placeholder::{is_bare_value, is_placeholder, is_random, is_reference, is_usual_default};
use super::{Format, SecretKind};
use crate::guard::checksum::{iban, luhn};

/// A name that passwords and keys have, an operator, and `value`.
macro_rules! assigned {
    ($value:literal) => {
        concat!(
            r"(?i)(?:passw(?:or)?d|passphrase|contraseña|secret|api[_-]?key|access[_-]?key|private[_-]?key|db_pass|",
            r"auth[_-]?token|access[_-]?token)[A-Za-z0-9_-]{0,30}(?:\[[0-9]{0,4}\])?['\x22]?[ \t]{0,5}(?::=|!?={1,3}|!==?|=>|:)[ \t]{0,5}@?",
            $value
        )
    };
}

/// By precedence: where two begin at the same place the earlier one names it.
pub const FORMATS: [Format; 44] = [
    // An unclosed block is secret to its end.
    always(
        SecretKind::PrivateKey,
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END[A-Z ]{0,40}-----|\z)",
    ),
    Format {
        kind: SecretKind::UrlPassword,
        pattern: r#"(?-u:\b)[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s:/@"'`<>]*:(?P<secret>[^\s/@"'`<>]+)@[A-Za-z0-9_.\[-]"#,
        accept: |secret, _| !is_reference(secret) && !is_usual_default(secret),
    },
    Format {
        kind: SecretKind::AwsKey,
        // Amazon's own documentation ends its keys like this.
        accept: |secret, _| !secret.ends_with("EXAMPLE"),
        pattern: r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?-u:\b)",
    },
    always(
        SecretKind::AwsKey,
        r#"(?i)(?-u:\b)aws[A-Za-z0-9_.-]{0,20}(?:key|pwd|pw|password|pass|token)['"]?[ \t]{0,5}[:=>(,]{1,3}[ \t]{0,5}['"](?P<secret>[a-z0-9/+=]{40})['"]"#,
    ),
    always(SecretKind::GithubToken, r"(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})(?-u:\b)"),
    always(SecretKind::GitlabToken, r"(?-u:\b)(?:glpat|gldt|glft|glsoat|glrt)-[A-Za-z0-9_-]{20,50}(?-u:\b)"),
    always(
        SecretKind::GitlabToken,
        r"(?-u:\b)(?:GR1348941|glcbt-(?:[0-9a-fA-F]{2}_)?)[A-Za-z0-9_-]{20,50}(?-u:\b{end-half})",
    ),
    always(
        SecretKind::GitlabToken,
        r"(?-u:\b)(?:glimt-[A-Za-z0-9_-]{25}|glptt-[A-Za-z0-9_-]{40}|gloas-[A-Za-z0-9_-]{64}|glagent-[A-Za-z0-9_-]{50,})(?-u:\b{end-half})",
    ),
    always(SecretKind::SlackToken, r"(?-u:\b)xox[abeoprs]-(?:[0-9]-)?[A-Za-z0-9-]{10,}"),
    always(
        SecretKind::SlackToken,
        r"https://hooks\.slack\.com/services/(?P<secret>T[A-Za-z0-9_]{6,12}/B[A-Za-z0-9_]{6,12}/[A-Za-z0-9_]{20,30})",
    ),
    always(SecretKind::StripeKey, r"(?-u:\b)(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"),
    always(SecretKind::StripeKey, r"(?-u:\b)whsec_[A-Za-z0-9+/=]{24,80}"),
    always(SecretKind::Jwt, r"(?-u:\b)eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?"),
    always(SecretKind::AnthropicKey, r"(?-u:\b)sk-ant-[A-Za-z0-9_-]{20,}"),
    always(
        SecretKind::OpenaiKey,
        r"(?-u:\b)sk-(?:(?:proj|svcacct|admin|None)-)?[A-Za-z0-9_-]*T3BlbkFJ[A-Za-z0-9_-]{20,}",
    ),
    unlike_words(SecretKind::OpenaiKey, r"(?-u:\b)sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
    always(SecretKind::NpmToken, r"(?-u:\b)npm_[A-Za-z0-9]{36}(?-u:\b)"),
    Format {
        kind: SecretKind::NpmToken,
        pattern: r"//[A-Za-z0-9_.-]+(?::[0-9]{1,5})?/[A-Za-z0-9_./-]*:_(?:authToken|password|auth)[ \t]{0,3}=[ \t]{0,3}(?P<secret>[^\s$]{8,})",
        accept: |secret, _| !is_reference(secret),
    },
    always(SecretKind::PypiToken, r"(?-u:\b)pypi-AgE[A-Za-z0-9_-]{70,}"),
    always(SecretKind::SendgridKey, r"(?-u:\b)SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    always(SecretKind::TwilioKey, r"(?-u:\b)(?:AC|SK)(?:[a-f0-9]{32}|x{32})(?-u:\b)"),
    always(SecretKind::TelegramToken, r"(?-u:\b)[0-9]{8,10}:[A-Za-z0-9_-]{35}(?-u:\b)"),
    always(SecretKind::DiscordToken, r"(?-u:\b)[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}"),
    always(
        SecretKind::DiscordToken,
        r"discord(?:app)?\.com/api/webhooks/[0-9]{15,21}/(?P<secret>[A-Za-z0-9_-]{60,80})",
    ),
    always(SecretKind::MailchimpKey, r"(?-u:\b)[0-9a-f]{32}-us[0-9]{1,2}(?-u:\b)"),
    always(SecretKind::SquareToken, r"(?-u:\b)sq0(?:csp|atp|idp)-[A-Za-z0-9_\\-]{22,60}"),
    always(SecretKind::SquareToken, r"(?-u:\b)EAAA[A-Za-z0-9_-]{60}(?-u:\b)"),
    always(SecretKind::AzureStorageKey, r"(?-u:\b)AccountKey=(?P<secret>[A-Za-z0-9+/]{86}==)"),
    always(SecretKind::AzureStorageKey, r"[?&]sig=(?P<secret>[A-Za-z0-9%+/]{40,80}(?:%3[dD]|=){0,2})"),
    always(SecretKind::GoogleKey, r"(?-u:\b)AIza[A-Za-z0-9_-]{35}"),
    always(SecretKind::GoogleKey, r"(?-u:\b)(?:ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{28})"),
    always(SecretKind::ArtifactoryToken, r"(?:^|[\s=:;])(?P<secret>AKC[A-Za-z0-9]{10,})(?-u:\b)"),
    unlike_words(SecretKind::ArtifactoryToken, r"(?:^|[\s=:;])(?P<secret>AP[0-9A-F][A-Za-z0-9]{20,73})(?-u:\b)"),
    unlike_words(
        SecretKind::BearerToken,
        r"(?i)(?-u:\b)(?:bearer|basic|token)[ \t]{1,3}(?P<secret>[A-Za-z0-9_.+/=~-]{20,})",
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
        pattern: r#"(?i)(?:(?-u:\b)|_)(?:passw(?:or)?d|passwd|passphrase|pwd|contraseña|clave|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|db_pass)[A-Za-z0-9_-]{0,30}[ \t]{0,3}(?::=|=|:)[ \t]{0,3}(?P<secret>[^\s"'`,;]{6,})"#,
        accept: |secret, _| is_bare_value(secret),
    },
    Format {
        kind: SecretKind::Assignment,
        pattern: r"(?i)(?-u:\b)(?:password|passphrase|contraseña|clave|pin)[ \t]{1,3}(?:is|es|:)[ \t]{1,3}(?P<secret>\S{6,})",
        accept: |secret, _| is_bare_value(secret),
    },
    Format {
        kind: SecretKind::Iban,
        pattern: r"(?-u:\b)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}(?-u:\b)",
        accept: |secret, _| iban(secret),
    },
    Format {
        kind: SecretKind::CardNumber,
        pattern: r"(?-u:\b)[3-6][0-9]{3}(?:[ -]?[0-9]{2,6}){2,4}(?-u:\b)",
        accept: |secret, _| (13..=19).contains(&secret.bytes().filter(u8::is_ascii_digit).count()) && luhn(secret),
    },
    always(
        SecretKind::Email,
        r"(?-u:\b)[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}(?-u:\b)",
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

#[cfg(test)]
mod tests {
    use regex::RegexSet;

    use super::*;

    #[test]
    fn the_patterns_compile() {
        RegexSet::new(FORMATS.iter().map(|format| format.pattern)).expect("all are valid");
    }
}
