//! Which units go into an answer.

use std::collections::BTreeSet;

use crate::embed::stems::StemSet;
use crate::reading::quotable::{Kind, Quotable};
use crate::reading::role::Role;
use crate::retrieve::evidence::{Evidence, EvidencePassage};
use crate::retrieve::query::{Concept, Query};

/// Two texts that share more of their stems than this say the same.
const SAME: f32 = 0.65;
/// A passage was found for the question itself if it scores at least this share of the best one.
const FOUND: f32 = 0.15;
/// How much the score of its passage counts for a sentence, where speaking of all that is asked counts 1.
const OF_PASSAGE: f32 = 2.0;
/// What is taken off for a sentence from beside the main subject.
const BESIDE: f32 = 0.5;
/// What stands beside a sure reply speaks of at least this share of what is asked beyond the subject.
const MORE: f32 = 0.5;
/// A reply at least this sure to answer (0 to 1) is what an answer begins with.
const SURE: f32 = 0.4;

/// Something quotable, and what it is to the question.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// What can be quoted.
    pub quotable: &'a Quotable,
    /// Position of its passage in the evidence.
    pub passage: usize,
    /// Whether the passage is on the main subject.
    is_main: bool,
    /// The score of its passage as a share of the best one; 0 if that was not found for the question itself.
    relevance: f32,
    /// How well the passage replies to the question, if it does.
    reply_fitness: Option<f32>,
}

impl Unit<'_> {
    /// Whether it is from a reply that surely answers.
    pub fn is_of_sure_reply(&self) -> bool {
        self.reply_fitness.is_some_and(|fitness| fitness >= SURE)
    }
}

/// Everything that can be quoted from the evidence, passage by passage.
pub fn units(evidence: &Evidence) -> Vec<Unit<'_>> {
    evidence.passages.iter().enumerate().flat_map(|(at, from)| units_of(at, from)).collect()
}

fn units_of(passage: usize, from: &EvidencePassage) -> impl Iterator<Item = Unit<'_>> {
    let EvidencePassage { is_main, relevance, reply_fitness, .. } = *from;
    from.reading.quotables().iter().map(move |quotable| Unit { quotable, passage, is_main, relevance, reply_fitness })
}

/// Chooses units one part after the other; what is taken is not offered again.
pub struct Chooser<'a> {
    units: &'a [Unit<'a>],
    query: &'a Query,
    subject_stems: StemSet,
    /// See [`super::ExtractiveSettings::min_direct`].
    min_direct: f32,
    taken: Vec<usize>,
}

impl<'a> Chooser<'a> {
    /// A chooser with nothing taken yet.
    pub fn new(units: &'a [Unit<'a>], evidence: &'a Evidence, min_direct: f32) -> Self {
        let language = evidence.passages.first().map_or(evidence.query.language, |first| first.reading.passage.lang);
        let subject_stems = StemSet::of(&evidence.subject, language);
        Self { units, query: &evidence.query, subject_stems, min_direct, taken: Vec::new() }
    }

    /// The first `most` sentences of the reply that fits the question best, however long they are; nothing where no passage
    /// replies to the question.
    pub fn reply(&mut self, most: usize) -> Vec<&'a Unit<'a>> {
        let fitness = |unit: &Unit<'_>| unit.reply_fitness.unwrap_or_default();
        let replies = self.free().filter(|(_, unit)| unit.reply_fitness.is_some());
        let best = replies.max_by(|(a, one), (b, other)| fitness(one).total_cmp(&fitness(other)).then(b.cmp(a)));
        let Some((_, best)) = best else { return Vec::new() };
        let prose = |unit: &Unit<'_>| unit.passage == best.passage && !unit.quotable.is_code();
        let chosen: Vec<usize> = self.free().filter(|(_, unit)| prose(unit)).map(|(at, _)| at).take(most).collect();
        chosen.into_iter().map(|at| self.take_at(at)).collect()
    }

    /// The sentence that says what the subject is.
    pub fn definition(&mut self) -> Option<&'a Unit<'a>> {
        self.best_definition(|_| true).map(|at| &self.units[at])
    }

    /// The sentences that say what the thing is whose meaning the question asks, and what another is that it names; at most
    /// `most`. Nothing where things are to be told apart.
    pub fn asked_definitions(&mut self, most: usize) -> Vec<&'a Unit<'a>> {
        let query = self.query;
        if !query.wants.contains(&Role::Definition) || query.compares {
            return Vec::new();
        }
        let only_that = query.beyond(&self.subject_stems).is_empty();
        let asked = query.asked_meaning();
        let first = self.best_definition(|unit| only_that || share_a_stem(&unit.quotable.defined, &asked));
        let mut places = Vec::from_iter(first);
        if let Some(first) = first.map(|at| &self.units[at].quotable.defined).filter(|_| most > 1) {
            let is_other = |defined: &StemSet| query.asks_by_name(defined) && !share_a_stem(defined, first);
            places.extend(self.best_definition(|unit| is_other(&unit.quotable.defined)));
        }
        places.sort_unstable();
        places.into_iter().map(|at| &self.units[at]).collect()
    }

    /// Takes the best definition of those that are wanted, and tells its place.
    fn best_definition(&mut self, is_wanted: impl Fn(&Unit<'_>) -> bool) -> Option<usize> {
        let about: StemSet = self.query.stems().iter().chain(self.subject_stems.iter()).collect();
        let best = self
            .free()
            .filter(|(_, unit)| unit.is_main && unit.quotable.kind == Kind::Sentence && unit.quotable.can_stand_alone())
            .filter(|(_, unit)| is_wanted(unit))
            .filter_map(|(at, unit)| {
                let defines = unit.quotable.defined.share_in(&about);
                let certain = unit.quotable.is_role_certain() && unit.quotable.role == Some(Role::Definition);
                let score = if certain { 2.0 } else { 0.0 } + 2.0 * defines + 0.5 * self.relevance(unit);
                (certain || defines >= 0.5).then_some((score, at))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let (_, at) = best?;
        self.take_at(at);
        Some(at)
    }

    /// Up to `most` sentences of at most `words` words together that add to a sure reply: they speak of most of what is asked.
    pub fn more(&mut self, most: usize, words: usize) -> Vec<&'a Unit<'a>> {
        self.speaking_of(MORE, most, words)
    }

    /// Up to `most` sentences of at most `words` words together that speak of what is asked beyond the subject itself,
    /// from the passage of the best one first. That is taken however long it is.
    pub fn direct_answer(&mut self, most: usize, words: usize) -> Vec<&'a Unit<'a>> {
        self.speaking_of(self.min_direct, most, words)
    }

    /// The same for those that speak of at least the share `least` (0 to 1).
    fn speaking_of(&mut self, least: f32, most: usize, words: usize) -> Vec<&'a Unit<'a>> {
        let mut beyond = self.query.beyond(&self.subject_stems);
        if beyond.is_empty() && self.taken.is_empty() {
            // No sentence says what the subject is, so those that speak most of it have to do.
            beyond = self.query.concepts.iter().collect();
        }
        let mut chosen: Vec<usize> = Vec::new();
        let mut left = words;
        while chosen.len() < most && (!beyond.is_empty() || self.query.compares) {
            let best = self
                .free()
                .filter(|(_, unit)| {
                    !unit.quotable.is_code() && unit.quotable.can_stand_alone() && !self.is_repeat(unit)
                })
                .filter(|(_, unit)| chosen.is_empty() || unit.quotable.words() <= left)
                .filter(|(_, unit)| unit.is_main || self.fitness(unit) > 0.0)
                // A sentence of a story says little without the rest of it.
                .filter(|(_, unit)| unit.quotable.heading_role != Some(Role::Example))
                .filter(|(_, unit)| share_of(&beyond, unit) >= least || self.compares(unit))
                .map(|(at, unit)| {
                    let is_to_the_point = self.compares(unit) || self.defines(unit) || self.says_when(unit);
                    let to_the_point = if is_to_the_point { 1.0 } else { 0.0 };
                    let beside = if unit.is_main { 0.0 } else { BESIDE };
                    (share_of(&beyond, unit) + OF_PASSAGE * unit.relevance + to_the_point - beside, at)
                })
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            let Some((_, at)) = best else { break };
            left = left.saturating_sub(self.take_at(at).quotable.words());
            chosen.push(at);
        }
        self.in_reading_order(chosen)
    }

    /// Whether the question asks when not to use the subject, and not when to.
    pub fn asks_when_not(&self) -> bool {
        let wants = |role| self.query.wants.contains(&role);
        wants(Role::WhenNotToUse) && !wants(Role::WhenToUse)
    }

    /// Up to `most` reasons against, of at most `words` words, if the question asks for those.
    pub fn when_not(&mut self, most: usize, words: usize) -> Vec<&'a Unit<'a>> {
        if self.asks_when_not() { self.take(&[Role::WhenNotToUse], most, words) } else { Vec::new() }
    }

    /// The sentence right behind `unit` in its passage, if it has at most `words` words.
    pub fn sequel(&mut self, unit: &Unit<'_>, words: usize) -> Option<&'a Unit<'a>> {
        let at = self.units.iter().position(|other| std::ptr::eq(other, unit))? + 1;
        let next = self.units.get(at)?;
        let continues = next.passage == unit.passage
            && next.quotable.kind == Kind::Sentence
            && !next.quotable.is_introduction()
            && next
                .quotable
                .role
                .is_none_or(|role| matches!(role, Role::Definition | Role::Mechanism | Role::Comparison | Role::Reply));
        (continues && !self.taken.contains(&at) && next.quotable.words() <= words).then(|| self.take_at(at))
    }

    /// Up to `most` units of these roles and at most `words` words: those that speak of the question first, but shown in
    /// the order of their source.
    pub fn take(&mut self, roles: &[Role], most: usize, words: usize) -> Vec<&'a Unit<'a>> {
        let mut ranked: Vec<(f32, usize)> = self
            .free()
            .filter(|(_, unit)| unit.quotable.role.is_some_and(|role| roles.contains(&role)))
            .filter(|(_, unit)| !unit.quotable.is_code() && unit.quotable.can_stand_alone())
            .map(|(at, unit)| (self.fitness(unit), at))
            .filter(|&(fitness, _)| fitness > 0.0)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen = Vec::new();
        let mut left = words;
        for (_, at) in ranked {
            let unit = &self.units[at];
            if chosen.len() < most && unit.quotable.words() <= left && !self.is_repeat(unit) {
                left -= unit.quotable.words();
                self.take_at(at);
                chosen.push(at);
            }
        }
        chosen.sort_unstable();
        chosen.into_iter().map(|at| &self.units[at]).collect()
    }

    /// The code that fits best, of at most `most_lines`, and the sentence right before it, of at most `words`.
    pub fn code(&mut self, most_lines: usize, words: usize) -> Option<(Option<&'a Unit<'a>>, &'a Unit<'a>)> {
        let (_, at) = self
            .free()
            .filter(|(_, unit)| {
                unit.quotable.is_code() && (1..=most_lines).contains(&unit.quotable.text.lines().count())
            })
            .map(|(at, unit)| (self.fitness(unit), at))
            .filter(|&(fitness, _)| fitness > 0.0)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        let code = self.take_at(at);
        let before = at.checked_sub(1).filter(|&before| {
            let unit = &self.units[before];
            unit.passage == code.passage
                && unit.quotable.kind == Kind::Sentence
                && !unit.quotable.is_dependent
                && unit.quotable.words() <= words
                && !self.taken.contains(&before)
        });
        Some((before.map(|before| self.take_at(before)), code))
    }

    /// The units at these places, those of one passage together and in their order; first the passage of the first one.
    fn in_reading_order(&self, mut places: Vec<usize>) -> Vec<&'a Unit<'a>> {
        let mut passages: Vec<usize> = places.iter().map(|&at| self.units[at].passage).collect();
        let mut seen = BTreeSet::new();
        passages.retain(|passage| seen.insert(*passage));
        places.sort_by_key(|&at| (passages.iter().position(|&passage| passage == self.units[at].passage), at));
        places.into_iter().map(|at| &self.units[at]).collect()
    }

    fn free(&self) -> impl Iterator<Item = (usize, &'a Unit<'a>)> + '_ {
        self.units.iter().enumerate().filter(|(at, _)| !self.taken.contains(at))
    }

    /// How well a unit of the right role serves; 0 if it does not. What stands under a heading that announces the role,
    /// on the main subject, serves in any case. A role that only the wording suggests needs a passage that was found for
    /// the question, and in talk, which wanders, words of the subject; beside the main subject, words of both.
    fn fitness(&self, unit: &Unit<'_>) -> f32 {
        let asked = self.relevance(unit);
        let about = self.subject_stems.share_in(&unit.quotable.stems);
        match (unit.is_main, unit.quotable.is_role_certain()) {
            (true, true) => 2.0 + asked,
            (true, false) if unit.relevance < FOUND || (unit.quotable.is_rambling && asked + about <= 0.0) => 0.0,
            (true, false) => 1.0 + asked + 0.2 * about,
            (false, _) if asked >= self.min_direct && about > 0.0 => asked,
            (false, _) => 0.0,
        }
    }

    /// The share of the question's concepts that the unit speaks of.
    fn relevance(&self, unit: &Unit<'_>) -> f32 {
        self.query.share_of_concepts(&unit.quotable.stems)
    }

    /// Whether the question asks for a comparison and the unit is from one.
    fn compares(&self, unit: &Unit<'_>) -> bool {
        self.query.compares && unit.is_main && unit.quotable.is_from_comparison()
    }

    /// Whether the question asks when to use something, or when not, and the unit says so.
    fn says_when(&self, unit: &Unit<'_>) -> bool {
        let role = unit.quotable.role.filter(|role| matches!(role, Role::WhenToUse | Role::WhenNotToUse));
        unit.quotable.is_role_certain() && role.is_some_and(|role| self.query.wants.contains(&role))
    }

    /// Whether the question asks what something is and the unit says so.
    fn defines(&self, unit: &Unit<'_>) -> bool {
        self.query.wants.contains(&Role::Definition) && self.query.share_of_concepts(&unit.quotable.defined) > 0.99
    }

    fn is_repeat(&self, unit: &Unit<'_>) -> bool {
        self.taken.iter().any(|&at| unit.quotable.stems.similarity(&self.units[at].quotable.stems) > SAME)
    }

    fn take_at(&mut self, at: usize) -> &'a Unit<'a> {
        self.taken.push(at);
        &self.units[at]
    }
}

/// The share of `concepts`, by weight, that the unit speaks of.
fn share_of(concepts: &[&Concept], unit: &Unit<'_>) -> f32 {
    let total: f32 = concepts.iter().map(|concept| concept.weight).sum();
    let found: f32 =
        concepts.iter().filter(|concept| concept.is_in(&unit.quotable.stems)).map(|concept| concept.weight).sum();
    if total > 0.0 { found / total } else { 0.0 }
}

fn share_a_stem(a: &StemSet, b: &StemSet) -> bool {
    a.iter().any(|stem| b.contains(stem))
}
