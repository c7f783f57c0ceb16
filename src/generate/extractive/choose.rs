//! Which units go into an answer.

use std::collections::HashSet;

use super::ExtractiveSettings;
use super::units::{Unit, UnitKind};
use crate::retrieve::evidence::Evidence;
use crate::retrieve::query::Query;
use crate::retrieve::role::Role;

/// Two texts that share more of their stems than this say the same.
const SAME: f32 = 0.65;
/// A sentence is a direct answer if it speaks of at least this share of what is asked.
const DIRECT: f32 = 0.5;

/// Chooses units one part after the other; what is taken is not offered again, and the words are counted.
pub struct Chooser<'a> {
    units: &'a [Unit],
    query: &'a Query,
    subject_stems: HashSet<String>,
    taken: Vec<usize>,
    words_left: usize,
}

impl<'a> Chooser<'a> {
    /// A chooser with nothing taken yet.
    pub fn new(units: &'a [Unit], evidence: &'a Evidence, settings: &ExtractiveSettings) -> Self {
        let language = evidence.passages.first().map_or(evidence.query.language, |passage| passage.lang);
        let subject_stems =
            crate::embed::terms::words(&evidence.subject, language).flat_map(|word| word.terms).collect();
        Self { units, query: &evidence.query, subject_stems, taken: Vec::new(), words_left: settings.max_words }
    }

    /// The sentence that says what the subject is.
    pub fn definition(&mut self) -> Vec<&'a Unit> {
        let best = self
            .free()
            .filter(|(_, unit)| unit.is_main && unit.kind == UnitKind::Sentence && !unit.is_dependent)
            .filter(|(_, unit)| !unit.text.ends_with(':'))
            .filter_map(|(at, unit)| {
                let defines = Role::of_sentence(&unit.text) == Some(Role::Definition);
                let names = share(&self.subject_stems, &unit.stems);
                let certain = unit.is_role_certain && unit.role == Some(Role::Definition);
                let score = if certain { 2.0 } else { 0.0 } + if defines { 1.0 + names } else { 0.0 };
                (score >= 1.5).then_some((score, at))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        best.map(|(_, at)| self.take_at(at)).into_iter().collect()
    }

    /// Up to `most` sentences that speak of what is asked beyond the subject itself, best first.
    pub fn direct_answer(&mut self, most: usize) -> Vec<&'a Unit> {
        let mut chosen = Vec::new();
        while chosen.len() < most {
            let best = self
                .free()
                .filter(|(_, unit)| !matches!(unit.kind, UnitKind::Code { .. }) && !unit.is_dependent)
                .filter(|(_, unit)| !unit.text.ends_with(':') && !self.is_repeat(unit))
                .map(|(at, unit)| (self.relevance(unit), at))
                .filter(|&(score, _)| score >= DIRECT)
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            let Some((_, at)) = best else { break };
            if !chosen.is_empty() && !self.fits(at) {
                break;
            }
            chosen.push(self.take_at(at));
        }
        chosen
    }

    /// The sentence right behind `unit` in its passage, if it goes on about the same.
    pub fn sequel(&mut self, unit: &Unit) -> Option<&'a Unit> {
        let at = self.units.iter().position(|other| std::ptr::eq(other, unit))? + 1;
        let next = self.units.get(at)?;
        let continues = next.passage == unit.passage && next.kind == UnitKind::Sentence && !next.text.ends_with(':');
        (continues && !self.taken.contains(&at) && self.fits(at)).then(|| self.take_at(at))
    }

    /// Up to `most` units of these roles: those that speak of the question first, but shown in the order of their source.
    pub fn take(&mut self, roles: &[Role], most: usize) -> Vec<&'a Unit> {
        let mut ranked: Vec<(f32, usize)> = self
            .free()
            .filter(|(_, unit)| unit.role.is_some_and(|role| roles.contains(&role)))
            .filter(|(_, unit)| !matches!(unit.kind, UnitKind::Code { .. }) && !unit.is_dependent && !unit.text.ends_with(':'))
            .map(|(at, unit)| (self.fitness(unit), at))
            .filter(|&(fitness, _)| fitness > 0.0)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen = Vec::new();
        for (_, at) in ranked {
            if chosen.len() == most {
                break;
            }
            if self.fits(at) && !self.is_repeat(&self.units[at]) {
                self.take_at(at);
                chosen.push(at);
            }
        }
        chosen.sort_unstable();
        chosen.into_iter().map(|at| &self.units[at]).collect()
    }

    /// The code that fits best, of at most `most_lines`, and the sentence right before it.
    pub fn code(&mut self, most_lines: usize) -> Option<(Option<&'a Unit>, &'a Unit)> {
        let (_, at) = self
            .free()
            .filter(|(_, unit)| matches!(unit.kind, UnitKind::Code { .. }))
            .filter(|(_, unit)| (1..=most_lines).contains(&unit.text.lines().count()))
            .map(|(at, unit)| (self.fitness(unit), at))
            .filter(|&(fitness, at)| fitness > 0.0 || self.units[at].is_main)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        let code = &self.units[at];
        self.taken.push(at);
        let before = at.checked_sub(1).filter(|&before| {
            let unit = &self.units[before];
            unit.passage == code.passage && unit.kind == UnitKind::Sentence && !self.taken.contains(&before)
        });
        let introduction = before.filter(|&before| !self.units[before].is_dependent && self.fits(before));
        Some((introduction.map(|before| self.take_at(before)), code))
    }

    fn free(&self) -> impl Iterator<Item = (usize, &'a Unit)> + '_ {
        self.units.iter().enumerate().filter(|(at, _)| !self.taken.contains(at))
    }

    /// How well a unit of the right role serves: on the main subject, by its heading, on what is asked.
    fn fitness(&self, unit: &Unit) -> f32 {
        let asked = self.relevance(unit);
        let about = share(&self.subject_stems, &unit.stems);
        match (unit.is_main, unit.is_role_certain) {
            (true, true) => 2.0 + asked,
            (true, false) => 1.0 + asked + 0.2 * about,
            // Beside the subject only what speaks of the question serves.
            (false, _) if asked >= DIRECT => asked,
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
            shared as f32 / all as f32 > SAME
        })
    }

    fn fits(&self, at: usize) -> bool {
        words(&self.units[at]) <= self.words_left
    }

    fn take_at(&mut self, at: usize) -> &'a Unit {
        let unit = &self.units[at];
        self.taken.push(at);
        self.words_left = self.words_left.saturating_sub(words(unit));
        unit
    }
}

fn words(unit: &Unit) -> usize {
    unit.text.split_whitespace().count()
}

/// The share of `wanted` that is among `found`; 0 of nothing.
fn share(wanted: &HashSet<String>, found: &HashSet<String>) -> f32 {
    if wanted.is_empty() {
        return 0.0;
    }
    wanted.intersection(found).count() as f32 / wanted.len() as f32
}
