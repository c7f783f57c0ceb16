//! Writing an answer from evidence.

pub mod extractive;
pub mod local;
pub mod prompt;
pub mod refine;
pub mod remote;
pub mod scripted;
pub mod writer;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use self::extractive::ExtractiveSettings;
use self::local::{LocalSettings, LocalWriter};
use self::prompt::Prompts;
use self::refine::{RefineSettings, Refiner};
use self::remote::{RemoteSettings, RemoteWriter};
use self::scripted::ScriptedSettings;
use self::writer::Writer;
use crate::answer::{Engine, Section};
use crate::comma_list;
use crate::retrieve::evidence::Evidence;

/// What writes, section `[generate]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GenerateSettings {
    /// What writes.
    pub engine: EngineChoice,
    /// A chat model of this machine: a GGUF file.
    pub model: Option<PathBuf>,
    /// Servers that speak `OpenAI`'s protocol, such as `http://10.0.0.5:8000/v1`.
    #[serde(deserialize_with = "comma_list::texts")]
    pub remote: Vec<String>,
    /// What they call the model.
    pub remote_model: String,
    /// Answers that they write at once.
    pub remote_at_once: usize,
    /// How long to wait for a server's next piece of text, in seconds.
    pub remote_patience_s: u64,
    /// A folder with other prompts than those that are built in.
    pub prompts: Option<PathBuf>,
    /// Tokens of one part of an answer at the most.
    pub max_tokens: u32,
    /// Time for a model to put an answer into words, in seconds.
    pub time_s: u64,
    /// How well a passage must support a sentence of a model, 0 to 1.
    pub min_support: f64,
    /// Answers that may wait for the model; those beyond stay as they were quoted.
    pub places: usize,
    /// How freely a model chooses its words, 0 to 2; 0 for always the likeliest.
    pub temperature: f32,
    /// With the same one a model writes the same.
    pub seed: u64,
    /// How long the scripted engine takes for each part of an answer, in milliseconds.
    pub scripted_pace_ms: u64,
}

impl Default for GenerateSettings {
    fn default() -> Self {
        Self {
            engine: EngineChoice::Auto,
            model: None,
            remote: Vec::new(),
            remote_model: String::new(),
            remote_at_once: 4,
            remote_patience_s: 30,
            prompts: None,
            max_tokens: 256,
            time_s: 90,
            min_support: 0.65,
            places: 8,
            temperature: 0.0,
            seed: 1,
            scripted_pace_ms: 400,
        }
    }
}

impl GenerateSettings {
    /// What is wrong with the settings, if anything.
    pub fn validate(&self) -> Result<()> {
        for (key, value, least, most) in [
            ("max_tokens", u64::from(self.max_tokens), 16, 4_096),
            ("time_s", self.time_s, 1, 3_600),
            ("remote_at_once", self.remote_at_once as u64, 1, 256),
            ("remote_patience_s", self.remote_patience_s, 1, 600),
            ("places", self.places as u64, 0, 10_000),
        ] {
            if !(least..=most).contains(&value) {
                bail!("generate.{key} is {value}; set it to a number from {least} to {most}");
            }
        }
        if !(0.0..=1.0).contains(&self.min_support) {
            bail!("generate.min_support is {}; set it to a number from 0 to 1", self.min_support);
        }
        if !(0.0..=2.0).contains(&self.temperature) {
            bail!("generate.temperature is {}; set it to a number from 0 to 2", self.temperature);
        }
        match self.engine {
            EngineChoice::Kalosm if self.model.is_none() => {
                bail!("generate.engine is \"kalosm\", but generate.model names no GGUF file")
            }
            EngineChoice::Remote if self.remote.is_empty() => {
                bail!("generate.engine is \"remote\", but generate.remote names no server")
            }
            _ => Ok(()),
        }
    }

    /// What puts answers into fluent words, if the settings name anything that does. A local model is loaded beside
    /// everything else.
    ///
    /// # Errors
    /// The model or a prompt cannot be read, or an address is none.
    pub fn refiner(&self, key: Option<String>) -> Result<Option<Refiner>> {
        let Some(writer) = self.writer(key)? else { return Ok(None) };
        let prompts = self.prompts.as_deref().map_or_else(Prompts::built_in, Prompts::load)?;
        let time = Duration::from_secs(self.time_s);
        let (max_tokens, min_support, places) = (self.max_tokens, self.min_support, self.places);
        let settings = RefineSettings { max_tokens, time, min_support, places };
        Ok(Some(Refiner::new(writer, prompts, settings)))
    }

    fn writer(&self, key: Option<String>) -> Result<Option<Writer>> {
        Ok(match (self.engine, &self.model) {
            (EngineChoice::Auto | EngineChoice::Kalosm, Some(model)) => {
                let (temperature, seed) = (self.temperature, self.seed);
                let settings = LocalSettings { model: model.clone(), temperature, seed };
                Some(Writer::Local(LocalWriter::start(settings)?))
            }
            (EngineChoice::Auto | EngineChoice::Remote, _) if !self.remote.is_empty() => {
                Some(Writer::Remote(RemoteWriter::new(RemoteSettings {
                    urls: self.remote.clone(),
                    model: self.remote_model.clone(),
                    key,
                    at_once: self.remote_at_once,
                    patience: Duration::from_secs(self.remote_patience_s),
                    temperature: self.temperature,
                    seed: self.seed,
                })?))
            }
            _ => None,
        })
    }
}

/// The engines to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// The local model, if one is named, or else the servers, if any are; else sentences chosen from the passages.
    Auto,
    /// A chat model of this machine.
    Kalosm,
    /// A chat model behind an address.
    Remote,
    /// Sentences chosen from the passages, at once.
    Extractive,
    /// The same sentences, part by part at a pace: for trying out how a slow engine feels.
    Scripted,
}

impl EngineChoice {
    /// As it stands in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Kalosm => "kalosm",
            Self::Remote => "remote",
            Self::Extractive => "extractive",
            Self::Scripted => "scripted",
        }
    }
}

/// What an engine wrote, before anything in it has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Sections in their order. [`crate::answer::CitationNo`] `n` stands for the `n`-th passage of the evidence, from 1.
    pub sections: Vec<Section>,
    /// What wrote it.
    pub engine: Engine,
}

/// What writes the draft of an answer, from nothing but the evidence. A model may then put it into other words; see [`refine`].
pub enum Generator {
    /// Sentences chosen from the passages.
    Extractive(ExtractiveSettings),
    /// The same, slowly.
    Scripted(ScriptedSettings),
}

impl Generator {
    /// The engine that is chosen, whose answers are as long as `answer` allows.
    pub fn new(settings: &GenerateSettings, answer: &ExtractiveSettings) -> Self {
        let answer = answer.clone();
        match settings.engine {
            EngineChoice::Auto | EngineChoice::Kalosm | EngineChoice::Remote | EngineChoice::Extractive => {
                Self::Extractive(answer)
            }
            EngineChoice::Scripted => {
                let per_section = Duration::from_millis(settings.scripted_pace_ms);
                Self::Scripted(ScriptedSettings { per_section, answer })
            }
        }
    }

    /// Writes a draft from `evidence`; `None` once `cancel` is cancelled. An engine that takes its time shows what it has
    /// written so far to `growing`, as a draft of its own each time. Blocks for as long as the engine works.
    pub fn generate(
        &self,
        evidence: &Evidence,
        cancel: &CancellationToken,
        growing: &mut dyn FnMut(Draft),
    ) -> Option<Draft> {
        match self {
            Self::Extractive(settings) => Some(extractive::write(evidence, settings)),
            Self::Scripted(settings) => scripted::write(evidence, settings, cancel, growing),
        }
    }
}
