//! What is forgotten with time: looked after every hour, and soon after the start.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::Settings;
use crate::delivery::Delivery;
use crate::feedback::{self, Feedback};

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
