//! `colega goldset`: cases out of what people asked.

mod terminal;

use std::io::{BufReader, stdin, stdout};
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};

use super::{Output, runtime, stores};
use crate::answer::AnswerId;
use crate::app::App;
use crate::goldset::request::{Request, Response};
use crate::goldset::{Candidate, Difficulty, Proposal, Review};
use crate::question::Language;
use crate::render::neutral;
use crate::render::review::{self as wording, Words};

#[derive(Debug, Subcommand)]
pub enum GoldsetCommand {
    /// Go through the candidates one by one, the most instructive first
    Review,
    /// List the candidates
    List(Output),
    /// Make a case of a candidate, as it is proposed or with what is given here in place of it
    Accept(AcceptArgs),
    /// See to it that a candidate is not proposed again
    Reject {
        /// Name of the candidate
        id: String,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// Name of the candidate
    id: String,
    /// The question
    #[arg(long, value_name = "TEXT")]
    question: Option<String>,
    /// What a good answer says; once for each point
    #[arg(long = "point", value_name = "TEXT", conflicts_with = "unanswerable")]
    points: Vec<String>,
    /// A file that a good answer cites; once for each
    #[arg(long, value_name = "FILE", conflicts_with = "unanswerable")]
    must_cite: Vec<String>,
    /// What it is about; once for each topic
    #[arg(long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,
    /// How hard it is
    #[arg(long)]
    difficulty: Option<Difficulty>,
    /// The knowledge base holds no answer, and a good reply says so
    #[arg(long)]
    unanswerable: bool,
    #[command(flatten)]
    output: Output,
}

impl AcceptArgs {
    /// `proposal` with what was given in place of it.
    fn edit(&self, mut proposal: Proposal) -> Proposal {
        fn replace<T: Clone>(list: &mut Vec<T>, given: &[T]) {
            if !given.is_empty() {
                *list = given.to_vec();
            }
        }
        if self.unanswerable {
            proposal = proposal.without_answer();
        }
        if !self.points.is_empty() {
            proposal.answerable = true;
        }
        if let Some(question) = &self.question {
            proposal.question.clone_from(question);
        }
        replace(&mut proposal.expected_points, &self.points);
        replace(&mut proposal.must_cite, &self.must_cite);
        replace(&mut proposal.topics, &self.topics);
        proposal.difficulty = self.difficulty.unwrap_or(proposal.difficulty);
        proposal
    }
}

pub fn run(app: &App, command: GoldsetCommand) -> Result<ExitCode> {
    let runtime = runtime()?;
    let language = app.settings.language.default;
    let reviewer = Reviewer::new(app, &on_the_page(app))?;
    runtime.block_on(async {
        match command {
            GoldsetCommand::Review => terminal::review(&reviewer, language, BufReader::new(stdin()), stdout()).await,
            GoldsetCommand::List(output) => {
                let candidates = reviewer.candidates().await?;
                output.print(&candidates, || list(&candidates, language))
            }
            GoldsetCommand::Accept(args) => {
                let id = AnswerId(args.id.clone());
                let found = reviewer.candidates().await?.into_iter().find(|candidate| candidate.id == id);
                let edited = found.map(|candidate| args.edit(candidate.proposal));
                let accepted = match reviewer.ask(Request::Accept { id, edited }).await? {
                    Response::Accepted(accepted) => accepted,
                    other => return Err(refused(other)),
                };
                let file = accepted.file.display().to_string();
                args.output.print(&accepted, || wording::accepted(language, &accepted.case, &file))
            }
            GoldsetCommand::Reject { id, output } => match reviewer.ask(Request::Reject { id: AnswerId(id) }).await? {
                Response::Rejected => output.print(&Response::Rejected, || Words::new(language).rejected.to_owned()),
                other => Err(refused(other)),
            },
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Whoever holds the feedback, of which the commands ask.
pub(super) struct Reviewer(Review);

impl Reviewer {
    /// The review over the store itself, which only one process can hold. `meanwhile`: what can be done while the daemon
    /// holds it.
    // The seam for a daemon that is being served: when the store is held, send each `Request` over the daemon's socket.
    pub(super) fn new(app: &App, meanwhile: &str) -> Result<Self> {
        Ok(Self(app.review(stores::feedback(app, Some(meanwhile))?)))
    }

    pub(super) async fn ask(&self, request: Request) -> Result<Response> {
        self.0.take(request, SystemTime::now()).await
    }

    async fn candidates(&self) -> Result<Vec<Candidate>> {
        match self.ask(Request::Candidates).await? {
            Response::Candidates(candidates) => Ok(candidates),
            other => Err(refused(other)),
        }
    }
}

/// How to review while the daemon runs.
fn on_the_page(app: &App) -> String {
    let address = app.settings.web.socket_address();
    // Port 0 is any that was free; only the daemon knows which.
    if address.port() == 0 {
        return "review at /review of its page, whose address it said at its start".to_owned();
    }
    format!("review at http://{address}/review")
}

/// The error of a response that is not the one that was asked for.
pub(super) fn refused(response: Response) -> anyhow::Error {
    match response {
        Response::Refused(reason) => anyhow!(reason),
        _ => anyhow!("the daemon speaks another version of Colega; restart it"),
    }
}

fn list(candidates: &[Candidate], language: Language) -> String {
    if candidates.is_empty() {
        return Words::new(language).nothing.to_owned();
    }
    let line = |candidate: &Candidate| {
        format!("{}  {}\n    {}\n", candidate.id.0, neutral(&candidate.proposal.question), candidate.why(language))
    };
    candidates.iter().map(line).collect()
}
