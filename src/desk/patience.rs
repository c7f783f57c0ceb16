//! Repeating requests to a platform until they are through: as long as it takes, at a pace that helps the platform.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use tracing::warn;

use super::health::Health;
use super::messenger::Failure;

/// How long to go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// The first wait, doubled each time.
    first: Duration,
    /// The longest wait between two attempts, so that an answer comes soon after the platform has come back.
    longest: Duration,
    /// How often a request is repeated before it is given up.
    attempts: usize,
    /// A platform that asks for more than this is taken at its word only so far; the next attempt asks it again.
    most_asked: Duration,
}

impl Patience {
    /// About forty minutes in all.
    pub(super) const USUAL: Self = Self {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(20),
        attempts: 120,
        most_asked: Duration::from_mins(5),
    };
    /// For what is soon replaced by something else.
    pub(super) const NONE: Self = Self { attempts: 0, ..Self::USUAL };
}

/// Makes a request until it is through, is refused for good, or patience ends.
pub(super) async fn patiently<T, F>(health: &Health, request: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    patiently_for(Patience::USUAL, health, request).await
}

/// The same, for as long as `patience` lasts.
pub(super) async fn patiently_for<T, F>(
    patience: Patience,
    health: &Health,
    request: impl FnMut() -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let Patience { first, longest, attempts, most_asked } = patience;
    let schedule =
        ExponentialBuilder::new().with_min_delay(first).with_max_delay(longest).with_max_times(attempts).with_jitter();
    let result = request
        .retry(schedule)
        .when(Failure::is_passing)
        .adjust(|failure, wait| match failure {
            // A little later than asked for, so that many who wait do not come back at once.
            Failure::RetryAfter(asked) => wait.map(|jitter| (*asked).min(most_asked) + jitter.min(first)),
            _ => wait,
        })
        .notify(|failure, wait| {
            Health::count(match failure {
                Failure::RetryAfter(_) => &health.throttled,
                _ => &health.retries,
            });
            tracing::debug!(%failure, ?wait, "a request is repeated");
        })
        .await;
    if let Err(failure) = &result
        && attempts > 0
        && !matches!(failure, Failure::Gone(_))
    {
        Health::count(&health.failures);
        warn!(%failure, "a request was given up");
    }
    result
}

impl Failure {
    /// Whether the same request may succeed later.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::RetryAfter(_) | Self::Unreachable(_) | Self::Unknown(_))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Instant;

    use super::*;

    const QUICK: Patience = Patience {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(4),
        attempts: 50,
        most_asked: Duration::from_millis(40),
    };

    #[tokio::test]
    async fn a_wait_that_the_platform_asks_for_is_kept_and_counted() {
        let (health, attempts, start) = (Health::default(), AtomicU32::new(0), Instant::now());
        let result = patiently_for(QUICK, &health, || async {
            match attempts.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Failure::RetryAfter(Duration::from_millis(30))),
                1 => Err(Failure::Unreachable("502".into())),
                _ => Ok("sent"),
            }
        });
        assert_eq!(result.await.expect("sent in the end"), "sent");
        assert!(start.elapsed() >= Duration::from_millis(30), "{:?}", start.elapsed());
        assert_eq!((Health::read(&health.throttled), Health::read(&health.retries)), (1, 1));
    }

    #[tokio::test]
    async fn what_is_refused_for_good_is_not_repeated() {
        let (health, attempts) = (Health::default(), AtomicU32::new(0));
        let result: Result<(), _> = patiently_for(QUICK, &health, || async {
            attempts.fetch_add(1, Ordering::Relaxed);
            Err(Failure::Refused("400".into()))
        })
        .await;
        assert!(matches!(result, Err(Failure::Refused(_))));
        assert_eq!((attempts.into_inner(), Health::read(&health.failures)), (1, 1));
    }

    #[tokio::test]
    async fn patience_ends() {
        let (health, attempts) = (Health::default(), AtomicU32::new(0));
        let result: Result<(), _> = patiently_for(QUICK, &health, || async {
            attempts.fetch_add(1, Ordering::Relaxed);
            Err(Failure::Unreachable("no connection".into()))
        })
        .await;
        assert!(matches!(result, Err(Failure::Unreachable(_))));
        assert_eq!(attempts.into_inner() as usize, QUICK.attempts + 1);
    }
}
