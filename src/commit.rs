//! Group commit: many writers, one flush.
//!
//! sled's `flush_async` hangs for ever with eight or more callers, and a `flush` for each write makes writers queue. So one
//! thread flushes, as often as there is something to flush, and every writer waits for the first flush that began after
//! its write.

use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use tokio::sync::{mpsc, oneshot};

/// Waiting writers; beyond this many they wait for a place.
const WAITING: usize = 4_096;

/// What a flush came to, as every writer that waited for it is told.
type Flushed = Result<(), Arc<anyhow::Error>>;

/// Makes what has been written durable. A cheap handle: clones share one thread, which ends with the last of them.
#[derive(Clone)]
pub struct Committer(mpsc::Sender<oneshot::Sender<Flushed>>);

/// What was written goes to disk, whether or not that is waited for.
#[must_use = "what must be on disk before something else happens is waited for"]
pub struct Flushing(oneshot::Receiver<Flushed>);

impl Flushing {
    /// Waits until it is on disk.
    ///
    /// # Errors
    /// It could not be written there.
    pub async fn on_disk(self) -> Result<()> {
        let flushed = self.0.await.context("the thread that writes to disk is gone")?;
        flushed.map_err(|error| anyhow!("{error:#}"))
    }
}

impl Committer {
    /// Starts the thread; `flush` makes everything written so far durable.
    pub fn new(flush: impl Fn() -> Result<()> + Send + 'static) -> Result<Self> {
        let (sender, mut receiver) = mpsc::channel::<oneshot::Sender<_>>(WAITING);
        let work = move || {
            let mut waiting = Vec::new();
            while receiver.blocking_recv_many(&mut waiting, WAITING) > 0 {
                let flushed = flush().map_err(Arc::new);
                for writer in waiting.drain(..) {
                    // A writer that has given up needs no word.
                    let _ = writer.send(flushed.clone());
                }
            }
        };
        thread::Builder::new().name("commit".to_owned()).spawn(work).context("no thread for writing to disk")?;
        Ok(Self(sender))
    }

    /// Begins to bring to disk everything that the caller has written so far.
    ///
    /// # Errors
    /// The thread is gone.
    pub async fn begin(&self) -> Result<Flushing> {
        let (sender, receiver) = oneshot::channel();
        self.0.send(sender).await.context("the thread that writes to disk is gone")?;
        Ok(Flushing(receiver))
    }

    /// Waits until everything that the caller has written so far is on disk.
    pub async fn flushed(&self) -> Result<()> {
        self.begin().await?.on_disk().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn writers_share_flushes_and_each_waits_for_one_that_began_after_its_write() {
        let (written, durable, flushes) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let committer = {
            let (written, durable, flushes) = (Arc::clone(&written), Arc::clone(&durable), Arc::clone(&flushes));
            Committer::new(move || {
                let upto = written.load(Ordering::SeqCst);
                thread::sleep(std::time::Duration::from_millis(2));
                durable.fetch_max(upto, Ordering::SeqCst);
                flushes.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
            .expect("a thread")
        };
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..500 {
            let (committer, written, durable) = (committer.clone(), Arc::clone(&written), Arc::clone(&durable));
            writers.spawn(async move {
                let own = written.fetch_add(1, Ordering::SeqCst) + 1;
                committer.flushed().await.expect("flushed");
                assert!(durable.load(Ordering::SeqCst) >= own);
            });
        }
        writers.join_all().await;
        assert!(flushes.load(Ordering::SeqCst) < 100, "{flushes:?} flushes for 500 writers");
    }

    #[tokio::test]
    async fn a_failed_flush_is_told_to_every_writer() {
        let committer = Committer::new(|| anyhow::bail!("the disk is full")).expect("a thread");
        assert!(committer.flushed().await.expect_err("failed").to_string().contains("the disk is full"));
        assert!(committer.flushed().await.is_err());
    }
}
