//! Finds credentials and personal numbers, so that they are neither stored nor searched for nor sent.

mod formats;
mod placeholder;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use formats::FORMATS;

/// What was found; [`SecretKind::label`] is its name for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names and labels say it")]
pub enum SecretKind {
    PrivateKey,
    UrlPassword,
    AwsKey,
    GithubToken,
    GitlabToken,
    SlackToken,
    StripeKey,
    Jwt,
    OpenaiKey,
    AnthropicKey,
    NpmToken,
    PypiToken,
    SendgridKey,
    TwilioKey,
    TelegramToken,
    DiscordToken,
    MailchimpKey,
    SquareToken,
    AzureStorageKey,
    GoogleKey,
    ArtifactoryToken,
    BearerToken,
    Assignment,
    Iban,
    CardNumber,
    Email,
    Phone,
}

impl SecretKind {
    /// What stands in the text in its place, within `[redacted: …]`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PrivateKey => "private key",
            Self::UrlPassword => "password in a URL",
            Self::AwsKey => "aws key",
            Self::GithubToken => "github token",
            Self::GitlabToken => "gitlab token",
            Self::SlackToken => "slack token",
            Self::StripeKey => "stripe key",
            Self::Jwt => "jwt",
            Self::OpenaiKey => "openai key",
            Self::AnthropicKey => "anthropic key",
            Self::NpmToken => "npm token",
            Self::PypiToken => "pypi token",
            Self::SendgridKey => "sendgrid key",
            Self::TwilioKey => "twilio key",
            Self::TelegramToken => "telegram token",
            Self::DiscordToken => "discord token",
            Self::MailchimpKey => "mailchimp key",
            Self::SquareToken => "square token",
            Self::AzureStorageKey => "azure storage key",
            Self::GoogleKey => "google key",
            Self::ArtifactoryToken => "artifactory token",
            Self::BearerToken => "bearer token",
            Self::Assignment => "password",
            Self::Iban => "account number",
            Self::CardNumber => "card number",
            Self::Email => "e-mail address",
            Self::Phone => "phone number",
        }
    }

    /// Whether it gives access to something.
    pub const fn is_credential(self) -> bool {
        self.is_known_format() || matches!(self, Self::Assignment)
    }

    /// Whether its form alone gives it away as a credential. A password is only known by what stands before it, and
    /// addresses and numbers of people are no credentials.
    pub const fn is_known_format(self) -> bool {
        !matches!(self, Self::Assignment | Self::Iban | Self::CardNumber | Self::Email | Self::Phone)
    }
}

/// How the mark begins that stands in the place of a secret; the label of its kind and a bracket end it.
pub const MARK: &str = "[redacted: ";

/// `text` with everything secret replaced, and what that was, in the order of the text and each kind once.
pub fn redact(text: &str) -> (Cow<'_, str>, Vec<SecretKind>) {
    let found = find(text);
    if found.is_empty() {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut redacted = String::with_capacity(text.len());
    let mut kinds = Vec::new();
    let mut end = 0;
    for Found { kind, range } in found {
        redacted.push_str(&text[end..range.start]);
        redacted.push_str(MARK);
        redacted.push_str(kind.label());
        redacted.push(']');
        end = range.end;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    redacted.push_str(&text[end..]);
    (Cow::Owned(redacted), kinds)
}

/// The kinds of secret whose marks stand in `text`, whenever they were put there, in its order and each once.
pub fn marked(text: &str) -> Vec<SecretKind> {
    let mut kinds = Vec::new();
    for (at, mark) in text.match_indices(MARK) {
        let label = text[at + mark.len()..].split(']').next().unwrap_or_default();
        let kind = FORMATS.iter().map(|format| format.kind).find(|kind| kind.label() == label);
        if let Some(kind) = kind.filter(|kind| !kinds.contains(kind)) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The first credential of a known format in `text` that is no placeholder.
pub fn live_credential(text: &str) -> Option<SecretKind> {
    let live = |found: &Found| found.kind.is_known_format() && !placeholder::is_placeholder(&text[found.range.clone()]);
    find(text).into_iter().find(live).map(|found| found.kind)
}

/// A secret and the bytes it takes.
struct Found {
    kind: SecretKind,
    range: Range<usize>,
}

/// How a kind of secret looks.
struct Format {
    kind: SecretKind,
    /// What is secret is the group named `secret`, or the whole match where there is none.
    pattern: &'static str,
    /// A further check, such as of a checksum.
    accept: fn(&str, &Captures) -> bool,
}

/// One by one: each has a beginning that is quickly looked for, while a set of them all is slower and takes some megabytes for
/// each thread.
static COMPILED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    FORMATS.iter().map(|format| Regex::new(format.pattern).expect("a test compiles the patterns")).collect()
});

/// All secrets in the order of the text; where two overlap the one that begins first, then the one listed first.
fn find(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (place, pattern) in COMPILED.iter().enumerate() {
        for captures in pattern.captures_iter(text) {
            let secret = captures.name("secret").or_else(|| captures.get(0)).expect("group 0 always takes part");
            if (FORMATS[place].accept)(secret.as_str(), &captures) {
                found.push((secret.start(), place, secret.range()));
            }
        }
    }
    found.sort_by_key(|&(start, place, _)| (start, place));
    let mut end = 0;
    found.retain(|(start, _, range)| {
        let free = *start >= end;
        end = if free { range.end } else { end };
        free
    });
    found.into_iter().map(|(_, place, range)| Found { kind: FORMATS[place].kind, range }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(redact(text).0, expected);
    }

    #[test]
    fn tokens_are_replaced_by_their_kind() {
        // In two parts, so that no scanner takes this file for a leak.
        let github = format!("gh{}", "p_16C7e42F292c6912E7710c838347Ae178B4a");
        check(&format!("Why is {github} rejected?"), "Why is [redacted: github token] rejected?");
        check(&format!("token={github}"), "token=[redacted: github token]");
        check("postgres://app:s3cr3t-Pw@db/x", "postgres://app:[redacted: password in a URL]@db/x");
    }

    #[test]
    fn what_is_replaced_is_replaced_once_and_still_known() {
        for text in [
            "Why does password=hunter2! fail for ana@empresa.es?",
            "postgres://app:s3cr3t-Pw@db/x and mi contraseña es gato123",
            "Bearer 9f8a7d6c5b4e3f2a9f8a7d6c5b4e3f2a, AKIAIOSFODNN7ABCDEFG, +34 612 345 678",
        ] {
            let (once, kinds) = redact(text);
            assert!(once.contains(MARK), "{once}");
            assert_eq!(redact(&once), (Cow::Borrowed(&*once), Vec::new()));
            assert_eq!(marked(&once), kinds);
        }
        assert_eq!(marked("[redacted: nothing known]"), []);
    }

    #[test]
    fn passwords_are_known_by_what_stands_before_them() {
        check("password=hunter2!", "password=[redacted: password]");
        check("DB_PASSWORD: 'tr0ub4dor&3'", "DB_PASSWORD: '[redacted: password]'");
        check("mi contraseña es gato123", "mi contraseña es [redacted: password]");
        check("api_key = \"9f8a7d6c5b4e3f2a\"", "api_key = \"[redacted: password]\"");
    }

    #[test]
    fn talk_and_code_about_passwords_stay() {
        for text in [
            "password: how do I rotate it?",
            "Why does password=changeme fail?",
            "password = os.environ['DB_PASSWORD']",
            "password=${DB_PASSWORD}",
            "password = get_password(user)",
            "const password: string = req.body.password",
            "the password is stored as a hash",
            "¿La contraseña es obligatoria?",
            "token: <token>",
            "secretKeyRef: name: db-secret",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn personal_numbers_need_their_checksum() {
        check("card 4111 1111 1111 1111.", "card [redacted: card number].");
        check("order 4111 1111 1111 1112", "order 4111 1111 1111 1112");
        check("GB82 WEST 1234 5698 7654 32", "[redacted: account number]");
        check("call +34 612 345 678 or ana@empresa.es", "call [redacted: phone number] or [redacted: e-mail address]");
        check("a commit 4f2d9ab +12 -3, at 1700000000000", "a commit 4f2d9ab +12 -3, at 1700000000000");
    }

    #[test]
    fn a_secret_is_redacted_once() {
        let (text, kinds) = redact("a@b.io, c@d.io and https://u:pA55word@e.io");
        assert_eq!(
            text,
            "[redacted: e-mail address], [redacted: e-mail address] and https://u:[redacted: password in a URL]@e.io"
        );
        assert_eq!(kinds, [SecretKind::Email, SecretKind::UrlPassword]);
    }

    #[test]
    fn placeholders_may_be_sent_and_credentials_may_not() {
        let aws = format!("AKI{}", "A4QX7RMT2VLNB6KDW");
        assert_eq!(live_credential(&format!("export AWS_ACCESS_KEY_ID={aws}")), Some(SecretKind::AwsKey));
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "Authorization: Bearer <token>",
            "postgres://user:password@localhost/db",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "password: hunter2!",
            "mail to team@example.com",
        ] {
            assert_eq!(live_credential(text), None, "{text}");
        }
    }
}
