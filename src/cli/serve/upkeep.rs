//! What is done now and then: what is too old is forgotten every hour, and soon after the start; figures are kept small.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::app::App;
use crate::backup::{self, About, Saved};
use crate::config::Settings;
use crate::delivery::Delivery;
use crate::feedback::{self, Feedback};
use crate::reindex::schedule::Schedule;
use crate::telemetry::metrics::Recorder;

const HOUR: Duration = Duration::from_hours(1);

/// Enforces the retention that `settings` set, every hour until `stop`.
pub(super) async fn hourly(settings: Settings, feedback: Feedback, delivery: Delivery, stop: CancellationToken) {
    let mut tick = tokio::time::interval(HOUR);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        if let Err(error) = once(&settings, &feedback, &delivery).await {
            warn!("what is too old could not be forgotten: {error:#}");
        }
    }
}

/// How often it is looked whether something is due.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);

/// Does `work` whenever it is due, one time after the other, until `stop`.
pub(super) async fn on_schedule<F: Future<Output = ()>>(
    schedule: Schedule,
    stop: CancellationToken,
    work: impl Fn() -> F,
) {
    let mut last = SystemTime::now();
    while let Some(due) = schedule.due_after(last) {
        let due = due + schedule.jitter();
        // Looked at now and then: the clock may be set, and a machine that sleeps does not count its sleep.
        while let Ok(wait) = due.duration_since(SystemTime::now()) {
            if stop.run_until_cancelled(tokio::time::sleep(wait.min(LOOK_AT_CLOCK))).await.is_none() {
                return;
            }
        }
        last = SystemTime::now();
        work().await;
    }
}

/// Does `work` each time that somebody wants it, one time after the other, until `stop`.
pub(super) async fn on_demand<F: Future<Output = ()>>(
    wanted: Arc<Notify>,
    stop: CancellationToken,
    work: impl Fn() -> F,
) {
    while stop.run_until_cancelled(wanted.notified()).await.is_some() {
        work().await;
    }
}

/// Makes backups while everything goes on.
pub(super) struct Backups {
    pub app: Arc<App>,
    pub feedback: Feedback,
    pub delivery: Delivery,
}

impl Backups {
    /// A backup into `file`.
    pub(super) async fn write(self: &Arc<Self>, file: PathBuf) -> Result<About> {
        let own = Arc::clone(self);
        let write = move || {
            let Self { app, feedback, delivery } = &*own;
            let (generations, goldset) = (&app.generations, app.settings.paths.goldset.as_path());
            backup::write(&Saved { feedback, delivery, generations, goldset }, &file)
        };
        tokio::task::spawn_blocking(write).await?
    }

    /// A backup where the configuration wants them; the oldest go.
    pub(super) async fn one_more(self: Arc<Self>) {
        let folder = self.app.backup_folder();
        let file = folder.join(backup::scheduled_name(SystemTime::now()));
        let made = self.write(file.clone()).await;
        let kept = made.and_then(|_| backup::keep_youngest(&folder, self.app.settings.backup.keep));
        match kept {
            Ok(()) => info!(file = %file.display(), "a backup was made"),
            Err(error) => error!("no backup could be made: {error:#}"),
        }
    }
}

/// How often figures are sorted where nobody asks for them.
const FIGURES: Duration = Duration::from_secs(30);

/// Keeps what was counted small, until `stop`.
pub(super) async fn of_figures(recorder: Recorder, stop: CancellationToken) {
    let mut tick = tokio::time::interval(FIGURES);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        recorder.tidy();
    }
}

async fn once(settings: &Settings, feedback: &Feedback, delivery: &Delivery) -> Result<()> {
    let now = SystemTime::now();
    let removed = feedback.prune(settings.feedback.oldest_kept_ms(now).unwrap_or(0)).await?;
    if removed > 0 {
        info!(removed, "questions and votes beyond their retention are forgotten");
    }
    let turns = Duration::from_mins(settings.chat.conversation_minutes);
    let removed = delivery.prune(oldest_outgoing_ms(settings.chat.keep_days, now), millis(now, turns)).await?;
    if removed > 0 {
        info!(removed, "deliveries and turns beyond their retention are forgotten");
    }
    Ok(())
}

/// The moment before which it is not kept which message is which answer: the beginning of time where it is kept for ever.
fn oldest_outgoing_ms(keep_days: u64, now: SystemTime) -> u64 {
    if keep_days == 0 {
        return 0;
    }
    millis(now, 24 * HOUR * u32::try_from(keep_days).unwrap_or(u32::MAX))
}

/// The moment `age` before `now`, in milliseconds since 1970.
fn millis(now: SystemTime, age: Duration) -> u64 {
    now.checked_sub(age).map_or(0, feedback::millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_days_keep_for_ever() {
        let day = 24 * HOUR;
        let now = SystemTime::UNIX_EPOCH + 100 * day;
        assert_eq!(oldest_outgoing_ms(0, now), 0);
        assert_eq!(u128::from(oldest_outgoing_ms(90, now)), (10 * day).as_millis());
        assert_eq!(oldest_outgoing_ms(u64::MAX, now), 0, "longer ago than 1970");
    }
}
