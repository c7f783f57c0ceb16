//! `colega bench ingest`: takes a folder of sources to passages, over and over.

mod part;

use std::fmt;
use std::path::Path;
use std::thread;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;

use self::part::Part;
use super::memory;
use crate::eval::{metrics, table};
use crate::knowledge::ingest::{self, IngestSettings};
use crate::knowledge::topic::Topics;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// Folder of sources.
    pub raw: &'a Path,
    /// How often it is read, from 1; the median time counts.
    pub repeat: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// The folder as a whole.
    #[serde(flatten)]
    pub whole: Speed,
    /// Its Markdown alone and its subtitles alone (with their transcripts), if it holds both.
    pub formats: Vec<FormatSpeed>,
    /// How often each was read.
    pub repeat: usize,
    /// Cores that the process may use.
    pub cores: usize,
    /// The most memory that the process ever held, in bytes, where the system tells.
    pub peak_bytes: Option<u64>,
}

/// The speed of one format.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormatSpeed {
    /// `markdown` or `subtitles`.
    pub format: &'static str,
    /// How fast its files were read.
    #[serde(flatten)]
    pub speed: Speed,
}

/// How fast some files were read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Speed {
    /// Size a second, in 10⁶ bytes.
    pub mb_per_s: f64,
    /// Passages a second.
    pub chunks_per_s: f64,
    /// Median time of one reading in seconds.
    pub seconds: f64,
    /// Number of files.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Passages that came of them.
    pub chunks: usize,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<10}{:>10}{:>12}{:>10}{:>8}{:>12}{:>9}",
            "", "MB/s", "chunks/s", "seconds", "files", "bytes", "chunks"
        )?;
        let formats = self.formats.iter().map(|format| (format.format, &format.speed));
        for (name, speed) in std::iter::once(("all", &self.whole)).chain(formats) {
            let Speed { mb_per_s, chunks_per_s, seconds, files, bytes, chunks } = speed;
            write!(
                f,
                "\n{name:<10}{mb_per_s:>10.2}{chunks_per_s:>12.0}{seconds:>10.3}{files:>8}{bytes:>12}{chunks:>9}"
            )?;
        }
        let times = if self.repeat == 1 { "once".to_owned() } else { format!("{} times", self.repeat) };
        let peak = table::megabytes(self.peak_bytes);
        writeln!(f, "\nread {times}; {} cores; peak memory {peak}", self.cores)
    }
}

/// Reads the task's folder as often as it says, and then each format by itself if the folder holds both.
pub fn run(task: &Task<'_>, settings: &IngestSettings, topics: &Topics) -> Result<Scores> {
    ensure!(task.repeat > 0, "a folder that is read 0 times has no speed; repeat it at least once");
    let whole = speed(task.raw, task.repeat, settings, topics)?;
    ensure!(whole.files > 0, "{} holds no file that can be read", task.raw.display());
    // Copying the parts is no part of the whole's peak, but what they need is never more than what the whole did.
    let peak_bytes = memory::peak();
    let parts = [(Part::Markdown, "markdown"), (Part::Subtitles, "subtitles")];
    let copies = parts.map(|(part, format)| (format, part.copy(task.raw)));
    let mut formats = Vec::new();
    for (format, copy) in copies {
        let Some(folder) = copy? else {
            formats.clear();
            break;
        };
        formats.push(FormatSpeed { format, speed: speed(folder.path(), task.repeat, settings, topics)? });
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Ok(Scores { whole, formats, repeat: task.repeat, cores, peak_bytes })
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
fn speed(raw: &Path, repeat: usize, settings: &IngestSettings, topics: &Topics) -> Result<Speed> {
    let mut times = Vec::new();
    let (mut files, mut bytes, mut chunks) = (0, 0, 0);
    for _ in 0..repeat {
        let started = Instant::now();
        let ingested = ingest::ingest(raw, settings, topics, |_| {})?;
        times.push(started.elapsed().as_secs_f64());
        (files, bytes, chunks) = (ingested.report.files, ingested.report.bytes, ingested.passages.len());
    }
    let seconds = metrics::quantile(&times, 0.5);
    Ok(Speed {
        mb_per_s: bytes as f64 / 1e6 / seconds,
        chunks_per_s: chunks as f64 / seconds,
        seconds,
        files,
        bytes,
        chunks,
    })
}
