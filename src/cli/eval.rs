//! `colega eval`: quality, of the answers to the goldset and on anybody's data.

mod answers;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};

use self::answers::AnswersArgs;
use super::{Output, progress, runtime};
use crate::app::{App, Start};
use crate::embed::dense::{EmbedSettings, Embedder};
use crate::eval::ranking::RankingSettings;
use crate::eval::{abstain, guard, retrieval, spans, support};
use crate::guard::Guard;

/// Without a command, the goldset is asked and its answers are judged.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EvalArgs {
    #[command(subcommand)]
    command: Option<EvalCommand>,
    #[command(flatten)]
    answers: AnswersArgs,
}

#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    /// Rank a corpus for queries with known relevant rows
    Retrieval(RetrievalArgs),
    /// Look whether cited times fall into the right stretch of the right recording
    Spans(SpansArgs),
    /// Count how many questions get no answer
    Abstain(AbstainArgs),
    /// Look how well supported sentences are told from others
    Support(SupportArgs),
    /// Look what the guard does with questions, passages and secrets whose kind is known
    Guard(GuardArgs),
}

#[derive(Debug, Args)]
pub struct RetrievalArgs {
    /// One object a line: id, title, text, and optionally doc and lang
    #[arg(long, value_name = "FILE")]
    corpus: PathBuf,
    /// One object a line: id, text, and optionally lang and `target_lang`
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Tab-separated with a header: query id, corpus id or doc, grade
    #[arg(long, value_name = "FILE")]
    qrels: PathBuf,
    /// Only corpus rows whose id starts so
    #[arg(long, default_value = "")]
    corpus_prefix: String,
    /// Only queries whose id starts so
    #[arg(long, default_value = "")]
    query_prefix: String,
    #[command(flatten)]
    ranking: RankingArgs,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct RankingArgs {
    /// Folder of the model that embeds passages and questions, in place of the configured one
    #[arg(long, value_name = "DIR")]
    embedder: Option<PathBuf>,
}

impl RankingArgs {
    fn settings(&self, app: &App) -> Result<RankingSettings> {
        let Some(model) = &self.embedder else { return app.ranking() };
        let settings = EmbedSettings { model: Some(model.clone()), ..app.settings.embed.clone() };
        Ok(RankingSettings { embedder: Embedder::load(&settings)?.map(Arc::new), ..app.ranking()? })
    }
}

#[derive(Debug, Args)]
pub struct SpansArgs {
    /// Folder of transcripts
    #[arg(long, value_name = "DIR")]
    raw: PathBuf,
    /// One object a line: id, text, video, start, end
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Field of the query to ask with
    #[arg(long, default_value = "text")]
    field: spans::Field,
    #[command(flatten)]
    ranking: RankingArgs,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct AbstainArgs {
    /// One object a line: id, text, and optionally lang
    #[arg(long, value_name = "FILE")]
    questions: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct SupportArgs {
    /// One object a line: response, context or `context_sentences`, label, and optionally id, lang and labels
    #[arg(long, value_name = "FILE")]
    items: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct GuardArgs {
    /// One object a line: text or `text_b64`, label, and optionally category and lang
    #[arg(long, value_name = "FILE")]
    items: PathBuf,
    /// What the items are
    #[arg(long)]
    task: guard::Kind,
    #[command(flatten)]
    output: Output,
}

pub fn run(app: &App, args: EvalArgs) -> Result<ExitCode> {
    let Some(command) = args.command else { return answers::run(app, &args.answers) };
    match command {
        EvalCommand::Retrieval(args) => {
            let task = retrieval::Task {
                corpus: &args.corpus,
                queries: &args.queries,
                qrels: &args.qrels,
                corpus_prefix: &args.corpus_prefix,
                query_prefix: &args.query_prefix,
            };
            let scores = retrieval::run(&task, &args.ranking.settings(app)?)?;
            args.output.print(&scores, || scores.to_string())?;
        }
        EvalCommand::Spans(args) => {
            let task = spans::Task { raw: &args.raw, queries: &args.queries, field: args.field };
            let scores = spans::run(&task, &app.settings.ingest, &app.topics()?, &args.ranking.settings(app)?)?;
            args.output.print(&scores, || scores.to_string())?;
        }
        EvalCommand::Abstain(args) => {
            let mut reading = progress::Reading::new();
            let (running, _) = app.run(Start::Complete, |progress| reading.show(&progress))?;
            let task = abstain::Task { questions: &args.questions };
            let scores = runtime()?.block_on(abstain::run(&task, &running.agent))?;
            args.output.print(&scores, || scores.to_string())?;
        }
        EvalCommand::Support(args) => {
            let scores = support::run(&support::Task { items: &args.items }, &app.settings.support)?;
            args.output.print(&scores, || scores.to_string())?;
        }
        EvalCommand::Guard(args) => {
            let task = guard::Task { items: &args.items, kind: args.task };
            let scores = guard::run(&task, &Guard::new(&app.settings.guard)?)?;
            args.output.print(&scores, || scores.to_string())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
