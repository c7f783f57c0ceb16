//! What an adapter finds out about its own set-up, for `colega doctor`.

use serde::Serialize;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it stands.
    pub state: State,
    /// What was found.
    pub says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Good,
    /// It works without, but less of it.
    Absent,
    /// It does not work.
    Bad,
}

impl Finding {
    /// Something that is as it should be.
    pub fn good(says: impl Into<String>) -> Self {
        Self { state: State::Good, says: says.into(), mend: None }
    }

    /// Something without which less works.
    pub fn absent(says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Absent, says: says.into(), mend: Some(mend.into()) }
    }

    /// Something without which it does not work.
    pub fn bad(says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Bad, says: says.into(), mend: Some(mend.into()) }
    }
}
