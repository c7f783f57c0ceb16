//! The daemon's side of [`crate::cli::control`].

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use super::upkeep::Backups;
use crate::cli::control::socket;

/// Does what commands ask for, until `stop`.
#[cfg(unix)]
pub(super) async fn listen(var: &Path, backups: Arc<Backups>, tasks: TaskTracker, stop: CancellationToken) {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use tokio::net::UnixListener;

    /// After a connection that could not be taken.
    const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

    let path = socket(var);
    // Whoever left it there is gone: this process holds the stores.
    let _ = fs::remove_file(&path);
    let listener = UnixListener::bind(&path)
        .and_then(|listener| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map(|()| listener));
    let listener = match listener {
        Ok(listener) => listener,
        // A path of more than a hundred letters, mostly.
        Err(error) => return warn!("commands cannot ask this process for anything: {}: {error}", path.display()),
    };
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = accepted else {
            // Too many open files, mostly; they become fewer.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let backups = Arc::clone(&backups);
        // What has begun is finished before the daemon ends.
        tasks.spawn(async move {
            if let Err(error) = one(stream, backups).await {
                warn!("a command could not be answered: {error:#}");
            }
        });
    }
    let _ = fs::remove_file(&path);
}

#[cfg(unix)]
async fn one(stream: tokio::net::UnixStream, backups: Arc<Backups>) -> anyhow::Result<()> {
    use std::time::Duration;

    use anyhow::Context as _;
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

    use crate::cli::control::{Request, Response};

    /// A request is one short line, and comes at once.
    const MOST_BYTES: u64 = 16 << 10;
    const PATIENCE: Duration = Duration::from_secs(5);

    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(reader.take(MOST_BYTES));
    tokio::time::timeout(PATIENCE, reader.read_line(&mut line)).await.context("it says nothing")??;
    let response = match serde_json::from_str(&line) {
        Ok(Request::Backup(file)) => Response::from(backups.write(file).await),
        Err(_) => Response::Failed("the running `colega serve` is of another version".to_owned()),
    };
    let mut line = serde_json::to_string(&response)?;
    line.push('\n');
    Ok(writer.write_all(line.as_bytes()).await?)
}

/// Other systems have no such sockets.
#[cfg(not(unix))]
pub(super) async fn listen(_: &Path, _: Arc<Backups>, _: TaskTracker, stop: CancellationToken) {
    stop.cancelled().await;
}
