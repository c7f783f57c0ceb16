//! `colega eval` without a command: the goldset is asked, judged and held against what was accepted.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::app::{App, Running, Start};
use crate::cli::{self, Output, progress, runtime};
use crate::eval::judge::compare::{self, Comparison};
use crate::eval::judge::gate::{self, Accepted, GateSettings, Refusal};
use crate::eval::judge::points::Matcher;
use crate::eval::judge::scores::{Grouping, Scores};
use crate::eval::judge::{self, Run, Selection, report};
use crate::goldset::{Case, Goldset, Split};
use crate::jsonl;

#[derive(Debug, Args)]
pub struct AnswersArgs {
    /// Ask the cases of this split alone: dev or test
    #[arg(long)]
    split: Option<Split>,
    /// Fail, with the names of the cases, where something is worse than what was accepted
    #[arg(long)]
    gate: bool,
    /// Accept this run: later ones are held against it
    #[arg(long, conflicts_with_all = ["gate", "split"])]
    accept: bool,
    /// Compare two runs instead: files or folders of reports, the earlier first
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], conflicts_with_all = ["gate", "accept", "split"])]
    compare: Option<Vec<PathBuf>>,
    /// What must hold
    #[arg(long, value_name = "FILE", default_value = "configs/gate.toml")]
    gate_file: PathBuf,
    /// How the cases ended in the accepted run
    #[arg(long, value_name = "FILE", default_value = "configs/gate.jsonl")]
    accepted_file: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Judged<'a> {
    report: PathBuf,
    scores: &'a Scores,
    by_language: Vec<(String, Scores)>,
    not_met: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refusal>,
}

pub fn run(app: &App, args: &AnswersArgs) -> Result<ExitCode> {
    if let Some([before, after]) = args.compare.as_deref() {
        let comparison: Comparison = compare::compare(&report::read(before)?, &report::read(after)?)?;
        args.output.print(&comparison, || comparison.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let all = Goldset::new(&app.settings.paths.goldset).cases()?;
    ensure!(!all.is_empty(), "{} holds no case; nothing can be judged", app.settings.paths.goldset.display());
    let gate = args.gate.then(|| GateSettings::load(&args.gate_file)).transpose()?;
    if let Some(gate) = &gate {
        gate.check_frozen(&all)?;
    }
    let selection = Selection { split: args.split };
    let cases: Vec<Case> = all.iter().filter(|case| selection.holds(case)).cloned().collect();
    let run = judged(app, &cases)?;
    let folder = report::write(&run, &app.reports_folder())?;
    if args.accept {
        let accepted: Vec<Accepted> = run.verdicts.iter().map(Accepted::of).collect();
        jsonl::write(&args.accepted_file, &accepted)?;
    }
    let refused = match gate {
        Some(gate) => gate.judge(&run.verdicts, &Accepted::load(&args.accepted_file)?),
        None => None,
    };
    let is_refused = refused.is_some();
    print(args, &run, folder, &gate::checksum(&all), refused)?;
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Asks all cases of the live index.
fn judged(app: &App, cases: &[Case]) -> Result<Run> {
    let mut reading = progress::Reading::new();
    let (Running { agent, .. }, _) = app.run(Start::Complete, |progress| reading.show(&progress))?;
    let live = agent.live();
    let matcher = Matcher::new(&live.glossary, Arc::new(live.statistics.of_documents()), app.settings.support.clone());
    drop(live);
    let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?.as_millis();
    let verdicts = runtime()?.block_on(judge::run(&agent, cases, &matcher))?;
    Ok(Run {
        at_ms: u64::try_from(at_ms)?,
        generation: agent.generation(),
        engine: app.settings.generate.engine.name().to_owned(),
        scores: Scores::of(&verdicts),
        verdicts,
    })
}

fn print(args: &AnswersArgs, run: &Run, report: PathBuf, checksum: &str, refused: Option<Refusal>) -> Result<()> {
    let not_met: Vec<_> = run.verdicts.iter().filter(|verdict| !verdict.is_met()).collect();
    if args.output.json {
        let by_language = Grouping::Language.scores(&run.verdicts);
        let not_met = not_met.iter().map(|verdict| verdict.id.as_str()).collect();
        let judged = Judged { report, scores: &run.scores, by_language, not_met, refused };
        return args.output.print(&judged, String::new);
    }
    let mut text = run.scores.to_string();
    for (language, scores) in Grouping::Language.scores(&run.verdicts) {
        let Scores { met, cases, coverage, mrr, abstention_f1, .. } = scores;
        writeln!(
            text,
            "{language}: {met} of {cases} met, coverage {coverage:.3}, MRR {mrr:.3}, abstention F1 {abstention_f1:.3}"
        )?;
    }
    writeln!(text, "test split: checksum {checksum}\nreport: {}", shown(&report))?;
    match refused {
        Some(refused) => write!(text, "\nthe gate is shut:\n{refused}")?,
        None if args.gate => writeln!(text, "the gate is open")?,
        None => {}
    }
    cli::write(text.as_bytes())
}

fn shown(folder: &Path) -> String {
    folder.join(report::REPORT_FILE).display().to_string()
}
