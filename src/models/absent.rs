//! What stands in for fetching in a program that is built without local models.

use std::path::Path;

use anyhow::{Result, bail};

#[expect(clippy::unused_async, reason = "it stands in for one that waits")]
pub(super) async fn fetch(address: &str, _to: &Path, _progress: impl FnMut(u64, Option<u64>)) -> Result<()> {
    bail!("this program was built without local models; fetch {address} in another way")
}
