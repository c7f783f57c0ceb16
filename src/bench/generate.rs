//! `colega bench generate`: how fast a chat model reads and writes, as Colega runs it and in kalosm's bare loop.

use std::fmt;
use std::path::Path;
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use candle_core::Device;
use kalosm_language_model::{CreateTextCompletionSession as _, GenerationParameters, TextCompletionModel as _};
use kalosm_llama::{Llama, LlamaSource};
use kalosm_model_types::FileSource;
use serde::Serialize;

use super::memory;
use crate::eval::table;
use crate::generate::local::{LocalSettings, LocalWriter};
use crate::generate::prompt::Prompts;
use crate::question::Language;

/// What is asked for the first token, and for a longer text.
const QUESTION: &str = "What is a message queue?";
const TEXT: &str = "Tell in many words what a message queue is, what it is used for, and what to look out for.";
/// A longer text, of which reading takes most of the time.
const PARAGRAPH: &str = "A message queue holds work until a worker takes it, so that whoever sends it need not wait. ";
const PARAGRAPHS: usize = 16;

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// A GGUF file.
    pub model: &'a Path,
    /// Tokens that are written.
    pub tokens: u32,
    /// How often; the median counts.
    pub repeat: usize,
}

/// What came of it. Times are medians.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// From a conversation without any memory to its first token, in milliseconds.
    pub cold_ms: f64,
    /// The same when the instructions have been read before.
    pub kept_ms: f64,
    /// Tokens a second that are written.
    pub write_per_s: f64,
    /// The same in kalosm's bare loop.
    pub bare_write_per_s: f64,
    /// Tokens a second that are read.
    pub read_per_s: f64,
    /// Time to load the model, in milliseconds.
    pub load_ms: f64,
    /// The most memory that Colega's run took, in bytes, where the system tells.
    pub peak_bytes: Option<u64>,
    /// The size of the file, in bytes.
    pub file_bytes: u64,
    /// Tokens that were written.
    pub tokens: u32,
    /// How often it was measured.
    pub repeat: usize,
    /// Cores that the process may use.
    pub cores: usize,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let speed = |tokens: f64| format!("{tokens:.1} tokens/s");
        let rows = [
            ("first token, cold", table::milliseconds(self.cold_ms)),
            ("first token, instructions kept", table::milliseconds(self.kept_ms)),
            ("  as a share of cold", table::share(self.kept_ms / self.cold_ms)),
            ("writes", speed(self.write_per_s)),
            ("  kalosm's bare loop", speed(self.bare_write_per_s)),
            ("  as a share of that", table::share(self.write_per_s / self.bare_write_per_s)),
            ("reads", speed(self.read_per_s)),
            ("loaded in", table::milliseconds(self.load_ms)),
            ("memory, peak", table::megabytes(self.peak_bytes)),
            ("file", table::megabytes(Some(self.file_bytes))),
            ("tokens written", self.tokens.to_string()),
            ("repeated", self.repeat.to_string()),
            ("cores", self.cores.to_string()),
        ];
        table::write(f, &rows)
    }
}

/// Measures the model of `task`, first as Colega runs it.
pub async fn run(task: &Task<'_>) -> Result<Scores> {
    ensure!(task.tokens > 1 && task.repeat > 0, "take at least 2 tokens and 1 repetition");
    let begin = Instant::now();
    let settings = LocalSettings { model: task.model.to_owned(), temperature: 0.0, seed: 1 };
    let writer = LocalWriter::start(settings)?;
    writer.loaded().await?;
    let load_ms = ms(begin);
    let prompts = Prompts::built_in()?;
    let instructions = &prompts.of(Language::English).system;
    let (mut cold, mut kept, mut write, mut read) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..task.repeat {
        // Instructions that were not read before.
        let system = format!("{instructions} {round}");
        cold.push(said(&writer, &system, QUESTION, 1).await?.0);
        kept.push(said(&writer, &system, QUESTION, 1).await?.0);
        let (first, before) = said(&writer, &system, TEXT, 1).await?;
        let (whole, after) = said(&writer, &system, TEXT, task.tokens).await?;
        write.push(per_second(after - before, whole - first));
        let (long, tokens) = said(&writer, &system, &PARAGRAPH.repeat(PARAGRAPHS), 1).await?;
        read.push(per_second(tokens - before, long - first));
    }
    let (peak_bytes, file_bytes) = (memory::peak(), writer.file().bytes);
    drop(writer);
    let bare = bare(task, instructions).await?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let Task { tokens, repeat, .. } = *task;
    Ok(Scores {
        cold_ms: median(cold),
        kept_ms: median(kept),
        write_per_s: median(write),
        bare_write_per_s: bare,
        read_per_s: median(read),
        load_ms,
        peak_bytes,
        file_bytes,
        tokens,
        repeat,
        cores,
    })
}

/// How long an answer took, in milliseconds, and how many tokens the conversation has then.
async fn said(writer: &LocalWriter, system: &str, text: &str, tokens: u32) -> Result<(f64, usize)> {
    let begin = Instant::now();
    let mut memory = writer.begin(system).await?;
    writer.say(&mut memory, text, tokens, |_| true).await?;
    Ok((ms(begin), memory.tokens()))
}

/// Tokens a second that kalosm writes with nothing around it.
async fn bare(task: &Task<'_>, instructions: &str) -> Result<f64> {
    let source = LlamaSource::new(FileSource::local(task.model.to_owned()));
    let builder = Llama::builder().with_source(source).with_device(Device::Cpu);
    let model = builder.build_with_loading_handler(|_| ()).await?;
    let text = format!("{instructions}\n\n{TEXT}\n\nA message queue");
    let mut speeds = Vec::new();
    for _ in 0..task.repeat {
        let mut taken = Vec::new();
        for tokens in [1, task.tokens] {
            let mut session = model.new_session()?;
            let parameters = GenerationParameters::new()
                .with_temperature(1e-4)
                .with_repetition_penalty(1.0)
                .with_seed(1)
                .with_max_length(tokens);
            let begin = Instant::now();
            model.stream_text_with_callback(&mut session, &text, parameters, |_| Ok(())).await?;
            let elapsed = ms(begin);
            let tensors = session.get_tensor_map(&Device::Cpu);
            let tokens = tensors.get("llama.cache.tokens").context("the session has no tokens")?.elem_count();
            taken.push((elapsed, tokens));
        }
        speeds.push(per_second(taken[1].1 - taken[0].1, taken[1].0 - taken[0].0));
    }
    Ok(median(speeds))
}

fn ms(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred tokens")]
fn per_second(tokens: usize, ms: f64) -> f64 {
    tokens as f64 / ms * 1000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
