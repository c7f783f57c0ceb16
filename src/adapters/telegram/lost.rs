//! Messages whose sending was not confirmed: found again by changing them, and removed.
//!
//! Telegram lets a bot neither look messages up nor repeat a request without repeating its effect. But the numbers of
//! messages rise within a chat, and a bot can change its own messages alone. So the first number after the question
//! (or after what was known when the sending was begun) that can be changed, and is not that of a message that belongs to
//! something already, is that of a lost message.
//!
//! Of which question, the server does not say: its answer to a change leaves out what the message replies to. So a
//! lost message is removed, and what was looked for is sent anew, below its own question. Where several are lost in a
//! chat, each search removes one of them, whichever it meets, and sends its own anew: in the end every question has its
//! answer once. Only a message that the server does not remove any more stays, with the text that it was changed to.
//!
//! The limits: only [`PROBES`] numbers are tried, so where more than that was written while a message was being sent it is
//! not found, and is sent once more. DMs and basic groups share their numbers, so what is written in any of them counts. A
//! message without a question to reply to is not looked for. And a message of Colega's that is not known must not be sent
//! in the chat meanwhile: the desk holds such sendings up.

use super::api::Fault;
use super::failure::says;
use crate::desk::Failure;

/// How many numbers are tried.
const PROBES: usize = 40;

/// The server's words where a number is not that of a message of Colega's.
const NOT_OURS: [&str; 3] = ["can't be edited", "to edit not found", "message_id_invalid"];

/// The numbers to try after `since`: the question, or the latest message that was known when the sending was begun.
pub fn candidates(since: i32, known: &[i32]) -> impl Iterator<Item = i32> {
    (since.saturating_add(1)..i32::MAX).filter(|number| !known.contains(number)).take(PROBES)
}

/// Whether a change hit a message of Colega's. One that changed nothing did, too.
///
/// # Errors
/// The server could not be asked.
pub fn is_own(probe: Result<(), Fault>) -> Result<bool, Failure> {
    match probe {
        Ok(()) => Ok(true),
        Err(Fault::Refusal(refusal)) if NOT_OURS.iter().any(|words| says(&refusal, words)) => Ok(false),
        Err(fault) => Err(fault.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::api::Refusal;
    use super::*;

    #[test]
    fn numbers_after_the_question_are_tried_but_for_those_that_are_known() {
        let tried: Vec<i32> = candidates(10, &[11, 13]).collect();
        assert_eq!((tried[0], tried[1], tried.len()), (12, 14, PROBES));
        assert_eq!(candidates(i32::MAX, &[]).count(), 0);
    }

    #[test]
    fn a_message_that_can_be_changed_is_colegas() {
        let refused = |code, description: &str| {
            let description = description.to_owned();
            is_own(Err(Fault::Refusal(Refusal { code, description, retry_after: None, migrated_to: None })))
        };
        assert!(matches!(is_own(Ok(())), Ok(true)));
        assert!(matches!(refused(400, "Bad Request: message can't be edited"), Ok(false)));
        assert!(matches!(refused(400, "Bad Request: message to edit not found"), Ok(false)));
        assert!(matches!(refused(400, "Bad Request: MESSAGE_ID_INVALID"), Ok(false)));
        assert!(matches!(refused(400, "Bad Request: chat not found"), Err(Failure::Gone(_))));
        assert!(matches!(is_own(Err(Fault::Lost(String::new()))), Err(Failure::Unknown(_))));
    }
}
