//! Updates: accepted, dealt with, known again.
//!
//! Platforms' names of updates may hold people's numbers, so keyed hashes stand for them.

use anyhow::Result;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::warn;

use super::store::{Store, below, key, sorted, split};
use crate::question::Origin;

/// What is known of an update that was accepted.
#[derive(Serialize, Deserialize)]
enum Seen {
    /// Its body has this number.
    Accepted(u64),
    /// It has been dealt with.
    Finished,
}

impl Store {
    pub(super) fn accept(&self, origin: Origin, update: &str, body: &impl Serialize) -> Result<bool> {
        let name = self.name(origin, update);
        let seen = key(&["seen", &name]);
        let mut change = self.change();
        if self.contains(&seen)? {
            return Ok(false);
        }
        let number = self.next_number()?;
        change.put(&seen, &Seen::Accepted(number))?;
        change.put(&body_key(origin, number, &name), body)?;
        change.apply()?;
        Ok(true)
    }

    pub(super) fn finish(&self, origin: Origin, update: &str, now_ms: u64) -> Result<()> {
        self.finish_named(origin, &self.name(origin, update), now_ms)
    }

    fn finish_named(&self, origin: Origin, name: &str, now_ms: u64) -> Result<()> {
        let seen = key(&["seen", name]);
        let mut change = self.change();
        if let Some(Seen::Accepted(number)) = self.read(&seen)? {
            change.remove(&body_key(origin, number, name));
            change.put(&seen, &Seen::Finished)?;
            change.put(&key(&["finished", &sorted(now_ms), name]), &())?;
            change.apply()?;
        }
        Ok(())
    }

    pub(super) fn unfinished<T: DeserializeOwned>(&self, origin: Origin, now_ms: u64) -> Result<Vec<T>> {
        let mut bodies = Vec::new();
        for row in self.rows::<Value>(below(&["inbox", origin.name()])) {
            let (rest, body) = row?;
            if let Some(Ok(body)) = body.map(serde_json::from_value) {
                bodies.push(body);
            } else {
                warn!(origin = origin.name(), "an update cannot be read any more and is left out");
                self.finish_named(origin, split(&rest).1, now_ms)?;
            }
        }
        Ok(bodies)
    }

    /// Forgets updates that were finished before `before_ms`.
    pub(super) fn prune_inbox(&self, before_ms: u64) -> Result<u64> {
        let (prefix, before) = (below(&["finished"]), sorted(before_ms));
        let mut removed = 0;
        for row in self.rows::<()>(prefix.clone()) {
            let (rest, _) = row?;
            let (at, name) = split(&rest);
            if *at >= *before {
                break;
            }
            let mut change = self.change();
            change.remove(&key(&["seen", name]));
            change.remove(&format!("{prefix}{rest}"));
            change.apply()?;
            removed += 1;
        }
        Ok(removed)
    }
}

fn body_key(origin: Origin, number: u64, name: &str) -> String {
    key(&["inbox", origin.name(), &sorted(number), name])
}
