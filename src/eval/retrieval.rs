//! `colega eval retrieval`: ranks the rows of a corpus for each query and compares with relevance judgements, in the
//! file formats of the BEIR benchmark.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::qrels::{Judged, Qrels};
use super::{metrics, ranking, table};
use crate::jsonl;
use crate::passage::{ChunkId, Passage, SourceSpan, Timestamp};
use crate::question::Language;
use crate::retrieve::Filter;

pub use super::ranking::RankingSettings;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// One object a line: `id`, `title`, `text`, and optionally `doc`, `lang`, and `start` and `end` in seconds for a
    /// row out of a recording.
    pub corpus: &'a Path,
    /// One object a line: `id`, `text`, and optionally `lang` and `target_lang`.
    pub queries: &'a Path,
    /// Tab-separated: query id, corpus id (or `doc`), grade.
    pub qrels: &'a Path,
    /// Only corpus rows whose id starts so.
    pub corpus_prefix: &'a str,
    /// Only queries whose id starts so.
    pub query_prefix: &'a str,
}

/// Means over all queries that have a relevant row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Normalised discounted cumulative gain of the first ten.
    pub ndcg_at_10: f64,
    /// Mean reciprocal rank within the first ten.
    pub mrr_at_10: f64,
    /// Share of the relevant rows among the first five.
    pub recall_at_5: f64,
    /// Share of the queries with a relevant row among the first five.
    pub hit_at_5: f64,
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
                ("nDCG@10", table::share(self.ndcg_at_10)),
                ("MRR@10", table::share(self.mrr_at_10)),
                ("recall@5", table::share(self.recall_at_5)),
                ("hit@5", table::share(self.hit_at_5)),
                ("queries", self.queries.to_string()),
                ("time, median", table::milliseconds(self.p50_ms)),
                ("time, 99%", table::milliseconds(self.p99_ms)),
            ],
        )
    }
}

#[derive(Deserialize)]
struct CorpusRow {
    id: String,
    #[serde(default)]
    doc: Option<String>,
    #[serde(default)]
    title: String,
    text: String,
    #[serde(default)]
    lang: Option<Language>,
    #[serde(default)]
    start: Option<f64>,
    #[serde(default)]
    end: Option<f64>,
}

#[derive(Deserialize)]
struct QueryRow {
    id: String,
    text: String,
    #[serde(default)]
    lang: Option<Language>,
    #[serde(default)]
    target_lang: Option<Language>,
}

/// Reads the task's files, indexes the rows in memory and ranks them for every query.
pub fn run(task: &Task<'_>, settings: &RankingSettings) -> Result<Scores> {
    let rows: Vec<CorpusRow> = jsonl::read(task.corpus)?
        .into_iter()
        .filter(|row: &CorpusRow| row.id.starts_with(task.corpus_prefix))
        .collect();
    ensure!(
        !rows.is_empty(),
        "no row of {} has an id that starts with “{}”",
        task.corpus.display(),
        task.corpus_prefix
    );
    let ids = rows.iter().map(|row| row.id.as_str()).collect();
    let qrels = Qrels::read(task.qrels, &ids, &rows.iter().filter_map(|row| row.doc.as_deref()).collect())?;
    let queries = jsonl::read(task.queries)?
        .into_iter()
        .filter(|query: &QueryRow| query.id.starts_with(task.query_prefix) && qrels.of.contains_key(&query.id));
    let retriever = settings.retriever(rows.iter().map(CorpusRow::to_passage).collect())?;
    let id_of: HashMap<ChunkId, &str> = rows.iter().map(|row| (row.chunk_id(), row.id.as_str())).collect();

    let mut measured = Measured::default();
    for query in queries {
        let language = ranking::language_of(query.lang, &query.text);
        let filter = Filter { language: query.target_lang, ..Filter::default() };
        let started = Instant::now();
        let found = retriever.retrieve(&query.text, language, &filter, RANKED)?;
        measured.milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
        let ranking = match qrels.by {
            Judged::Rows => found.hits.iter().map(|hit| id_of[&hit.passage.chunk_id]).collect(),
            Judged::Documents => first_of_each(found.hits.iter().map(|hit| hit.passage.source_file.as_str())),
        };
        measured.add(&ranking, &qrels.of[&query.id]);
    }
    ensure!(!measured.ndcg.is_empty(), "no query of {} has a relevant row left", task.queries.display());
    Ok(measured.scores())
}

/// How many rows are ranked; enough that ten documents are among them.
const RANKED: usize = 100;

#[derive(Default)]
struct Measured {
    ndcg: Vec<f64>,
    reciprocal_rank: Vec<f64>,
    recall: Vec<f64>,
    hit: Vec<f64>,
    milliseconds: Vec<f64>,
}

impl Measured {
    fn add(&mut self, ranking: &[&str], grades: &HashMap<String, f64>) {
        let relevance: HashMap<&str, f64> = grades.iter().map(|(id, &grade)| (id.as_str(), grade)).collect();
        self.ndcg.push(metrics::ndcg_at(10, ranking, &relevance));
        self.reciprocal_rank.push(metrics::reciprocal_rank_at(10, ranking, &relevance));
        let recall = metrics::recall_at(5, ranking, &relevance);
        self.recall.push(recall);
        self.hit.push(if recall > 0.0 { 1.0 } else { 0.0 });
    }

    fn scores(&self) -> Scores {
        Scores {
            ndcg_at_10: metrics::mean(&self.ndcg),
            mrr_at_10: metrics::mean(&self.reciprocal_rank),
            recall_at_5: metrics::mean(&self.recall),
            hit_at_5: metrics::mean(&self.hit),
            queries: self.ndcg.len(),
            p50_ms: metrics::quantile(&self.milliseconds, 0.5),
            p99_ms: metrics::quantile(&self.milliseconds, 0.99),
        }
    }
}

impl CorpusRow {
    fn chunk_id(&self) -> ChunkId {
        ChunkId::new(&self.id, &self.text, 0)
    }

    fn span(&self) -> SourceSpan {
        match (self.start, self.end) {
            (Some(start), Some(end)) => SourceSpan::Time { start: moment(start), end: moment(end) },
            _ => SourceSpan::Lines { start: 1, end: 1 },
        }
    }

    /// The row as a passage; its document, or else its id, stands as the name of the source file.
    fn to_passage(&self) -> Arc<Passage> {
        Arc::new(Passage {
            chunk_id: self.chunk_id(),
            topic: String::new(),
            title: self.title.clone(),
            headings: Vec::new(),
            text: self.text.clone(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: self.doc.clone().unwrap_or_else(|| self.id.clone()),
            source_span: self.span(),
            lang: ranking::language_of(self.lang, &self.text),
            url: None,
            scope: String::new(),
            license: None,
        })
    }
}

/// A number of seconds as a moment; what is below 0 is the beginning.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates, as it should")]
fn moment(seconds: f64) -> Timestamp {
    Timestamp::from_millis((seconds * 1000.0).round() as u64)
}

fn first_of_each<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
