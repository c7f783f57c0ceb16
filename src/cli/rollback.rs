//! `colega rollback` and `colega history`: back to an earlier generation of the index, and what became of all of them.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::{Output, utc};
use crate::app::App;
use crate::reindex::generation::history::Entry;

#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// The generation to go back to [default: the one before the live one]
    generation: Option<String>,
    #[command(flatten)]
    output: Output,
}

pub fn rollback(app: &App, args: &RollbackArgs) -> Result<ExitCode> {
    let live = app.generations.roll_back(args.generation.as_deref())?;
    args.output.print(&live, || {
        format!(
            "Generation {} is live again: {} passages from {} documents. A running `colega serve` takes it over within seconds.",
            live.name, live.passages, live.documents
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

pub fn history(app: &App, output: Output) -> Result<ExitCode> {
    let entries = app.generations.history()?;
    let live = app.generations.current()?;
    output.print(&entries, || {
        if entries.is_empty() {
            return "There is no index yet; `colega reindex` makes one.".to_owned();
        }
        let lines = entries.iter().map(|entry| line(entry, live.as_deref()));
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(ExitCode::SUCCESS)
}

fn line(entry: &Entry, live: Option<&str>) -> String {
    let at = utc(entry.at);
    let mark = if live == Some(entry.generation.as_str()) { " (live)" } else { "" };
    let first = format!("{at}  {}{mark}  {} passages  {}", entry.generation, entry.passages, entry.event.words());
    [first].into_iter().chain(entry.why.iter().cloned()).collect::<Vec<_>>().join("\n    ")
}
