//! `colega eval abstain`: asks questions that the knowledge base cannot answer, and counts how many it leaves
//! unanswered.

use std::fmt;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::table;
use crate::agent::Agent;
use crate::answer::Reply;
use crate::jsonl;
use crate::question::{Language, Origin, Question};

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// One object a line: `id`, `text`, and optionally `lang`.
    pub questions: &'a Path,
}

/// How the questions ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Number of questions.
    pub questions: usize,
    /// How many found no evidence.
    pub no_evidence: usize,
    /// How many were refused.
    pub refused: usize,
    /// How many were answered.
    pub answered: usize,
    /// Share of the questions that were not answered.
    pub abstained: f64,
    /// The first 50 questions that were answered, to look at.
    pub answered_ids: Vec<String>,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(
            f,
            &[
                ("abstained", table::share(self.abstained)),
                ("questions", self.questions.to_string()),
                ("no evidence", self.no_evidence.to_string()),
                ("refused", self.refused.to_string()),
                ("answered", self.answered.to_string()),
            ],
        )?;
        if self.answered_ids.is_empty() {
            return Ok(());
        }
        writeln!(f, "first answered:")?;
        self.answered_ids.iter().try_for_each(|id| writeln!(f, "  {id}"))
    }
}

#[derive(Deserialize)]
struct QuestionRow {
    id: String,
    text: String,
    #[serde(default)]
    lang: Option<Language>,
}

/// How many answered questions are named.
const NAMED: usize = 50;

/// Asks `agent` all questions of the task, one after the other.
pub async fn run(task: &Task<'_>, agent: &Agent) -> Result<Scores> {
    let rows: Vec<QuestionRow> = jsonl::read(task.questions)?;
    ensure!(!rows.is_empty(), "{} holds no question; write one a line", task.questions.display());
    let (mut no_evidence, mut refused, mut answered_ids) = (0_usize, 0_usize, Vec::new());
    for row in &rows {
        let question = Question { language: row.lang, ..Question::new(&row.text, Origin::Measurement) };
        match agent.ask(question, Instant::now()).await?.reply {
            Reply::Answer(_) => answered_ids.push(row.id.clone()),
            Reply::NoEvidence(_) => no_evidence += 1,
            Reply::Refused(_) => refused += 1,
            reply @ (Reply::SlowDown { .. } | Reply::Busy { .. }) => {
                bail!("question “{}” was not judged ({}); ask while nobody else does", row.id, reply.name());
            }
        }
    }
    let answered = answered_ids.len();
    answered_ids.truncate(NAMED);
    #[expect(clippy::cast_precision_loss, reason = "counts of questions are small")]
    let abstained = (rows.len() - answered) as f64 / rows.len() as f64;
    Ok(Scores { questions: rows.len(), no_evidence, refused, answered, abstained, answered_ids })
}
