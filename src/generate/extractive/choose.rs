//! Which units go into an answer.

use std::collections::HashSet;

use super::units::{Unit, UnitKind};
use crate::embed::terms;
use crate::retrieve::evidence::Evidence;
use crate::retrieve::query::{Concept, Query};
use crate::retrieve::role::Role;

/// Two texts that share more of their stems than this say the same.
const SAME: f32 = 0.65;
/// A sentence answers directly if it speaks of at least this share of what is asked beyond the subject.
const DIRECT: f32 = 0.5;

/// A passage was found for the question itself if it scores at least this share of the best one.
const FOUND: f32 = 0.5;

/// Chooses units one part after the other; what is taken is not offered again.
pub struct Chooser<'a> {
    units: &'a [Unit],
    query: &'a Query,
    subject_stems: HashSet<String>,
    taken: Vec<usize>,
}

impl<'a> Chooser<'a> {
    /// A chooser with nothing taken yet.
    pub fn new(units: &'a [Unit], evidence: &'a Evidence) -> Self {
        let language = evidence.passages.first().map_or(evidence.query.language, |first| first.passage.lang);
        let subject_stems = terms::words(&evidence.subject, language).flat_map(|word| word.terms).collect();
        Self { units, query: &evidence.query, subject_stems, taken: Vec::new() }
    }

    /// The sentence that says what the subject is.
    pub fn definition(&mut self) -> Option<&'a Unit> {
        let asked = self.query.concepts.iter().flat_map(|concept| concept.alternatives.iter().flatten());
        let about: HashSet<String> = asked.chain(&self.subject_stems).cloned().collect();
        let best = self
            .free()
            .filter(|(_, unit)| unit.is_main && unit.kind == UnitKind::Sentence && can_stand_alone(unit))
            .filter_map(|(at, unit)| {
                let defines = share(&unit.defined, &about);
                let certain = unit.is_role_certain && unit.role == Some(Role::Definition);
                let score = if certain { 2.0 } else { 0.0 } + 2.0 * defines + 0.5 * self.relevance(unit);
                (certain || defines >= 0.5).then_some((score, at))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        best.map(|(_, at)| self.take_at(at))
    }

    /// Up to `most` sentences of at most `words` words together that speak of what is asked beyond the subject itself,
    /// best first. The best one is taken however long it is.
    pub fn direct_answer(&mut self, most: usize, words: usize) -> Vec<&'a Unit> {
        let mut beyond = self.query.beyond(&self.subject_stems);
        if beyond.is_empty() && self.taken.is_empty() {
            // No sentence says what the subject is, so those that speak most of it have to do.
            beyond = self.query.concepts.iter().collect();
        }
        let mut chosen: Vec<&'a Unit> = Vec::new();
        let mut left = words;
        while chosen.len() < most && !beyond.is_empty() {
            let best = self
                .free()
                .filter(|(_, unit)| !is_code(unit) && can_stand_alone(unit) && !self.is_repeat(unit))
                .filter(|(_, unit)| chosen.is_empty() || unit.words() <= left)
                .filter(|(_, unit)| share_of(&beyond, unit) >= DIRECT)
                .map(|(at, unit)| (share_of(&beyond, unit) + self.fitness(unit), at))
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            let Some((_, at)) = best else { break };
            let unit = self.take_at(at);
            left = left.saturating_sub(unit.words());
            chosen.push(unit);
        }
        chosen
    }

    /// Whether `unit` begins with what the question asks beyond the subject, and so should come first.
    pub fn opens_with_asked(&self, unit: &Unit) -> bool {
        let beyond = self.query.beyond(&self.subject_stems);
        !beyond.is_empty() && beyond.iter().all(|concept| concept.is_in(&unit.opening))
    }

    /// The sentence right behind `unit` in its passage, if it has at most `words` words.
    pub fn sequel(&mut self, unit: &Unit, words: usize) -> Option<&'a Unit> {
        let at = self.units.iter().position(|other| std::ptr::eq(other, unit))? + 1;
        let next = self.units.get(at)?;
        let continues = next.passage == unit.passage
            && next.kind == UnitKind::Sentence
            && !next.text.ends_with(':')
            && next.role.is_none_or(|role| matches!(role, Role::Definition | Role::Mechanism | Role::Comparison));
        (continues && !self.taken.contains(&at) && next.words() <= words).then(|| self.take_at(at))
    }

    /// Up to `most` units of these roles and at most `words` words: those that speak of the question first, but shown in
    /// the order of their source.
    pub fn take(&mut self, roles: &[Role], most: usize, words: usize) -> Vec<&'a Unit> {
        let mut ranked: Vec<(f32, usize)> = self
            .free()
            .filter(|(_, unit)| unit.role.is_some_and(|role| roles.contains(&role)))
            .filter(|(_, unit)| !is_code(unit) && can_stand_alone(unit))
            .map(|(at, unit)| (self.fitness(unit), at))
            .filter(|&(fitness, _)| fitness > 0.0)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen = Vec::new();
        let mut left = words;
        for (_, at) in ranked {
            let unit = &self.units[at];
            if chosen.len() < most && unit.words() <= left && !self.is_repeat(unit) {
                left -= unit.words();
                self.take_at(at);
                chosen.push(at);
            }
        }
        chosen.sort_unstable();
        chosen.into_iter().map(|at| &self.units[at]).collect()
    }

    /// The code that fits best, of at most `most_lines`, and the sentence right before it, of at most `words`.
    pub fn code(&mut self, most_lines: usize, words: usize) -> Option<(Option<&'a Unit>, &'a Unit)> {
        let (_, at) = self
            .free()
            .filter(|(_, unit)| is_code(unit) && (1..=most_lines).contains(&unit.text.lines().count()))
            .map(|(at, unit)| (self.fitness(unit), at))
            .filter(|&(fitness, _)| fitness > 0.0)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        let code = self.take_at(at);
        let before = at.checked_sub(1).filter(|&before| {
            let unit = &self.units[before];
            unit.passage == code.passage
                && unit.kind == UnitKind::Sentence
                && !unit.is_dependent
                && unit.words() <= words
                && !self.taken.contains(&before)
        });
        Some((before.map(|before| self.take_at(before)), code))
    }

    fn free(&self) -> impl Iterator<Item = (usize, &'a Unit)> + '_ {
        self.units.iter().enumerate().filter(|(at, _)| !self.taken.contains(at))
    }

    /// How well a unit of the right role serves; 0 if it does not. What stands under a heading that announces the role,
    /// on the main subject, serves in any case. A role that only the wording suggests needs a passage that was found for
    /// the question, and in talk, which wanders, words of the subject; beside the main subject, words of both.
    fn fitness(&self, unit: &Unit) -> f32 {
        let asked = self.relevance(unit);
        let about = share(&self.subject_stems, &unit.stems);
        match (unit.is_main, unit.is_role_certain) {
            (true, true) => 2.0 + asked,
            (true, false) if unit.passage_relevance < FOUND || (unit.is_rambling && asked + about <= 0.0) => 0.0,
            (true, false) => 1.0 + asked + 0.2 * about,
            (false, _) if asked >= DIRECT && about > 0.0 => asked,
            (false, _) => 0.0,
        }
    }

    /// The share of the question's concepts that the unit speaks of.
    fn relevance(&self, unit: &Unit) -> f32 {
        self.query.share_of_concepts(&unit.stems)
    }

    fn is_repeat(&self, unit: &Unit) -> bool {
        self.taken.iter().any(|&at| {
            let other = &self.units[at].stems;
            let shared = unit.stems.intersection(other).count();
            let all = unit.stems.union(other).count().max(1);
            ratio(shared, all) > SAME
        })
    }

    fn take_at(&mut self, at: usize) -> &'a Unit {
        self.taken.push(at);
        &self.units[at]
    }
}

fn is_code(unit: &Unit) -> bool {
    matches!(unit.kind, UnitKind::Code { .. })
}

fn can_stand_alone(unit: &Unit) -> bool {
    !unit.is_dependent && !unit.text.ends_with(':')
}

/// The share of `concepts`, by weight, that the unit speaks of.
fn share_of(concepts: &[&Concept], unit: &Unit) -> f32 {
    let total: f32 = concepts.iter().map(|concept| concept.weight).sum();
    let found: f32 = concepts.iter().filter(|concept| concept.is_in(&unit.stems)).map(|concept| concept.weight).sum();
    if total > 0.0 { found / total } else { 0.0 }
}

/// The share of `wanted` that is among `found`; 0 of nothing.
fn share(wanted: &HashSet<String>, found: &HashSet<String>) -> f32 {
    ratio(wanted.intersection(found).count(), wanted.len())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of stems are small")]
fn ratio(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}
