//! Discord's errors (<https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>).

use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Discord's own code; 0 where it has none.
    pub code: u32,
    /// Discord's words.
    pub message: String,
    /// What is wrong with which field.
    pub errors: Option<Value>,
    /// A good bot would never have asked; otherwise it was the circumstances: somebody deleted a message, or took a
    /// permission away.
    pub is_fault: bool,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $status:literal, $code:literal, $message:literal, $is_fault:literal;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> Self {
            Self { status: $status, code: $code, message: $message.to_owned(), errors: None, is_fault: $is_fault }
        }
    )*};
}

impl Refusal {
    refusals! {
        /// No such route.
        not_found: 404, 0, "404: Not Found", true;
        /// No such method here.
        method_not_allowed: 405, 0, "405: Method Not Allowed", true;
        /// A wrong token, or none.
        unauthorized: 401, 0, "401: Unauthorized", true;
        /// A body that is not JSON.
        not_json: 400, 50_109, "The request body contains invalid JSON.", true;
        /// No such channel.
        unknown_channel: 404, 10_003, "Unknown Channel", false;
        /// No such message, or deleted.
        unknown_message: 404, 10_008, "Unknown Message", false;
        /// No such person.
        unknown_user: 404, 10_013, "Unknown User", true;
        /// Not an emoji.
        unknown_emoji: 400, 10_014, "Unknown Emoji", true;
        /// A token of no interaction.
        unknown_webhook: 404, 10_015, "Unknown Webhook", false;
        /// An interaction that is too old, or never was.
        unknown_interaction: 404, 10_062, "Unknown interaction", false;
        /// No such application.
        unknown_application: 404, 10_002, "Unknown Application", true;
        /// No such guild.
        unknown_guild: 404, 10_004, "Unknown Guild", false;
        /// A second answer to an interaction.
        already_acknowledged: 400, 40_060, "Interaction has already been acknowledged.", true;
        /// The bot does not see the channel.
        missing_access: 403, 50_001, "Missing Access", false;
        /// Somebody else's message.
        not_the_author: 403, 50_005, "Cannot edit a message authored by another user", true;
        /// Nothing to show.
        empty_message: 400, 50_006, "Cannot send an empty message", true;
        /// A person who takes no DMs.
        cannot_send_to_user: 403, 50_007, "Cannot send messages to this user", false;
        /// The bot may not do this here.
        missing_permissions: 403, 50_013, "Missing Permissions", false;
        /// An interaction's token that has run out.
        invalid_webhook_token: 401, 50_027, "Invalid Webhook Token", false;
        /// A reply where the bot cannot read what was said.
        no_history_to_reply: 403, 160_002, "Cannot reply without permission to read message history", false;
        /// A message has at most one thread.
        thread_exists: 400, 160_004, "A thread has already been created for this message", false;
        /// Too many edits of an old message.
        too_many_late_edits: 429, 30_046, "Maximum number of edits to messages older than 1 hour reached. Try again later.", false;
    }

    /// Something is wrong with a field: `path` has dots between its steps, as in `components.0.components.1.label`.
    pub fn form(path: &str, code: &str, message: &str) -> Self {
        let leaf = json!({ "_errors": [{ "code": code, "message": message }] });
        let steps = path.split('.').filter(|step| !step.is_empty());
        let tree = steps.rev().fold(leaf, |below, step| json!({ step: below }));
        let told = "Invalid Form Body".to_owned();
        Self { status: 400, code: 50_035, message: told, errors: Some(tree), is_fault: true }
    }

    /// The message to reply to is gone.
    pub fn reply_to_unknown() -> Self {
        let gone = Self::form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
        Self { is_fault: false, ..gone }
    }

    /// As Discord says it.
    pub fn body(&self) -> Value {
        let mut body = json!({ "message": self.message, "code": self.code });
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body
    }
}
