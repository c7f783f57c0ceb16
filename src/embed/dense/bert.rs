//! BERT models: kalosm's, fed and pooled here, since it pools otherwise than most models were trained for, cuts texts off where
//! the tokenizer's file says, and works on one batch at a time.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use candle_core::{D, DType, Device, Tensor};
use candle_nn::VarBuilder;
use rbert::BertModel;
use tokenizers::{Encoding, PaddingParams, Tokenizer, TruncationParams};

use super::files::ModelFiles;

/// Tokens that are worked on at once, padding included; more would take more memory without being faster.
const TOKENS_AT_ONCE: usize = 2_048;

/// A loaded model.
pub(super) struct Bert {
    model: BertModel,
    tokenizer: Tokenizer,
}

impl Bert {
    /// Loads it; texts are cut off after `max_tokens`, or where the model ends.
    pub(super) fn load(files: &ModelFiles, max_tokens: usize) -> Result<Self> {
        unless_it_panics(|| Self::open(files, max_tokens))
            .with_context(|| format!("the model of {} cannot be loaded", files.config_path.display()))
    }

    fn open(files: &ModelFiles, max_tokens: usize) -> Result<Self> {
        let ModelFiles { config_path, tokenizer_path, weights_path, config } = files;
        let whole = serde_json::from_str(&fs::read_to_string(config_path)?)
            .with_context(|| format!("{} is no configuration of a BERT model", config_path.display()))?;
        let weights = fs::read(weights_path).with_context(|| format!("cannot read {}", weights_path.display()))?;
        let model = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)
            .and_then(|weights| BertModel::load(weights, &whole))
            .with_context(|| format!("{} does not fit {}", weights_path.display(), config_path.display()))?;
        let mut tokenizer =
            Tokenizer::from_file(tokenizer_path).map_err(|error| anyhow!("{}: {error}", tokenizer_path.display()))?;
        let max_length = max_tokens.clamp(LEAST_TOKENS, config.max_position_embeddings.max(LEAST_TOKENS));
        tokenizer
            .with_padding(None)
            .with_truncation(Some(TruncationParams { max_length, ..TruncationParams::default() }))
            .map_err(|error| anyhow!("{}: {error}", tokenizer_path.display()))?;
        Ok(Self { model, tokenizer })
    }

    /// The mean of the vectors of a text's tokens, for each text.
    pub(super) fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        unless_it_panics(|| self.means(texts))
    }

    fn means(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let mut vectors = vec![Vec::new(); texts.len()];
        let encodings = self
            .tokenizer
            .encode_batch(texts.to_vec(), true)
            .map_err(|error| anyhow!("a text has no tokens: {error}"))?;
        let batches = batches(encodings);
        for (at, vector) in side_by_side(&batches, |batch| self.pooled(batch))?.into_iter().flatten() {
            vectors[at] = vector;
        }
        Ok(vectors)
    }

    /// The vectors of one batch, each with the place of its text.
    fn pooled(&self, batch: &[(usize, Encoding)]) -> Result<Vec<(usize, Vec<f32>)>> {
        let (mut places, mut encodings): (Vec<usize>, Vec<Encoding>) = batch.iter().cloned().unzip();
        tokenizers::pad_encodings(&mut encodings, &PaddingParams::default()).map_err(|error| anyhow!("{error}"))?;
        let rows = |of: fn(&Encoding) -> &[u32]| -> candle_core::Result<Tensor> {
            let rows = encodings.iter().map(|encoding| Tensor::new(of(encoding), &Device::Cpu));
            Tensor::stack(&rows.collect::<Result<Vec<_>, _>>()?, 0)
        };
        let (tokens, mask) = (rows(Encoding::get_ids)?, rows(Encoding::get_attention_mask)?);
        // Texts × tokens × components.
        let of_tokens = self.model.forward(&tokens, &tokens.zeros_like()?, Some(&mask), false)?;
        let mask = mask.to_dtype(DType::F32)?.unsqueeze(D::Minus1)?;
        let means = of_tokens.broadcast_mul(&mask)?.sum(1)?.broadcast_div(&mask.sum(1)?)?;
        Ok(places.drain(..).zip(means.to_vec2::<f32>()?).collect())
    }
}

/// `work`, whose panic is an error: the libraries trust a model's files more than they should.
fn unless_it_panics<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| bail!("the model is damaged: running it panicked"))
}

/// A text begins and ends with a token of its own.
const LEAST_TOKENS: usize = 3;

/// Texts of about one length together, so that little is padded; each with its place.
fn batches(encodings: Vec<Encoding>) -> Vec<Vec<(usize, Encoding)>> {
    let mut sorted: Vec<(usize, Encoding)> = encodings.into_iter().enumerate().collect();
    sorted.sort_by_key(|(_, encoding)| encoding.len());
    let mut batches: Vec<Vec<(usize, Encoding)>> = Vec::new();
    for (at, encoding) in sorted {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * encoding.len() <= TOKENS_AT_ONCE => batch.push((at, encoding)),
            _ => batches.push(vec![(at, encoding)]),
        }
    }
    batches
}

/// `work` done on all `items`, as many at once as there are cores.
fn side_by_side<I: Sync, O: Send>(items: &[I], work: impl Fn(&I) -> Result<O> + Sync) -> Result<Vec<O>> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if workers <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || -> Result<Vec<O>> {
        let mut done = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(work(item)?);
        }
        Ok(done)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let mut done = Vec::with_capacity(items.len());
        for worker in workers {
            done.extend(worker.join().map_err(|_| anyhow!("the model panicked"))??);
        }
        Ok(done)
    })
}
