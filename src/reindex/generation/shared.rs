//! Generations on Qdrant servers, as far as they are more than points: what each says of itself goes along with it, so that
//! a daemon with nothing but the address can answer.

use std::fs::{self, File};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use tracing::info;

use super::history::{self, Event, Told};
use super::make::Copy;
use super::{FORMAT, Format, Generations, HISTORY, MANIFEST, Manifest, Opened, open_copy, shard};
use crate::retrieve::Point;
use crate::retrieve::server::collections::Collections;
use crate::retrieve::server::{ServerError, Snapshot};
use crate::retrieve::statistics::Statistics;

/// What is written beside the points of a generation.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    pub manifest: Manifest,
    pub statistics: Statistics,
}

/// The part of a note that every version of the program can read.
#[derive(Deserialize)]
struct NoteFormat {
    manifest: Format,
}

/// The note of a generation; `None` where there is none, and where another version of the program wrote it.
pub(super) fn note(servers: &Collections, generation: &str) -> Result<Option<Note>> {
    let Some(text) = servers.note(generation)? else { return Ok(None) };
    let damaged = || format!("generation {generation} on the Qdrant server is damaged; run `colega reindex --full`");
    let NoteFormat { manifest: Format { format } } = serde_json::from_str(&text).with_context(damaged)?;
    if format != FORMAT {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&text).with_context(damaged)?))
}

/// Writes a generation to the servers.
pub(super) fn write(
    servers: &Collections,
    manifest: &Manifest,
    statistics: &Statistics,
    points: &[Point],
) -> Result<()> {
    let note = Note { manifest: manifest.clone(), statistics: statistics.clone() };
    servers.write(&manifest.name, &serde_json::to_string(&note)?, points)
}

impl Generations {
    /// Opens a generation on the servers; while none can be reached, its copy here is searched, if there is one by then.
    pub(super) fn open_on(&self, servers: &Collections, manifest: Manifest) -> Result<Opened> {
        let folder = self.folder.join(&manifest.name);
        let statistics = if folder.join(MANIFEST).exists() {
            self.statistics(&manifest)?
        } else {
            let gone = || format!("generation {} is on the Qdrant server no longer", manifest.name);
            note(servers, &manifest.name)?.with_context(gone)?.statistics
        };
        let copy = manifest.clone();
        let snapshot: Snapshot = Box::new(move || open_copy(&folder, &copy));
        let index = servers.open(&manifest.name, Arc::new(statistics.clone()), Some(snapshot));
        Ok(Opened { manifest, index, statistics })
    }

    /// Sees to it that the live generation of the servers has a copy here; does nothing where there are no servers.
    ///
    /// # Errors
    /// No server answers, or nothing can be written here.
    pub fn keep_copy(&self) -> Result<()> {
        let Some(servers) = &self.servers else { return Ok(()) };
        let live = match servers.live() {
            // It is asked again.
            Ok(None) | Err(ServerError::Away(_)) => return Ok(()),
            live => live?.unwrap_or_default(),
        };
        if self.pointer()?.as_deref() == Some(&live) && self.folder.join(&live).join(MANIFEST).exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        // Whoever builds here makes the copy, too.
        let Some(lock) = self.try_lock_here()? else { return Ok(()) };
        let manifest = self.fetch(servers, &live, &lock)?;
        info!(
            generation = manifest.name,
            passages = manifest.passages,
            "the index of the Qdrant server has a copy here"
        );
        Ok(())
    }

    /// Fetches the live generation of `servers` and makes it live here.
    ///
    /// # Errors
    /// There is none, no server answers, or nothing can be written here.
    pub fn pull(&self, servers: &Collections) -> Result<Manifest> {
        let live =
            servers.live()?.context("there is no live index on the Qdrant server; `colega index push` makes one")?;
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        let lock = self.try_lock_here()?.context("another process is re-indexing here; wait until it is done")?;
        self.fetch(servers, &live, &lock)
    }

    /// Fetches a generation of `servers`, unless it is here, and makes it live here.
    fn fetch(&self, servers: &Collections, live: &str, _lock: &File) -> Result<Manifest> {
        let Note { manifest, statistics } = note(servers, live)?
            .with_context(|| format!("generation {live} was made by another version of the program"))?;
        if !self.folder.join(live).join(MANIFEST).exists() {
            let points = servers.read(live)?;
            ensure!(
                points.len() == manifest.passages,
                "the Qdrant server gave {} of {} passages of generation {live}",
                points.len(),
                manifest.passages
            );
            let manifest = Manifest { has_shard: self.has_shards(), ..manifest.clone() };
            self.write(&Copy { manifest: &manifest, statistics: &statistics, points: &points, since: None })?;
        }
        self.point_to(live)?;
        history::note(&self.folder.join(HISTORY), &manifest, Event::Live, Told::default())?;
        self.remove_leftovers_here()?;
        Ok(manifest)
    }

    /// Writes the live generation here to `servers` and makes it live there.
    ///
    /// # Errors
    /// There is none, no server answers, or another daemon is re-indexing.
    pub fn push(&self, servers: &Collections) -> Result<Manifest> {
        let name = self.pointer()?.context("there is no index here; `colega reindex` makes one")?;
        let here = Self { servers: None, ..self.clone() };
        let manifest = here.manifest_of(&name)?.context("the index here was made by another version of the program")?;
        let (statistics, points) = (here.statistics(&manifest)?, here.points(&manifest)?);
        let lock = self.clone().on(servers.clone()).lock()?;
        // What is there and whole is not written again: it may be what answers.
        if !servers.is_whole(&name)? {
            write(servers, &Manifest { has_shard: false, ..manifest.clone() }, &statistics, &points)?;
        }
        lock.make_live(servers, &name)?;
        Ok(manifest)
    }

    /// Whether generations here hold a shard of Qdrant: where servers search, the copy here seldom does.
    pub(super) fn has_shards(&self) -> bool {
        self.servers.is_none() && self.settings.engine == super::EngineChoice::Edge && shard::IS_BUILT_IN
    }
}
