//! How long people may stand in line.

use serde::{Deserialize, Serialize};

/// How long people may stand in line, section `[queue]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueSettings {
    /// Questions that may wait, of all people together; those beyond are told to come back.
    pub places: usize,
    /// Questions that may be worked on at once; 0 for one more than there are cores. An engine that writes slowly because it waits, and
    /// does not compute, can take more.
    pub at_once: usize,
    /// Questions of one person that may wait.
    pub per_person: usize,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self { places: 512, at_once: 0, per_person: 8 }
    }
}

/// The most that [`QueueSettings::at_once`] may be: each question that is worked on holds a thread.
const MOST_AT_ONCE: usize = 256;

impl QueueSettings {
    /// What is wrong with the settings, if anything.
    pub fn validate(&self) -> Result<(), String> {
        if self.at_once > MOST_AT_ONCE {
            return Err(format!(
                "queue.at_once is {}; set it to at most {MOST_AT_ONCE}, or to 0 for what the cores can take",
                self.at_once
            ));
        }
        if self.per_person == 0 && self.places > 0 {
            return Err("queue.per_person is 0, so nobody could wait; 8 is a good value".to_owned());
        }
        Ok(())
    }
}
