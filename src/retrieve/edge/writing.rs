//! Writing points into a shard, and what is left to do afterwards.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use qdrant_edge::{
    EdgeOptimizersConfig, EdgeShard, HnswIndexConfig, PointInsertOperations, PointOperations, UpdateOperation,
};
use tracing::warn;

use super::to_engine;
use crate::retrieve::{Point, SearchError};

/// Points a write operation; bounds the memory that the write-ahead log needs.
const POINTS_A_WRITE: usize = 512;
/// So many points are written before they are sealed. Where points are still added, each lengthens the lists of passages of its
/// terms, and each list hands the weight down to all that it holds: that takes as long as the list is long, and for 100,000
/// passages more than everything else together. A sealed list is built at once.
pub(super) const POINTS_UNTIL_SEALED: usize = 4_096;
/// More segments than there ever are: those that are sealed on the way are put together at the end alone.
const ANY_SEGMENTS: usize = 1_000_000;
/// Folder of the log in that of a shard, and how the names of its parts begin that are written no more; the number of their first
/// write follows.
pub(super) const LOG: &str = "wal";
pub(super) const CLOSED: &str = "closed-";

/// Writes all `points` into an empty shard, and has it put together for searching.
pub(super) fn write_sealing(shard: &EdgeShard, points: &[Point]) -> Result<(), SearchError> {
    let all: Vec<usize> = (0..points.len()).collect();
    if points.len() <= POINTS_UNTIL_SEALED {
        write(shard, points, &all)?;
        shard.optimize()?;
        return Ok(());
    }
    let sealing = |segments| EdgeOptimizersConfig {
        default_segment_number: Some(segments),
        indexing_threshold: Some(1),
        ..EdgeOptimizersConfig::default()
    };
    shard.set_optimizers_config(sealing(ANY_SEGMENTS))?;
    // Graphs of the parts would be thrown away.
    shard.set_hnsw_config(HnswIndexConfig { m: 0, ..HnswIndexConfig::default() })?;
    for part in all.chunks(POINTS_UNTIL_SEALED) {
        write(shard, points, part)?;
        shard.optimize()?;
    }
    shard.set_hnsw_config(HnswIndexConfig::default())?;
    shard.set_optimizers_config(sealing(1))?;
    shard.optimize()?;
    Ok(())
}

/// Removes what the log of a shard, which was flushed, holds of earlier writes, but for the end, from which the next write takes its
/// number. The engine in this process never reads them again, nor removes them; and whenever it opens a log it goes through all.
pub(super) fn shorten_log(folder: &Path) {
    if let Err(error) = remove_closed(&folder.join(LOG)) {
        warn!("the log of an index stays longer than it must: {error}");
    }
}

fn remove_closed(log: &Path) -> io::Result<()> {
    let mut closed: Vec<(u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(log)? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if let Some(first) = name.strip_prefix(CLOSED).and_then(|first| first.parse().ok()) {
            closed.push((first, path));
        }
    }
    closed.sort_unstable();
    closed.pop();
    closed.iter().try_for_each(|(_, path)| fs::remove_file(path))
}

/// Writes the points at these places among all of an index.
pub(super) fn write(shard: &EdgeShard, points: &[Point], places: &[usize]) -> Result<(), SearchError> {
    for batch in places.chunks(POINTS_A_WRITE) {
        let batch = batch.iter().map(|&at| to_engine(at, &points[at])).collect::<Result<Vec<_>, _>>()?;
        let insert = PointInsertOperations::PointsList(batch);
        shard.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert)))?;
    }
    Ok(())
}
