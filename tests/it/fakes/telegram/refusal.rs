//! How the server says no.

use std::time::Duration;

use serde_json::{Value, json};

/// A refusal with its words, which bots tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: u16,
    pub description: String,
    pub parameters: Option<Value>,
}

impl Refusal {
    pub fn bad_request(words: impl std::fmt::Display) -> Self {
        Self { code: 400, description: format!("Bad Request: {words}"), parameters: None }
    }

    pub fn forbidden(words: impl std::fmt::Display) -> Self {
        Self { code: 403, description: format!("Forbidden: {words}"), parameters: None }
    }

    pub fn conflict(words: impl std::fmt::Display) -> Self {
        Self { code: 409, description: format!("Conflict: {words}"), parameters: None }
    }

    pub fn retry_after(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let seconds = seconds.max(1);
        Self {
            code: 429,
            description: format!("Too Many Requests: retry after {seconds}"),
            parameters: Some(json!({ "retry_after": seconds })),
        }
    }

    pub fn upgraded(to: i64) -> Self {
        Self {
            code: 400,
            description: "Bad Request: group chat was upgraded to a supergroup chat".into(),
            parameters: Some(json!({ "migrate_to_chat_id": to })),
        }
    }

    pub fn json(&self) -> Value {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let Some(parameters) = &self.parameters {
            body["parameters"] = parameters.clone();
        }
        body
    }
}
