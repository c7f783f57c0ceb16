//! Fetching a large file over a network that may fail: what is here stays here, and the rest is asked for again.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};

/// How long to wait for a connection, and for the next piece of a file.
const CONNECT: Duration = Duration::from_secs(10);
const NEXT_PIECE: Duration = Duration::from_secs(30);
/// Times in a row that a file does not get any further before it is given up, and how long to wait after each.
const TRIES: u32 = 4;
const WAIT: Duration = Duration::from_secs(1);
/// Larger files are no models for one machine.
const MOST_BYTES: u64 = 100 << 30;

/// Writes what is at `address` to `to`, from where that ends on; `progress` hears of bytes that are here and of how many.
pub(super) async fn fetch(address: &str, to: &Path, mut progress: impl FnMut(u64, Option<u64>)) -> Result<()> {
    let client = Client::builder().connect_timeout(CONNECT).read_timeout(NEXT_PIECE).build()?;
    let mut file = OpenOptions::new().create(true).append(true).open(to);
    let file = file.as_mut().map_err(|error| anyhow!("cannot write {}: {error}", to.display()))?;
    let mut fruitless = 0;
    loop {
        let before = file.metadata()?.len();
        match resume(&client, address, file, &mut progress).await {
            Ok(()) => return Ok(file.sync_all()?),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Broken(error)) => {
                fruitless = if file.metadata()?.len() > before { 0 } else { fruitless + 1 };
                if fruitless >= TRIES {
                    return Err(error.context(format!(
                        "{address} cannot be fetched; what is here of it is kept, so that the same command goes on. Without a \
                         network, copy the file to {} from another machine",
                        to.with_extension("").display()
                    )));
                }
                tokio::time::sleep(WAIT * fruitless).await;
            }
        }
    }
}

enum Failure {
    /// Trying again may help.
    Broken(anyhow::Error),
    /// It does not.
    Final(anyhow::Error),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Broken(error.without_url().into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Final(error.into())
    }
}

async fn resume(
    client: &Client,
    address: &str,
    file: &mut File,
    progress: &mut impl FnMut(u64, Option<u64>),
) -> Result<(), Failure> {
    let mut here = file.metadata()?.len();
    let mut response = client.get(address).header(RANGE, format!("bytes={here}-")).send().await?;
    let size = match response.status() {
        StatusCode::PARTIAL_CONTENT => size_of(&response),
        // It does not know ranges, or all of it is asked for.
        StatusCode::OK => {
            file.set_len(0)?;
            here = 0;
            response.content_length()
        }
        // Nothing is left to fetch.
        StatusCode::RANGE_NOT_SATISFIABLE if size_of(&response) == Some(here) => return Ok(()),
        StatusCode::RANGE_NOT_SATISFIABLE => {
            file.set_len(0)?;
            return Err(Failure::Broken(anyhow!("the file there is another than the one that was begun")));
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            return Err(Failure::Broken(anyhow!("the server answers {status}")));
        }
        status => return Err(Failure::Final(anyhow!("{address}: the server answers {status}"))),
    };
    if size.is_some_and(|size| size > MOST_BYTES) {
        return Err(Failure::Final(anyhow!("{address} has more than {MOST_BYTES} bytes")));
    }
    while let Some(piece) = response.chunk().await? {
        file.write_all(&piece)?;
        here += piece.len() as u64;
        progress(here, size);
        if here > MOST_BYTES {
            return Err(Failure::Final(anyhow!("{address} does not end")));
        }
    }
    match size {
        Some(size) if here < size => Err(Failure::Broken(anyhow!("the connection ended after {here} of {size} bytes"))),
        _ => Ok(()),
    }
}

/// The size of the whole file, behind the slash of `bytes 200-1000/67589`.
fn size_of(response: &Response) -> Option<u64> {
    response.headers().get(CONTENT_RANGE)?.to_str().ok()?.rsplit_once('/')?.1.parse().ok()
}
