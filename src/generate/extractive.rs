//! The engine that needs no weights: it chooses sentences, list items and code from the evidence and puts them in the
//! parts of an answer. It writes no word of its own.

mod choose;
mod units;

use serde::{Deserialize, Serialize};

use self::choose::Chooser;
use self::units::{Unit, UnitKind};
use super::Draft;
use crate::answer::{Block, CitationNo, Engine, Section, SectionKind, Sentence};
use crate::retrieve::evidence::Evidence;
use crate::retrieve::role::Role;

/// How long answers may be, section `[answer]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExtractiveSettings {
    /// Most words in an answer, code aside.
    pub max_words: usize,
    /// Most sentences in the definition, the direct answer included.
    pub max_definition: usize,
    /// Most entries in each of the lists.
    pub max_items: usize,
    /// Most lines of code.
    pub max_code_lines: usize,
}

impl Default for ExtractiveSettings {
    fn default() -> Self {
        Self { max_words: 250, max_definition: 3, max_items: 4, max_code_lines: 30 }
    }
}

/// Writes a draft from `evidence`.
pub fn write(evidence: &Evidence, settings: &ExtractiveSettings) -> Draft {
    let units: Vec<Unit> = evidence
        .passages
        .iter()
        .enumerate()
        .flat_map(|(at, passage)| units::of_passage(at, passage, at < evidence.main))
        .collect();
    let mut chooser = Chooser::new(&units, evidence, settings);
    // The order of choosing is the order of importance: what comes first gets the words, and nothing is said twice.
    let definition = definition(&mut chooser, settings);
    let example = example(&mut chooser, settings);
    let pitfalls = list(&mut chooser, &[Role::Pitfall], settings.max_items);
    let mut when_to_use = list(&mut chooser, &[Role::WhenToUse], settings.max_items - 1);
    when_to_use.extend(list(&mut chooser, &[Role::WhenNotToUse], 1));
    let checklist = list(&mut chooser, &[Role::Checklist], settings.max_items);
    let sections = [
        (SectionKind::Definition, definition),
        (SectionKind::WhenToUse, merge_lists(when_to_use)),
        (SectionKind::Pitfalls, pitfalls),
        (SectionKind::Example, example),
        (SectionKind::Checklist, checklist),
    ];
    let sections = sections.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    Draft { sections: sections.map(|(kind, blocks)| Section { kind, blocks }).collect(), engine: Engine::Extractive }
}

/// What it is, then what the question asks beyond that.
fn definition(chooser: &mut Chooser<'_>, settings: &ExtractiveSettings) -> Vec<Block> {
    let mut chosen = chooser.definition();
    let room = settings.max_definition.saturating_sub(chosen.len()).max(1);
    chosen.extend(chooser.direct_answer(room));
    if chosen.len() == 1 {
        chosen.extend(chooser.sequel(chosen[0]));
    }
    paragraph(&chosen)
}

/// Code with the sentence that introduces it; where there is no code, a sentence that gives an example.
fn example(chooser: &mut Chooser<'_>, settings: &ExtractiveSettings) -> Vec<Block> {
    if let Some((introduction, code)) = chooser.code(settings.max_code_lines) {
        let mut blocks = introduction.map(|unit| paragraph(&[unit])).unwrap_or_default();
        if let UnitKind::Code { language } = &code.kind {
            let (language, text) = (language.clone(), code.text.clone());
            blocks.push(Block::Code { language, code: text, cites: vec![citation(code)] });
        }
        return blocks;
    }
    paragraph(&chooser.take(&[Role::Example], 1))
}

fn list(chooser: &mut Chooser<'_>, roles: &[Role], most: usize) -> Vec<Block> {
    let items: Vec<Vec<Sentence>> = chooser.take(roles, most).into_iter().map(|unit| vec![sentence(unit)]).collect();
    if items.is_empty() { Vec::new() } else { vec![Block::List { items }] }
}

fn merge_lists(blocks: Vec<Block>) -> Vec<Block> {
    let items: Vec<Vec<Sentence>> = blocks
        .into_iter()
        .flat_map(|block| match block {
            Block::List { items } => items,
            Block::Paragraph { .. } | Block::Code { .. } => Vec::new(),
        })
        .collect();
    if items.is_empty() { Vec::new() } else { vec![Block::List { items }] }
}

fn paragraph(units: &[&Unit]) -> Vec<Block> {
    if units.is_empty() {
        return Vec::new();
    }
    vec![Block::Paragraph { sentences: units.iter().map(|unit| sentence(unit)).collect() }]
}

fn sentence(unit: &Unit) -> Sentence {
    Sentence { text: unit.text.clone(), cites: vec![citation(unit)] }
}

fn citation(unit: &Unit) -> CitationNo {
    CitationNo(u32::try_from(unit.passage + 1).unwrap_or(u32::MAX))
}
