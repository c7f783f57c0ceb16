//! `colega ingest`, `index` and `reindex`: from sources to a live index.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Output, progress};
use crate::app::App;
use crate::jsonl;
use crate::knowledge::ingest::{self, Ingested, Report};
use crate::reindex::generation::Manifest;
use crate::reindex::{CHUNKS_FILE, Outcome, Reindexer, Reuse};

/// Exit status when the work was done but some sources could not be read.
const SOME_SKIPPED: u8 = 3;
/// Exit status when the new index is worse than the live one, which stays.
const REFUSED: u8 = 4;

#[derive(Debug, Args)]
pub struct IngestArgs {
    /// Folder of sources [default: paths.raw of the configuration]
    #[arg(long, value_name = "DIR")]
    raw: Option<PathBuf>,
    /// Folder to write into [default: paths.processed of the configuration]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct IndexArgs {
    /// Encode every passage again, instead of those that changed
    #[arg(long)]
    full: bool,
    /// Make it live even if it answers the goldset worse
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct IndexCommand {
    #[command(flatten)]
    build: IndexArgs,
    #[command(subcommand)]
    carry: Option<Carry>,
}

/// Between the folder of this machine and the servers of `index.server.urls`.
#[derive(Debug, Subcommand)]
enum Carry {
    /// Copy the live index of this machine to the Qdrant servers, and make it live there
    Push(Output),
    /// Copy the live index of the Qdrant servers to this machine, and make it live here
    Pull(Output),
}

pub fn ingest(app: &App, args: &IngestArgs) -> Result<ExitCode> {
    let paths = &app.settings.paths;
    let raw = args.raw.as_ref().unwrap_or(&paths.raw);
    let out = args.out.as_ref().unwrap_or(&paths.processed).join(CHUNKS_FILE);
    let mut reading = progress::Reading::new();
    let Ingested { passages, report } =
        ingest::ingest(raw, &app.settings.ingest, &app.topics()?, |progress| reading.show(&progress))?;
    ensure!(
        !passages.is_empty(),
        "{} holds nothing to read; {} is left as it is\n{report}",
        raw.display(),
        out.display()
    );
    jsonl::write(&out, &passages)?;
    let value = json!({
        "file": out, "files": report.files, "bytes": report.bytes, "passages": report.passages,
        "skipped": texts(&report.skipped), "warnings": texts(&report.warnings), "duplicates": report.duplicates.len(),
    });
    args.output.print(&value, || format!("{report}Written to {}.", out.display()))?;
    Ok(exit_code(Some(&report)))
}

pub fn index(app: &App, IndexCommand { build: args, carry }: &IndexCommand) -> Result<ExitCode> {
    if let Some(carry) = carry {
        return carry.run(app);
    }
    let outcome = args.reindexer(app)?.index_processed(&app.settings.paths.processed, args.reuse())?;
    tell(&outcome, args.output)
}

pub fn reindex(app: &App, args: &IndexArgs) -> Result<ExitCode> {
    let mut reading = progress::Reading::new();
    let outcome = args.reindexer(app)?.reindex(args.reuse(), |progress| reading.show(&progress))?;
    tell(&outcome, args.output)
}

impl Carry {
    fn run(&self, app: &App) -> Result<ExitCode> {
        let servers = app.servers()?;
        let (live, output, place) = match self {
            Self::Push(output) => (app.generations.push(&servers)?, output, "on the Qdrant servers"),
            Self::Pull(output) => (app.generations.pull(&servers)?, output, "here"),
        };
        output.print(&live, || {
            let Manifest { name, passages, documents, .. } = &live;
            format!("Generation {name} is live {place}: {passages} passages from {documents} documents.")
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

impl IndexArgs {
    fn reindexer(&self, app: &App) -> Result<Reindexer> {
        let reindexer = app.reindexer()?;
        Ok(if self.force { Reindexer { gate: None, ..reindexer } } else { reindexer })
    }

    fn reuse(&self) -> Reuse {
        if self.full { Reuse::Nothing } else { Reuse::Unchanged }
    }
}

fn tell(outcome: &Outcome, output: Output) -> Result<ExitCode> {
    let live = &outcome.live;
    let value = json!({
        "generation": live.name, "new": outcome.is_new, "passages": live.passages, "documents": live.documents,
        "encoded": outcome.encoded, "seconds": outcome.seconds, "refused": outcome.refused,
        "skipped": outcome.report.as_ref().map(|report| texts(&report.skipped)).unwrap_or_default(),
    });
    output.print(&value, || {
        let report = outcome.report.as_ref().map(ToString::to_string).unwrap_or_default();
        let what = if let Some(why) = &outcome.refused {
            let why = why.join("\n  ");
            format!("stays live, since the new one is worse (`--force` makes it live in spite of it):\n  {why}\nDone")
        } else if outcome.is_new {
            format!("is live: {} passages, {} of them encoded anew", live.passages, outcome.encoded)
        } else {
            "stays live: nothing has changed".to_owned()
        };
        format!("{report}Generation {} {what} ({:.1} s).", live.name, outcome.seconds)
    })?;
    Ok(if outcome.refused.is_some() { ExitCode::from(REFUSED) } else { exit_code(outcome.report.as_ref()) })
}

fn texts(errors: &[impl ToString]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

fn exit_code(report: Option<&Report>) -> ExitCode {
    if report.is_none_or(|report| report.skipped.is_empty()) { ExitCode::SUCCESS } else { ExitCode::from(SOME_SKIPPED) }
}
