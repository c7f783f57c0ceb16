//! Re-indexing: a new generation is built beside the live one and takes its place in one step.

pub mod gate;
pub mod generation;
pub mod schedule;
pub mod watched;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use self::gate::Gate;
use self::generation::{Generations, Manifest};
use self::watched::{Ended, Stage, Watched};
use crate::embed::bm25::Bm25Settings;
use crate::embed::dense::Embedder;
use crate::heap;
use crate::jsonl;
use crate::knowledge::ingest::{self, IngestSettings, Ingested, Memory, Progress, Report};
use crate::knowledge::topic::Topics;
use crate::passage::Passage;
use crate::retrieve::build::Encoding;
use crate::retrieve::server::ServerSettings;
use crate::telemetry::metrics::Run;

/// Name of the file that `ingest` writes and `index` reads.
pub const CHUNKS_FILE: &str = "kb_chunks.jsonl";
/// File, beside the generations, with what came of each document.
const DOCUMENTS: &str = "documents.jsonl";

/// Where generations are kept, section `[index]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexSettings {
    /// What searches: `edge` (Qdrant in this process, on disk), `memory`, or `server` (Qdrant on other machines).
    pub engine: EngineChoice,
    /// How many generations are kept beside the live one.
    pub keep: usize,
    /// Whether a new generation must hold up on the goldset to go live.
    pub gate: bool,
    /// The servers, for `server` and for `colega index push` and `pull`.
    pub server: ServerSettings,
}

impl Default for IndexSettings {
    fn default() -> Self {
        Self { engine: EngineChoice::default(), keep: 2, gate: true, server: ServerSettings::default() }
    }
}

/// The engines one can choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// Qdrant in this process, on disk. A program built without it searches in memory.
    #[default]
    Edge,
    /// Everything in memory.
    Memory,
    /// Qdrant on a server or a cluster, which several daemons may share.
    Server,
}

/// What a re-index needs.
pub struct Reindexer {
    /// Folder of sources.
    pub raw: PathBuf,
    /// How sources become passages.
    pub ingest: IngestSettings,
    /// Topics to label with.
    pub topics: Topics,
    /// How passages become vectors.
    pub bm25: Bm25Settings,
    /// What embeds them, if anything does.
    pub embedder: Option<Arc<Embedder>>,
    /// Where generations are kept.
    pub generations: Generations,
    /// What a new generation must pass to go live, if there is a live one.
    pub gate: Option<Gate>,
    /// Told how far it is, and what came of it.
    pub watched: Watched,
}

/// What came of a re-index.
pub struct Outcome {
    /// The generation that is live now.
    pub live: Manifest,
    /// Whether it is new; the same sources give no new one.
    pub is_new: bool,
    /// Passages that were encoded or embedded; the others were taken over.
    pub encoded: usize,
    /// Why a new generation did not go live, line by line.
    pub refused: Option<Vec<String>>,
    /// What a person should know of the sources; `None` when they were not read.
    pub report: Option<Report>,
    /// Seconds from start to end.
    pub seconds: f64,
}

/// How much of an earlier generation may be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Unchanged passages keep their vectors, and unchanged sources keep their generation.
    Unchanged,
    /// Everything is encoded again.
    Nothing,
}

impl Reindexer {
    /// Reads the sources and makes a new generation live, unless nothing has changed.
    pub fn reindex(&self, reuse: Reuse, mut progress: impl FnMut(Progress<'_>)) -> Result<Outcome> {
        self.counted(|| {
            self.reindex_sources(reuse, |at| {
                self.watched.reach(Stage::Reading { done: at.done, total: at.total });
                progress(at);
            })
        })
    }

    fn reindex_sources(&self, reuse: Reuse, progress: impl FnMut(Progress<'_>)) -> Result<Outcome> {
        let started = Instant::now();
        let memory = self.generations.folder().join(DOCUMENTS);
        let memory = match reuse {
            Reuse::Unchanged => Memory::at(&memory, &self.ingest, &self.topics),
            Reuse::Nothing => Memory::anew(&memory, &self.ingest, &self.topics),
        };
        let Ingested { passages, report } =
            ingest::ingest_again(&self.raw, &self.ingest, &self.topics, &memory, progress)?;
        ensure!(
            !passages.is_empty(),
            "{} holds nothing to index; put .md, .txt, .srt, .vtt, .html or .pdf files there, or set paths.raw\n{report}",
            self.raw.display()
        );
        self.index(passages, reuse, Some(report), started)
    }

    /// Makes the passages that `ingest` wrote into `processed` a new live generation.
    pub fn index_processed(&self, processed: &Path, reuse: Reuse) -> Result<Outcome> {
        self.counted(|| self.index_file(processed, reuse))
    }

    fn index_file(&self, processed: &Path, reuse: Reuse) -> Result<Outcome> {
        let started = Instant::now();
        let file = processed.join(CHUNKS_FILE);
        let passages: Vec<Passage> =
            jsonl::read(&file).with_context(|| "run `colega ingest` first, or use `colega reindex`".to_owned())?;
        ensure!(!passages.is_empty(), "{} holds no passage; run `colega ingest` again", file.display());
        self.index(passages, reuse, None, started)
    }

    fn index(&self, passages: Vec<Passage>, reuse: Reuse, report: Option<Report>, started: Instant) -> Result<Outcome> {
        self.watched.reach(Stage::Indexing);
        let passages = passages.into_iter().map(Arc::new).collect();
        let encoding = Encoding { bm25: &self.bm25, embedder: self.embedder.as_deref() };
        let made = self.generations.make(passages, encoding, reuse, self.gate.as_ref())?;
        Ok(Outcome {
            live: made.manifest,
            is_new: made.is_new,
            encoded: made.encoded,
            refused: made.refused,
            report,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// Counts what became of `work`, and tells those who watch.
    fn counted(&self, work: impl FnOnce() -> Result<Outcome>) -> Result<Outcome> {
        let started = Instant::now();
        let _under_way = self.watched.begin();
        let outcome = work();
        heap::give_back();
        let run = match &outcome {
            Err(_) => Run::Failed,
            Ok(Outcome { refused: Some(_), .. }) => Run::Refused,
            Ok(Outcome { is_new: true, .. }) => Run::Live,
            Ok(_) => Run::Unchanged,
        };
        let took = started.elapsed();
        let of = |outcome: &Outcome| {
            let skipped = outcome.report.as_ref().map_or(0, |report| report.skipped.len());
            (outcome.refused.clone().unwrap_or_default(), skipped)
        };
        let (refused, skipped) = outcome.as_ref().map(of).unwrap_or_default();
        self.watched.end(Ended { at: SystemTime::now(), took, run, refused, skipped });
        outcome
    }
}
