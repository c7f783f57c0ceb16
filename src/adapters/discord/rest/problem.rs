//! What can go wrong with a request, sorted by what to do about it.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Deserialize;

use super::pace::{header, seconds_of};
use crate::desk::Failure;

/// How long to wait after an answer 429 that does not say.
const UNSAID_WAIT: Duration = Duration::from_secs(1);
/// How long to wait after an answer 429 that is about too many edits of an old message.
const OLD_EDITS_WAIT: Duration = Duration::from_mins(1);
/// Letters of Discord's own message that are repeated in ours.
const MOST_LETTERS: usize = 120;

/// Discord's error codes that mean something here,
/// <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.
pub mod code {
    /// There is no such channel.
    pub const UNKNOWN_CHANNEL: u64 = 10_003;
    /// There is no such server, or Colega is not in it.
    pub const UNKNOWN_GUILD: u64 = 10_004;
    /// There is no such message.
    pub const UNKNOWN_MESSAGE: u64 = 10_008;
    /// The token of an interaction is older than 15 minutes.
    pub const UNKNOWN_WEBHOOK: u64 = 10_015;
    /// The interaction is older than 3 seconds and was not acknowledged.
    pub const UNKNOWN_INTERACTION: u64 = 10_062;
    /// An old message was edited too often.
    pub const OLD_EDITS: u64 = 30_046;
    /// The interaction has been acknowledged already.
    pub const ALREADY_ACKNOWLEDGED: u64 = 40_060;
    /// Colega may not see the channel.
    pub const MISSING_ACCESS: u64 = 50_001;
    /// The person does not take direct messages.
    pub const NO_DIRECT_MESSAGES: u64 = 50_007;
    /// Colega may not do this in the channel.
    pub const MISSING_PERMISSIONS: u64 = 50_013;
    /// The token of an interaction is not valid any more.
    pub const INVALID_WEBHOOK_TOKEN: u64 = 50_027;
    /// The thread is archived.
    pub const ARCHIVED_THREAD: u64 = 50_083;

    /// Those that say that what is written to is not there, or closed to Colega.
    pub const GONE: &[u64] = &[
        UNKNOWN_CHANNEL,
        UNKNOWN_GUILD,
        UNKNOWN_MESSAGE,
        UNKNOWN_WEBHOOK,
        UNKNOWN_INTERACTION,
        MISSING_ACCESS,
        NO_DIRECT_MESSAGES,
        MISSING_PERMISSIONS,
        INVALID_WEBHOOK_TOKEN,
        ARCHIVED_THREAD,
    ];
}

/// A request that did not work.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub struct Problem {
    /// What to do about it.
    pub failure: Failure,
    /// Discord's code for it, one of [`code`]; 0 if there is none.
    pub code: u64,
    status: Option<StatusCode>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        problem.failure
    }
}

/// The body of an answer that is an error. Its field `errors` repeats what was sent, so it is left alone.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    code: u64,
    message: String,
    retry_after: Option<f64>,
}

impl Problem {
    /// Whether the same request may work later.
    pub fn passes(&self) -> bool {
        matches!(self.failure, Failure::RetryAfter(_) | Failure::Unreachable(_) | Failure::Unknown(_))
    }

    /// Whether Discord says so by one of `codes`.
    pub fn is(&self, codes: &[u64]) -> bool {
        codes.contains(&self.code)
    }

    /// Whether the bot's token is wrong. That of an interaction that is too old is refused with the same status.
    pub fn is_unauthorized(&self) -> bool {
        self.status == Some(StatusCode::UNAUTHORIZED) && !self.is(&[code::INVALID_WEBHOOK_TOKEN])
    }

    /// A request that was not sent.
    pub fn without_request(failure: Failure) -> Self {
        Self { failure, code: 0, status: None }
    }

    /// An answer that is no JSON, or not the JSON it should be.
    pub(super) fn unreadable(error: &serde_json::Error, is_send: bool) -> Self {
        let place = format!("unreadable JSON at column {}", error.column());
        let failure = if is_send { Failure::Unknown(place) } else { Failure::Unreachable(place) };
        Self::without_request(failure)
    }

    /// No answer. `is_send`: the request makes something new, so it matters whether it arrived.
    pub(super) fn of_transport(error: &reqwest::Error, is_send: bool) -> Self {
        // The error's own words hold the address, and that an interaction's token.
        let what = if error.is_timeout() { "no answer in time" } else { "the connection failed" }.to_owned();
        let failure = if error.is_builder() {
            Failure::Refused("this is no address to send to".into())
        } else if error.is_connect() || !is_send {
            Failure::Unreachable(what)
        } else {
            Failure::Unknown(what)
        };
        Self::without_request(failure)
    }

    /// An answer that is an error.
    pub(super) fn of_status(status: StatusCode, headers: &HeaderMap, body: &[u8], is_send: bool) -> Self {
        let ErrorBody { code, message, retry_after } = serde_json::from_slice(body).unwrap_or_default();
        let message: String = message.chars().filter(|c| !c.is_control()).take(MOST_LETTERS).collect();
        let words = format!("{} ({code}) {message}", status.as_u16());
        let failure = if status == StatusCode::TOO_MANY_REQUESTS {
            let said = retry_after.or_else(|| header::<f64>(headers, "retry-after")).map(seconds_of);
            Failure::RetryAfter(said.unwrap_or(if code == code::OLD_EDITS { OLD_EDITS_WAIT } else { UNSAID_WAIT }))
        } else if status.is_server_error() {
            // Discord answers so after having taken a message, too.
            if is_send { Failure::Unknown(words) } else { Failure::Unreachable(words) }
        } else if code::GONE.contains(&code) {
            Failure::Gone(words)
        } else {
            Failure::Refused(words)
        };
        Self { failure, code, status: Some(status) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, headers: &HeaderMap, body: &str, is_send: bool) -> Problem {
        Problem::of_status(StatusCode::from_u16(status).expect("a status"), headers, body.as_bytes(), is_send)
    }

    #[test]
    fn waits_are_read_from_the_body_and_else_from_the_header() {
        let header = HeaderMap::from_iter([(reqwest::header::RETRY_AFTER, "3".parse().expect("a header"))]);
        let check = |headers: &HeaderMap, body: &str, millis: u64| {
            let failure = problem(429, headers, body, true).failure;
            assert!(matches!(failure, Failure::RetryAfter(wait) if wait == Duration::from_millis(millis)), "{failure}");
        };
        check(&header, r#"{"retry_after": 0.25, "global": false}"#, 250);
        check(&header, "<html>", 3_000);
        check(&HeaderMap::new(), "", 1_000);
        check(&HeaderMap::new(), r#"{"code": 30046}"#, 60_000);
    }

    #[test]
    fn what_is_gone_what_is_refused_and_what_may_have_arrived_are_told_apart() {
        let none = HeaderMap::new();
        let sort = |status, body: &str, is_send| match problem(status, &none, body, is_send).failure {
            Failure::Gone(_) => "gone",
            Failure::Refused(_) => "refused",
            Failure::Unknown(_) => "unknown",
            Failure::Unreachable(_) => "unreachable",
            Failure::RetryAfter(_) => "wait",
        };
        for code in code::GONE {
            assert_eq!(sort(404, &format!(r#"{{"code": {code}, "message": "Unknown"}}"#), true), "gone");
        }
        assert_eq!(sort(400, r#"{"code": 50035, "message": "Invalid Form Body"}"#, true), "refused");
        assert_eq!(sort(401, r#"{"code": 0, "message": "401: Unauthorized"}"#, false), "refused");
        assert_eq!(sort(502, "", true), "unknown");
        assert_eq!(sort(502, "", false), "unreachable");
    }

    #[test]
    fn what_was_sent_is_not_repeated_in_the_words() {
        let body = r#"{"code": 50035, "message": "Invalid Form Body",
            "errors": {"content": {"_errors": [{"code": "X", "message": "Value \"my secret\" is wrong"}]}}}"#;
        let words = problem(400, &HeaderMap::new(), body, true).to_string();
        assert!(words.contains("50035") && words.contains("Invalid Form Body"), "{words}");
        assert!(!words.contains("my secret"), "{words}");
    }
}
