//! The header of a GGUF file, looked over before anything loads it: a hostile or damaged file must give an error that names
//! the field, never an abort, a hang or all of the memory. Only what kalosm computes rightly is let through.
//!
//! The format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3, little-endian.

mod header;
mod shapes;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use self::header::{Header, Value};

/// A chat model with larger figures than these is none for a team's server.
const MOST_CONTEXT: u64 = 1 << 20;
const MOST_LAYERS: u64 = 256;
const MOST_COMPONENTS: u64 = 1 << 16;
const MOST_VOCABULARY: usize = 1 << 20;
/// Bytes of a chat template at the most.
const MOST_TEMPLATE: usize = 64 << 10;
/// Architectures that kalosm computes as they were trained; it loads others, and computes them wrongly.
const ARCHITECTURES: [&str; 2] = ["llama", "qwen2"];
/// Kinds of token in `tokenizer.ggml.token_type` that are no text: control tokens, and those that a user defined.
const CONTROL: [u64; 2] = [3, 4];

/// What a model says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct GgufModel {
    /// `llama` or `qwen2`.
    pub architecture: String,
    /// Its name, if it bears one.
    pub name: Option<String>,
    /// Tokens that it can look back on.
    pub context_length: usize,
    /// Layers.
    pub layers: usize,
    /// Components of the vector of a token.
    pub components: usize,
    /// Heads of each layer's attention.
    pub heads: usize,
    /// Tokens that it knows.
    pub vocabulary: usize,
    /// How conversations are written for it, in the language of Jinja.
    pub chat_template: Option<String>,
    /// Tokens that steer it, and must not come out of other people's texts.
    pub control_tokens: Vec<String>,
    /// What a text begins with.
    pub begin_token: String,
    /// What ends its turn.
    pub end_token: String,
    /// Bytes of the file.
    pub bytes: u64,
}

impl GgufModel {
    /// Looks over the file at `path`.
    ///
    /// # Errors
    /// It cannot be read, is no whole GGUF file, or holds a model that cannot be run; the error names the field.
    pub fn check(path: &Path) -> Result<Self> {
        let place = || path.display().to_string();
        ensure!(path.extension().is_some_and(|it| it == "gguf"), "{} does not end in .gguf", path.display());
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let bytes = file.metadata().with_context(place)?.len();
        let header = Header::read(BufReader::new(file), bytes).with_context(place)?;
        Self::of(&header, bytes).with_context(place)
    }

    fn of(header: &Header, bytes: u64) -> Result<Self> {
        let architecture = header.text("general.architecture")?.to_owned();
        ensure!(
            ARCHITECTURES.contains(&architecture.as_str()),
            "general.architecture is “{architecture}”; only {} are computed rightly",
            ARCHITECTURES.join(" and ")
        );
        let number = |key: &str, most: u64| -> Result<usize> {
            let key = format!("{architecture}.{key}");
            let value = header.number(&key)?;
            ensure!((1..=most).contains(&value), "{key} is {value}; it must lie between 1 and {most}");
            Ok(usize::try_from(value)?)
        };
        let tokens = header.texts("tokenizer.ggml.tokens")?;
        ensure!(!tokens.is_empty() && tokens.len() <= MOST_VOCABULARY, "tokenizer.ggml.tokens has {}", tokens.len());
        let begin = token(header, tokens, "tokenizer.ggml.bos_token_id")?;
        let end = token(header, tokens, "tokenizer.ggml.eos_token_id")?;
        let model = Self {
            context_length: number("context_length", MOST_CONTEXT)?,
            layers: number("block_count", MOST_LAYERS)?,
            components: number("embedding_length", MOST_COMPONENTS)?,
            heads: number("attention.head_count", MOST_COMPONENTS)?,
            vocabulary: tokens.len(),
            chat_template: template(header)?,
            control_tokens: control_tokens(header, tokens)?,
            name: header.text("general.name").ok().map(str::to_owned),
            begin_token: tokens[begin].clone(),
            end_token: tokens[end].clone(),
            bytes,
            architecture,
        };
        check_tokenizer(header)?;
        shapes::check(header, &model)?;
        Ok(model)
    }

    /// About how much memory it takes while it writes, in bytes: the weights as they are, the vectors of all tokens as 32-bit
    /// numbers, and room for what it computes with.
    pub const fn memory(&self) -> u64 {
        let vectors = (self.vocabulary * self.components * 4) as u64;
        self.bytes + vectors + (256 << 20)
    }
}

/// The number of the token that `key` names.
fn token(header: &Header, tokens: &[String], key: &str) -> Result<usize> {
    let number = header.number(key)?;
    let at = usize::try_from(number).ok().filter(|&at| at < tokens.len());
    at.with_context(|| format!("{key} is {number}, but there are {} tokens", tokens.len()))
}

fn template(header: &Header) -> Result<Option<String>> {
    let Ok(template) = header.text("tokenizer.chat_template") else { return Ok(None) };
    ensure!(template.len() <= MOST_TEMPLATE, "tokenizer.chat_template has {} bytes", template.len());
    Ok(Some(template.to_owned()))
}

fn control_tokens(header: &Header, tokens: &[String]) -> Result<Vec<String>> {
    let kinds = header.numbers("tokenizer.ggml.token_type")?;
    ensure!(kinds.len() == tokens.len(), "tokenizer.ggml.token_type has {} for {} tokens", kinds.len(), tokens.len());
    let is_control = |(_, kind): &(&String, &u64)| CONTROL.contains(kind);
    Ok(tokens.iter().zip(kinds).filter(is_control).map(|(token, _)| token.clone()).collect())
}

fn check_tokenizer(header: &Header) -> Result<()> {
    let kind = header.text("tokenizer.ggml.model")?;
    if kind != "gpt2" {
        bail!(
            "tokenizer.ggml.model is “{kind}”; only “gpt2” can be read, as in models of the Qwen 2.5 and Llama 3 families"
        );
    }
    header.text("tokenizer.ggml.pre")?;
    for merge in header.texts("tokenizer.ggml.merges")? {
        ensure!(merge.split(' ').count() == 2, "tokenizer.ggml.merges holds something that is no pair");
    }
    Ok(())
}

impl Header {
    fn value(&self, key: &str) -> Result<&Value> {
        self.metadata.get(key).with_context(|| format!("it has no {key}"))
    }

    fn text(&self, key: &str) -> Result<&str> {
        let Value::Text(text) = self.value(key)? else { bail!("{key} is no text") };
        Ok(text)
    }

    fn number(&self, key: &str) -> Result<u64> {
        let Value::Number(number) = self.value(key)? else { bail!("{key} is no whole number") };
        Ok(*number)
    }

    fn real(&self, key: &str) -> Result<f64> {
        let Value::Real(number) = self.value(key)? else { bail!("{key} is no real number") };
        Ok(*number)
    }

    fn texts(&self, key: &str) -> Result<&[String]> {
        let Value::Texts(texts) = self.value(key)? else { bail!("{key} is no list of texts") };
        Ok(texts)
    }

    fn numbers(&self, key: &str) -> Result<&[u64]> {
        let Value::Numbers(numbers) = self.value(key)? else { bail!("{key} is no list of whole numbers") };
        Ok(numbers)
    }
}
