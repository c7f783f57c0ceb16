//! The files of an embedding model, looked over before anything loads them: a hostile or damaged file must give an error
//! that names it, never an abort or all of the memory.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use super::EmbedSettings;
use crate::question::Language;

/// A model with larger figures than these is none for finding passages.
const MOST_VOCABULARY: usize = 1_000_000;
const MOST_DIMENSIONS: usize = 4_096;
const MOST_LAYERS: usize = 64;
const MOST_POSITIONS: usize = 8_192;
/// Bytes of a configuration, of a tokenizer and of the header of the weights at the most.
const MOST_CONFIG: u64 = 1 << 20;
const MOST_TOKENIZER: u64 = 64 << 20;
const MOST_HEADER: u64 = 16 << 20;
/// A vocabulary larger than this is one of many languages: that of the English BERT holds 30,522 pieces.
const MULTILINGUAL: usize = 60_000;

/// What `config.json` says, as far as it decides how much is loaded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BertConfig {
    /// `bert`; other kinds are computed otherwise.
    #[serde(default)]
    pub model_type: Option<String>,
    /// Pieces that the tokenizer knows.
    pub vocab_size: usize,
    /// Components of a vector.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Heads of each layer's attention; they share the components evenly.
    pub num_attention_heads: usize,
    /// Components inside a layer.
    pub intermediate_size: usize,
    /// Tokens of a text at the most.
    pub max_position_embeddings: usize,
    /// Kinds of text that the model tells apart.
    pub type_vocab_size: usize,
}

/// The files of a model, looked over.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFiles {
    /// `config.json`.
    pub config_path: PathBuf,
    /// `tokenizer.json`.
    pub tokenizer_path: PathBuf,
    /// `model.safetensors`.
    pub weights_path: PathBuf,
    /// What the configuration says.
    pub config: BertConfig,
}

impl ModelFiles {
    /// Looks over the model in `folder`.
    pub fn check(folder: &Path) -> Result<Self> {
        ensure!(folder.is_dir(), "{} is no folder; embed.model names the folder of a model", folder.display());
        let [config_path, tokenizer_path, weights_path] =
            ["config.json", "tokenizer.json", "model.safetensors"].map(|name| folder.join(name));
        let config: BertConfig = serde_json::from_str(&read_text(&config_path, MOST_CONFIG)?)
            .with_context(|| format!("{} is no configuration of a BERT model", config_path.display()))?;
        config.check().with_context(|| config_path.display().to_string())?;
        let _: HashMap<String, serde_json::Value> = serde_json::from_str(&read_text(&tokenizer_path, MOST_TOKENIZER)?)
            .with_context(|| format!("{} is damaged", tokenizer_path.display()))?;
        check_weights(&weights_path, &config).with_context(|| weights_path.display().to_string())?;
        Ok(Self { config_path, tokenizer_path, weights_path, config })
    }

    /// The languages that the size of the vocabulary speaks for.
    pub fn languages(&self) -> Vec<Language> {
        if self.config.vocab_size > MULTILINGUAL { Language::ALL.to_vec() } else { vec![Language::English] }
    }

    /// The hash of the files and of everything in `settings` that changes vectors.
    pub fn hash(&self, settings: &EmbedSettings) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        for path in [&self.config_path, &self.tokenizer_path, &self.weights_path] {
            let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            io::copy(&mut file, &mut hasher).with_context(|| format!("cannot read {}", path.display()))?;
        }
        let EmbedSettings { model: _, languages, question_prefix, passage_prefix, max_tokens } = settings;
        hasher.update(&serde_json::to_vec(&(languages, question_prefix, passage_prefix, max_tokens))?);
        Ok(hasher.finalize().to_hex().to_string())
    }
}

impl BertConfig {
    fn check(&self) -> Result<()> {
        if let Some(kind) = self.model_type.as_deref().filter(|kind| *kind != "bert") {
            bail!("model_type is “{kind}”; only “bert” can be run");
        }
        for (field, value, most) in [
            ("vocab_size", self.vocab_size, MOST_VOCABULARY),
            ("hidden_size", self.hidden_size, MOST_DIMENSIONS),
            ("num_hidden_layers", self.num_hidden_layers, MOST_LAYERS),
            ("num_attention_heads", self.num_attention_heads, MOST_DIMENSIONS),
            ("intermediate_size", self.intermediate_size, 4 * MOST_DIMENSIONS),
            ("max_position_embeddings", self.max_position_embeddings, MOST_POSITIONS),
            ("type_vocab_size", self.type_vocab_size, MOST_LAYERS),
        ] {
            ensure!((1..=most).contains(&value), "{field} is {value}, not a number from 1 to {most}");
        }
        ensure!(
            self.hidden_size.is_multiple_of(self.num_attention_heads),
            "hidden_size is {}, which {} heads (num_attention_heads) cannot share",
            self.hidden_size,
            self.num_attention_heads
        );
        Ok(())
    }
}

/// One tensor as the header of a file of weights describes it; see <https://github.com/huggingface/safetensors#format>.
#[derive(Debug, Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// Checks the header against the file and the configuration.
fn check_weights(path: &Path, config: &BertConfig) -> Result<()> {
    let mut file = File::open(path).context("cannot be read")?;
    let size = file.metadata().context("cannot be read")?.len();
    let mut length = [0; 8];
    file.read_exact(&mut length).context("too short for a file of weights")?;
    let length = u64::from_le_bytes(length);
    ensure!(
        length <= MOST_HEADER && length + 8 <= size,
        "the header is to have {length} bytes, which the file or reason forbids"
    );
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).context("cannot be read")?;
    let header: HashMap<String, serde_json::Value> =
        serde_json::from_slice(&header).context("the header is damaged")?;
    let (mut shapes, mut bytes) = (HashMap::new(), 0);
    for (name, value) in header.into_iter().filter(|(name, _)| name != "__metadata__") {
        let tensor: Tensor =
            serde_json::from_value(value).with_context(|| format!("the tensor “{name}” is damaged"))?;
        bytes += tensor.check(size - 8 - length).with_context(|| format!("the tensor “{name}”"))?;
        shapes.insert(name, tensor.shape);
    }
    ensure!(bytes == size - 8 - length, "holds {} bytes of weights in place of {bytes}", size - 8 - length);
    let [vocabulary, dimensions, positions] =
        [config.vocab_size, config.hidden_size, config.max_position_embeddings].map(|value| value as u64);
    for (name, shape) in [
        ("embeddings.word_embeddings.weight", [vocabulary, dimensions]),
        ("embeddings.position_embeddings.weight", [positions, dimensions]),
    ] {
        let found = shapes.get(name).or_else(|| shapes.get(&format!("bert.{name}")));
        let found = found.with_context(|| format!("the tensor “{name}” is missing: this is no BERT model"))?;
        ensure!(*found == shape, "the tensor “{name}” is {found:?}, but the configuration says {shape:?}");
    }
    Ok(())
}

impl Tensor {
    /// How many bytes it takes, if that is what its shape takes and lies within `size`.
    fn check(&self, size: u64) -> Result<u64> {
        let width = match self.dtype.as_str() {
            "F64" | "I64" => 8,
            "F32" | "I32" => 4,
            "F16" | "BF16" => 2,
            other => bail!("holds numbers of the kind “{other}”"),
        };
        let [begin, end] = self.data_offsets;
        ensure!(begin <= end && end <= size, "lies at bytes {begin} to {end} of {size}");
        let needed = self.shape.iter().try_fold(width, |product: u64, &side| product.checked_mul(side));
        ensure!(needed == Some(end - begin), "has {} bytes, which its shape {:?} does not", end - begin, self.shape);
        Ok(end - begin)
    }
}

fn read_text(path: &Path, most: u64) -> Result<String> {
    let size = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    ensure!(size <= most, "{} has {size} bytes, more than {most}", path.display());
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
