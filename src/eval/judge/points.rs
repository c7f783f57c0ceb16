//! Whether an answer says what it is expected to say.
//!
//! A point is taken apart into concepts as a question is: words without those that say nothing, weighted by how rare they
//! are in the knowledge base, each with everything that means the same in either language. It is made if a short stretch
//! of the answer speaks of enough of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Block};
use crate::embed::stems::StemSet;
use crate::question::Language;
use crate::retrieve::glossary::Glossary;
use crate::retrieve::query::Query;
use crate::retrieve::statistics::Statistics;
use crate::support::SupportSettings;

/// Words that mean the same where an answer is judged. Searching is stricter: there, a wrong synonym costs more.
const SYNONYMS: &str = include_str!("synonyms.toml");

/// A point is made if the share of its concepts that a stretch of the answer speaks of is at least this.
pub const MADE: f32 = 0.55;
/// How many sentences that follow each other may make a point together.
const STRETCH: usize = 2;
/// What the whole answer counts for beside the best stretch: a point may be spread over a list.
const WHOLE: f32 = 0.25;

/// What became of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointVerdict {
    /// The point.
    pub text: String,
    /// The share of its concepts that the answer speaks of, from 0 to 1.
    pub score: f32,
    /// Whether that is enough.
    pub is_made: bool,
}

/// Finds points in answers.
pub struct Matcher {
    glossary: Glossary,
    statistics: Arc<Statistics>,
    /// When a claim counts as supported.
    pub support: SupportSettings,
}

/// The stretches of an answer, each as its stems.
pub struct Stretches {
    stretches: Vec<StemSet>,
    whole: StemSet,
}

impl Matcher {
    /// A matcher that weighs words by `statistics`.
    ///
    /// # Panics
    /// Never: a test reads the synonyms.
    pub fn new(glossary: &Glossary, statistics: Arc<Statistics>, support: SupportSettings) -> Self {
        let synonyms = Glossary::parse(SYNONYMS).expect("a test reads the synonyms");
        Self { glossary: glossary.with(synonyms), statistics, support }
    }

    /// Looks for `point` in what was said.
    pub fn look_for(&self, point: &str, language: Language, said: &Stretches) -> PointVerdict {
        let query = Query::new(point, language, &self.glossary, &self.statistics);
        let best = said.stretches.iter().map(|stems| query.share_of_concepts(stems)).fold(0.0, f32::max);
        let score = (1.0 - WHOLE) * best + WHOLE * query.share_of_concepts(&said.whole);
        PointVerdict { text: point.to_owned(), score, is_made: score >= MADE }
    }
}

impl Stretches {
    /// Those of an answer.
    pub fn of(answer: &Answer) -> Self {
        let language = answer.source_language.unwrap_or(answer.language);
        let mut texts = Vec::new();
        for block in answer.sections.iter().flat_map(|section| &section.blocks) {
            match block {
                Block::Paragraph { sentences } => texts.extend(sentences.iter().map(|sentence| sentence.text.clone())),
                Block::List { items } => texts.extend(
                    items
                        .iter()
                        .map(|item| item.iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" ")),
                ),
                Block::Code { code, .. } => texts.push(code.clone()),
            }
        }
        Self::of_texts(&texts, language)
    }

    /// Those of sentences that follow each other.
    pub fn of_texts(texts: &[String], language: Language) -> Self {
        let length = STRETCH.min(texts.len()).max(1);
        let stretches = texts.windows(length).map(|window| StemSet::of(&window.join(" "), language)).collect();
        Self { stretches, whole: StemSet::of(&texts.join(" "), language) }
    }
}
