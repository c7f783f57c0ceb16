//! Order: what concerns one question (or one person's thumb on one answer) happens one after the other, everything else
//! side by side.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// A queue for each key, without a queue: each job knows the one before it.
#[derive(Debug)]
pub(super) struct Lanes<K>(Arc<Mutex<HashMap<K, CancellationToken>>>);

impl<K> Default for Lanes<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// A place in a lane. Dropping it lets the next job begin.
#[derive(Debug)]
pub(super) struct Turn<K: Eq + Hash> {
    before: Option<CancellationToken>,
    own: CancellationToken,
    key: K,
    lanes: Arc<Mutex<HashMap<K, CancellationToken>>>,
}

impl<K: Eq + Hash + Clone> Lanes<K> {
    /// Takes the next place in the lane of `key`.
    pub(super) fn enter(&self, key: K) -> Turn<K> {
        let own = CancellationToken::new();
        let before = lock(&self.0).insert(key.clone(), own.clone());
        Turn { before, own, key, lanes: Arc::clone(&self.0) }
    }
}

impl<K: Eq + Hash> Turn<K> {
    /// Waits until the jobs before are done.
    pub(super) async fn begin(&mut self) {
        if let Some(before) = self.before.take() {
            before.cancelled().await;
        }
    }
}

impl<K: Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut lanes = lock(&self.lanes);
        // Two tokens have no identity of their own; a later job has replaced ours if cancelling ours does not show there.
        self.own.cancel();
        if lanes.get(&self.key).is_some_and(CancellationToken::is_cancelled) {
            lanes.remove(&self.key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn jobs_of_one_lane_run_in_their_order_and_leave_nothing_behind() {
        let lanes = Lanes::<&str>::default();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut jobs = tokio::task::JoinSet::new();
        for number in 0..20_u64 {
            let mut turn = lanes.enter("question");
            let seen = Arc::clone(&seen);
            jobs.spawn(async move {
                // The first ones would be the last without a lane.
                tokio::time::sleep(Duration::from_millis(20 - number)).await;
                turn.begin().await;
                lock(&seen).push(number);
            });
        }
        jobs.join_all().await;
        assert_eq!(*lock(&seen), (0..20).collect::<Vec<_>>());
        assert!(lock(&lanes.0).is_empty());
    }

    #[tokio::test]
    async fn lanes_do_not_wait_for_each_other() {
        let lanes = Lanes::<&str>::default();
        let _held = lanes.enter("one");
        lanes.enter("other").begin().await;
    }

    #[tokio::test]
    async fn a_job_that_is_given_up_lets_the_next_begin() {
        let lanes = Lanes::<&str>::default();
        let first = lanes.enter("question");
        let mut second = lanes.enter("question");
        drop(first);
        second.begin().await;
    }
}
