//! Writing an answer from evidence.

pub mod extractive;

use crate::answer::{Engine, Section};
use crate::retrieve::evidence::Evidence;

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
    Extractive(extractive::ExtractiveSettings),
}

impl Generator {
    /// Writes a draft from `evidence`.
    pub fn generate(&self, evidence: &Evidence) -> Draft {
        match self {
            Self::Extractive(settings) => extractive::write(evidence, settings),
        }
    }
}
