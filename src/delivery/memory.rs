//! What Colega remembers for a while: the last turns of conversations, and how far channels were read.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::store::{Store, below, key, sorted, split};
use super::{ConversationId, OutKey};
use crate::place::Pseudonym;
use crate::question::{Origin, Turn};

/// Turns kept of a conversation.
const TURNS: usize = 3;

#[derive(Serialize, Deserialize)]
struct Spoken {
    person: Pseudonym,
    turn: Turn,
}

impl Store {
    pub(super) fn turns(&self, conversation: &ConversationId, except: &OutKey, since_ms: u64) -> Result<Vec<Turn>> {
        let mut turns = Vec::new();
        for row in self.rows_from::<Spoken>(below(&["turn", &conversation.0]), &sorted(since_ms)) {
            let (rest, spoken) = row?;
            let is_meant = split(&rest).1 != except.0;
            turns.extend(spoken.filter(|_| is_meant).map(|spoken| spoken.turn));
        }
        Ok(turns)
    }

    pub(super) fn add_turn(
        &self,
        conversation: &ConversationId,
        person: &Pseudonym,
        of: &OutKey,
        turn: &Turn,
        at_ms: u64,
    ) -> Result<()> {
        let prefix = below(&["turn", &conversation.0]);
        let mut change = self.change();
        let mut places = Vec::new();
        for row in self.rows::<Spoken>(prefix.clone()) {
            places.push(row?.0);
        }
        let (own, mut others): (Vec<_>, Vec<_>) = places.into_iter().partition(|rest| split(rest).1 == of.0);
        others.truncate(others.len().saturating_sub(TURNS - 1));
        for rest in own.iter().chain(&others) {
            change.remove(&format!("{prefix}{rest}"));
        }
        let spoken = Spoken { person: person.clone(), turn: turn.clone() };
        change.put(&key(&["turn", &conversation.0, &sorted(at_ms), &of.0]), &spoken)?;
        change.apply()
    }

    pub(super) fn forget_turns_of(&self, person: &Pseudonym) -> Result<u64> {
        self.forget_turns(|_, spoken| spoken.is_some_and(|spoken| spoken.person == *person))
    }

    /// Forgets turns from before `before_ms`, and those that are damaged.
    pub(super) fn prune_turns(&self, before_ms: u64) -> Result<u64> {
        let before = sorted(before_ms);
        self.forget_turns(|at, spoken| spoken.is_none() || *at < *before)
    }

    /// Turns are kept for minutes or hours, so there are never many to look through.
    fn forget_turns(&self, is_forgotten: impl Fn(&str, Option<Spoken>) -> bool) -> Result<u64> {
        let prefix = below(&["turn"]);
        let mut removed = 0;
        for row in self.rows::<Spoken>(prefix.clone()) {
            let (rest, spoken) = row?;
            let (_conversation, behind) = split(&rest);
            if is_forgotten(split(behind).0, spoken) {
                let mut change = self.change();
                change.remove(&format!("{prefix}{rest}"));
                change.apply()?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    pub(super) fn cursor(&self, origin: Origin, name: &str) -> Result<Option<String>> {
        self.read_if_sound(&key(&["cursor", origin.name(), name]))
    }

    pub(super) fn set_cursor(&self, origin: Origin, name: &str, value: &str) -> Result<()> {
        let mut change = self.change();
        change.put(&key(&["cursor", origin.name(), name]), &value)?;
        change.apply()
    }

    pub(super) fn cursors(&self, origin: Origin) -> Result<Vec<(String, String)>> {
        let mut cursors = Vec::new();
        for row in self.rows(below(&["cursor", origin.name()])) {
            let (name, value) = row?;
            cursors.extend(value.map(|value| (name, value)));
        }
        Ok(cursors)
    }
}
