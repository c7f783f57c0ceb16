//! Generations of the index on disk: `<folder>/<name>/` each, and the file `<folder>/current` that names the live one.
//!
//! A generation never changes once it is live. It is built in its own folder, its manifest is written last, and replacing
//! the pointer is the one step that makes it live; a crash at any point leaves the old generation whole. A folder without
//! a manifest is what a crash left, and goes at the next opportunity.

pub mod history;
mod shard;

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use self::history::{Entry, Event};
use super::gate::{Gate, Judgement};
use super::{EngineChoice, IndexSettings, Reuse};
use crate::durable;
use crate::embed::bm25::Bm25;
use crate::embed::dense::{Embedder, EmbedderId};
use crate::jsonl;
use crate::passage::Passage;
use crate::retrieve::build::{self, Built, Earlier, Encoding};
use crate::retrieve::statistics::Statistics;
use crate::retrieve::{Index, Point};

const POINTER: &str = "current";
const HISTORY: &str = "history.jsonl";
const LOCK: &str = "lock";
const MANIFEST: &str = "manifest.json";
const POINTS: &str = "points.jsonl";
const STATISTICS: &str = "statistics.json";
/// Changes whenever the files of a generation, or the way their content is computed, change.
const FORMAT: u32 = 2;

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

/// The folder of generations.
#[derive(Debug, Clone)]
pub struct Generations {
    folder: PathBuf,
    settings: IndexSettings,
}

impl Generations {
    /// The generations in `folder`, which is made when first needed.
    pub fn new(folder: PathBuf, settings: IndexSettings) -> Self {
        Self { folder, settings }
    }

    /// The name of the live generation; `None` before the first.
    pub fn current(&self) -> Result<Option<String>> {
        let pointer = self.folder.join(POINTER);
        match fs::read_to_string(&pointer) {
            Ok(name) => Ok(Some(name.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", pointer.display())),
        }
    }

    /// What the live generation says of itself; `None` before the first, and when another version of the program made it.
    pub fn manifest(&self) -> Result<Option<Manifest>> {
        self.current()?.map_or(Ok(None), |name| self.manifest_of(&name))
    }

    fn manifest_of(&self, name: &str) -> Result<Option<Manifest>> {
        let path = self.folder.join(name).join(MANIFEST);
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

    /// Opens one generation, live or not.
    pub fn open_one(&self, manifest: Manifest) -> Result<Opened> {
        let folder = self.folder.join(&manifest.name);
        let path = folder.join(STATISTICS);
        let damaged = || format!("{} is missing or damaged; run `colega reindex`", path.display());
        let statistics =
            serde_json::from_str(&fs::read_to_string(&path).with_context(damaged)?).with_context(damaged)?;
        let index = self.open_index(&folder, &manifest)?;
        Ok(Opened { manifest, index, statistics })
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
        let _lock = self.lock()?;
        let live = self.manifest()?.context("there is no live index; `colega reindex` makes one")?;
        let mut earlier: Vec<String> = self.names()?.into_iter().filter(|name| *name != live.name).collect();
        earlier.retain(|name| self.folder.join(name).join(MANIFEST).exists());
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
        self.point_to(&manifest.name)?;
        let why = vec![format!("{} is live again", manifest.name)];
        history::note(&self.folder.join(HISTORY), &live, Event::TakenBack, why)?;
        info!(generation = manifest.name, "an earlier index is live again");
        Ok(manifest)
    }

    /// All passages of the live generation, in the order of their sources; none before the first.
    pub fn passages(&self) -> Result<Vec<Arc<Passage>>> {
        let Some(manifest) = self.manifest()? else { return Ok(Vec::new()) };
        Ok(self.points(&manifest)?.into_iter().map(|point| point.passage).collect())
    }

    /// Builds a generation of `passages` beside the live one and makes it live, if `gate` lets it; unless `reuse` allows to
    /// keep the live one because nothing has changed, or nothing since another was refused. Only one process can do so at a
    /// time.
    pub fn make(
        &self,
        passages: Vec<Arc<Passage>>,
        encoding: Encoding<'_>,
        reuse: Reuse,
        gate: Option<&Gate>,
    ) -> Result<Made> {
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        let _lock = self.lock()?;
        let live = self.manifest().unwrap_or_else(|error| {
            warn!("the live index cannot be read and is built anew: {error:#}");
            None
        });
        self.remove_leftovers()?;
        let fingerprint = self.fingerprint(&passages, encoding)?;
        let is_same =
            |live: &&Manifest| reuse == Reuse::Unchanged && live.fingerprint == fingerprint && self.is_whole(live);
        if let Some(manifest) = live.as_ref().filter(is_same) {
            return Ok(Made { manifest: manifest.clone(), is_new: false, encoded: 0, refused: None });
        }
        if let (Some(live), Some(_), Some(why)) = (&live, gate, self.refused_before(&fingerprint, reuse)) {
            return Ok(Made { manifest: live.clone(), is_new: false, encoded: 0, refused: Some(why) });
        }
        let earlier = match (&live, reuse) {
            // Points that cannot be read are encoded again.
            (Some(live), Reuse::Unchanged) => {
                let Manifest { encoder, embedder, .. } = live.clone();
                self.points(live).ok().map(|points| Earlier { encoder, embedder, points })
            }
            _ => None,
        };
        let documents = count_documents(&passages);
        let built = build::build(passages, encoding, earlier)?;
        let name = self.next_name(&fingerprint)?;
        let manifest = Manifest {
            name: name.clone(),
            format: FORMAT,
            fingerprint,
            passages: built.points.len(),
            documents,
            made_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
            encoder: built.encoder.clone(),
            embedder: encoding.embedder.map(Embedder::id).cloned(),
            has_shard: self.settings.engine == EngineChoice::Edge && cfg!(feature = "edge"),
        };
        self.write(&manifest, &built)?;
        let history = self.folder.join(HISTORY);
        if let (Some(live), Some(gate)) = (live, gate)
            && let Judgement::Shut(why) = gate.judge(&live, &manifest)?
        {
            warn!(
                generation = name,
                live = live.name,
                reasons = why.len(),
                "a new index is worse and does not go live"
            );
            history::note(&history, &manifest, Event::Refused, why.clone())?;
            fs::remove_dir_all(self.folder.join(&name))?;
            return Ok(Made { manifest: live, is_new: false, encoded: built.encoded, refused: Some(why) });
        }
        self.point_to(&name)?;
        info!(generation = name, passages = manifest.passages, encoded = built.encoded, "a new index is live");
        history::note(&history, &manifest, Event::Live, Vec::new())?;
        self.remove_leftovers()?;
        Ok(Made { manifest, is_new: true, encoded: built.encoded, refused: None })
    }

    fn point_to(&self, name: &str) -> Result<()> {
        durable::replace(&self.folder.join(POINTER), |writer| Ok(writeln!(writer, "{name}")?))
    }

    /// Why a generation of just this content is not to be made again: the last that was heard of it is that it was refused or
    /// taken back.
    fn refused_before(&self, fingerprint: &str, reuse: Reuse) -> Option<Vec<String>> {
        if reuse == Reuse::Nothing {
            return None;
        }
        let history = self.history().ok()?;
        let last = history.into_iter().rfind(|entry| entry.fingerprint == fingerprint)?;
        match last.event {
            Event::Live => None,
            Event::Refused => Some(last.why),
            Event::TakenBack => {
                Some(vec![format!("{} was taken back, and nothing has changed since", last.generation)])
            }
        }
    }

    /// Removes what crashes left and generations beyond those to keep, unless another process is building one.
    pub fn clean(&self) -> Result<()> {
        if !self.folder.exists() {
            return Ok(());
        }
        match self.try_lock()? {
            Some(_lock) => self.remove_leftovers(),
            None => Ok(()),
        }
    }

    fn write(&self, manifest: &Manifest, built: &Built) -> Result<()> {
        let folder = self.folder.join(&manifest.name);
        jsonl::write(&folder.join(POINTS), &built.points)?;
        write_json(&folder.join(STATISTICS), &built.statistics)?;
        if manifest.has_shard {
            shard::write(&folder, &built.points)?;
        }
        write_json(&folder.join(MANIFEST), manifest)
    }

    fn open_index(&self, folder: &Path, manifest: &Manifest) -> Result<Index> {
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

    /// Whether a generation can be searched and used again. A shard that another process holds is taken to be whole.
    fn is_whole(&self, manifest: &Manifest) -> bool {
        let folder = self.folder.join(&manifest.name);
        let is_shard_whole = !manifest.has_shard
            || shard::open(&folder, manifest.passages).map_or_else(|error| shard::is_held(&error), |_| true);
        let statistics = fs::read_to_string(folder.join(STATISTICS)).ok();
        is_shard_whole
            && statistics.is_some_and(|text| serde_json::from_str::<Statistics>(&text).is_ok())
            && self.points(manifest).is_ok_and(|points| points.len() == manifest.passages)
    }

    fn points(&self, manifest: &Manifest) -> Result<Vec<Point>> {
        jsonl::read(&self.folder.join(&manifest.name).join(POINTS))
            .with_context(|| "run `colega reindex --full`".to_owned())
    }

    /// Generations are numbered, so that their names sort by age.
    fn next_name(&self, fingerprint: &str) -> Result<String> {
        let last = self.names()?.iter().filter_map(|name| name.split('-').next()?.parse::<u64>().ok()).max();
        Ok(format!("{:06}-{}", last.unwrap_or_default() + 1, &fingerprint[..8]))
    }

    fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort();
        Ok(names)
    }

    /// What the pointer names stays in any case, even if it cannot be read.
    fn remove_leftovers(&self) -> Result<()> {
        let live = self.current()?;
        let (whole, broken): (Vec<String>, Vec<String>) =
            self.names()?.into_iter().partition(|name| self.folder.join(name).join(MANIFEST).exists());
        let older = whole.into_iter().filter(|name| Some(name) != live.as_ref()).rev().skip(self.settings.keep);
        let broken = broken.into_iter().filter(|name| Some(name) != live.as_ref());
        for name in broken.chain(older) {
            let folder = self.folder.join(&name);
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        Ok(())
    }

    fn lock(&self) -> Result<File> {
        match self.try_lock()? {
            Some(lock) => Ok(lock),
            None => bail!("another process is re-indexing into {}; wait until it is done", self.folder.display()),
        }
    }

    fn try_lock(&self) -> Result<Option<File>> {
        let path = self.folder.join(LOCK);
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }

    fn fingerprint(&self, passages: &[Arc<Passage>], encoding: Encoding<'_>) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&FORMAT.to_le_bytes());
        hasher.update(&serde_json::to_vec(&(encoding.bm25, self.settings.engine))?);
        if let Some(embedder) = encoding.embedder {
            hasher.update(&serde_json::to_vec(embedder.id())?);
        }
        for passage in passages {
            hasher.update(&serde_json::to_vec(&**passage)?);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    durable::replace(path, |writer| Ok(serde_json::to_writer(writer, value)?))
}

fn count_documents(passages: &[Arc<Passage>]) -> usize {
    let mut files: Vec<&str> = passages.iter().map(|passage| passage.source_file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    files.len()
}
