//! Text to dense vectors, by a local embedding model: what means the same lies close together, whatever its words.

#[cfg(feature = "models")]
mod bert;
#[cfg(not(feature = "models"))]
#[path = "dense/absent.rs"]
mod bert;
pub mod files;

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};

use self::bert::Bert;
use crate::question::Language;

/// Which model embeds passages and questions, section `[embed]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedSettings {
    /// A folder with `config.json`, `tokenizer.json` and `model.safetensors` of a BERT model; none to find passages by their
    /// words alone.
    pub model: Option<PathBuf>,
    /// Languages that the model knows. Empty to go by its vocabulary: both if it is large, English alone otherwise.
    pub languages: Vec<Language>,
    /// What the model was trained to see before a question, such as `query: `.
    pub question_prefix: String,
    /// What it was trained to see before a passage, such as `passage: `.
    pub passage_prefix: String,
    /// A text is cut off after so many tokens, or where the model ends.
    pub max_tokens: usize,
}

impl Default for EmbedSettings {
    fn default() -> Self {
        Self {
            model: None,
            languages: Vec::new(),
            question_prefix: String::new(),
            passage_prefix: String::new(),
            max_tokens: 256,
        }
    }
}

/// What makes two vectors comparable: they were made by the same model in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbedderId {
    /// Hash of the model's files and of the settings.
    pub hash: String,
    /// Number of components of a vector.
    pub dimension: usize,
    /// Languages that the model knows.
    pub languages: Vec<Language>,
}

/// A vector of length 1; the product of two is the cosine of the angle between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DenseVector(Vec<f32>);

impl DenseVector {
    /// `components` scaled to length 1.
    ///
    /// # Errors
    /// They are not `dimension` finite numbers, or all 0: the model is broken.
    pub fn normalized(components: Vec<f32>, dimension: usize) -> Result<Self> {
        ensure!(
            components.len() == dimension,
            "the model gave a vector of {} components in place of {dimension}",
            components.len()
        );
        let length = components.iter().map(|x| x * x).sum::<f32>().sqrt();
        ensure!(length.is_finite() && length > 0.0, "the model gave a vector that is no direction");
        Ok(Self(components.into_iter().map(|x| x / length).collect()))
    }

    /// The cosine of the angle to `other`, from -1 to 1; vectors of different models have none.
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    /// The components.
    pub fn components(&self) -> &[f32] {
        &self.0
    }
}

/// How many texts are remembered with their vectors, some 2 KiB each: questions come again, and so do passages while settings
/// are tried out.
const TEXTS_KEPT: u64 = 8_192;

/// Embeds texts. All methods block for as long as the model works: on two cores some 20 ms for a question
/// and 70 ms for a passage.
pub struct Embedder {
    id: EmbedderId,
    settings: EmbedSettings,
    /// Run by kalosm.
    model: Bert,
    /// By the hash of the text, so that nobody's words are kept.
    known: Cache<blake3::Hash, DenseVector>,
}

impl Embedder {
    /// Loads the model that `settings` name; `None` if they name none.
    ///
    /// # Errors
    /// Its files are missing, damaged, too large or of another kind; the error names the file and the field.
    pub fn load(settings: &EmbedSettings) -> Result<Option<Self>> {
        let Some(folder) = &settings.model else { return Ok(None) };
        let files = files::ModelFiles::check(folder)?;
        let languages = if settings.languages.is_empty() { files.languages() } else { settings.languages.clone() };
        let id = EmbedderId { hash: files.hash(settings)?, dimension: files.config.hidden_size, languages };
        let model = Bert::load(&files, settings.max_tokens)?;
        let embedder = Self { id, settings: settings.clone(), model, known: Cache::new(TEXTS_KEPT) };
        // A model that cannot embed a word is better found out now than at the first question.
        embedder.embed_question("?")?;
        Ok(Some(embedder))
    }

    /// What its vectors can be compared with.
    pub const fn id(&self) -> &EmbedderId {
        &self.id
    }

    /// Whether it knows a language; vectors of texts in others say little.
    pub fn knows(&self, language: Language) -> bool {
        self.id.languages.contains(&language)
    }

    /// The vector of a question.
    pub fn embed_question(&self, text: &str) -> Result<DenseVector> {
        let mut vectors = self.embed(&[format!("{}{text}", self.settings.question_prefix)])?;
        vectors.pop().context("the model gave no vector")
    }

    /// The vectors of passages, in their order.
    pub fn embed_passages(&self, texts: &[String]) -> Result<Vec<DenseVector>> {
        let texts: Vec<String> = texts.iter().map(|text| format!("{}{text}", self.settings.passage_prefix)).collect();
        self.embed(&texts)
    }

    fn embed(&self, texts: &[String]) -> Result<Vec<DenseVector>> {
        let hashes: Vec<blake3::Hash> = texts.iter().map(|text| blake3::hash(text.as_bytes())).collect();
        let mut vectors: Vec<Option<DenseVector>> = hashes.iter().map(|hash| self.known.get(hash)).collect();
        let new: Vec<usize> = (0..texts.len()).filter(|&at| vectors[at].is_none()).collect();
        let new_texts: Vec<&str> = new.iter().map(|&at| texts[at].as_str()).collect();
        for (&at, components) in new.iter().zip(self.model.embed(&new_texts)?) {
            let vector = DenseVector::normalized(components, self.id.dimension)?;
            self.known.insert(hashes[at], vector.clone());
            vectors[at] = Some(vector);
        }
        vectors.into_iter().collect::<Option<_>>().context("the model gave fewer vectors than there are texts")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_have_length_1_and_what_is_no_direction_is_refused() {
        let a = DenseVector::normalized(vec![3.0, 4.0], 2).expect("a direction");
        assert_eq!(a.components(), [0.6, 0.8]);
        let b = DenseVector::normalized(vec![-4.0, 3.0], 2).expect("a direction");
        assert!(a.cosine(&b).abs() < 1e-6 && (a.cosine(&a) - 1.0).abs() < 1e-6);
        for broken in [vec![f32::NAN, 1.0], vec![f32::INFINITY, 0.0], vec![0.0, 0.0], vec![1.0]] {
            assert!(DenseVector::normalized(broken.clone(), 2).is_err(), "{broken:?}");
        }
    }
}
