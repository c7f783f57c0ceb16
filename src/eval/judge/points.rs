//! Whether an answer says what it is expected to say.
//!
//! A point is taken apart into concepts as a question is: words without those that say nothing, weighted by how rare they
//! are in the knowledge base, each with everything that means the same in either language. It is made if a sentence of the
//! answer, and a little also if the whole answer, speaks of enough of them.
//!
//! `data/judge_pairs.jsonl` holds 337 answers and 867 points with what a reader says of them, who did not see what the judge
//! says; a test holds the judge to agreeing on four of five in each language and split. Points that the reader called half made are
//! left out there.

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

/// A point is made from this score on: there, about as many points of the dev split are taken for made as readers say are, half
/// made ones counting half (90 and 84% of 348 in English and Spanish, where readers say 91 and 85%). At .4, which earlier labels of
/// earlier answers gave, it would be 85 and 78%.
pub const MADE: f32 = 0.35;
/// What the whole answer counts for beside its best sentence: a point may be spread over a list.
const WHOLE: f32 = 0.25;

/// What became of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointVerdict {
    /// The point.
    pub text: String,
    /// How much of it the answer says, from 0 to 1: the share of its concepts in the best sentence, and in the whole.
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

/// The sentences of an answer, each as its stems.
pub struct Said {
    sentences: Vec<StemSet>,
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
    pub fn look_for(&self, point: &str, language: Language, said: &Said) -> PointVerdict {
        let mut query = Query::new(point, language, &self.glossary, &self.statistics);
        for concept in &mut query.concepts {
            // Rare words tell more, but not by as much as where one passage of thousands is searched for.
            concept.weight = concept.weight.sqrt();
        }
        let best = said.sentences.iter().map(|stems| query.share_of_concepts(stems)).fold(0.0, f32::max);
        let score = (1.0 - WHOLE) * best + WHOLE * query.share_of_concepts(&said.whole);
        PointVerdict { text: point.to_owned(), score, is_made: score >= MADE }
    }
}

impl Said {
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

    /// Those of `texts`.
    pub fn of_texts(texts: &[String], language: Language) -> Self {
        let sentences = texts.iter().map(|text| StemSet::of(text, language)).collect();
        Self { sentences, whole: StemSet::of(&texts.join(" "), language) }
    }
}
