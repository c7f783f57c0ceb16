//! Looking through the sources while the daemon answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use anyhow::Result;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::app::App;
use crate::desk::Notice;
use crate::knowledge::ingest::stamp::Stamp;
use crate::reindex::watched::Ended;
use crate::reindex::{Outcome, Reuse};
use crate::telemetry::metrics::Run;

/// The sources, and what they looked like when they were last read.
pub(super) struct Sources {
    app: Arc<App>,
    notices: broadcast::Sender<Notice>,
    stop: CancellationToken,
    seen: Mutex<Option<Seen>>,
    /// One look at a time, whatever asks for it.
    turn: tokio::sync::Mutex<()>,
}

/// What was there after the last look.
#[derive(Clone, PartialEq)]
struct Seen {
    stamp: Stamp,
    live: Option<String>,
}

impl Sources {
    pub(super) fn new(app: Arc<App>, notices: broadcast::Sender<Notice>, stop: CancellationToken) -> Self {
        Self { app, notices, stop, seen: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Takes in what has changed since the last look, while the old index answers.
    pub(super) async fn refresh(self: Arc<Self>) {
        let _turn = self.turn.lock().await;
        let own = Arc::clone(&self);
        let work = tokio::task::spawn_blocking(move || own.look());
        let outcome = tokio::select! {
            () = self.stop.cancelled() => return,
            outcome = work => outcome,
        };
        match outcome.map_err(anyhow::Error::from).and_then(|outcome| outcome) {
            Ok(None) => {}
            Ok(Some(outcome)) => {
                if let Some(why) = outcome.refused {
                    warn!("the new index is worse and does not go live; `colega history` says why");
                    // Nobody may be listening.
                    let _ = self.notices.send(Notice::IndexRefused { why });
                }
                let skipped = outcome.report.map_or(0, |report| report.skipped.len());
                if skipped > 0 {
                    warn!(skipped, "some sources could not be read; `colega ingest` says which and why");
                }
            }
            Err(error) => warn!("the sources could not be looked through for changes: {error:#}"),
        }
    }

    /// What came of a look; `None` if no file was touched and no other index went live since the last.
    fn look(&self) -> Result<Option<Outcome>> {
        let begun = Instant::now();
        let prepared = self.now().and_then(|now| Ok((now, self.app.reindexer()?)));
        let (now, reindexer) = prepared.inspect_err(|_| self.ended(Run::Failed, begun))?;
        if now.is_some() && *self.seen.lock().unwrap_or_else(PoisonError::into_inner) == now {
            self.ended(Run::Unchanged, begun);
            return Ok(None);
        }
        let outcome = reindexer.reindex(Reuse::Unchanged, |_| ())?;
        // A file that was touched while it was read is read again the next time.
        let seen = now.map(|now| Seen { live: Some(outcome.live.name.clone()), ..now });
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(Some(outcome))
    }

    /// A look ended before the sources were read.
    fn ended(&self, run: Run, begun: Instant) {
        let (at, took) = (SystemTime::now(), begun.elapsed());
        self.app.watched.end(Ended { at, took, run, refused: Vec::new(), skipped: 0 });
    }

    fn now(&self) -> Result<Option<Seen>> {
        let raw = &self.app.settings.paths.raw;
        // Without the folder, reading it says what to do.
        let stamp = Stamp::of(raw, SystemTime::now()).ok().flatten();
        let live = self.app.generations.current()?;
        Ok(stamp.map(|stamp| Seen { stamp, live }))
    }
}
