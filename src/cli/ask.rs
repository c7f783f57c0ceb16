//! `colega ask`: one question, one answer.

use std::io::{IsTerminal as _, stdout};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Args;

use super::{Output, progress, runtime};
use crate::app::{App, Start};
use crate::question::{Language, Origin, Question};
use crate::render::leak_warning;
use crate::render::terminal::{Layout, render};
use crate::trace::Asked;

#[derive(Debug, Args)]
pub struct AskArgs {
    /// The question; several words need no quotation marks
    #[arg(required = true)]
    question: Vec<String>,
    /// Language of the answer, `en` or `es`, instead of the question's own
    #[arg(long)]
    language: Option<Language>,
    #[command(flatten)]
    output: Output,
}

pub fn run(app: &App, args: &AskArgs) -> Result<ExitCode> {
    let text = args.question.join(" ");
    ensure!(!text.trim().is_empty(), "the question is empty; write it behind `colega ask`");
    let mut reading = progress::Reading::new();
    let (running, _) = app.run(Start::Complete, |progress| reading.show(&progress))?;
    let question = Question { language: args.language, ..Question::new(text, Origin::Terminal) };
    let Asked { reply, trace } = runtime()?.block_on(running.agent.ask(question, Instant::now()))?;
    args.output.print(&reply, || render(&reply, &Layout::of(stdout().is_terminal())))?;
    if let Some(warning) = leak_warning(&trace.leaked, trace.language) {
        eprintln!("\n{warning}");
    }
    Ok(ExitCode::SUCCESS)
}
