//! Ballots: how one person's presses and reactions make one vote.

use serde::{Deserialize, Serialize};

use super::{Tally, Vote};

/// How somebody gave a thumb. A person's vote is the last thumb that they gave and have not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A button below the answer, or on the page; pressing it again takes the thumb back.
    Button,
    /// A reaction to the message.
    Reaction,
}

/// What somebody did with their thumb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ballot {
    /// Pressed a button that toggles.
    Toggled(Vote),
    /// Set or took back the vote as a whole (the page).
    Set(Option<Vote>),
    /// Added a reaction, or took it back.
    Reacted {
        /// Which.
        thumb: Vote,
        /// Added.
        on: bool,
    },
    /// Has these reactions now, the latest last.
    Reactions(Vec<Vote>),
}

/// A vote after a ballot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The person's vote now.
    pub own: Option<Vote>,
    /// Everybody's.
    pub tally: Tally,
}

/// How many updates are known again. The platforms repeat the latest ones only, and the inbox holds back most of those.
const UPDATES_KEPT: usize = 16;

/// The thumbs that one person holds up at one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thumbs {
    /// In the order in which they were given; at most one by button and one of each kind by reaction.
    held: Vec<Thumb>,
    /// Hashes of the names of the latest updates that were counted. A name may hold a person's number, its hash does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    updates: Vec<String>,
    /// When they last changed, in milliseconds since 1970.
    at_ms: u64,
}

/// One thumb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Thumb {
    means: Means,
    vote: Vote,
}

impl Thumbs {
    /// One thumb given by button.
    pub(super) fn by_button(vote: Vote, at_ms: u64) -> Self {
        Self { held: vec![Thumb { means: Means::Button, vote }], updates: Vec::new(), at_ms }
    }

    /// The vote that they make.
    pub(super) fn vote(&self) -> Option<Vote> {
        self.held.last().map(|thumb| thumb.vote)
    }

    /// Whether nothing is lost when they are not kept.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.updates.is_empty()
    }

    /// Whether they could have come about by ballots.
    pub(super) fn is_possible(&self) -> bool {
        let buttons = self.held.iter().filter(|thumb| thumb.means == Means::Button).count();
        let repeated = (1..self.held.len()).any(|at| self.held[..at].contains(&self.held[at]));
        buttons <= 1 && !repeated && self.updates.len() <= UPDATES_KEPT
    }

    /// Counts a ballot. False if its `update` (a hash of the name; `None` for a ballot that may be counted again) has been
    /// counted before.
    pub(super) fn count(&mut self, ballot: &Ballot, update: Option<String>, at_ms: u64) -> bool {
        if let Some(update) = update {
            if self.updates.contains(&update) {
                return false;
            }
            self.updates.push(update);
            let surplus = self.updates.len().saturating_sub(UPDATES_KEPT);
            self.updates.drain(..surplus);
        }
        self.apply(ballot);
        self.at_ms = at_ms;
        true
    }

    /// Makes the reactions those of a moment; false if that changes nothing, or if something was done since.
    pub(super) fn recount(&mut self, now: &[Vote], at_ms: u64) -> bool {
        if self.at_ms > at_ms {
            return false;
        }
        let before = self.held.clone();
        self.react(now);
        self.at_ms = at_ms;
        self.held != before
    }

    fn apply(&mut self, ballot: &Ballot) {
        match ballot {
            Ballot::Toggled(vote) => {
                let pressed = Thumb { means: Means::Button, vote: *vote };
                let was_held = self.held.contains(&pressed);
                self.held.retain(|thumb| thumb.means != Means::Button);
                if !was_held {
                    self.held.push(pressed);
                }
            }
            Ballot::Set(vote) => {
                self.held = vote.map(|vote| Thumb { means: Means::Button, vote }).into_iter().collect();
            }
            Ballot::Reacted { thumb, on } => {
                let thumb = Thumb { means: Means::Reaction, vote: *thumb };
                match (on, self.held.contains(&thumb)) {
                    (true, false) => self.held.push(thumb),
                    // What is there already keeps its place: an event that comes twice must not make it the latest.
                    (true, true) | (false, false) => {}
                    (false, true) => self.held.retain(|held| *held != thumb),
                }
            }
            Ballot::Reactions(now) => self.react(now),
        }
    }

    /// Makes the reactions those of `now`, in that order. A thumb that was there keeps its place among the others where
    /// the order allows it, so that a list that says nothing new does not outdo a button that was pressed later.
    fn react(&mut self, now: &[Vote]) {
        self.held.retain(|thumb| thumb.means == Means::Button || now.contains(&thumb.vote));
        let mut behind = 0;
        for (at, &vote) in now.iter().enumerate() {
            if now[at + 1..].contains(&vote) {
                continue;
            }
            let thumb = Thumb { means: Means::Reaction, vote };
            if let Some(place) = self.held[behind..].iter().position(|held| *held == thumb) {
                behind += place + 1;
            } else {
                self.held.retain(|held| *held != thumb);
                self.held.push(thumb);
                behind = self.held.len();
            }
        }
    }
}

#[cfg(test)]
mod tests;
