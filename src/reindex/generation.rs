//! Generations of the index on disk: `<folder>/<name>/` each, and the file `<folder>/current` that names the live one.
//!
//! A generation never changes once it is live. It is built in its own folder, its manifest is written last, and replacing
//! the pointer is the one step that makes it live; a crash at any point leaves the old generation whole. A folder without
//! a manifest is what a crash left, and goes at the next opportunity.
//!
//! Where the index lies on Qdrant servers, they have every generation as well, and say which of them is live; what is here is
//! a copy, from which questions are answered while no server can be reached. See [`shared`].

mod folder;
pub mod history;
mod make;
mod saved;
mod shard;
pub mod shared;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use tracing::{debug, info, warn};

use self::history::{Entry, Event, Told};
use super::{EngineChoice, IndexSettings};
use crate::embed::bm25::Bm25;
use crate::embed::dense::EmbedderId;
use crate::jsonl;
use crate::passage::Passage;
use crate::retrieve::server::ServerError;
use crate::retrieve::server::collections::Collections;
use crate::retrieve::statistics::Statistics;
use crate::retrieve::{Index, Point};

const POINTER: &str = "current";
const HISTORY: &str = "history.jsonl";
const LOCK: &str = "lock";
const HOLDER: &str = "holder";
const MANIFEST: &str = "manifest.json";
const POINTS: &str = "points.jsonl";
const STATISTICS: &str = "statistics.json";
/// Changes whenever the files of a generation, or the way their content is computed, change.
const FORMAT: u32 = 3;

/// What a generation says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its folder.
    pub name: String,
    /// Layout of its files.
    pub format: u32,
    /// Hash of everything that went into it: equal inputs give equal fingerprints.
    pub fingerprint: String,
    /// Number of passages.
    pub passages: usize,
    /// Number of source files.
    pub documents: usize,
    /// When it was made, in seconds since 1970.
    pub made_at: u64,
    /// What encoded its passages.
    pub encoder: Bm25,
    /// What embedded them, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedder: Option<EmbedderId>,
    /// Whether it holds a shard of Qdrant.
    pub has_shard: bool,
    /// What was changed of that shard since it was made anew; `None` if it was made anew for this generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
}

/// How far a shard is from one that is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// How many of its points were written or removed since.
    pub points: usize,
    /// When it was made anew, in seconds since 1970.
    pub since: u64,
}

/// The part of a manifest that every version of the program can read.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// A generation opened for searching.
pub struct Opened {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its passages.
    pub index: Index,
    /// What is known of its words.
    pub statistics: Statistics,
}

/// A generation that was made, or the live one if nothing had changed.
pub struct Made {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Whether it is new.
    pub is_new: bool,
    /// How many passages were encoded for it.
    pub encoded: usize,
    /// Why another one was made, or would have been, and did not go live.
    pub refused: Option<Vec<String>>,
}

/// The folder of generations, and the servers that have them, too.
#[derive(Clone)]
pub struct Generations {
    folder: PathBuf,
    settings: IndexSettings,
    servers: Option<Collections>,
}

impl Generations {
    /// The generations in `folder`, which is made when first needed.
    pub fn new(folder: PathBuf, settings: IndexSettings) -> Self {
        Self { folder, settings, servers: None }
    }

    /// The same, on `servers` as well.
    #[must_use]
    pub fn on(self, servers: Collections) -> Self {
        Self { servers: Some(servers), ..self }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name of the live generation; `None` before the first. While no server can be reached, the one that was live last.
    pub fn current(&self) -> Result<Option<String>> {
        let here = self.pointer()?;
        let Some(servers) = &self.servers else { return Ok(here) };
        match servers.live() {
            Ok(Some(there)) => Ok(Some(there)),
            // A server that lost everything is no reason to be silent, either.
            Ok(None) => Ok(here),
            Err(failure) if here.is_some() => {
                debug!("which index is live cannot be asked: {failure}");
                Ok(here)
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// The generation that is said to be live by those who say so; `None` while they say nothing.
    pub fn announced(&self) -> Result<Option<String>> {
        match self.servers.as_ref().map(Collections::live) {
            None => self.pointer(),
            Some(Ok(there)) => Ok(there),
            Some(Err(ServerError::Away(_))) => Ok(None),
            Some(Err(failure)) => Err(failure.into()),
        }
    }

    /// The manifest of the live generation, for those who are about to replace it.
    fn manifest_for_sure(&self) -> Result<Option<Manifest>> {
        let live = match &self.servers {
            None => self.pointer()?,
            Some(servers) => servers.live_for_sure()?,
        };
        live.map_or(Ok(None), |name| self.manifest_of(&name))
    }

    /// What the live generation says of itself; `None` before the first, and when another version of the program made it.
    pub fn manifest(&self) -> Result<Option<Manifest>> {
        self.current()?.map_or(Ok(None), |name| self.manifest_of(&name))
    }

    fn manifest_of(&self, name: &str) -> Result<Option<Manifest>> {
        let path = self.folder.join(name).join(MANIFEST);
        if let (Some(servers), false) = (&self.servers, path.exists()) {
            return Ok(shared::note(servers, name)?.map(|note| note.manifest));
        }
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}; run `colega reindex`", path.display()))?;
        let damaged = || format!("{} is damaged; run `colega reindex --full`", path.display());
        // Another version's manifest may have other fields: its format is looked at before anything else.
        let Format { format } = serde_json::from_str(&text).with_context(damaged)?;
        if format != FORMAT {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&text).with_context(damaged)?))
    }

    /// Opens the live generation; `None` before the first. Where another process holds its shard, the same points are
    /// searched in memory.
    pub fn open(&self) -> Result<Option<Opened>> {
        self.manifest()?.map(|manifest| self.open_one(manifest)).transpose()
    }

    /// Opens the generation of this name; `None` where another version of the program made it.
    pub fn open_named(&self, name: &str) -> Result<Option<Opened>> {
        self.manifest_of(name)?.map(|manifest| self.open_one(manifest)).transpose()
    }

    /// Opens one generation, live or not.
    pub fn open_one(&self, manifest: Manifest) -> Result<Opened> {
        if let Some(servers) = &self.servers {
            return self.open_on(servers, manifest);
        }
        let statistics = self.statistics(&manifest)?;
        let index = self.open_index(&manifest)?;
        Ok(Opened { manifest, index, statistics })
    }

    fn statistics(&self, manifest: &Manifest) -> Result<Statistics> {
        let path = self.folder.join(&manifest.name).join(STATISTICS);
        let damaged = || format!("{} is missing or damaged; run `colega reindex`", path.display());
        serde_json::from_str(&fs::read_to_string(&path).with_context(damaged)?).with_context(damaged)
    }

    /// What became of generations, the latest last.
    pub fn history(&self) -> Result<Vec<Entry>> {
        history::read(&self.folder.join(HISTORY))
    }

    /// Makes an earlier generation live again: the one named `to`, or the newest of those before the live one. The one that
    /// is taken back does not come again by itself; a change of the sources, or a re-index that encodes everything, brings a
    /// new one.
    ///
    /// # Errors
    /// There is none to go back to.
    pub fn roll_back(&self, to: Option<&str>) -> Result<Manifest> {
        ensure!(self.folder.exists(), "there is no index yet; `colega reindex` makes one");
        let lock = self.lock()?;
        let live = self.manifest_for_sure()?.context("there is no live index; `colega reindex` makes one")?;
        let mut earlier = self.whole_names()?;
        earlier.retain(|name| *name != live.name);
        let target = match to {
            Some(name) => {
                let kept = || if earlier.is_empty() { "none".to_owned() } else { earlier.join(", ") };
                earlier
                    .iter()
                    .find(|known| *known == name)
                    .with_context(|| format!("there is no earlier generation “{name}”; kept are: {}", kept()))?
            }
            None => earlier
                .iter()
                .rfind(|name| **name < live.name)
                .context("no earlier generation is kept; index.keep says how many are")?,
        };
        let manifest = self.manifest_of(target)?.with_context(|| {
            format!("generation {target} was made by another version of the program; run `colega reindex`")
        })?;
        self.make_live(&manifest.name, &lock)?;
        let why = vec![format!("{} is live again", manifest.name)];
        history::note(&self.folder.join(HISTORY), &live, Event::TakenBack, Told { why, ..Told::default() })?;
        info!(generation = manifest.name, "an earlier index is live again");
        Ok(manifest)
    }

    /// All passages of the live generation, in the order of their sources; none before the first.
    pub fn passages(&self) -> Result<Vec<Arc<Passage>>> {
        let Some(manifest) = self.manifest()? else { return Ok(Vec::new()) };
        Ok(self.points(&manifest)?.into_iter().map(|point| point.passage).collect())
    }

    fn points(&self, manifest: &Manifest) -> Result<Vec<Point>> {
        let path = self.folder.join(&manifest.name).join(POINTS);
        match &self.servers {
            Some(servers) if !path.exists() => servers.read(&manifest.name),
            _ => jsonl::read(&path).with_context(|| "run `colega reindex --full`".to_owned()),
        }
    }

    fn open_index(&self, manifest: &Manifest) -> Result<Index> {
        let folder = &self.folder.join(&manifest.name);
        if manifest.has_shard && self.settings.engine == EngineChoice::Edge {
            match shard::open(folder, manifest.passages) {
                Ok(index) => return Ok(index),
                Err(error) if shard::is_held(&error) => {
                    info!("searching in memory, since another process holds the index");
                }
                Err(error) => {
                    warn!(
                        "searching in memory, since the index cannot be opened; `colega reindex --full` mends it: {error:#}"
                    );
                }
            }
        }
        open_copy(folder, manifest)
    }
}

/// The points of a generation, searched in memory.
fn open_copy(folder: &Path, manifest: &Manifest) -> Result<Index> {
    let points: Vec<Point> = jsonl::read(&folder.join(POINTS))
        .with_context(|| format!("generation {} is damaged; run `colega reindex --full`", manifest.name))?;
    ensure!(
        points.len() == manifest.passages,
        "generation {} holds {} of {} passages; run `colega reindex --full`",
        manifest.name,
        points.len(),
        manifest.passages
    );
    Ok(Index::in_memory(points))
}
