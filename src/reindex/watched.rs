//! What a re-index is doing, for those who watch: how far it is, and what came of the last one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::telemetry::metrics::Run;

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

    /// The one under way has come to `stage`; the first stage begins it.
    pub fn reach(&self, stage: Stage) {
        self.look(|seen| {
            let since = seen.under_way.map_or_else(Instant::now, |(since, _)| since);
            seen.under_way = Some((since, stage));
        });
    }

    /// The one under way is over.
    pub fn end(&self, ended: Ended) {
        self.look(|seen| *seen = Seen { under_way: None, last: Some(ended) });
    }

    fn look<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_under_way_from_its_first_stage_to_its_end() {
        let watched = Watched::default();
        assert_eq!(watched.seen(), Seen::default());
        watched.reach(Stage::Reading { done: 0, total: 3 });
        let (begun, _) = watched.seen().under_way.expect("under way");
        watched.reach(Stage::Judging);
        assert_eq!(watched.seen().under_way, Some((begun, Stage::Judging)), "its beginning stays");
        let ended =
            Ended { at: SystemTime::now(), took: begun.elapsed(), run: Run::Live, refused: Vec::new(), skipped: 1 };
        watched.end(ended.clone());
        assert_eq!(watched.seen(), Seen { under_way: None, last: Some(ended) });
    }
}
