//! The socket over which commands ask a running daemon for what it alone can do, since it holds the stores: `control.sock` in
//! `paths.var`, for its owner alone. One line of JSON there, one back.

use std::path::{Path, PathBuf};

use anyhow::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::backup::About;

/// What can be asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    /// A backup into this file.
    Backup(PathBuf),
}

/// What comes back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Response {
    /// It was made.
    Backup(About),
    /// It could not be done, in words.
    Failed(String),
}

/// Where the socket is.
pub(super) fn socket(var: &Path) -> PathBuf {
    var.join("control.sock")
}

/// Asks the daemon; `None` where none listens.
#[cfg(unix)]
pub(super) fn ask(var: &Path, request: &Request) -> Result<Option<Response>> {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use anyhow::{Context as _, ensure};

    /// How long the daemon may take.
    const PATIENCE: Duration = Duration::from_mins(10);

    let Ok(mut stream) = UnixStream::connect(socket(var)) else { return Ok(None) };
    stream.set_read_timeout(Some(PATIENCE))?;
    serde_json::to_writer(&stream, request)?;
    stream.write_all(b"\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).context("the running `colega serve` does not answer")?;
    ensure!(!line.is_empty(), "the running `colega serve` stopped before it was done");
    serde_json::from_str(&line).context("the running `colega serve` is of another version").map(Some)
}

/// Other systems have no such sockets.
#[cfg(not(unix))]
pub(super) fn ask(_: &Path, _: &Request) -> Result<Option<Response>> {
    Ok(None)
}

impl From<Result<About>> for Response {
    fn from(done: Result<About>) -> Self {
        done.map_or_else(|error: Error| Self::Failed(format!("{error:#}")), Self::Backup)
    }
}
