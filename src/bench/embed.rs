//! `colega bench embed`: how fast a model embeds passages and questions.

use std::fmt;
use std::thread;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;

use super::memory;
use crate::embed::dense::Embedder;
use crate::eval::table;
use crate::passage::Passage;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Passages a second, many at once.
    pub passages_per_s: f64,
    /// Their words a second.
    pub words_per_s: f64,
    /// Median time of one question, in milliseconds.
    pub question_ms: f64,
    /// How many passages were embedded.
    pub passages: usize,
    /// Components of a vector.
    pub dimension: usize,
    /// Cores that the process may use.
    pub cores: usize,
    /// The most memory that the process ever held, in bytes, where the system tells.
    pub peak_bytes: Option<u64>,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("passages a second", format!("{:.1}", self.passages_per_s)),
            ("words a second", format!("{:.0}", self.words_per_s)),
            ("a question, median", table::milliseconds(self.question_ms)),
            ("memory, peak", table::megabytes(self.peak_bytes)),
            ("passages", self.passages.to_string()),
            ("components", self.dimension.to_string()),
            ("cores", self.cores.to_string()),
        ];
        table::write(f, &rows)
    }
}

/// Embeds `count` of `passages` and the titles of as many as questions.
#[expect(clippy::cast_precision_loss, reason = "speeds need not be exact")]
pub fn run<'p>(embedder: &Embedder, passages: impl Iterator<Item = &'p Passage>, count: usize) -> Result<Scores> {
    let passages: Vec<&Passage> = passages.filter(|passage| embedder.knows(passage.lang)).take(count).collect();
    ensure!(!passages.is_empty(), "there is no passage in a language that the model knows");
    let texts: Vec<String> = passages.iter().map(|passage| passage.text.clone()).collect();
    let words: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    let begin = Instant::now();
    embedder.embed_passages(&texts)?;
    let seconds = begin.elapsed().as_secs_f64();
    let mut times = Vec::new();
    for passage in &passages {
        let begin = Instant::now();
        embedder.embed_question(&passage.breadcrumb())?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(Scores {
        passages_per_s: passages.len() as f64 / seconds,
        words_per_s: words as f64 / seconds,
        question_ms: times[times.len() / 2],
        passages: passages.len(),
        dimension: embedder.id().dimension,
        cores: thread::available_parallelism().map_or(1, usize::from),
        peak_bytes: memory::peak(),
    })
}
