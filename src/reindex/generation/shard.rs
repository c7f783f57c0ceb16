//! The shard of Qdrant in a generation's folder.

use std::path::Path;

use anyhow::Result;
#[cfg(not(feature = "edge"))]
use anyhow::bail;
#[cfg(feature = "edge")]
use anyhow::ensure;

#[cfg(feature = "edge")]
use crate::durable;
use crate::retrieve::build::Changes;
use crate::retrieve::{Index, Point};

/// Its folder.
#[cfg(feature = "edge")]
const SHARD: &str = "edge";
/// Whether this program has the engine.
pub(super) const IS_BUILT_IN: bool = cfg!(feature = "edge");
/// What the engine says when another process has opened a shard.
const LOCKED: &str = "WouldBlock";

/// Whether an attempt to open a shard failed because another process has.
pub(super) fn is_held(error: &anyhow::Error) -> bool {
    format!("{error:#}").contains(LOCKED)
}

#[cfg(feature = "edge")]
pub(super) fn open(folder: &Path, passages: usize) -> Result<Index> {
    let shard = crate::retrieve::edge::EdgeIndex::open(&folder.join(SHARD))?;
    let found = shard.len()?;
    ensure!(found == passages, "the shard holds {found} of {passages} passages");
    Ok(Index::Edge(Box::new(shard)))
}

#[cfg(not(feature = "edge"))]
pub(super) fn open(_folder: &Path, _passages: usize) -> Result<Index> {
    bail!("this program was built without the embedded Qdrant")
}

#[cfg(feature = "edge")]
pub(super) fn write(folder: &Path, points: &[Point]) -> Result<()> {
    // Dropping it flushes it and gives its folder free.
    drop(crate::retrieve::edge::EdgeIndex::create(&folder.join(SHARD), points)?);
    Ok(())
}

/// Makes the shard of `folder` out of the one in the folder `earlier`: a copy, with what has changed.
#[cfg(feature = "edge")]
pub(super) fn change(folder: &Path, points: &[Point], earlier: &Path, changes: &Changes) -> Result<()> {
    use crate::retrieve::edge::EdgeIndex;
    let shard = folder.join(SHARD);
    let attempt = || -> Result<()> {
        durable::copy_folder(&earlier.join(SHARD), &shard)?;
        let found = EdgeIndex::change(&shard, points, changes)?.len()?;
        ensure!(found == points.len(), "the shard holds {found} of {} passages", points.len());
        Ok(())
    };
    attempt().inspect_err(|_| {
        // It is made anew then.
        let _ = std::fs::remove_dir_all(&shard);
    })
}

#[cfg(not(feature = "edge"))]
pub(super) fn change(_folder: &Path, _points: &[Point], _earlier: &Path, _changes: &Changes) -> Result<()> {
    bail!("this program was built without the embedded Qdrant")
}

#[cfg(not(feature = "edge"))]
pub(super) fn write(_folder: &Path, _points: &[Point]) -> Result<()> {
    bail!("this program was built without the embedded Qdrant")
}
