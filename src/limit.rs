//! Rate limits: per user, per chat and for the whole daemon (GCRA, by `governor`).
//!
//! The narrowest limit is asked first, so that somebody who writes too fast is stopped by the limit on themselves and
//! costs the chat and the daemon nothing. Time is passed in; nothing here reads a clock after [`Limiter::new`].

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};
use serde::{Deserialize, Serialize};

use crate::question::{ChatId, Origin, UserId};

/// How many questions are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// For each user, over all chats of one origin; 5 at once and 20 a minute unless set.
    pub per_user: Rate,
    /// For each chat, over all users in it; 20 at once and 60 a minute unless set.
    pub per_chat: Rate,
    /// For the whole daemon; 200 at once and 1,200 a minute unless set.
    pub global: Rate,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            per_user: Rate { burst: 5, per_minute: 20 },
            per_chat: Rate { burst: 20, per_minute: 60 },
            global: Rate { burst: 200, per_minute: 1_200 },
        }
    }
}

/// One limit; a 0 in either place switches it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Questions that may come at once after a rest; at most 1,000,000.
    pub burst: u32,
    /// Questions a minute in the long run; at most 1,000,000.
    pub per_minute: u32,
}

/// The largest number that a [`Rate`] takes; beyond it governor's nanoseconds could overflow.
const MOST: u32 = 1_000_000;

impl Rate {
    fn quota(self, limit: &'static str) -> Result<Option<Quota>, LimitError> {
        for (key, value) in [("burst", self.burst), ("per_minute", self.per_minute)] {
            if value > MOST {
                return Err(LimitError { limit, key, value });
            }
        }
        Ok(match (NonZeroU32::new(self.burst), NonZeroU32::new(self.per_minute)) {
            (Some(burst), Some(per_minute)) => Some(Quota::per_minute(per_minute).allow_burst(burst)),
            _ => None,
        })
    }
}

/// A limit that is set too high.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{limit}.{key} is {value}; set it to at most {MOST}, or to 0 for no limit")]
pub struct LimitError {
    limit: &'static str,
    key: &'static str,
    value: u32,
}

/// A limit with one budget for each key, which is unique within an origin.
type Keyed = RateLimiter<(Origin, String), DashMapStateStore<(Origin, String)>, LatestTime, NoOpMiddleware<Nanos>>;
/// A limit with one budget.
type Single = RateLimiter<NotKeyed, InMemoryState, LatestTime, NoOpMiddleware<Nanos>>;

/// The limits, ready to be asked; share it by reference or `Arc`.
pub struct Limiter {
    clock: LatestTime,
    start: Instant,
    per_user: Option<Keyed>,
    per_chat: Option<Keyed>,
    global: Option<Single>,
    checks: AtomicU64,
}

/// After so many checks the budgets that are full again are forgotten.
const CHECKS_BETWEEN_SWEEPS: u64 = 1_024;

impl Limiter {
    /// Full budgets for everybody.
    pub fn new(settings: &LimitSettings) -> Result<Self, LimitError> {
        let clock = LatestTime::default();
        let keyed = |quota| RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Ok(Self {
            per_user: settings.per_user.quota("per_user")?.map(keyed),
            per_chat: settings.per_chat.quota("per_chat")?.map(keyed),
            global: settings.global.quota("global")?.map(|quota| RateLimiter::direct_with_clock(quota, clock.clone())),
            start: Instant::now(),
            clock,
            checks: AtomicU64::new(0),
        })
    }

    /// Takes one question out of the asker's, the chat's and the daemon's budget.
    ///
    /// # Errors
    /// How long to wait when one of them is empty. [`Origin::Measurement`] is never limited.
    pub fn check(&self, origin: Origin, user: &UserId, chat: &ChatId, now: Instant) -> Result<(), Duration> {
        if origin == Origin::Measurement {
            return Ok(());
        }
        self.clock.advance_to(now.saturating_duration_since(self.start));
        self.sweep_now_and_then();
        // Somebody else may have moved the clock on meanwhile; that is later by microseconds and harms nobody.
        let wait = |refused: NotUntil<Nanos>| refused.wait_time_from(self.clock.now());
        if let Some(limit) = &self.per_user {
            limit.check_key(&(origin, user.0.clone())).map_err(wait)?;
        }
        if let Some(limit) = &self.per_chat {
            limit.check_key(&(origin, chat.0.clone())).map_err(wait)?;
        }
        if let Some(limit) = &self.global {
            limit.check().map_err(wait)?;
        }
        Ok(())
    }

    fn sweep_now_and_then(&self) {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            for limit in [&self.per_user, &self.per_chat].into_iter().flatten() {
                limit.retain_recent();
                limit.shrink_to_fit();
            }
        }
    }
}

/// The latest time that any caller passed in, in nanoseconds since the limiter was made.
#[derive(Clone, Default)]
struct LatestTime(Arc<AtomicU64>);

impl LatestTime {
    fn advance_to(&self, since_start: Duration) {
        let nanos = u64::try_from(since_start.as_nanos()).unwrap_or(u64::MAX / 2);
        self.0.fetch_max(nanos, Ordering::AcqRel);
    }
}

impl Clock for LatestTime {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.load(Ordering::Acquire).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFF: Rate = Rate { burst: 0, per_minute: 0 };

    fn limiter(per_user: Rate, per_chat: Rate, global: Rate) -> (Limiter, Instant) {
        let settings = LimitSettings { per_user, per_chat, global };
        (Limiter::new(&settings).expect("valid settings"), Instant::now())
    }

    fn ask(limiter: &Limiter, user: &str, chat: &str, now: Instant) -> Result<(), Duration> {
        limiter.check(Origin::Web, &UserId(user.into()), &ChatId(chat.into()), now)
    }

    fn taken(limiter: &Limiter, user: &str, chat: &str, now: Instant) -> usize {
        (0..1_000).take_while(|_| ask(limiter, user, chat, now).is_ok()).count()
    }

    #[test]
    fn a_user_gets_a_burst_and_then_a_steady_rate() {
        let (limiter, start) = limiter(Rate { burst: 5, per_minute: 20 }, OFF, OFF);
        assert_eq!(taken(&limiter, "ana", "team", start), 5);
        let wait = ask(&limiter, "ana", "team", start).expect_err("the budget is empty");
        assert!(wait > Duration::from_millis(2_900) && wait <= Duration::from_secs(3), "{wait:?}");
        assert_eq!(ask(&limiter, "ana", "team", start + wait), Ok(()));
        assert_eq!(taken(&limiter, "ana", "team", start + wait), 0);
        assert_eq!(taken(&limiter, "ana", "team", start + Duration::from_mins(10)), 5);
    }

    #[test]
    fn users_chats_and_origins_have_budgets_of_their_own() {
        let (limiter, start) = limiter(Rate { burst: 2, per_minute: 1 }, Rate { burst: 3, per_minute: 1 }, OFF);
        assert_eq!(taken(&limiter, "ana", "team", start), 2);
        assert_eq!(taken(&limiter, "ben", "team", start), 1, "the chat has one left");
        assert_eq!(taken(&limiter, "eva", "other", start), 2);
        let terminal = limiter.check(Origin::Terminal, &UserId("ana".into()), &ChatId("team".into()), start);
        assert_eq!(terminal, Ok(()));
    }

    #[test]
    fn one_who_floods_costs_the_others_nothing() {
        let (limiter, start) = limiter(
            Rate { burst: 2, per_minute: 1 },
            Rate { burst: 4, per_minute: 1 },
            Rate { burst: 5, per_minute: 1 },
        );
        assert_eq!(taken(&limiter, "ana", "team", start), 2);
        for _ in 0..1_000 {
            assert!(ask(&limiter, "ana", "team", start).is_err());
        }
        assert_eq!(taken(&limiter, "ben", "team", start), 2);
        assert_eq!(taken(&limiter, "eva", "other", start), 1, "the daemon has one left");
    }

    #[test]
    fn measurements_and_limits_that_are_off_never_refuse() {
        let (limiter, start) = limiter(Rate { burst: 1, per_minute: 0 }, OFF, Rate { burst: 1, per_minute: 1 });
        assert_eq!(ask(&limiter, "ana", "team", start), Ok(()));
        for _ in 0..100 {
            let measured = limiter.check(Origin::Measurement, &UserId("m".into()), &ChatId("m".into()), start);
            assert_eq!(measured, Ok(()));
        }
        assert!(ask(&limiter, "ana", "team", start).is_err(), "the global limit is on");
    }

    #[test]
    fn users_who_have_gone_are_forgotten() {
        let (limiter, start) = limiter(Rate { burst: 5, per_minute: 60 }, OFF, OFF);
        for second in 0..10_000 {
            let now = start + Duration::from_secs(second);
            assert_eq!(ask(&limiter, &format!("user {second}"), "team", now), Ok(()));
        }
        let known = limiter.per_user.as_ref().expect("on").len();
        assert!(known <= 1_100, "{known} users are kept");
    }

    #[test]
    fn a_clock_that_jumps_back_or_far_ahead_does_not_panic() {
        let (limiter, start) = limiter(Rate { burst: 1, per_minute: 1 }, OFF, OFF);
        assert_eq!(ask(&limiter, "ana", "team", start + Duration::from_secs(1 << 32)), Ok(()));
        assert!(ask(&limiter, "ana", "team", start).is_err());
    }

    #[test]
    fn numbers_beyond_the_largest_are_refused_by_name() {
        let per_chat = Rate { burst: 2, per_minute: u32::MAX };
        let error = Limiter::new(&LimitSettings { per_chat, ..LimitSettings::default() }).err().expect("too high");
        let expected = "per_chat.per_minute is 4294967295; set it to at most 1000000, or to 0 for no limit";
        assert_eq!(error.to_string(), expected);
    }
}
