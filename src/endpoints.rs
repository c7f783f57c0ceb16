//! Several servers that can do the same: who is asked next, and who is left alone after a failure.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand::Rng as _;

/// How long a server is left alone after its first failure; twice as long after each further one.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_mins(1);
/// The longest that anybody waits for a server that rests.
const PATIENCE: Duration = Duration::from_secs(5);

/// Servers.
pub(crate) struct Endpoints<C>(Vec<Arc<Endpoint<C>>>);

struct Endpoint<C> {
    client: C,
    /// Requests that are under way.
    busy: AtomicUsize,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    failures: u32,
    rests_until: Option<Instant>,
}

/// A server that is being asked; dropping it ends that.
pub(crate) struct Asked<C> {
    endpoint: Arc<Endpoint<C>>,
    number: usize,
}

impl<C> Endpoints<C> {
    pub(crate) fn new(clients: Vec<C>) -> Self {
        let new = |client| Arc::new(Endpoint { client, busy: AtomicUsize::new(0), health: Mutex::default() });
        Self(clients.into_iter().map(new).collect())
    }

    /// The server with the least to do among those that are well; if all rest, the one that rests the shortest, and how long
    /// to wait for it.
    pub(crate) fn next(&self, now: Instant) -> (Asked<C>, Duration) {
        let rest = |endpoint: &Endpoint<C>| {
            endpoint.lock().rests_until.map(|until| until.saturating_duration_since(now)).unwrap_or_default()
        };
        let all = self.0.iter().enumerate();
        let best = all.min_by_key(|(_, endpoint)| (rest(endpoint), endpoint.busy.load(Ordering::Relaxed)));
        let (at, endpoint) = best.expect("there is at least one server");
        endpoint.busy.fetch_add(1, Ordering::Relaxed);
        (Asked { endpoint: Arc::clone(endpoint), number: at + 1 }, rest(endpoint).min(PATIENCE))
    }
}

impl<C> Endpoint<C> {
    fn lock(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Asked<C> {
    pub(crate) fn client(&self) -> &C {
        &self.endpoint.client
    }

    /// Its place in the configuration, from 1: an address may hold a secret.
    pub(crate) const fn number(&self) -> usize {
        self.number
    }

    pub(crate) fn is_well(&self) {
        *self.endpoint.lock() = Health::default();
    }

    /// Leaves it alone for a while; one that is merely busy, for the shortest while.
    pub(crate) fn failed(&self, is_busy: bool, now: Instant) {
        let mut health = self.endpoint.lock();
        if health.rests_until.is_some_and(|until| until > now) {
            // Several requests that were under way fail for one reason.
            return;
        }
        health.failures = if is_busy { 1 } else { health.failures.saturating_add(1) };
        let rest = FIRST_REST.saturating_mul(1 << (health.failures - 1).min(6)).min(LONGEST_REST);
        // Several daemons must not come back at once.
        health.rests_until = Some(now + rest.mul_f64(rand::rng().random_range(0.75..1.25)));
    }
}

impl<C> Drop for Asked<C> {
    fn drop(&mut self) {
        self.endpoint.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_shared_and_who_fails_is_left_alone_for_longer_and_longer() {
        let endpoints = Endpoints::new(vec!["a", "b"]);
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let ((first, _), (second, _)) = (endpoints.next(start), endpoints.next(start));
        assert_eq!((*first.client(), *second.client()), ("a", "b"));
        first.failed(false, start);
        drop((first, second));
        for _ in 0..3 {
            assert_eq!(*endpoints.next(start).0.client(), "b");
        }
        let (again, wait) = endpoints.next(at(1_300));
        assert_eq!((*again.client(), wait), ("a", Duration::ZERO));
        again.failed(false, at(1_300));
        drop(again);
        let (other, _) = endpoints.next(at(2_600));
        assert_eq!(*other.client(), "b", "the second rest is longer");
        other.failed(false, at(2_600));
        drop(other);
        let (last, wait) = endpoints.next(at(2_600));
        assert!(wait > Duration::ZERO && wait <= PATIENCE, "all rest, so somebody is waited for");
        last.is_well();
        drop(last);
        assert_eq!(endpoints.next(at(2_600)).1, Duration::ZERO);
    }
}
