//! `colega models`: which models there are, and fetching, checking and removing them.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Output, progress, runtime};
use crate::app::App;
use crate::embed::dense::files::ModelFiles;
use crate::generate::local::gguf::GgufModel;
use crate::models::{Kind, Model, Models, State};

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the models that are known to work, and which of them are here
    List(Output),
    /// Fetch a model
    Pull(NameArgs),
    /// Check that the files of a model, or of all that are here, are whole
    Verify(VerifyArgs),
    /// Remove the files of a model
    Remove(NameArgs),
}

#[derive(Debug, Args)]
pub struct NameArgs {
    /// Its name in the list
    name: String,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Its name in the list [default: all that are here]
    name: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// A line of the list.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    model: &'a Model,
    #[serde(flatten)]
    state: State,
    path: String,
}

pub fn run(app: &App, command: ModelsCommand) -> Result<ExitCode> {
    let models = app.models()?;
    match command {
        ModelsCommand::List(output) => list(&models, output),
        ModelsCommand::Pull(args) => pull(&models, models.find(&args.name)?),
        ModelsCommand::Verify(args) => verify(&models, &args),
        ModelsCommand::Remove(args) => {
            let was_here = models.remove(models.find(&args.name)?)?;
            let says = if was_here { "is removed" } else { "was not here" };
            super::write(format!("{} {says}\n", args.name).as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list(models: &Models, output: Output) -> Result<ExitCode> {
    let lines = lines(models, models.all().iter(), false)?;
    output.print(&lines, || {
        let mut text = String::new();
        for kind in [Kind::Embed, Kind::Chat] {
            let heading = match kind {
                Kind::Embed => "To find passages by meaning (embed.model):",
                Kind::Chat => "To put answers into words (generate.model):",
            };
            let _ = writeln!(text, "{heading}");
            for line in lines.iter().filter(|line| line.model.kind == kind) {
                let Model { name, languages, licence, memory_mb, says, .. } = line.model;
                let (size, languages) = (line.model.size_mb(), languages.join(", "));
                let state = told(&line.state);
                let _ = writeln!(text, "  {name:24} {size:>5} MB, {memory_mb:>5} MB of memory, {languages}, {licence}");
                let _ = writeln!(text, "  {:24} {says} {state}", "");
            }
        }
        let _ = write!(
            text,
            "`colega models pull NAME` fetches one. Other GGUF files and BERT folders are used by their path."
        );
        text
    })?;
    Ok(ExitCode::SUCCESS)
}

fn lines<'a>(models: &Models, of: impl Iterator<Item = &'a Model>, thoroughly: bool) -> Result<Vec<Line<'a>>> {
    let line = |model| {
        let path = models.path(model).display().to_string();
        Ok(Line { model, state: models.state(model, thoroughly)?, path })
    };
    of.map(line).collect()
}

fn told(state: &State) -> String {
    match state {
        State::Absent => "Not here.".to_owned(),
        State::Unfinished => "Begun; `pull` goes on with it.".to_owned(),
        State::Here => "Here.".to_owned(),
        State::Damaged(why) => format!("Damaged: {why}."),
    }
}

fn pull(models: &Models, model: &Model) -> Result<ExitCode> {
    eprintln!("{}: {} MB, licence {}", model.name, model.size_mb(), model.licence);
    let mut fetching = progress::Fetching::new();
    let path = runtime()?.block_on(models.fetch(model, |fetched| fetching.show(&fetched)))?;
    drop(fetching);
    look_over(models, model)?;
    let path = path.display();
    let lines = match model.kind {
        Kind::Chat => format!("[generate]\nmodel = \"{path}\"\n"),
        Kind::Embed => {
            let mut lines = format!("[embed]\nmodel = \"{path}\"\n");
            for (key, prefix) in
                [("question_prefix", &model.question_prefix), ("passage_prefix", &model.passage_prefix)]
            {
                if !prefix.is_empty() {
                    let _ = writeln!(lines, "{key} = \"{prefix}\"");
                }
            }
            lines
        }
    };
    super::write(format!("It is here. To use it, write into configs/colega.toml:\n\n{lines}").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the files hold a model that can be loaded.
fn look_over(models: &Models, model: &Model) -> Result<()> {
    let path = models.path(model);
    match model.kind {
        Kind::Chat => GgufModel::check(&path).map(|_| ()),
        Kind::Embed => ModelFiles::check(&path).map(|_| ()),
    }
}

fn verify(models: &Models, args: &VerifyArgs) -> Result<ExitCode> {
    let named = args.name.as_deref().map(|name| models.find(name)).transpose()?;
    let mut lines =
        lines(models, named.map_or_else(|| models.all().iter().collect(), |model| vec![model]).into_iter(), true)?;
    if named.is_none() {
        lines.retain(|line| line.state != State::Absent);
        ensure!(!lines.is_empty(), "no model of the list is here; `colega models pull NAME` fetches one");
    }
    for line in lines.iter_mut().filter(|line| line.state == State::Here) {
        if let Err(error) = look_over(models, line.model) {
            line.state = State::Damaged(format!("{error:#}"));
        }
    }
    let is_good = lines.iter().all(|line| line.state == State::Here);
    args.output.print(&lines, || {
        let line = |line: &Line<'_>| format!("{}: {}", line.model.name, told(&line.state));
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
