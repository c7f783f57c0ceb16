//! `colega gaps`: what people ask that the knowledge base does not answer, or not well.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use clap::Args;

use super::goldset::{Reviewer, refused};
use super::{Output, runtime};
use crate::app::App;
use crate::goldset::gaps::Gap;
use crate::goldset::request::{Request, Response};
use crate::question::Language;
use crate::render::neutral;
use crate::render::review as wording;

#[derive(Debug, Args)]
pub struct GapsArgs {
    /// Only what was asked in so many days
    #[arg(long, default_value_t = 30, value_name = "N")]
    days: u32,
    #[command(flatten)]
    output: Output,
}

pub fn run(app: &App, args: &GapsArgs) -> Result<ExitCode> {
    let span = Duration::from_secs(u64::from(args.days) * 24 * 60 * 60);
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().saturating_sub(span);
    let since_ms = u64::try_from(since.as_millis()).context("the clock of this machine is far in the future")?;
    let reviewer = Reviewer::new(app, "say `/gaps` in a chat")?;
    let gaps = match runtime()?.block_on(reviewer.ask(Request::Gaps { since_ms }))? {
        Response::Gaps(gaps) => gaps,
        other => return Err(refused(other)),
    };
    args.output.print(&gaps, || list(&gaps, app.settings.language.default))?;
    Ok(ExitCode::SUCCESS)
}

fn list(gaps: &[Gap], language: Language) -> String {
    if gaps.is_empty() {
        return wording::no_gaps(language).to_owned();
    }
    let line = |gap: &Gap| {
        let missed = wording::gap(language, gap.asks, gap.dislikes, gap.nearest.as_deref());
        format!("{}\n    {}\n", neutral(&gap.example), neutral(&missed))
    };
    gaps.iter().map(line).collect()
}
