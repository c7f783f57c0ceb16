//! `colega train`: the guard's model of attacks on the bot.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::Output;
use crate::app::App;
use crate::durable;
use crate::eval::train::{self, Example};
use crate::goldset::{Goldset, Split};
use crate::jsonl;
use crate::passage::Passage;
use crate::reindex::CHUNKS_FILE;

/// Into how many shares the examples are cut to measure.
const FOLDS: usize = 5;

#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Labelled messages, one object a line: label (attack or harmless) and text
    #[arg(long, value_name = "FILE", default_value = "data/injections.jsonl")]
    examples: PathBuf,
    /// The model
    #[arg(long, value_name = "FILE", default_value = "configs/injections.model")]
    out: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// As far as it is needed here.
#[derive(Deserialize)]
struct Card {
    q: String,
}

pub fn run(app: &App, args: &TrainArgs) -> Result<ExitCode> {
    let examples: Vec<Example> = jsonl::read(&args.examples)?;
    ensure!(!examples.is_empty(), "{} holds no example", args.examples.display());
    let harmless = harmless(app)?;
    let measured = train::cross_validate(&examples, &harmless, FOLDS);
    let model = train::train(&examples, &harmless);
    durable::replace(&args.out, |writer| Ok(std::io::Write::write_all(writer, &model.to_bytes())?))?;
    let value = json!({ "examples": examples.len(), "harmless_texts": harmless.len(), "held_out": measured });
    args.output.print(&value, || {
        format!(
            "{} is made of {} examples and {} other harmless texts. On examples that it has not seen, {:.1}% of the attacks \
             are found, and {:.1}% of the harmless ones are taken for attacks.",
            args.out.display(),
            examples.len(),
            harmless.len(),
            measured.found * 100.0,
            measured.false_alarms * 100.0
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Texts of which nobody doubts that they are no attacks: the knowledge base, the questions that it is listed to answer, the
/// cards made of it, and the dev half of the goldset.
fn harmless(app: &App) -> Result<Vec<String>> {
    let paths = &app.settings.paths;
    let passages: Vec<Passage> =
        jsonl::read(&paths.processed.join(CHUNKS_FILE)).context("run `colega ingest` first")?;
    let cards: Vec<Card> =
        jsonl::read(&paths.processed.join("qa_pairs.jsonl")).context("run `colega dataset` first")?;
    let cases = Goldset::new(&paths.goldset).cases()?.into_iter().filter(|case| case.split == Split::Dev);
    let of_passages = passages.into_iter().flat_map(|passage| passage.questions.into_iter().chain([passage.text]));
    let texts = of_passages.chain(cards.into_iter().map(|card| card.q));
    Ok(texts.chain(cases.map(|case| case.question)).collect())
}
