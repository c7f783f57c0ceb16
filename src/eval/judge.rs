//! How good answers are, judged case by case of the goldset, by rules alone: no model, and the same verdict every time.
//!
//! A case is asked like a person's question. [`points`] looks for each point that a good answer makes, [`claims`] looks
//! whether each sentence is supported by what it cites, and the passages found are ranked against those that help.
//! [`scores`] sums up; [`compare`] tells whether a difference between two runs is more than chance; [`gate`] refuses what
//! is worse than what was accepted; [`report`] writes it down for people.

pub mod claims;
pub mod compare;
pub mod gate;
pub mod points;
pub mod report;
pub mod scores;
pub mod verdict;

mod charts;
#[cfg(test)]
mod tests;

use std::time::Instant;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use self::points::Matcher;
use self::scores::Scores;
use self::verdict::Verdict;
use crate::agent::Agent;
use crate::answer::Reply;
use crate::goldset::{Case, Split};
use crate::question::{Origin, Question, Turn};
use crate::trace::Asked;

/// One run over the goldset, as it is kept in `var/reports`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it began, in milliseconds since 1970.
    pub at_ms: u64,
    /// The generation of the index that was asked.
    pub generation: String,
    /// What wrote the answers.
    pub engine: String,
    /// All cases together.
    pub scores: Scores,
    /// Each case, in the order of the goldset.
    pub verdicts: Vec<Verdict>,
}

/// Which cases are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    /// Those of this split alone.
    pub split: Option<Split>,
}

impl Selection {
    /// Whether `case` is asked.
    pub fn holds(self, case: &Case) -> bool {
        self.split.is_none_or(|split| split == case.split)
    }
}

/// Asks `agent` each of `cases` and judges what it says.
pub async fn run(agent: &Agent, cases: &[Case], matcher: &Matcher) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::with_capacity(cases.len());
    for case in cases {
        let asked = ask(agent, case).await?;
        let live = agent.live();
        verdicts.push(verdict::judge(case, &asked, &live, matcher)?);
    }
    Ok(verdicts)
}

/// Asks what a case asks, after the turns before it.
pub async fn ask(agent: &Agent, case: &Case) -> Result<Asked> {
    let mut earlier = Vec::new();
    for question in &case.earlier {
        let asked = ask_once(agent, question, earlier.clone(), &case.id).await?;
        let subject = match &asked.reply {
            Reply::Answer(answer) => answer.subject.clone(),
            _ => String::new(),
        };
        earlier.push(Turn { question: asked.trace.searched.unwrap_or(asked.trace.question), subject });
    }
    ask_once(agent, &case.question, earlier, &case.id).await
}

async fn ask_once(agent: &Agent, text: &str, earlier: Vec<Turn>, id: &str) -> Result<Asked> {
    let question = Question { earlier, ..Question::new(text, Origin::Measurement) };
    let asked = agent.ask(question, Instant::now()).await?;
    if let reply @ (Reply::SlowDown { .. } | Reply::Busy { .. }) = &asked.reply {
        bail!("case {id} was not judged ({}); ask while nobody else does", reply.name());
    }
    Ok(asked)
}
