//! Ways in which a server and the network before it fail.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// How often what goes wrong, as shares of all requests, and the chance that decides.
#[derive(Debug, Clone)]
pub struct Faults {
    /// Error 500 instead of doing anything.
    pub before: f64,
    /// Error 502 in HTML from a gateway although it was done.
    pub after: f64,
    /// The connection is cut although it was done.
    pub lost: f64,
    /// Error 429, to be repeated after a second.
    pub throttled: f64,
    /// The answer takes longer, by this much at most.
    pub slow: (f64, Duration),
    /// Error 409 to a poll.
    pub rival: f64,
    /// How many more polls end with error 409, whatever the share.
    pub rival_polls: u32,
    /// Methods that fail (lower case); empty for all but getUpdates.
    pub only: &'static [&'static str],
    /// Decides.
    pub chance: StdRng,
}

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Before,
    After,
    Lost,
    Throttled,
    Rival,
}

impl Default for Faults {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl Faults {
    /// None yet.
    pub fn seeded(seed: u64) -> Self {
        Self {
            before: 0.0,
            after: 0.0,
            lost: 0.0,
            throttled: 0.0,
            slow: (0.0, Duration::ZERO),
            rival: 0.0,
            rival_polls: 0,
            only: &[],
            chance: StdRng::seed_from_u64(seed),
        }
    }

    /// Everything at once.
    pub fn mixed(seed: u64) -> Self {
        Self {
            before: 0.03,
            after: 0.03,
            lost: 0.03,
            throttled: 0.03,
            slow: (0.1, Duration::from_millis(300)),
            rival: 0.005,
            ..Self::seeded(seed)
        }
    }

    /// What goes wrong with a request for `method`, and how long it waits.
    pub fn draw(&mut self, method: &str) -> (Option<Fault>, Duration) {
        if method == "getupdates" {
            let counted = self.rival_polls > 0;
            self.rival_polls = self.rival_polls.saturating_sub(1);
            if counted || (self.rival > 0.0 && self.chance.random_bool(self.rival)) {
                return (Some(Fault::Rival), Duration::ZERO);
            }
        }
        let is_meant = if self.only.is_empty() { method != "getupdates" } else { self.only.contains(&method) };
        if !is_meant {
            return (None, Duration::ZERO);
        }
        let slow = if self.slow.0 > 0.0 && self.chance.random_bool(self.slow.0) {
            self.slow.1.mul_f64(self.chance.random())
        } else {
            Duration::ZERO
        };
        let mut at: f64 = self.chance.random();
        let shares = [
            (self.before, Fault::Before),
            (self.after, Fault::After),
            (self.lost, Fault::Lost),
            (self.throttled, Fault::Throttled),
        ];
        for (share, fault) in shares {
            if at < share {
                return (Some(fault), slow);
            }
            at -= share;
        }
        (None, slow)
    }
}
