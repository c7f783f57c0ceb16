//! The whole way from a folder of raw files to passages.
//!
//! Documents are read on all cores and put back into the order of their names, so the same folder always gives the same
//! bytes. A file that cannot be read is told in the report, and the rest goes on.

mod memory;
mod questions;
mod read;
mod report;
pub mod stamp;
mod walk;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::guard::{Guard, GuardSettings};
use crate::knowledge::chunk::{self, ChunkLimits};
use crate::knowledge::dedupe;
use crate::knowledge::document::{Document, ParseError};
use crate::knowledge::topic::{Topics, Unlabelled};
use crate::language;
use crate::passage::{ChunkId, Passage, SourceSpan};
use crate::question::Language;

pub use memory::Memory;
use memory::Remembered;
use read::{Notes, Reading, told};
pub use report::Report;
use walk::SourceFile;

const MIB: u64 = 1024 * 1024;
/// How much of a document is looked at to find its language, in bytes.
const LANGUAGE_SAMPLE: usize = 20_000;
/// Stack of a reading thread: deeply nested documents need more than the usual two.
const STACK: usize = 16 * 1024 * 1024;

/// How raw files become passages; the section `[ingest]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IngestSettings {
    /// Files larger than this are not read, in MiB.
    pub max_file_mib: u64,
    /// Passages, cards and snippets at least this alike are duplicates: the share of five-word sequences that they have in
    /// common, above 0 and up to 1.
    pub duplicate_similarity: f64,
    /// How long passages are.
    pub chunk: ChunkLimits,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self { max_file_mib: 64, duplicate_similarity: 0.9, chunk: ChunkLimits::default() }
    }
}

impl IngestSettings {
    /// Says what is wrong with impossible settings and what to write instead.
    pub fn validate(&self) -> Result<(), String> {
        if !(1..=4096).contains(&self.max_file_mib) {
            return Err("ingest.max_file_mib is not between 1 and 4096".to_owned());
        }
        if !(self.duplicate_similarity > 0.0 && self.duplicate_similarity <= 1.0) {
            return Err("ingest.duplicate_similarity is not above 0 and up to 1; 0.9 is a good value".to_owned());
        }
        self.chunk.validate()
    }
}

/// What came of a folder of sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Ingested {
    /// The passages in the order of their files, then of their places.
    pub passages: Vec<Passage>,
    /// What a person should know.
    pub report: Report,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Documents that are done.
    pub done: usize,
    /// All documents.
    pub total: usize,
    /// The document that was done last.
    pub file: &'a str,
}

/// Reads all documents below `raw` and cuts, labels and compares their passages.
///
/// Fails only if the folder cannot be read or a setting is impossible. `progress` is called on the calling thread.
pub fn ingest(
    raw: &Path,
    settings: &IngestSettings,
    topics: &Topics,
    progress: impl FnMut(Progress),
) -> Result<Ingested> {
    ingest_again(raw, settings, topics, &Memory::none(), progress)
}

/// The same; documents that `memory` knows are not read again. What comes of it does not depend on what it knows.
pub fn ingest_again(
    raw: &Path,
    settings: &IngestSettings,
    topics: &Topics,
    memory: &Memory,
    progress: impl FnMut(Progress),
) -> Result<Ingested> {
    settings.validate().map_err(anyhow::Error::msg)?;
    let found = walk::walk(raw).with_context(|| {
        format!("cannot read the folder of sources {}; make it, or name another one", raw.display())
    })?;
    // Whatever a team allows itself to ask, a document gives no orders.
    let guard = Guard::new(&GuardSettings::default())?;
    let read = |files: &[SourceFile]| memory.outcome(files, || outcome(files, settings, topics, &guard));
    let mut all = on_all_cores(&found.documents, progress, read)?;
    all.sort_by(|a, b| a.outcome.source_file.cmp(&b.outcome.source_file));
    memory.keep(&all);
    let mut report =
        Report { skipped: found.skipped, unsupported: found.unsupported, hidden: found.hidden, ..Report::default() };
    let mut passages = Vec::new();
    for Remembered { outcome, .. } in all {
        report.files += outcome.notes.files;
        report.bytes += outcome.notes.bytes;
        report.skipped.extend(outcome.notes.skipped);
        report.warnings.extend(outcome.notes.warnings);
        passages.extend(outcome.passages);
    }
    let (passages, duplicates) = dedupe::dedupe(passages, settings.duplicate_similarity);
    report.passages = passages.len();
    report.duplicates = duplicates;
    Ok(Ingested { passages, report })
}

/// What came of one document.
#[derive(Serialize, Deserialize)]
struct Outcome {
    source_file: String,
    passages: Vec<Passage>,
    notes: Notes,
}

fn outcome(files: &[SourceFile], settings: &IngestSettings, topics: &Topics, guard: &Guard) -> Outcome {
    let work = || {
        let mut notes = Notes::default();
        let reading = read::read(files, settings.max_file_mib * MIB, &mut notes);
        let source_file = reading.as_ref().map_or(&files[0].name, |reading| &reading.document.source_file).clone();
        let passages = reading.map(|reading| passages(reading, settings, topics, &mut notes)).unwrap_or_default();
        notes.warnings.extend(passages.iter().filter_map(|passage| order(passage, guard)));
        Outcome { source_file, passages, notes }
    };
    // The readers of foreign formats are large, and their authors did not foresee every broken file.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let file = &files[0].name;
        let skipped = vec![told(file, "reading it failed in an unforeseen way", "save it anew, or in another format")];
        Outcome { source_file: file.clone(), passages: Vec::new(), notes: Notes { skipped, ..Notes::default() } }
    })
}

/// A warning of the orders to whoever answers that a passage holds. They are never quoted, and no model is shown them.
fn order(passage: &Passage, guard: &Guard) -> Option<ParseError> {
    let count = guard.orders_in(&passage.text).count();
    let what = match count {
        0 => return None,
        1 => "a sentence is an order to whoever answers".to_owned(),
        count => format!("{count} sentences are orders to whoever answers"),
    };
    let line = match passage.source_span {
        SourceSpan::Lines { start, .. } => Some(start),
        SourceSpan::Time { .. } | SourceSpan::Pages { .. } => None,
    };
    Some(ParseError {
        line,
        ..told(&passage.source_file, &what, "it is never quoted; look whether it should be there")
    })
}

fn passages(reading: Reading, settings: &IngestSettings, topics: &Topics, notes: &mut Notes) -> Vec<Passage> {
    let Reading { document, source } = reading;
    if let Some(topic) = document.meta.topic.as_ref().filter(|topic| !topics.contains(topic)) {
        let mend = "write one of those in topics.toml; until then its words decide";
        notes.warnings.push(told(&document.source_file, &format!("its topic “{topic}” is unknown"), mend));
    }
    let title = chunk::title(&document);
    let usual = language_of(&document);
    let mut occurrences: HashMap<String, usize> = HashMap::new();
    let drafts = chunk::chunk(&document, source.as_deref(), &settings.chunk);
    let Document { source_file, meta, .. } = document;
    for heading in questions::without_passage(&drafts, &title, &meta.questions) {
        let what = format!("it lists questions for the heading “{heading}”, below which nothing stands");
        notes.warnings.push(told(&source_file, &what, "write the heading as it stands in the document"));
    }
    let passage = |draft: chunk::Draft| {
        let lang = meta.language.or_else(|| language::detect(&draft.text)).unwrap_or(usual);
        let unlabelled = Unlabelled { title: &title, headings: &draft.headings, text: &draft.text, language: lang };
        let label = topics.label(unlabelled, &meta);
        let occurrence = occurrences.entry(draft.text.clone()).or_default();
        let chunk_id = ChunkId::new(&source_file, &draft.text, *occurrence);
        *occurrence += 1;
        Passage {
            chunk_id,
            topic: label.topic,
            title: title.clone(),
            questions: questions::of_passage(&draft, &title, &meta.questions),
            headings: draft.headings,
            text: draft.text,
            tags: label.tags,
            source_file: source_file.clone(),
            source_span: draft.span,
            lang,
            url: meta.url.clone(),
            scope: meta.scope.clone().unwrap_or_default(),
            license: meta.license.clone(),
        }
    };
    drafts.into_iter().map(passage).collect()
}

/// The language that a document names or, failing that, is written in for the most part.
fn language_of(document: &Document) -> Language {
    let detect = || {
        let mut sample = String::new();
        for block in &document.blocks {
            if sample.len() > LANGUAGE_SAMPLE {
                break;
            }
            sample.push_str(&block.text);
            sample.push('\n');
        }
        language::detect(&sample)
    };
    document.meta.language.or_else(detect).unwrap_or(Language::English)
}

/// Does `work` for each document, several at a time; the results are in no order.
fn on_all_cores(
    documents: &[Vec<SourceFile>],
    mut progress: impl FnMut(Progress),
    work: impl Fn(&[SourceFile]) -> Remembered + Sync,
) -> Result<Vec<Remembered>> {
    let next = AtomicUsize::new(0);
    let count = thread::available_parallelism().map_or(1, usize::from).min(documents.len());
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..count {
            let (sender, next, work) = (sender.clone(), &next, &work);
            let worker = move || {
                while let Some(files) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sender.send(work(files)).is_err() {
                        break;
                    }
                }
            };
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
            thread.context("cannot start a thread to read documents")?;
        }
        drop(sender);
        let mut all: Vec<Remembered> = Vec::with_capacity(documents.len());
        for remembered in receiver {
            let file = &remembered.outcome.source_file;
            progress(Progress { done: all.len() + 1, total: documents.len(), file });
            all.push(remembered);
        }
        Ok(all)
    })
}

#[cfg(test)]
mod tests;
