//! What is done by the clock: looking through the sources, backups.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

/// What is done by the clock, section `[schedule]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleSettings {
    /// When the sources are looked through again: minute, hour, day, month and weekday, as in a crontab; empty for never. Each
    /// start looks through them, too.
    pub reindex: String,
    /// When a backup is made, in the same way.
    pub backup: String,
    /// In which time zone, such as `Europe/Madrid`.
    pub time_zone: String,
    /// Up to so many seconds later, at random: several daemons must not all begin at once.
    pub jitter_s: u64,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self { reindex: String::new(), backup: String::new(), time_zone: "UTC".to_owned(), jitter_s: 30 }
    }
}

/// A day is long enough to be no jitter any more.
const MOST_JITTER_S: u64 = 24 * 60 * 60;

/// A schedule that was understood.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
    jitter: Duration,
}

impl Schedule {
    /// When the sources are looked through; `None` for never.
    ///
    /// # Errors
    /// It is no crontab entry, or the time zone is not known.
    pub fn reindex(settings: &ScheduleSettings) -> Result<Option<Self>> {
        Self::new("reindex", &settings.reindex, settings)
    }

    /// When backups are made, as [`Self::reindex`].
    ///
    /// # Errors
    /// As there.
    pub fn backup(settings: &ScheduleSettings) -> Result<Option<Self>> {
        Self::new("backup", &settings.backup, settings)
    }

    fn new(key: &str, entry: &str, settings: &ScheduleSettings) -> Result<Option<Self>> {
        let ScheduleSettings { time_zone, jitter_s, .. } = settings;
        ensure!(*jitter_s <= MOST_JITTER_S, "schedule.jitter_s is {jitter_s}; set it to at most {MOST_JITTER_S}");
        let zone: Tz = time_zone.parse().ok().with_context(|| {
            format!("schedule.time_zone “{time_zone}” is not known; write one such as \"UTC\" or \"Europe/Madrid\"")
        })?;
        if entry.trim().is_empty() {
            return Ok(None);
        }
        let cron = entry.parse().with_context(|| {
            format!("schedule.{key} “{entry}” is no crontab entry; \"0 3 * * *\" is every night at three")
        })?;
        Ok(Some(Self { cron, zone, jitter: Duration::from_secs(*jitter_s) }))
    }

    /// The first moment after `last` at which it is due, jitter aside; `None` if it never is again. A moment that was missed,
    /// while the machine slept or the work of the last took long, lies before now and is made up for once.
    pub fn due_after(&self, last: SystemTime) -> Option<SystemTime> {
        let last = DateTime::<Utc>::from(last).with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&last, false).ok()?;
        Some(next.with_timezone(&Utc).into())
    }

    /// How much later than due it is done this time.
    pub fn jitter(&self) -> Duration {
        self.jitter.mul_f64(rand::rng().random_range(0.0..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(reindex: &str, time_zone: &str) -> ScheduleSettings {
        ScheduleSettings { reindex: reindex.into(), time_zone: time_zone.into(), ..ScheduleSettings::default() }
    }

    #[track_caller]
    fn check(reindex: &str, time_zone: &str, last: &str, expected: &str) {
        let schedule = Schedule::reindex(&settings(reindex, time_zone)).expect("good").expect("set");
        let at = |text: &str| SystemTime::from(DateTime::parse_from_rfc3339(text).expect("a time").with_timezone(&Utc));
        assert_eq!(schedule.due_after(at(last)), Some(at(expected)), "{reindex} {time_zone}");
        assert!(schedule.jitter() <= Duration::from_secs(30));
    }

    #[test]
    fn it_is_due_in_its_time_zone_whatever_the_clocks_do_there() {
        check("0 3 * * *", "UTC", "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z");
        check("0 3 * * *", "Europe/Madrid", "2026-01-01T03:00:00Z", "2026-01-02T02:00:00Z");
        check("0 3 * * *", "Europe/Madrid", "2026-07-01T03:00:00Z", "2026-07-02T01:00:00Z");
        check("*/15 * * * *", "UTC", "2026-01-01T03:07:09Z", "2026-01-01T03:15:00Z");
    }

    #[test]
    fn what_is_no_schedule_is_told_with_its_key() {
        assert!(Schedule::reindex(&ScheduleSettings::default()).expect("off").is_none());
        for (settings, key) in [
            (settings("every night", "UTC"), "schedule.reindex"),
            (settings("0 25 * * *", "UTC"), "schedule.reindex"),
            (settings("0 3 * * *", "Mars/Olympus"), "schedule.time_zone"),
            (ScheduleSettings { jitter_s: 100_000, ..settings("", "UTC") }, "schedule.jitter_s"),
        ] {
            let error = format!("{:#}", Schedule::reindex(&settings).expect_err("refused"));
            assert!(error.contains(key), "{error}");
        }
    }
}
