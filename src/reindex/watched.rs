//! What a re-index is doing, for those who watch: how far it is, and what came of the last one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::telemetry::metrics::{self, Run};

/// How far a re-index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Documents are read.
    Reading {
        /// Documents that are done.
        done: usize,
        /// All documents.
        total: usize,
    },
    /// The index is made.
    Indexing,
    /// The goldset is asked.
    Judging,
}

/// What came of a re-index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When it ended.
    pub at: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// What became of it.
    pub run: Run,
    /// Why a new generation did not go live, line by line.
    pub refused: Vec<String>,
    /// Documents that could not be read.
    pub skipped: usize,
}

/// What is seen of re-indexes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The one that is under way: since when, and how far it is.
    pub under_way: Option<(Instant, Stage)>,
    /// What came of the last one in this process.
    pub last: Option<Ended>,
}

/// Watches the re-indexes of this process. A cheap handle: clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Watched(Arc<Mutex<Seen>>);

impl Watched {
    /// What is seen now.
    pub fn seen(&self) -> Seen {
        self.look(|seen| seen.clone())
    }

    /// One begins; it is under way until what this gives is dropped. Where another is under way already, that one goes on being
    /// seen.
    pub fn begin(&self) -> UnderWay {
        let is_seen = self.look(|seen| {
            let is_first = seen.under_way.is_none();
            seen.under_way.get_or_insert_with(|| (Instant::now(), Stage::Reading { done: 0, total: 0 }));
            is_first
        });
        UnderWay { watched: self.clone(), is_seen }
    }

    /// The one under way has come to `stage`.
    pub fn reach(&self, stage: Stage) {
        self.look(|seen| seen.under_way = seen.under_way.map(|(since, _)| (since, stage)));
    }

    /// One is over; it is counted.
    pub fn end(&self, ended: Ended) {
        metrics::reindexed(ended.run, ended.took);
        self.look(|seen| seen.last = Some(ended));
    }

    fn look<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A re-index that is under way.
#[must_use = "it is under way for as long as this lives"]
pub struct UnderWay {
    watched: Watched,
    is_seen: bool,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if self.is_seen {
            self.watched.look(|seen| seen.under_way = None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_under_way_until_it_ends_whatever_another_does_meanwhile() {
        let watched = Watched::default();
        assert_eq!(watched.seen(), Seen::default());
        let first = watched.begin();
        let (begun, _) = watched.seen().under_way.expect("under way");
        watched.reach(Stage::Judging);
        drop(watched.begin());
        assert_eq!(watched.seen().under_way, Some((begun, Stage::Judging)));
        let ended =
            Ended { at: SystemTime::now(), took: begun.elapsed(), run: Run::Live, refused: Vec::new(), skipped: 1 };
        watched.end(ended.clone());
        drop(first);
        assert_eq!(watched.seen(), Seen { under_way: None, last: Some(ended) });
    }
}
