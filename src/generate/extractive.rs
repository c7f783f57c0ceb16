//! The engine that needs no weights: it chooses sentences, list items and code from the evidence and puts them in the
//! parts of an answer. It writes no word of its own.

mod choose;

use serde::{Deserialize, Serialize};

use self::choose::{Chooser, Unit};
use super::Draft;
use crate::answer::{Block, CitationNo, Engine, Section, SectionKind, Sentence};
use crate::reading::quotable::Kind;
use crate::reading::role::Role;
use crate::retrieve::evidence::Evidence;

/// How long answers may be, section `[answer]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExtractiveSettings {
    /// About how many words an answer has at most, code aside; the direct answer is never cut.
    pub max_words: usize,
    /// Most sentences in the first part.
    pub max_definition: usize,
    /// Most of them from a reply to the same question.
    pub max_reply: usize,
    /// A sentence answers directly if it speaks of at least this share (0 to 1) of what is asked beyond the subject.
    pub min_direct: f32,
    /// Most entries in each of the lists.
    pub max_items: usize,
    /// Most lines of code.
    pub max_code_lines: usize,
}

impl Default for ExtractiveSettings {
    fn default() -> Self {
        Self { max_words: 330, max_definition: 6, max_reply: 4, min_direct: 0.2, max_items: 5, max_code_lines: 30 }
    }
}

/// Writes a draft from `evidence`.
pub fn write(evidence: &Evidence, settings: &ExtractiveSettings) -> Draft {
    let units = choose::units(evidence);
    let mut sections = focused(&mut Chooser::new(&units, evidence, settings.min_direct), &evidence.focus, settings);
    if sections.is_empty() {
        sections = whole(&mut Chooser::new(&units, evidence, settings.min_direct), settings);
    }
    Draft { sections, engine: Engine::Extractive }
}

/// The parts that were asked for alone, as long as they may be; nothing where the evidence does not have them.
fn focused(chooser: &mut Chooser<'_>, focus: &[Role], settings: &ExtractiveSettings) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for &role in focus {
        let most = settings.max_items * 2;
        let (kind, blocks) = match role {
            Role::WhenToUse | Role::WhenNotToUse => {
                (SectionKind::WhenToUse, list(&chooser.take(&[role], most, settings.max_words)))
            }
            Role::Pitfall => (SectionKind::Pitfalls, list(&chooser.take(&[role], most, settings.max_words))),
            Role::Checklist => (SectionKind::Checklist, list(&chooser.take(&[role], most, settings.max_words))),
            Role::Example => (SectionKind::Example, example(chooser, settings, settings.max_words)),
            Role::Definition | Role::Mechanism | Role::Comparison | Role::Reply | Role::Elsewhere => (
                SectionKind::Definition,
                paragraph(&chooser.take(&[role], settings.max_definition, settings.max_words)),
            ),
        };
        match sections.iter_mut().find(|section| section.kind == kind) {
            Some(section) => section.blocks.extend(blocks),
            None if blocks.is_empty() => {}
            None => sections.push(Section { kind, blocks }),
        }
    }
    sections.sort_by_key(|section| section.kind);
    sections
}

/// All parts that the evidence has.
fn whole(chooser: &mut Chooser<'_>, settings: &ExtractiveSettings) -> Vec<Section> {
    // The order of choosing is the order of importance: nothing is said twice, and what comes first may choose first.
    let share = |percent: usize| settings.max_words * percent / 100;
    let asks_when_not = chooser.asks_when_not();
    let definition = definition(chooser, settings, share(42));
    let example = example(chooser, settings, share(14));
    let pitfalls = chooser.take(&[Role::Pitfall], settings.max_items, share(27));
    let mut cases = |role, most, percent| chooser.take(&[role], most, share(percent));
    let when_to_use = if asks_when_not {
        let when_not = cases(Role::WhenNotToUse, settings.max_items, 25);
        [when_not, cases(Role::WhenToUse, 1, 10)].concat()
    } else {
        let when = cases(Role::WhenToUse, settings.max_items.saturating_sub(1), 20);
        [when, cases(Role::WhenNotToUse, 1, 10)].concat()
    };
    let used: usize = [&pitfalls, &when_to_use].into_iter().flatten().map(|unit| unit.quotable.words()).sum();
    let left = settings.max_words.saturating_sub(used + words_of(&definition) + words_of(&example));
    let checklist = chooser.take(&[Role::Checklist], settings.max_items, left);
    let sections = [
        (SectionKind::Definition, definition),
        (SectionKind::WhenToUse, list(&when_to_use)),
        (SectionKind::Pitfalls, list(&pitfalls)),
        (SectionKind::Example, example),
        (SectionKind::Checklist, list(&checklist)),
    ];
    let sections = sections.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    sections.map(|(kind, blocks)| Section { kind, blocks }).collect()
}

/// What answers the question: what the things are whose meaning is asked; reasons against, where those are asked and no reply
/// surely answers; the reply, where somebody wrote one, and what else speaks of what is asked, the surer of them first; as long
/// as there is room, what the source goes on to say. What the subject is comes behind the answer, in a paragraph of its own,
/// unless there is a reply.
fn definition(chooser: &mut Chooser<'_>, settings: &ExtractiveSettings, words: usize) -> Vec<Block> {
    let mut room = Room { sentences: settings.max_definition, words };
    let mut first = room.take(chooser.asked_definitions(room.sentences));
    let is_defined = !first.is_empty();
    let reply = chooser.reply(room.sentences.min(settings.max_reply));
    let is_sure = reply.first().is_some_and(|opening| opening.is_of_sure_reply());
    let when_not = if is_sure { Vec::new() } else { chooser.when_not(room.sentences.min(MOST_WHEN_NOT), room.words) };
    if !when_not.is_empty() {
        first.extend(room.take(when_not));
        let last = if is_defined { Vec::new() } else { room.take(chooser.definition()) };
        return [paragraph(&first), paragraph(&last)].concat();
    }
    if !reply.is_empty() {
        let reply = room.take(reply);
        let (surer, other) = if is_sure {
            (reply, room.take(chooser.more(room.sentences.min(MOST_MORE), room.words)))
        } else {
            (room.take(chooser.direct_answer(room.sentences, room.words)), reply)
        };
        first.extend(surer);
        return [paragraph(&first), paragraph(&other)].concat();
    }
    let what_it_is = if is_defined { Vec::new() } else { room.take(chooser.definition()) };
    first.extend(room.take(chooser.direct_answer(room.sentences, room.words)));
    let (mut first, last) = if first.is_empty() { (what_it_is, Vec::new()) } else { (first, what_it_is) };
    while let Some(&end) = first.last().filter(|_| room.sentences > 0) {
        let Some(next) = chooser.sequel(end, room.words) else { break };
        first.extend(room.take([next]));
    }
    [paragraph(&first), paragraph(&last)].concat()
}

/// How many reasons against a thing are the answer to when not to use it; the others have their own part.
const MOST_WHEN_NOT: usize = 2;

/// How many sentences may stand beside a reply that surely answers: after a good answer, more is only noise.
const MOST_MORE: usize = 2;

/// What may still be said.
struct Room {
    sentences: usize,
    words: usize,
}

impl Room {
    /// `units`, for which there is less room now.
    fn take<'a>(&mut self, units: impl IntoIterator<Item = &'a Unit<'a>>) -> Vec<&'a Unit<'a>> {
        let units: Vec<_> = units.into_iter().collect();
        self.sentences = self.sentences.saturating_sub(units.len());
        self.words = self.words.saturating_sub(units.iter().map(|unit| unit.quotable.words()).sum());
        units
    }
}

/// Code with the sentence that introduces it; where there is no code, a sentence that gives an example.
fn example(chooser: &mut Chooser<'_>, settings: &ExtractiveSettings, words: usize) -> Vec<Block> {
    let Some((introduction, code)) = chooser.code(settings.max_code_lines, words) else {
        return paragraph(&chooser.take(&[Role::Example], 1, words));
    };
    let mut blocks = introduction.map(|unit| paragraph(&[unit])).unwrap_or_default();
    if let Kind::Code { language } = &code.quotable.kind {
        blocks.push(Block::Code {
            language: language.clone(),
            code: code.quotable.text.clone(),
            cites: vec![citation(code)],
        });
    }
    blocks
}

fn list(units: &[&Unit<'_>]) -> Vec<Block> {
    if units.is_empty() {
        return Vec::new();
    }
    vec![Block::List { items: units.iter().map(|unit| vec![sentence(unit)]).collect() }]
}

fn paragraph(units: &[&Unit<'_>]) -> Vec<Block> {
    if units.is_empty() {
        return Vec::new();
    }
    vec![Block::Paragraph { sentences: units.iter().map(|unit| sentence(unit)).collect() }]
}

fn words_of(blocks: &[Block]) -> usize {
    blocks.iter().flat_map(Block::sentences).map(|sentence| sentence.text.split_whitespace().count()).sum()
}

fn sentence(unit: &Unit<'_>) -> Sentence {
    Sentence { text: unit.quotable.text.clone(), cites: vec![citation(unit)] }
}

fn citation(unit: &Unit<'_>) -> CitationNo {
    CitationNo(u32::try_from(unit.passage + 1).unwrap_or(u32::MAX))
}
