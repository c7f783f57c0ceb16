//! What became of generations: which went live, which were refused and why, and which were taken back. One JSON object a line
//! in `<folder>/history.jsonl`, the latest last.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::Manifest;
use crate::jsonl;

/// Lines that are kept.
const MOST_LINES: usize = 500;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in seconds since 1970.
    pub at: u64,
    /// The generation.
    pub generation: String,
    /// Hash of everything that went into it.
    pub fingerprint: String,
    /// Its passages.
    pub passages: usize,
    /// What became of it.
    pub event: Event,
    /// Why, line by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
    /// The figures of the goldset that it reached; none where it was not asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, f64>,
}

/// What there is to tell beside what became of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Why, line by line.
    pub why: Vec<String>,
    /// The figures of the goldset.
    pub figures: BTreeMap<String, f64>,
}

/// What became of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It went live.
    Live,
    /// The gate did not let it.
    Refused,
    /// It was live, and an earlier one took its place again.
    TakenBack,
}

impl Event {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Live => "went live",
            Self::Refused => "was refused",
            Self::TakenBack => "was taken back",
        }
    }
}

/// All lines of the file at `path`; none where there is none.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>> {
    if path.exists() { jsonl::read(path) } else { Ok(Vec::new()) }
}

/// Adds a line on `manifest`.
pub(super) fn note(path: &Path, manifest: &Manifest, event: Event, told: Told) -> Result<()> {
    // What is damaged is begun anew: it tells of the past and decides nothing that a person cannot decide again.
    let mut entries = read(path).unwrap_or_default();
    entries.push(Entry {
        at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
        generation: manifest.name.clone(),
        fingerprint: manifest.fingerprint.clone(),
        passages: manifest.passages,
        event,
        why: told.why,
        figures: told.figures,
    });
    let surplus = entries.len().saturating_sub(MOST_LINES);
    jsonl::write(path, &entries[surplus..])
}
