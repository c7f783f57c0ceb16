//! Making a generation: built beside the live one, judged, and made live in one step.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use rayon::prelude::*;
use serde::Serialize;
use tracing::{info, warn};

use super::super::Reuse;
use super::super::gate::{Gate, Judgement};
use super::history::{self, Event, Told};
use super::{Changed, FORMAT, Generations, HISTORY, MANIFEST, Made, Manifest, POINTS, STATISTICS, shard, shared};
use crate::durable;
use crate::embed::dense::Embedder;
use crate::jsonl;
use crate::passage::Passage;
use crate::retrieve::Point;
use crate::retrieve::build::{self, Changes, Earlier, Encoding};
use crate::retrieve::server::ServerError;
use crate::retrieve::statistics::Statistics;

/// A shard is made anew when so many of a hundred of its points have changed: what is found by words is weighed by how
/// common they are, and the engine counts those of removed points, too.
const MOST_CHANGED: usize = 10;

/// A shard is made anew when so many seconds have passed since it last was: what was removed is found no more, but its words lie in
/// the files of the shard until then.
const LONGEST_CHANGED: u64 = 7 * 24 * 60 * 60;

/// How many passages are turned into text before they are hashed.
const HASHED_AT_ONCE: usize = 4_096;

/// What is in the folder of a generation.
pub(super) struct Copy<'a> {
    pub manifest: &'a Manifest,
    pub statistics: &'a Statistics,
    pub points: &'a [Point],
    /// Where the shard can be made of an earlier one: that generation's name, and what has changed.
    pub since: Option<(&'a str, &'a Changes)>,
}

impl Generations {
    /// Builds a generation of `passages` beside the live one and makes it live, if `gate` lets it; unless `reuse` allows to
    /// keep the live one because nothing has changed, or nothing since another was refused. Only one process can do so at a
    /// time, on all machines that share servers.
    pub fn make(
        &self,
        passages: Vec<Arc<Passage>>,
        encoding: Encoding<'_>,
        reuse: Reuse,
        gate: Option<&Gate>,
    ) -> Result<Made> {
        ensure!(
            self.servers.is_none() || !self.settings.server.follow,
            "this Colega only follows what others index (index.server.follow); the Qdrant server has an index as soon as one \
             of them has built it"
        );
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        let lock = self.lock()?;
        let live = match self.manifest_for_sure() {
            Err(error) if error.is::<ServerError>() => return Err(error),
            Err(error) => {
                warn!("the live index cannot be read and is built anew: {error:#}");
                None
            }
            live => live?,
        };
        self.remove_leftovers()?;
        let fingerprint = fingerprint(&passages, encoding)?;
        let is_same =
            |live: &&Manifest| reuse == Reuse::Unchanged && live.fingerprint == fingerprint && self.can_be_kept(live);
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
        let since = live.as_ref().zip(built.changes.as_ref()).filter(|(live, changes)| is_little(live, changes));
        let manifest = Manifest {
            name: name.clone(),
            format: FORMAT,
            fingerprint,
            passages: built.points.len(),
            documents,
            made_at: now_s(),
            encoder: built.encoder.clone(),
            embedder: encoding.embedder.map(Embedder::id).cloned(),
            has_shard: self.has_shards(),
            changed: since.map(|(live, changes)| changed(live, changes)),
        };
        self.write(&Copy {
            manifest: &manifest,
            statistics: &built.statistics,
            points: &built.points,
            since: since.map(|(live, changes)| (live.name.as_str(), changes)),
        })?;
        if let Some(servers) = &self.servers {
            shared::write(servers, &manifest, &built.statistics, &built.points)?;
        }
        let history = self.folder.join(HISTORY);
        let judged = live.as_ref().zip(gate).map(|(live, gate)| gate.judge(live, &manifest)).transpose()?;
        let Judgement { worse, figures } = judged.unwrap_or_default();
        if let Some(live) = live.filter(|_| !worse.is_empty()) {
            warn!(
                generation = name,
                live = live.name,
                reasons = worse.len(),
                "a new index is worse and does not go live"
            );
            history::note(&history, &manifest, Event::Refused, Told { why: worse.clone(), figures })?;
            fs::remove_dir_all(self.folder.join(&name))?;
            if let Some(servers) = &self.servers {
                servers.remove(&name)?;
            }
            return Ok(Made { manifest: live, is_new: false, encoded: built.encoded, refused: Some(worse) });
        }
        self.make_live(&name, &lock)?;
        info!(generation = name, passages = manifest.passages, encoded = built.encoded, "a new index is live");
        history::note(&history, &manifest, Event::Live, Told { figures, ..Told::default() })?;
        if let Err(error) = self.remove_leftovers() {
            warn!("earlier generations stay until the next time: {error:#}");
        }
        Ok(Made { manifest, is_new: true, encoded: built.encoded, refused: None })
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

    pub(super) fn write(&self, copy: &Copy<'_>) -> Result<()> {
        let folder = self.folder.join(&copy.manifest.name);
        jsonl::write(&folder.join(POINTS), copy.points)?;
        write_json(&folder.join(STATISTICS), copy.statistics)?;
        let is_changed = copy.manifest.has_shard && self.write_shard(&folder, copy)?;
        let changed = copy.manifest.changed.filter(|_| is_changed);
        write_json(&folder.join(MANIFEST), &Manifest { changed, ..copy.manifest.clone() })
    }

    /// Makes the shard: of an earlier one, where that is allowed and succeeds, and else anew. Tells whether it is a changed one.
    fn write_shard(&self, folder: &Path, Copy { points, since, .. }: &Copy<'_>) -> Result<bool> {
        if let Some((earlier, changes)) = since {
            match shard::change(folder, points, &self.folder.join(earlier), changes) {
                Ok(()) => return Ok(true),
                Err(error) => warn!("the index is made anew, since the earlier one cannot be changed: {error:#}"),
            }
        }
        shard::write(folder, points)?;
        Ok(false)
    }

    /// Whether a generation can be searched by the engine of the configuration.
    fn can_be_kept(&self, manifest: &Manifest) -> bool {
        match &self.servers {
            None => manifest.has_shard == self.has_shards() && self.is_whole(manifest),
            Some(servers) => servers.is_whole(&manifest.name).unwrap_or(false),
        }
    }

    /// A shard that another process holds is taken to be whole.
    fn is_whole(&self, manifest: &Manifest) -> bool {
        let folder = self.folder.join(&manifest.name);
        let is_shard_whole = !manifest.has_shard
            || shard::open(&folder, manifest.passages).map_or_else(|error| shard::is_held(&error), |_| true);
        let statistics = fs::read_to_string(folder.join(STATISTICS)).ok();
        is_shard_whole
            && statistics.is_some_and(|text| serde_json::from_str::<Statistics>(&text).is_ok())
            && self.points(manifest).is_ok_and(|points| points.len() == manifest.passages)
    }

    /// Generations are numbered, so that their names sort by age.
    fn next_name(&self, fingerprint: &str) -> Result<String> {
        let mut names = self.names()?;
        if let Some(servers) = &self.servers {
            names.extend(servers.names()?);
        }
        let last = names.iter().filter_map(|name| name.split('-').next()?.parse::<u64>().ok()).max();
        Ok(format!("{:06}-{}", last.unwrap_or_default() + 1, &fingerprint[..8]))
    }
}

/// How far the shard of `live` is from one made anew, after `changes`.
fn changed(live: &Manifest, changes: &Changes) -> Changed {
    let Changed { points, since } = live.changed.unwrap_or(Changed { points: 0, since: live.made_at });
    Changed { points: points + changes.len(), since }
}

/// Whether the shard of `live` may be changed rather than made anew.
fn is_little(live: &Manifest, changes: &Changes) -> bool {
    let Changed { points, since } = changed(live, changes);
    live.has_shard && points * 100 <= live.passages * MOST_CHANGED && now_s().saturating_sub(since) <= LONGEST_CHANGED
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn fingerprint(passages: &[Arc<Passage>], encoding: Encoding<'_>) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&FORMAT.to_le_bytes());
    hasher.update(&serde_json::to_vec(encoding.bm25)?);
    if let Some(embedder) = encoding.embedder {
        hasher.update(&serde_json::to_vec(embedder.id())?);
    }
    for batch in passages.chunks(HASHED_AT_ONCE) {
        for text in batch.par_iter().map(|passage| serde_json::to_vec(&**passage)).collect::<Result<Vec<_>, _>>()? {
            hasher.update(&text);
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    durable::replace(path, |writer| Ok(serde_json::to_writer(writer, value)?))
}

fn count_documents(passages: &[Arc<Passage>]) -> usize {
    let mut files: Vec<&str> = passages.iter().map(|passage| passage.source_file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    files.len()
}
