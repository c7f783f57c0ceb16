//! `colega bench`: speed and memory.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use super::{Output, progress, runtime};
use crate::app::{App, Start};
use crate::bench::{ask, embed, guard, ingest};
use crate::embed::dense::{EmbedSettings, Embedder};
use crate::guard::Guard;

#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Ask in process, as fast as answers come
    Ask(AskArgs),
    /// Read a folder of sources
    Ingest(IngestArgs),
    /// Embed texts of passages
    Embed(EmbedArgs),
    /// Screen questions, and look through passages, as the guard does
    Guard(GuardArgs),
    /// Have a chat model write, and kalosm's bare loop beside it
    Generate(GenerateArgs),
}

#[derive(Debug, Args)]
pub struct EmbedArgs {
    /// Folder of a BERT model [default: embed.model]
    #[arg(long, value_name = "DIR")]
    embedder: Option<PathBuf>,
    /// How many passages are embedded
    #[arg(long, default_value_t = 64)]
    passages: usize,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// GGUF file of a chat model [default: generate.model]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Tokens that are written
    #[arg(long, default_value_t = 128)]
    tokens: u32,
    /// How often; the median counts
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct GuardArgs {
    /// Questions, one object with a field `text` a line [default: made from the knowledge base]
    #[arg(long, value_name = "FILE")]
    questions: Option<PathBuf>,
    /// How many times each text is looked at
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    #[command(flatten)]
    output: Output,
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
        BenchCommand::Embed(args) => embed(app, args),
        BenchCommand::Guard(args) => guard(app, &args),
        BenchCommand::Generate(args) => generate(app, args),
    }
}

fn embed(app: &App, args: EmbedArgs) -> Result<ExitCode> {
    let settings =
        EmbedSettings { model: args.embedder.or(app.settings.embed.model.clone()), ..app.settings.embed.clone() };
    let embedder = Embedder::load(&settings)?.context("name the folder of a model with --embedder")?;
    let mut reading = progress::Reading::new();
    app.run(Start::AtOnce, |progress| reading.show(&progress))?;
    let passages = app.generations.passages()?;
    let scores = embed::run(&embedder, passages.iter().map(AsRef::as_ref), args.passages)?;
    args.output.print(&scores, || scores.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn guard(app: &App, args: &GuardArgs) -> Result<ExitCode> {
    let mut reading = progress::Reading::new();
    app.run(Start::AtOnce, |progress| reading.show(&progress))?;
    let passages = app.generations.passages()?;
    let questions = match &args.questions {
        Some(file) => ask::read(file)?,
        None => ask::about(passages.iter().map(AsRef::as_ref)),
    };
    let guard = Guard::new(&app.settings.guard)?;
    let passages: Vec<_> = passages.iter().map(AsRef::as_ref).collect();
    let scores = guard::run(&guard, &questions, &passages, args.repeat)?;
    args.output.print(&scores, || scores.to_string())?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "models")]
fn generate(app: &App, args: GenerateArgs) -> Result<ExitCode> {
    let model = args.model.or(app.settings.generate.model.clone()).context("name a GGUF file with --model")?;
    let task = crate::bench::generate::Task { model: &model, tokens: args.tokens, repeat: args.repeat };
    let scores = runtime()?.block_on(crate::bench::generate::run(&task))?;
    args.output.print(&scores, || scores.to_string())?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(not(feature = "models"))]
fn generate(_app: &App, _args: GenerateArgs) -> Result<ExitCode> {
    anyhow::bail!("this program was built without local models")
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
