//! `colega eval spans`: takes a folder of recordings to passages, and looks whether the passages found for each query
//! lie in the right minutes of the right recording.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::ranking::{self, RankingSettings};
use super::{metrics, table};
use crate::jsonl;
use crate::knowledge::ingest::{self, IngestSettings};
use crate::knowledge::topic::Topics;
use crate::passage::{Passage, SourceSpan};
use crate::question::Language;
use crate::retrieve::Filter;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// Folder of sources.
    pub raw: &'a Path,
    /// One object a line: `id`, `text`, `text_with_video` (where [`Self::field`] needs it), `video` (a part of the name
    /// of the recording's file), `start` and `end` in seconds, and optionally `lang`.
    pub queries: &'a Path,
    /// What is asked.
    pub field: Field,
}

/// The field of a row that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `text`: what is said, without saying where.
    Text,
    /// `text_with_video`: the same with the title of the recording.
    TextWithVideo,
}

impl Field {
    /// Both, in the order in which they are listed to people.
    pub const ALL: [Self; 2] = [Self::Text, Self::TextWithVideo];

    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::TextWithVideo => "text_with_video",
        }
    }
}

/// A name that is no [`Field`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no field that can be asked; write text or text_with_video")]
pub struct UnknownField(String);

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|field| field.name() == name).ok_or_else(|| UnknownField(name.to_owned()))
    }
}

/// Means over all queries. A passage is right when it lies in the query's recording and overlaps its time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Share of the queries whose first passage is right.
    pub hit_at_1: f64,
    /// Share of the queries with a right passage among the first five.
    pub hit_at_5: f64,
    /// Mean reciprocal rank of the first right passage within the first ten.
    pub mrr_at_10: f64,
    /// Number of queries.
    pub queries: usize,
    /// Median time of a query in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile of the time of a query in milliseconds.
    pub p99_ms: f64,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(
            f,
            &[
                ("hit@1", table::share(self.hit_at_1)),
                ("hit@5", table::share(self.hit_at_5)),
                ("MRR@10", table::share(self.mrr_at_10)),
                ("queries", self.queries.to_string()),
                ("time, median", table::milliseconds(self.p50_ms)),
                ("time, 99%", table::milliseconds(self.p99_ms)),
            ],
        )
    }
}

#[derive(Deserialize)]
struct QueryRow {
    id: String,
    text: String,
    #[serde(default)]
    text_with_video: Option<String>,
    #[serde(default)]
    lang: Option<Language>,
    video: String,
    start: f64,
    end: f64,
}

/// How many passages are looked at.
const RANKED: usize = 10;

/// Ingests the task's folder, indexes it in memory and asks every query.
///
/// A query whose recording is missing among others that are there counts as not found.
pub fn run(task: &Task<'_>, ingest: &IngestSettings, topics: &Topics, ranking: &RankingSettings) -> Result<Scores> {
    let queries: Vec<QueryRow> = jsonl::read(task.queries)?;
    ensure!(!queries.is_empty(), "{} holds no query; write one a line", task.queries.display());
    for query in &queries {
        query.check().with_context(|| format!("{}: query “{}”", task.queries.display(), query.id))?;
    }
    let ingested = ingest::ingest(task.raw, ingest, topics, |_| {})?;
    for skipped in &ingested.report.skipped {
        warn!(%skipped, "not measured");
    }
    let passages: Vec<Arc<Passage>> = ingested.passages.into_iter().map(Arc::new).collect();
    ensure!(
        queries.iter().any(|query| passages.iter().any(|passage| query.is_in(passage))),
        "no query of {} has its recording below {}; the field “video” must be part of the file's name",
        task.queries.display(),
        task.raw.display()
    );
    let retriever = ranking.retriever(passages)?;

    let (mut ranks, mut milliseconds) = (Vec::new(), Vec::new());
    for query in &queries {
        let text = query.asked(task.field)?;
        let language = ranking::language_of(query.lang, text);
        let started = Instant::now();
        let found = retriever.retrieve(text, language, &Filter::default(), RANKED)?;
        milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
        ranks.push(found.hits.iter().position(|hit| query.is_answered_by(&hit.passage)));
    }
    Ok(scores(&ranks, &milliseconds))
}

/// The means over the ranks (from 0) of the first right passage of each query, if it has one.
fn scores(ranks: &[Option<usize>], milliseconds: &[f64]) -> Scores {
    let mean_of = |worth: &dyn Fn(usize) -> f64| {
        metrics::mean(&ranks.iter().map(|rank| rank.map_or(0.0, worth)).collect::<Vec<_>>())
    };
    #[expect(clippy::cast_precision_loss, reason = "ranks are below ten")]
    let mrr_at_10 = mean_of(&|rank| 1.0 / (rank + 1) as f64);
    Scores {
        hit_at_1: mean_of(&|rank| if rank < 1 { 1.0 } else { 0.0 }),
        hit_at_5: mean_of(&|rank| if rank < 5 { 1.0 } else { 0.0 }),
        mrr_at_10,
        queries: ranks.len(),
        p50_ms: metrics::quantile(milliseconds, 0.5),
        p99_ms: metrics::quantile(milliseconds, 0.99),
    }
}

impl QueryRow {
    fn check(&self) -> Result<()> {
        ensure!(!self.video.is_empty(), "the field “video” is empty; write a part of the recording's file name");
        ensure!(0.0 <= self.start && self.start <= self.end, "its start is below 0 or after its end; write seconds");
        Ok(())
    }

    fn asked(&self, field: Field) -> Result<&str> {
        match field {
            Field::Text => Ok(&self.text),
            Field::TextWithVideo => self.text_with_video.as_deref().with_context(|| {
                format!("query “{}” has no field text_with_video; write one, or ask the field text", self.id)
            }),
        }
    }

    fn is_in(&self, passage: &Passage) -> bool {
        passage.source_file.contains(&self.video)
    }

    /// Whether the passage lies in the recording and shares some time with the query; to touch it is not enough, since
    /// where one chapter ends the next one begins.
    fn is_answered_by(&self, passage: &Passage) -> bool {
        let SourceSpan::Time { start, end } = passage.source_span else { return false };
        self.is_in(passage) && start.as_secs_f64() < self.end && end.as_secs_f64() > self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_known_by_name() {
        assert_eq!("text_with_video".parse(), Ok(Field::TextWithVideo));
        let error = "title".parse::<Field>().expect_err("no such field");
        assert_eq!(error.to_string(), "“title” is no field that can be asked; write text or text_with_video");
    }
}
