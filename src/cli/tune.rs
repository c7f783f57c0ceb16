//! `colega tune`: looks for settings under which the answers to the goldset's dev split are better, and writes the ones
//! that it recommends together with the evidence.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use super::{progress, runtime};
use crate::app::App;
use crate::app::trials::Trials;
use crate::eval::tune::{self, Tuned};
use crate::goldset::{Case, Goldset, Split};

/// Name of the file with what is recommended.
const CONFIGURATION_FILE: &str = "colega.toml";
/// Name of the file with every try.
const EVIDENCE_FILE: &str = "evidence.md";

#[derive(Debug, Args)]
pub struct TuneArgs {
    /// Try without each line of the glossary that some question uses, too
    #[arg(long)]
    glossary: bool,
}

pub fn run(app: &App, args: &TuneArgs) -> Result<()> {
    let cases: Vec<Case> = Goldset::new(&app.settings.paths.goldset)
        .cases()?
        .into_iter()
        .filter(|case| case.split == Split::Dev)
        .collect();
    ensure!(
        !cases.is_empty(),
        "{} holds no case of the dev split; accept some with `colega goldset review`, or write them",
        app.settings.paths.goldset.display()
    );
    let questions: Vec<&str> = cases.iter().map(|case| case.question.as_str()).collect();
    let synonyms = if args.glossary { app.glossary().lines_used_by(&questions) } else { Vec::new() };
    let runtime = runtime()?;
    let mut trials = Trials::new(app, &runtime, cases)?;
    let before = trials.configured();
    let shown = progress::Tries::new();
    let has_model = app.embedder()?.is_some();
    let tuned = tune::search(&before, &synonyms, has_model, |settings| trials.ask(settings), |step| shown.show(step))?;
    drop(shown);
    let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?.as_millis();
    let folder = app.settings.paths.var.join("tune").join(at_ms.to_string());
    write(&tuned, &folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    super::write(summary(&tuned, &folder).as_bytes())
}

fn write(tuned: &Tuned, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(CONFIGURATION_FILE), tuned.configuration())?;
    std::fs::write(folder.join(EVIDENCE_FILE), evidence(tuned))
}

fn evidence(tuned: &Tuned) -> String {
    let mut text = format!("# Tuning on the dev split\n\n```\n{tuned}```\n\n");
    text.push_str(
        "The goal is `0.7 · answers + 0.3 · silence`: of a case that can be answered half is the share of its points ",
    );
    text.push_str(
        "and a quarter each the reciprocal rank and recall@5; of one that cannot, that there is no answer.\n\n",
    );
    text.push_str("| setting | value | goal | kept |\n|---|---|---|---|\n");
    for step in &tuned.tries {
        let kept = if step.is_kept { "yes" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {:.4} | {kept} |", step.key, step.value, step.goal);
    }
    text
}

fn summary(tuned: &Tuned, folder: &Path) -> String {
    let mut text = tuned.to_string();
    let (configuration, evidence) = (folder.join(CONFIGURATION_FILE), folder.join(EVIDENCE_FILE));
    let changes = tuned.configuration();
    let lines = &tuned.best.without_synonyms;
    let _ = match (changes.is_empty() && lines.is_empty(), tuned.is_sure()) {
        (true, _) => writeln!(text, "\nnothing tried is better than the settings as they are"),
        (false, true) => writeln!(text, "\nrecommended ({}):\n{changes}", configuration.display()),
        (false, false) => writeln!(
            text,
            "\nnot recommended: the gain may be luck, with so few cases ({}):\n{changes}",
            configuration.display()
        ),
    };
    if !lines.is_empty() {
        let lines: Vec<String> = lines.iter().map(|line| (line + 1).to_string()).collect();
        let _ = writeln!(text, "better without these lines of the glossary (counted from 1): {}", lines.join(", "));
    }
    let _ = writeln!(text, "every try: {}", evidence.display());
    text
}
