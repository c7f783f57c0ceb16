//! What is kept, and for how long.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::kept::Kept;
use super::millis;

/// What is kept of questions and answers, section `[feedback]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedbackSettings {
    /// Days after which a question is removed, with its answer, its votes and its corrections; 180 unless set, 0 for
    /// never.
    pub keep_days: u32,
    /// Whether questions that were asked in private are kept with their words; otherwise only what was cited and voted is.
    pub keep_direct: bool,
    /// Whether any words are kept: questions, answers, corrections. Without them there is nothing to grow the goldset from.
    pub keep_questions: bool,
}

impl Default for FeedbackSettings {
    fn default() -> Self {
        Self { keep_days: 180, keep_direct: false, keep_questions: true }
    }
}

impl FeedbackSettings {
    /// The moment before which nothing is kept, in milliseconds since 1970, for [`super::Feedback::prune`]; `None` when
    /// everything is kept for ever.
    pub fn oldest_kept_ms(&self, now: SystemTime) -> Option<u64> {
        let kept = Duration::from_secs(u64::from(self.keep_days) * 24 * 60 * 60);
        (self.keep_days > 0).then(|| now.checked_sub(kept).map_or(0, millis))
    }

    /// Whether the words of a question and of what is said about it may be kept.
    pub(super) fn keeps_words_of(&self, kept: &Kept) -> bool {
        self.keep_questions && (self.keep_direct || !kept.is_direct)
    }
}
