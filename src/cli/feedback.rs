//! `colega feedback`: everything that people asked and thought of the answers, out of the store and into another.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use super::{Output, stores, write};
use crate::app::App;
use crate::durable;
use crate::feedback::{Feedback, KeyExport, Transferred};

/// Stands for standard input.
const STANDARD_INPUT: &str = "-";

#[derive(Debug, Subcommand)]
pub enum FeedbackCommand {
    /// Write everything as JSON, one object a line
    Export(ExportArgs),
    /// Take in what `export` wrote: all of it, or nothing if a line is wrong
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// File to write [default: standard output]
    file: Option<PathBuf>,
    /// Write the store's key, too, so that people stay the same people in the store that takes it in. Whoever has the key
    /// can find out about whom the file speaks: guard it as the store itself
    #[arg(long)]
    with_key: bool,
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// File to read; `-` for standard input
    file: PathBuf,
    #[command(flatten)]
    output: Output,
}

pub fn run(app: &App, command: &FeedbackCommand) -> Result<ExitCode> {
    let feedback = stores::feedback(app, None)?;
    match command {
        FeedbackCommand::Export(args) => export(&feedback, args)?,
        FeedbackCommand::Import(args) => {
            let done = import(&feedback, &args.file)?;
            args.output.print(&done, || format!("Taken in: {}.", counts(&done)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn export(feedback: &Feedback, args: &ExportArgs) -> Result<()> {
    let key = if args.with_key { KeyExport::Included } else { KeyExport::Withheld };
    let Some(file) = &args.file else {
        let mut lines = Vec::new();
        feedback.export(&mut lines, key)?;
        return write(&lines);
    };
    let mut done = Transferred::default();
    durable::replace(file, |writer| {
        done = feedback.export(writer, key)?;
        Ok(())
    })?;
    write(format!("Written to {}: {}.\n", file.display(), counts(&done)).as_bytes())
}

fn import(feedback: &Feedback, file: &Path) -> Result<Transferred> {
    if file == Path::new(STANDARD_INPUT) {
        return taken_in(feedback, stdin().lock(), "standard input");
    }
    let name = file.display().to_string();
    let opened = File::open(file).with_context(|| format!("cannot read {name}"))?;
    taken_in(feedback, BufReader::new(opened), &name)
}

fn taken_in(feedback: &Feedback, reader: impl BufRead, name: &str) -> Result<Transferred> {
    feedback.import(reader).with_context(|| format!("nothing of {name} was taken in"))
}

fn counts(done: &Transferred) -> String {
    let Transferred { exchanges, ballots, corrections, decisions } = done;
    format!("questions {exchanges}, votes {ballots}, corrections {corrections}, decisions {decisions}")
}
