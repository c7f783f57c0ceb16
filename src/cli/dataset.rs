//! `colega dataset`: cards and snippets from the passages, and cards to fine-tune with.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Output, write};
use crate::app::App;
use crate::dataset::export::{self, Format, Selection, Side};
use crate::dataset::{self, Built};
use crate::goldset::Goldset;
use crate::jsonl;
use crate::knowledge::cards::Card;
use crate::knowledge::validate::{CARDS_FILE, SNIPPETS_FILE};
use crate::passage::Passage;
use crate::reindex::CHUNKS_FILE;

/// Exit status when the files were written, but something is wrong with rows that were left out.
const SOME_FAULTY: u8 = 3;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DatasetArgs {
    #[command(subcommand)]
    command: Option<DatasetCommand>,
    #[command(flatten)]
    build: BuildArgs,
}

#[derive(Debug, Subcommand)]
enum DatasetCommand {
    /// Make cards and snippets from the passages that `ingest` wrote, and check them (the default)
    Build(BuildArgs),
    /// Write the cards of one side in a form to fine-tune a model with
    Export(ExportArgs),
}

#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Folder to write into [default: paths.processed of the configuration]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// chatml, sharegpt or alpaca
    #[arg(long)]
    format: Format,
    /// train or test
    #[arg(long)]
    split: Side,
    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(app: &App, args: &DatasetArgs) -> Result<ExitCode> {
    match &args.command {
        None => build(app, &args.build),
        Some(DatasetCommand::Build(args)) => build(app, args),
        Some(DatasetCommand::Export(args)) => export(app, args),
    }
}

fn build(app: &App, args: &BuildArgs) -> Result<ExitCode> {
    let processed = &app.settings.paths.processed;
    let passages: Vec<Passage> = rows(&processed.join(CHUNKS_FILE), "colega ingest")?;
    let built = dataset::build(&passages, app.settings.ingest.duplicate_similarity);
    let folder = args.out.as_ref().unwrap_or(processed);
    jsonl::write(&folder.join(CARDS_FILE), &built.cards)?;
    jsonl::write(&folder.join(SNIPPETS_FILE), &built.snippets)?;
    let counts = Counts::of(&built);
    let value = json!({
        "folder": folder, "cards": built.cards.len(), "snippets": built.snippets.len(), "counts": counts.0,
        "duplicates": built.duplicates, "faulty": built.faulty, "findings": built.validation.findings,
        "unparsed": built.validation.unparsed,
    });
    args.output.print(&value, || told(&built, &counts, folder))?;
    Ok(if built.validation.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(SOME_FAULTY) })
}

/// How many rows there are of what: by table, then by name.
struct Counts(BTreeMap<&'static str, BTreeMap<String, usize>>);

impl Counts {
    fn of(built: &Built) -> Self {
        let mut counts = Self(BTreeMap::new());
        for card in &built.cards {
            counts.add("cards by kind", card.kind.name());
            counts.add("cards by language", card.lang.code());
            counts.add("cards by topic", &card.topic);
        }
        for snippet in &built.snippets {
            counts.add("snippets by format", &snippet.language);
            counts.add("snippets by framework", &snippet.framework);
            counts.add("snippets by language", snippet.lang.code());
            counts.add("snippets by topic", &snippet.topic);
        }
        counts
    }

    fn add(&mut self, table: &'static str, name: &str) {
        let name = if name.is_empty() { "none" } else { name };
        *self.0.entry(table).or_default().entry(name.to_owned()).or_default() += 1;
    }
}

fn told(built: &Built, counts: &Counts, folder: &Path) -> String {
    let mut text = String::new();
    for (table, rows) in &counts.0 {
        let rows: Vec<String> = rows.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let _ = writeln!(text, "{table}: {}", rows.join(", "));
    }
    if !built.validation.unparsed.is_empty() {
        let unparsed = built.validation.unparsed.iter();
        let unparsed: Vec<String> = unparsed.map(|(language, count)| format!("{language} {count}")).collect();
        let _ = writeln!(text, "not parsed, for want of a parser: {}", unparsed.join(", "));
    }
    for finding in &built.validation.findings {
        let _ = writeln!(text, "{finding}");
    }
    let Built { cards, snippets, duplicates, faulty, .. } = built;
    let _ = write!(
        text,
        "{} cards and {} snippets; {duplicates} duplicates and {faulty} with faults were left out.\nWritten to {}.",
        cards.len(),
        snippets.len(),
        folder.display()
    );
    text
}

fn export(app: &App, args: &ExportArgs) -> Result<ExitCode> {
    let cards: Vec<Card> = rows(&app.settings.paths.processed.join(CARDS_FILE), "colega dataset")?;
    let cases = Goldset::new(&app.settings.paths.goldset).cases()?;
    let Selection { cards, alike, scoped } = export::select(&cards, &cases, args.split);
    let rows: Vec<export::Row<'_>> = cards.iter().map(|card| args.format.row(card)).collect();
    match &args.out {
        Some(path) => jsonl::write(path, &rows)?,
        None => {
            for row in &rows {
                write(format!("{}\n", serde_json::to_string(row)?).as_bytes())?;
            }
        }
    }
    eprintln!(
        "{} cards; left out: {alike} that ask what the test side asks, {scoped} that not everybody may be shown",
        rows.len()
    );
    Ok(ExitCode::SUCCESS)
}

/// The rows of a file, which `made_by` makes.
fn rows<T: DeserializeOwned + Send>(path: &Path, made_by: &str) -> Result<Vec<T>> {
    let rows: Vec<T> = jsonl::read(path).with_context(|| format!("run `{made_by}` first"))?;
    ensure!(!rows.is_empty(), "{} is empty; run `{made_by}` first", path.display());
    Ok(rows)
}
