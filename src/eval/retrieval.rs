//! `colega eval retrieval`: ranks the rows of a corpus for each query and compares with relevance judgements, in the
//! file formats of the BEIR benchmark.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::metrics;
use crate::embed::bm25::Bm25Settings;
use crate::jsonl;
use crate::language;
use crate::passage::{ChunkId, Passage, SourceSpan};
use crate::question::Language;
use crate::retrieve::build::{self, Built};
use crate::retrieve::glossary::Glossary;
use crate::retrieve::memory::MemoryIndex;
use crate::retrieve::retriever::{RetrieveSettings, Retriever};
use crate::retrieve::{Filter, Index};

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// One object a line: `id`, `title`, `text`, and optionally `doc` and `lang`.
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
    let qrels = Qrels::read(task.qrels, &rows)?;
    let queries = jsonl::read(task.queries)?
        .into_iter()
        .filter(|query: &QueryRow| query.id.starts_with(task.query_prefix) && qrels.of.contains_key(&query.id));
    let retriever = settings.retriever(rows.iter().map(CorpusRow::to_passage).collect());
    let id_of: HashMap<ChunkId, &str> = rows.iter().map(|row| (row.chunk_id(), row.id.as_str())).collect();

    let mut measured = Measured::default();
    for query in queries {
        let language = query.lang.or_else(|| language::detect(&query.text)).unwrap_or(Language::English);
        let filter = Filter { language: query.target_lang, ..Filter::default() };
        let started = Instant::now();
        let retrieved = retriever.retrieve(&query.text, language, &filter, RANKED)?;
        measured.milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
        let ranking = match qrels.by {
            Judged::Rows => retrieved.hits.iter().map(|hit| id_of[&hit.passage.chunk_id]).collect(),
            Judged::Documents => first_of_each(retrieved.hits.iter().map(|hit| hit.passage.source_file.as_str())),
        };
        measured.add(&ranking, &qrels.of[&query.id]);
    }
    ensure!(!measured.ndcg.is_empty(), "no query of {} has a relevant row left", task.queries.display());
    Ok(measured.scores())
}

/// The settings that decide a ranking.
#[derive(Debug, Clone)]
pub struct RankingSettings {
    /// Term weights.
    pub bm25: Bm25Settings,
    /// Rerank weights.
    pub retrieve: RetrieveSettings,
    /// Synonyms.
    pub glossary: Arc<Glossary>,
}

impl RankingSettings {
    fn retriever(&self, passages: Vec<Arc<Passage>>) -> Retriever {
        let Built { points, statistics, encoder, .. } = build::build(passages, &self.bm25, None);
        Retriever {
            index: Index::Memory(MemoryIndex::new(points)),
            statistics,
            encoder,
            glossary: Arc::clone(&self.glossary),
            settings: self.retrieve.clone(),
        }
    }
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

/// What a judgement speaks of.
enum Judged {
    Rows,
    Documents,
}

/// Relevance judgements by query.
struct Qrels {
    by: Judged,
    of: HashMap<String, HashMap<String, f64>>,
}

impl Qrels {
    /// Keeps the judgements on `rows`. They are on documents when their ids are those of documents rather than of rows.
    fn read(path: &Path, rows: &[CorpusRow]) -> Result<Self> {
        let ids: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let documents: HashSet<&str> = rows.iter().filter_map(|row| row.doc.as_deref()).collect();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut rows_of: HashMap<String, HashMap<String, f64>> = HashMap::new();
        let mut documents_of: HashMap<String, HashMap<String, f64>> = HashMap::new();
        for (number, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [query, id, grade] = fields[..] else {
                bail!("{}:{}: expected query id, corpus id and grade between tabs", path.display(), number + 1);
            };
            let grade: f64 = grade
                .trim()
                .parse()
                .with_context(|| format!("{}:{}: the grade is no number", path.display(), number + 1))?;
            let of = if ids.contains(id) {
                &mut rows_of
            } else if documents.contains(id) {
                &mut documents_of
            } else {
                continue;
            };
            of.entry(query.to_owned()).or_default().insert(id.to_owned(), grade);
        }
        Ok(if rows_of.is_empty() {
            Self { by: Judged::Documents, of: documents_of }
        } else {
            Self { by: Judged::Rows, of: rows_of }
        })
    }
}

impl CorpusRow {
    fn chunk_id(&self) -> ChunkId {
        ChunkId::new(&self.id, &self.text, 0)
    }

    /// The row as a passage; its document, or else its id, stands as the name of the source file.
    fn to_passage(&self) -> Arc<Passage> {
        let lang = self.lang.or_else(|| language::detect(&self.text)).unwrap_or(Language::English);
        Arc::new(Passage {
            chunk_id: self.chunk_id(),
            topic: String::new(),
            title: self.title.clone(),
            headings: Vec::new(),
            text: self.text.clone(),
            tags: Vec::new(),
            source_file: self.doc.clone().unwrap_or_else(|| self.id.clone()),
            source_span: SourceSpan::Lines { start: 1, end: 1 },
            lang,
            url: None,
            scope: String::new(),
            license: None,
        })
    }
}

fn first_of_each<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
