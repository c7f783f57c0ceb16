//! The command line: what can be said, and who does it.

mod ask;
mod backup;
mod bench;
mod control;
mod dataset;
mod doctor;
mod eval;
mod feedback;
mod forget;
mod gaps;
mod goldset;
mod knowledge;
mod models;
mod progress;
mod rollback;
mod serve;
mod stores;
mod tokens;
mod train;
mod tune;

use std::io::{ErrorKind, Write as _, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;

use crate::app::App;
use crate::config::Settings;
use crate::telemetry;

/// A colleague in your team's chat that answers backend questions from your own knowledge base, every sentence cited.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Cli {
    /// Configuration file [default: configs/colega.toml if it exists]
    #[arg(long, global = true, value_name = "FILE", env = "COLEGA_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the local page, a prompt on a terminal, and the bots that have a token (the default)
    Serve,
    /// Answer one question
    Ask(ask::AskArgs),
    /// Read the sources and write them as passages (`kb_chunks.jsonl`)
    Ingest(knowledge::IngestArgs),
    /// Build a new index from the passages that `ingest` wrote, and make it live; or carry one to or from Qdrant servers
    Index(knowledge::IndexCommand),
    /// Read the sources, build a new index and make it live
    Reindex(knowledge::IndexArgs),
    /// Make an earlier generation of the index live again
    Rollback(rollback::RollbackArgs),
    /// List what became of the generations of the index, and why
    History(Output),
    /// Make cards and code snippets from the passages that `ingest` wrote
    Dataset(dataset::DatasetArgs),
    /// Make cases of the goldset out of what people asked and thought of the answers
    #[command(subcommand)]
    Goldset(goldset::GoldsetCommand),
    /// List what people ask that the knowledge base does not answer, or not well
    Gaps(gaps::GapsArgs),
    /// Remove everything that is kept of a person
    Forget(forget::ForgetArgs),
    /// Save everything that cannot be made again in one file; a running daemon goes on meanwhile
    Backup(backup::BackupArgs),
    /// Put a backup in its place, on this machine or another
    Restore(backup::RestoreArgs),
    /// Carry questions, votes and corrections out of the store, or into it
    #[command(subcommand)]
    Feedback(feedback::FeedbackCommand),
    /// Judge the answers to the goldset, or measure quality on your own data
    Eval(eval::EvalArgs),
    /// Look for settings under which the answers to the goldset's dev split are better, and recommend them
    Tune(tune::TuneArgs),
    /// Make the guard's model of attacks on the bot out of labelled messages
    Train(train::TrainArgs),
    /// Measure speed and memory
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// List, fetch, check and remove models
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Say what is configured, found and missing, each with its mend
    Doctor(Output),
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, Args)]
struct Output {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Output {
    /// Prints `value` as JSON, or as `text` for people.
    fn print(self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        let text = if self.json { serde_json::to_string_pretty(value)? } else { text() };
        write(format!("{}\n", text.trim_end()).as_bytes())
    }
}

/// A time in seconds since 1970, for people.
fn utc(seconds: u64) -> String {
    let at = i64::try_from(seconds).ok().and_then(|at| DateTime::<Utc>::from_timestamp(at, 0));
    at.map_or_else(|| "?".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// Writes to standard output.
fn write(bytes: &[u8]) -> Result<()> {
    match stdout().write_all(bytes) {
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

impl Cli {
    /// Does what was asked for.
    pub fn run(self) -> Result<ExitCode> {
        let command = self.command.unwrap_or(Command::Serve);
        if let Command::Doctor(output) = command {
            return doctor::run(self.config.as_deref(), output);
        }
        let settings = Settings::load(self.config.as_deref())?;
        let _telemetry = telemetry::start(&settings.log, !matches!(command, Command::Serve))?;
        let app = App::new(settings)?;
        match command {
            Command::Serve => serve::run(app, self.config),
            Command::Ask(args) => ask::run(&app, &args),
            Command::Ingest(args) => knowledge::ingest(&app, &args),
            Command::Index(args) => knowledge::index(&app, &args),
            Command::Reindex(args) => knowledge::reindex(&app, &args),
            Command::Rollback(args) => rollback::rollback(&app, &args),
            Command::History(output) => rollback::history(&app, output),
            Command::Dataset(args) => dataset::run(&app, &args),
            Command::Goldset(command) => goldset::run(&app, command),
            Command::Gaps(args) => gaps::run(&app, &args),
            Command::Forget(args) => forget::run(&app, &args),
            Command::Backup(args) => backup::backup(&app, &args),
            Command::Restore(args) => backup::restore(&app, &args),
            Command::Feedback(command) => feedback::run(&app, &command),
            Command::Eval(args) => eval::run(&app, args),
            Command::Tune(args) => tune::run(&app, &args).map(|()| ExitCode::SUCCESS),
            Command::Train(args) => train::run(&app, &args),
            Command::Bench(command) => bench::run(&app, command),
            Command::Models(command) => models::run(&app, command),
            Command::Doctor(_) => unreachable!("done above"),
        }
    }
}

/// Threads for work that blocks beside the answers, of which one runs on each core: a re-index and votes. More would only
/// take memory, since each keeps the caches of the patterns that questions are screened with.
const OTHER_BLOCKING_THREADS: usize = 2;

/// A runtime for one command.
fn runtime() -> Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores + OTHER_BLOCKING_THREADS;
    Ok(tokio::runtime::Builder::new_multi_thread().max_blocking_threads(threads).enable_all().build()?)
}
