//! What came of documents before: one that is as it was need not be read again.
//!
//! A file with one outcome a line. It is a cache: what cannot be read of it is made again, and removing it costs one slow
//! run.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::walk::SourceFile;
use super::{IngestSettings, MIB, Outcome};
use crate::durable;
use crate::knowledge::meta;
use crate::knowledge::topic::Topics;

/// Everything that an outcome depends on: the files, the settings and topics, and the program.
type Key = blake3::Hash;

/// Outcomes by what they were made of.
pub struct Memory {
    path: Option<PathBuf>,
    known: HashMap<Key, Arc<str>>,
    common: blake3::Hasher,
    max_bytes: u64,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line<O> {
    key: String,
    outcome: O,
}

/// The part of a line that is looked at before it is needed.
#[derive(Deserialize)]
struct Name {
    key: String,
}

/// The outcome of a document, and how it is remembered; `None` where it cannot be.
pub(super) struct Remembered {
    pub(super) outcome: Outcome,
    line: Option<Arc<str>>,
    is_new: bool,
}

impl Memory {
    /// Remembers nothing.
    pub fn none() -> Self {
        Self { path: None, known: HashMap::new(), common: blake3::Hasher::new(), max_bytes: 0 }
    }

    /// What the file at `path` holds; it need not be there.
    pub fn at(path: &Path, settings: &IngestSettings, topics: &Topics) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        let key = |line: &str| Key::from_hex(serde_json::from_str::<Name>(line).ok()?.key).ok();
        let known = text.par_lines().filter_map(|line| Some((key(line)?, line.into()))).collect();
        Self { known, ..Self::anew(path, settings, topics) }
    }

    /// Knows nothing yet, and replaces what the file at `path` holds.
    pub fn anew(path: &Path, settings: &IngestSettings, topics: &Topics) -> Self {
        let Some(program) = this_program() else { return Self::none() };
        let mut common = blake3::Hasher::new();
        common.update(&serde_json::to_vec(settings).unwrap_or_default()).update(topics.fingerprint().as_bytes());
        common.update(program.as_bytes());
        Self { path: Some(path.to_owned()), known: HashMap::new(), common, max_bytes: settings.max_file_mib * MIB }
    }

    /// The outcome of the document of these files: the one that is known, or that of `work`.
    pub(super) fn outcome(&self, files: &[SourceFile], work: impl FnOnce() -> Outcome) -> Remembered {
        let Some(key) = self.path.as_ref().and_then(|_| self.key(files).ok()) else {
            return Remembered { outcome: work(), line: None, is_new: false };
        };
        if let Some(line) = self.known.get(&key)
            && let Ok(Line { outcome, .. }) = serde_json::from_str::<Line<Outcome>>(line)
        {
            return Remembered { outcome, line: Some(Arc::clone(line)), is_new: false };
        }
        let outcome = work();
        // What could not be read may be readable the next time; and a file may have changed under the reader.
        if !outcome.notes.skipped.is_empty() || self.key(files).ok() != Some(key) {
            return Remembered { outcome, line: None, is_new: false };
        }
        let line =
            serde_json::to_string(&Line { key: key.to_hex().to_string(), outcome: &outcome }).ok().map(Arc::from);
        Remembered { outcome, line, is_new: true }
    }

    /// Keeps what was remembered, and forgets the rest.
    pub(super) fn keep(&self, all: &[Remembered]) {
        let Some(path) = &self.path else { return };
        let lines = || all.iter().filter_map(|remembered| remembered.line.as_ref());
        if all.iter().all(|remembered| !remembered.is_new) && lines().count() == self.known.len() {
            return;
        }
        let write = |writer: &mut std::io::BufWriter<File>| -> Result<()> {
            lines().try_for_each(|line| Ok(writeln!(writer, "{line}")?))
        };
        if let Err(error) = durable::replace(path, write) {
            warn!("documents will be read again the next time: {error:#}");
        }
    }

    /// The hash of everything that the document of these files is made of.
    fn key(&self, files: &[SourceFile]) -> std::io::Result<Key> {
        let mut hasher = self.common.clone();
        let mut add = |path: &Path| -> std::io::Result<()> {
            let mut bytes = Vec::new();
            File::open(path)?.take(self.max_bytes + 1).read_to_end(&mut bytes)?;
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            hasher.update(name).update(&[0]).update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
            Ok(())
        };
        for file in files {
            add(&file.path)?;
            for sidecar in meta::sidecar_paths(&file.path) {
                if sidecar.is_file() {
                    add(&sidecar)?;
                }
            }
        }
        for file in files {
            hasher.update(file.name.as_bytes()).update(&[0]);
        }
        Ok(hasher.finalize())
    }
}

/// The hash of this program, since another build may read documents otherwise; `None` where it cannot be read.
fn this_program() -> Option<blake3::Hash> {
    static PROGRAM: OnceLock<Option<blake3::Hash>> = OnceLock::new();
    *PROGRAM.get_or_init(|| {
        // Linux has the file of a running program even after another one has taken its place.
        let own = Path::new("/proc/self/exe");
        let file = File::open(own).or_else(|_| File::open(std::env::current_exe()?)).ok()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(file).ok()?;
        Some(hasher.finalize())
    })
}
