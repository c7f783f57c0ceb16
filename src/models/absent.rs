//! What stands in for fetching in a program that is built without what speaks HTTP.

use std::path::Path;

use anyhow::{Result, bail};

#[expect(clippy::unused_async, reason = "it stands in for one that waits")]
pub(super) async fn fetch(address: &str, _to: &Path, _progress: impl FnMut(u64, Option<u64>)) -> Result<()> {
    bail!("this program was built without what fetches files; fetch {address} in another way")
}
