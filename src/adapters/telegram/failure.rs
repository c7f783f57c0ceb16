//! What a fault of the Bot API means to the desk, and to the people who run Colega.

use std::time::Duration;

use super::api::{Fault, Refusal};
use crate::desk::Failure;

/// How long to wait where the server asks to wait and does not say how long.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What the descriptions of refusals say when the message, the chat or the right to write is gone. The list follows the
/// server's sources (<https://github.com/tdlib/telegram-bot-api>); the API's pages do not name them.
const GONE: &[&str] = &[
    "message to edit not found",
    "message to be replied not found",
    "message to react not found",
    "message_id_invalid",
    "message can't be edited",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "chat not found",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "group chat was deactivated",
    "group chat was upgraded to a supergroup chat",
    "have no rights to send a message",
    "not enough rights to send",
    "need administrator rights",
    "peer_id_invalid",
    "user not found",
    "user is deactivated",
];

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let words = fault.to_string();
        match fault {
            Fault::NoConnection(_) => Self::Unreachable(words),
            Fault::Lost(_) => Self::Unknown(words),
            Fault::Refusal(refusal) => match refusal.code {
                429 => Self::RetryAfter(refusal.retry_after.unwrap_or(RETRY_AFTER)),
                // A gateway says so, too, when the server behind it has taken the request already.
                500.. => Self::Unknown(words),
                // A wrong token can be mended without losing what is to be sent, and so can a way that leads elsewhere.
                300..=399 | 401 | 404 => Self::Unreachable(words),
                403 => Self::Gone(words),
                _ if says_gone(&refusal) => Self::Gone(words),
                _ => Self::Refused(words),
            },
        }
    }
}

fn says_gone(refusal: &Refusal) -> bool {
    refusal.migrated_to.is_some() || GONE.iter().any(|words| says(refusal, words))
}

/// Whether the server's words hold `words`, which are in small letters.
pub fn says(refusal: &Refusal, words: &str) -> bool {
    refusal.description.to_lowercase().contains(words)
}

/// Whether the fault is that of a token that the server does not know. A token of the wrong form is “Not Found”.
pub fn is_bad_token(fault: &Fault) -> bool {
    matches!(fault, Fault::Refusal(refusal) if matches!(refusal.code, 401 | 404))
}

/// Whether the fault is that of polling beside a webhook.
pub fn is_webhook(fault: &Fault) -> bool {
    matches!(fault, Fault::Refusal(refusal) if refusal.code == 409 && says(refusal, "webhook"))
}

/// The words for a webhook, beside which polling is not possible.
pub const WEBHOOK: &str = "a webhook was set; it is removed, since updates are fetched. If another program needs it, \
                           give Colega a bot of its own";

/// The words for a token that the server does not know.
pub const BAD_TOKEN: &str =
    "Telegram does not know the token; take it from @BotFather (/mybots, API Token) and set TELEGRAM_TOKEN";

/// Says what is wrong with the connection and what to do about it.
pub fn words(fault: &Fault) -> String {
    match fault {
        fault if is_bad_token(fault) => BAD_TOKEN.to_owned(),
        fault if is_webhook(fault) => WEBHOOK.to_owned(),
        Fault::Refusal(Refusal { code: 409, .. }) => {
            "another program reads this bot's messages with the same token; stop it, or give Colega a bot of its own"
                .to_owned()
        }
        Fault::NoConnection(_) => {
            format!("Telegram cannot be reached ({fault}); look at the network and at telegram.api_url")
        }
        Fault::Lost(_) | Fault::Refusal(_) => format!("Telegram does not answer as it should ({fault}); trying again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16, description: &str) -> Fault {
        Fault::Refusal(Refusal { code, description: description.to_owned(), retry_after: None, migrated_to: None })
    }

    #[test]
    fn faults_are_told_apart_by_what_to_do_about_them() {
        let failure = |code, description| Failure::from(refusal(code, description));
        assert!(matches!(failure(429, ""), Failure::RetryAfter(RETRY_AFTER)));
        assert!(matches!(failure(502, "Bad Gateway"), Failure::Unknown(_)));
        assert!(matches!(failure(401, "Unauthorized"), Failure::Unreachable(_)));
        assert!(matches!(failure(302, "Found"), Failure::Unreachable(_)));
        assert!(matches!(failure(403, "Forbidden: bot was blocked by the user"), Failure::Gone(_)));
        assert!(matches!(failure(400, "Bad Request: message to edit not found"), Failure::Gone(_)));
        assert!(matches!(failure(400, "Bad Request: TOPIC_CLOSED"), Failure::Gone(_)));
        assert!(matches!(failure(400, "Bad Request: message is too long"), Failure::Refused(_)));
        assert!(matches!(Failure::from(Fault::NoConnection(String::new())), Failure::Unreachable(_)));
        assert!(matches!(Failure::from(Fault::Lost(String::new())), Failure::Unknown(_)));
        let waiting = Refusal {
            code: 429,
            description: String::new(),
            retry_after: Some(Duration::from_secs(7)),
            migrated_to: None,
        };
        assert!(matches!(Failure::from(Fault::Refusal(waiting)), Failure::RetryAfter(wait) if wait.as_secs() == 7));
    }

    #[test]
    fn words_hold_the_mend() {
        assert!(words(&refusal(404, "Not Found")).contains("@BotFather"));
        let rival = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        assert!(words(&refusal(409, rival)).contains("the same token"));
        let webhook = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                       webhook first";
        assert!(words(&refusal(409, webhook)).contains("a webhook was set"));
        assert!(words(&Fault::NoConnection("refused".into())).contains("telegram.api_url"));
    }
}
