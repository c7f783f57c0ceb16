//! The real program between both platforms and many people: connections break, requests fail, and the power goes off.
//!
//! `COLEGA_SOAK_SECONDS` says how long it goes on (600 for the full run, with a kill every 20 s; a short one without it).
//! `cargo test --release --test it soak:: -- --nocapture` prints the figures.

#[cfg(unix)]
mod day;
mod faults;
#[cfg(target_os = "linux")]
mod hours;
mod idle;
mod load;
mod on_discord;
mod on_telegram;
mod story;

use std::time::Duration;

/// Variables for sources that are looked through every few seconds, as `every` says in the manner of cron, and people who are
/// never told to slow down.
#[cfg(unix)]
fn busy(every: &str) -> [(&str, &str); 8] {
    [
        ("COLEGA__SCHEDULE__REINDEX", every),
        ("COLEGA__SCHEDULE__JITTER_S", "0"),
        ("COLEGA__LIMITS__PER_USER__BURST", "0"),
        ("COLEGA__LIMITS__PER_USER__PER_MINUTE", "0"),
        ("COLEGA__LIMITS__PER_CHAT__BURST", "0"),
        ("COLEGA__LIMITS__PER_CHAT__PER_MINUTE", "0"),
        ("COLEGA__LIMITS__GLOBAL__BURST", "0"),
        ("COLEGA__LIMITS__GLOBAL__PER_MINUTE", "0"),
    ]
}

/// How long the run goes on, in seconds, and whether that was asked for.
fn seconds(usual: u64) -> (Duration, bool) {
    let asked = std::env::var("COLEGA_SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    (Duration::from_secs(asked.unwrap_or(usual)), asked.is_some())
}

/// The smallest value that at least `percent` of 100 of `sorted` do not exceed (nearest rank).
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
