//! `colega bench`: speed and memory.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{Output, progress, runtime};
use crate::app::{App, Start};
use crate::bench::{ask, ingest};

#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Ask in process, as fast as answers come
    Ask(AskArgs),
    /// Read a folder of sources
    Ingest(IngestArgs),
}

#[derive(Debug, Args)]
pub struct AskArgs {
    /// How many ask at the same time
    #[arg(long, default_value_t = 1)]
    clients: usize,
    /// For how long
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Questions, one object with a field `text` a line [default: made from the knowledge base]
    #[arg(long, value_name = "FILE")]
    questions: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct IngestArgs {
    /// Folder of sources
    raw: PathBuf,
    /// How many times it is read
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    #[command(flatten)]
    output: Output,
}

pub fn run(app: &App, command: BenchCommand) -> Result<ExitCode> {
    match command {
        BenchCommand::Ask(args) => ask(app, &args),
        BenchCommand::Ingest(args) => {
            let task = ingest::Task { raw: &args.raw, repeat: args.repeat };
            let scores = ingest::run(&task, &app.settings.ingest, &app.topics()?)?;
            args.output.print(&scores, || scores.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn ask(app: &App, args: &AskArgs) -> Result<ExitCode> {
    let mut reading = progress::Reading::new();
    let (running, _) = app.run(Start::Complete, |progress| reading.show(&progress))?;
    let questions = match &args.questions {
        Some(file) => ask::read(file)?,
        None => ask::about(app.generations.passages()?.iter().map(AsRef::as_ref)),
    };
    let task = ask::Task { clients: args.clients, duration: Duration::from_secs(args.seconds), questions };
    let scores = runtime()?.block_on(ask::run(task, &running.agent))?;
    args.output.print(&scores, || scores.to_string())?;
    Ok(ExitCode::SUCCESS)
}
