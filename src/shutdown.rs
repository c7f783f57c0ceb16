//! Stopping: SIGTERM and Ctrl-C cancel one token that everything long-lived watches.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

/// How long running work may take to end before the program leaves anyway.
const GRACE: Duration = Duration::from_secs(5);

/// A token that is cancelled by SIGTERM or Ctrl-C. A second signal ends the program at once.
pub fn on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        signal().await;
        info!("stopping; answers under way are finished first");
        token.cancel();
        signal().await;
        std::process::exit(130);
    });
    stop
}

/// Waits until all `tasks` have ended, but not longer than the grace period.
pub async fn drain(tasks: TaskTracker) {
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        warn!("{} tasks had not ended after {GRACE:?} and were cut off", tasks.len());
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        warn!("SIGTERM cannot be watched for; only Ctrl-C stops the program");
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
