//! The configuration: defaults, then a file, then `COLEGA__SECTION__KEY` variables, each over the one before.
//!
//! Each section's struct lives beside the code that reads it. A key that no section knows is refused, with its place and
//! the nearest key that exists: a setting that is silently ignored is worse than none.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use config::{Environment, File, FileFormat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adapters::discord::DiscordSettings;
use crate::adapters::telegram::TelegramSettings;
use crate::adapters::web::WebSettings;
use crate::agent::queue::QueueSettings;
use crate::backup::BackupSettings;
use crate::desk::ChatSettings;
use crate::embed::bm25::Bm25Settings;
use crate::embed::dense::EmbedSettings;
use crate::feedback::FeedbackSettings;
use crate::generate::GenerateSettings;
use crate::generate::extractive::ExtractiveSettings;
use crate::guard::GuardSettings;
use crate::knowledge::ingest::IngestSettings;
use crate::limit::LimitSettings;
use crate::question::Language;
use crate::reindex::IndexSettings;
use crate::reindex::schedule::{Schedule, ScheduleSettings};
use crate::retrieve::evidence::EvidenceSettings;
use crate::retrieve::retriever::RetrieveSettings;
use crate::support::SupportSettings;
use crate::telemetry::LogSettings;

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "configs/colega.toml";
/// What the names of variables begin with.
const PREFIX: &str = "COLEGA__";

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where files are.
    pub paths: PathSettings,
    /// Languages.
    pub language: LanguageSettings,
    /// The local page.
    pub web: WebSettings,
    /// What holds for all chat platforms.
    pub chat: ChatSettings,
    /// Telegram.
    pub telegram: TelegramSettings,
    /// Discord.
    pub discord: DiscordSettings,
    /// Sources to passages.
    pub ingest: IngestSettings,
    /// Generations of the index.
    pub index: IndexSettings,
    /// When new ones are made.
    pub schedule: ScheduleSettings,
    /// Term weights.
    pub bm25: Bm25Settings,
    /// The model that embeds passages.
    pub embed: EmbedSettings,
    /// Search and rerank.
    pub retrieve: RetrieveSettings,
    /// When evidence is enough.
    pub evidence: EvidenceSettings,
    /// When a sentence is supported.
    pub support: SupportSettings,
    /// Length of answers.
    pub answer: ExtractiveSettings,
    /// What writes them.
    pub generate: GenerateSettings,
    /// Who waits for them, and how long.
    pub queue: QueueSettings,
    /// What may be asked.
    pub guard: GuardSettings,
    /// How much may be asked.
    pub limits: LimitSettings,
    /// What is kept of questions and answers.
    pub feedback: FeedbackSettings,
    /// Where backups are kept.
    pub backup: BackupSettings,
    /// Logs.
    pub log: LogSettings,
}

/// Where files are, section `[paths]`. Relative paths start at the current folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PathSettings {
    /// The sources of the knowledge base.
    pub raw: PathBuf,
    /// What `colega ingest` and `colega dataset` write.
    pub processed: PathBuf,
    /// State: the index, feedback.
    pub var: PathBuf,
    /// The goldset: what Colega is measured by. Accepted questions are added to it.
    pub goldset: PathBuf,
    /// A file of synonyms in place of the built-in one.
    pub glossary: Option<PathBuf>,
    /// A file of topics in place of the built-in one.
    pub topics: Option<PathBuf>,
    /// A list of models in place of the built-in one.
    pub models: Option<PathBuf>,
}

impl Default for PathSettings {
    fn default() -> Self {
        Self {
            raw: "data/raw".into(),
            processed: "data/processed".into(),
            var: "var".into(),
            goldset: "data/goldset.jsonl".into(),
            glossary: None,
            topics: None,
            models: None,
        }
    }
}

/// Languages, section `[language]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LanguageSettings {
    /// The language to answer in when a question ("JWT?") gives no sign of its own.
    pub default: Language,
}

impl Default for LanguageSettings {
    fn default() -> Self {
        Self { default: Language::English }
    }
}

impl Settings {
    /// Loads `file`, or [`DEFAULT_FILE`] if it exists and no file is named, and the process's variables over it.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let variables = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        let default = Path::new(DEFAULT_FILE);
        match file {
            Some(file) => Self::from_sources(Some(file), variables),
            None => Self::from_sources(default.exists().then_some(default), variables),
        }
    }

    /// Reads the text of a configuration file, without variables.
    pub fn parse(text: &str) -> Result<Self> {
        Self::from_texts(Some(text), "the configuration", Vec::new())
    }

    fn from_sources(file: Option<&Path>, variables: Vec<(String, String)>) -> Result<Self> {
        let Some(file) = file else { return Self::from_texts(None, "the configuration", variables) };
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::from_texts(Some(&text), &file.display().to_string(), variables)
    }

    /// `place` names the text in errors.
    fn from_texts(text: Option<&str>, place: &str, variables: Vec<(String, String)>) -> Result<Self> {
        let known = serde_json::to_value(Self::default())?;
        let mut sources = config::Config::builder();
        if let Some(text) = text {
            let given: toml::Table = toml::from_str(text).with_context(|| format!("{place} is not TOML"))?;
            refuse_unknown(&serde_json::to_value(given)?, &known, "", place)?;
            sources = sources.add_source(File::from_str(text, FileFormat::Toml));
        }
        for (name, _) in &variables {
            let keys: Vec<String> = name[PREFIX.len()..].to_lowercase().split("__").map(str::to_owned).collect();
            let given = keys.iter().rev().fold(Value::Null, |value, key| serde_json::json!({ key: value }));
            refuse_unknown(&given, &known, "", &format!("variable {name}"))?;
        }
        let environment = Environment::with_prefix("COLEGA")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .source(Some(variables.into_iter().collect()));
        let settings: Self = sources
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .with_context(|| place.to_owned())?;
        settings.validate().with_context(|| place.to_owned())?;
        Ok(settings)
    }

    fn validate(&self) -> Result<()> {
        self.ingest.validate().map_err(anyhow::Error::msg)?;
        self.queue.validate().map_err(anyhow::Error::msg)?;
        self.generate.validate()?;
        Schedule::reindex(&self.schedule)?;
        Schedule::backup(&self.schedule)?;
        ensure!(self.backup.keep > 0, "backup.keep is 0; keep at least 1");
        self.index.server.validate()?;
        self.telegram.validate().map_err(anyhow::Error::msg)?;
        self.discord.validate().map_err(anyhow::Error::msg)?;
        if self.retrieve.candidates == 0 {
            bail!("retrieve.candidates is 0; 50 is a good value");
        }
        if self.answer.max_words < 20 {
            bail!("answer.max_words is below 20; 330 is a good value");
        }
        if self.answer.max_items == 0 || self.answer.max_definition == 0 {
            bail!("answer.max_items and answer.max_definition are at least 1");
        }
        if self.index.keep == 0 {
            bail!(
                "index.keep is 0; keep at least 1 earlier generation, since a running program may still search in it"
            );
        }
        let Bm25Settings { k1, b, title_weight, questions_weight, pair_weight } = self.bm25;
        for (key, value, most) in [
            ("k1", k1, 10.0),
            ("b", b, 1.0),
            ("title_weight", title_weight, 100.0),
            ("questions_weight", questions_weight, 100.0),
            ("pair_weight", pair_weight, 100.0),
        ] {
            if !(0.0..=most).contains(&value) {
                bail!("bm25.{key} is {value}; set it to a number from 0 to {most}");
            }
        }
        let min_score = self.support.min_score;
        if !(0.0..=1.0).contains(&min_score) {
            bail!("support.min_score is {min_score}; set it to a number from 0 to 1");
        }
        let retrieve = &self.retrieve;
        for (key, share) in [("dense_share", retrieve.dense_share), ("meaning_relief", retrieve.meaning_relief)] {
            if !(0.0..=1.0).contains(&share) {
                bail!("retrieve.{key} is {share}; set it to a number from 0 to 1");
            }
        }
        for (key, value) in [
            ("meaning", retrieve.meaning_boost),
            ("title", retrieve.title_boost),
            ("words", retrieve.words_boost),
            ("sentence", retrieve.sentence_boost),
            ("opening", retrieve.opening_boost),
            ("question", retrieve.question_boost),
            ("likeness", retrieve.likeness_boost),
            ("wanted", retrieve.wanted_boost),
            ("language", retrieve.language_boost),
            ("document", retrieve.document_boost),
            ("neighbour", retrieve.neighbour_boost),
        ] {
            if !(0.0..=10.0).contains(&value) {
                bail!("retrieve.{key}_boost is {value}; set it to a number from 0 to 10");
            }
        }
        Ok(())
    }
}

/// Refuses keys of `given` that `known` lacks; `path` leads to both, `place` is where `given` was written.
fn refuse_unknown(given: &Value, known: &Value, path: &str, place: &str) -> Result<()> {
    let (Value::Object(given), Value::Object(known)) = (given, known) else { return Ok(()) };
    // A table whose keys are names, such as those of rules; whoever uses it knows them.
    if known.is_empty() {
        return Ok(());
    }
    for (key, value) in given {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let Some(known_value) = known.get(key) else {
            // Most slips are letters left out or changed round.
            let likeness = strsim::normalized_damerau_levenshtein;
            let nearest = known.keys().max_by(|a, b| likeness(a, key).total_cmp(&likeness(b, key)));
            let nearest = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
            let all: Vec<&str> = known.keys().map(String::as_str).collect();
            bail!("{place}: there is no key `{path}`{nearest} (known here: {})", all.join(", "));
        };
        refuse_unknown(value, known_value, &path, place)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
