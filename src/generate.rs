//! Writing an answer from evidence.

pub mod extractive;
pub mod scripted;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use self::extractive::ExtractiveSettings;
use self::scripted::ScriptedSettings;
use crate::answer::{Engine, Section};
use crate::retrieve::evidence::Evidence;

/// What writes, section `[generate]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GenerateSettings {
    /// What writes.
    pub engine: EngineChoice,
    /// How long the scripted engine takes for each part of an answer, in milliseconds.
    pub scripted_pace_ms: u64,
}

impl Default for GenerateSettings {
    fn default() -> Self {
        Self { engine: EngineChoice::Extractive, scripted_pace_ms: 400 }
    }
}

/// The engines to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// Sentences chosen from the passages, at once.
    Extractive,
    /// The same sentences, part by part at a pace: for trying out how a slow engine feels.
    Scripted,
}

impl EngineChoice {
    /// As it stands in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
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

/// What can write an answer.
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
            EngineChoice::Extractive => Self::Extractive(answer),
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
