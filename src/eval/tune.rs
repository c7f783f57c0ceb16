//! Finds the settings under which the answers to a goldset are best, by trying them.
//!
//! Coordinate ascent (one setting at a time, all values of its grid, again from the start until nothing is gained) on the
//! dev split alone: simple, the same every time, and each step can be read in the evidence. A goldset is small, so what is
//! found may be luck. The paired bootstrap ([`super::judge::compare`]) says how sure the gain is, and no change is
//! recommended that it does not bear out.

mod grid;

use std::fmt::{self, Write as _};
use std::sync::Arc;

use anyhow::{Result, ensure};
use serde::Serialize;

use self::grid::{GRID, Knob};
use super::judge::compare::{self, Comparison};
use super::judge::verdict::Verdict;
use super::metrics;
use crate::embed::bm25::Bm25Settings;
use crate::generate::extractive::ExtractiveSettings;
use crate::goldset::Case;
use crate::knowledge::chunk::ChunkLimits;
use crate::passage::Passage;
use crate::retrieve::evidence::EvidenceSettings;
use crate::retrieve::retriever::RetrieveSettings;

/// How often the grid is gone through at most.
const ROUNDS: usize = 3;
/// A gain below this is none.
const GAIN: f64 = 1e-4;
/// What the questions that cannot be answered count for, where all count 1.
const UNANSWERABLE: f64 = 0.3;

/// What can be tuned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tunable {
    /// How long passages are.
    pub chunk: ChunkLimits,
    /// Term weights.
    pub bm25: Bm25Settings,
    /// Search and rerank.
    pub retrieve: RetrieveSettings,
    /// When evidence is enough.
    pub evidence: EvidenceSettings,
    /// Length of answers.
    pub answer: ExtractiveSettings,
    /// Places of the glossary's lines that are left out.
    pub without_synonyms: Vec<usize>,
}

/// One try: a setting, a value, and how good the answers were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Try {
    /// The setting, as in the configuration.
    pub key: String,
    /// Its value.
    pub value: String,
    /// See [`value`].
    pub goal: f64,
    /// Whether it was the best until then.
    pub is_kept: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Tuned {
    /// The settings to begin with.
    pub before: Tunable,
    /// The best ones found.
    pub best: Tunable,
    /// Every try, in order.
    pub tries: Vec<Try>,
    /// How good the answers were before and are with the best settings.
    pub goals: (f64, f64),
    /// The interval that the gain lies in, in 95 of 100 draws of cases.
    pub gain: (f64, f64),
    /// Every figure before and after.
    pub comparison: Comparison,
}

/// How good `verdicts` are, from 0 to 1. Of a case that can be answered half is the share of its points, a quarter each how
/// early the first passage that helps stands and how many of them are among the first five; of one that cannot, that there
/// is no answer. Both kinds are averaged apart, so that their numbers in the goldset do not matter.
pub fn value(verdicts: &[&Verdict]) -> f64 {
    let (answerable, not): (Vec<&Verdict>, Vec<&Verdict>) = verdicts.iter().partition(|verdict| verdict.answerable);
    let of_answers = answerable.into_iter().map(|verdict| {
        let coverage = verdict.coverage().unwrap_or_default();
        verdict
            .ranking
            .map_or(coverage, |ranking| 0.5 * coverage + 0.25 * ranking.reciprocal_rank + 0.25 * ranking.recall_at_5)
    });
    let of_silence = not.into_iter().map(|verdict| if verdict.abstains() { 1.0 } else { 0.0 });
    let (of_answers, of_silence): (Vec<f64>, Vec<f64>) = (of_answers.collect(), of_silence.collect());
    if of_silence.is_empty() {
        return metrics::mean(&of_answers);
    }
    (1.0 - UNANSWERABLE) * metrics::mean(&of_answers) + UNANSWERABLE * metrics::mean(&of_silence)
}

fn value_of(verdicts: &[Verdict]) -> f64 {
    value(&verdicts.iter().collect::<Vec<_>>())
}

/// `case` for passages that were cut otherwise: what helps are those of `new` that share lines, pages or time with a passage
/// of `old` that helps.
pub fn relabelled(case: &Case, old: &[Arc<Passage>], new: &[Arc<Passage>]) -> Case {
    let helping: Vec<_> = old.iter().filter(|passage| case.relevant_chunks.contains(&passage.chunk_id)).collect();
    let helps = |passage: &&Arc<Passage>| {
        helping
            .iter()
            .any(|old| old.source_file == passage.source_file && old.source_span.overlaps(passage.source_span))
    };
    let relevant_chunks = new.iter().filter(helps).map(|passage| passage.chunk_id.clone()).collect();
    Case { relevant_chunks, ..case.clone() }
}

/// Searches from `before` on. `synonyms` are the places of the glossary's lines to try without; `has_model` says whether a model
/// embeds the passages. `ask` gives the verdicts on
/// all cases under some settings; `tried` is told each try.
pub fn search(
    before: &Tunable,
    synonyms: &[usize],
    has_model: bool,
    mut ask: impl FnMut(&Tunable) -> Result<Vec<Verdict>>,
    mut tried: impl FnMut(&Try),
) -> Result<Tuned> {
    let first = ask(before)?;
    ensure!(!first.is_empty(), "there is no case to tune on; add some to the dev split of the goldset");
    let begun_at = value_of(&first);
    let mut climb = Climb { at: before.clone(), goal: begun_at, verdicts: first.clone(), tries: Vec::new() };
    for _ in 0..ROUNDS {
        let begun = climb.goal;
        for knob in GRID.iter().filter(|knob| has_model || !knob.needs_model) {
            climb.turn(knob, &mut ask, &mut tried)?;
        }
        for &line in synonyms {
            climb.leave_out(line, &mut ask, &mut tried)?;
        }
        if climb.goal - begun < GAIN {
            break;
        }
    }
    Ok(Tuned {
        before: before.clone(),
        goals: (begun_at, climb.goal),
        gain: compare::interval(&first, &climb.verdicts, value),
        comparison: compare::of_verdicts(&first, &climb.verdicts)?,
        best: climb.at,
        tries: climb.tries,
    })
}

/// Where the search is.
struct Climb {
    at: Tunable,
    goal: f64,
    verdicts: Vec<Verdict>,
    tries: Vec<Try>,
}

impl Climb {
    fn turn(
        &mut self,
        knob: &Knob,
        ask: &mut impl FnMut(&Tunable) -> Result<Vec<Verdict>>,
        tried: &mut impl FnMut(&Try),
    ) -> Result<()> {
        for &value in knob.values {
            if (knob.get(&self.at) - value).abs() < f32::EPSILON {
                continue;
            }
            let mut next = self.at.clone();
            knob.set(&mut next, value);
            self.step(next, (knob.key.to_owned(), value.to_string()), ask, tried)?;
        }
        Ok(())
    }

    fn leave_out(
        &mut self,
        line: usize,
        ask: &mut impl FnMut(&Tunable) -> Result<Vec<Verdict>>,
        tried: &mut impl FnMut(&Try),
    ) -> Result<()> {
        if self.at.without_synonyms.contains(&line) {
            return Ok(());
        }
        let mut next = self.at.clone();
        next.without_synonyms.push(line);
        self.step(next, ("glossary".to_owned(), format!("without line {}", line + 1)), ask, tried)
    }

    fn step(
        &mut self,
        next: Tunable,
        (key, shown): (String, String),
        ask: &mut impl FnMut(&Tunable) -> Result<Vec<Verdict>>,
        tried: &mut impl FnMut(&Try),
    ) -> Result<()> {
        let verdicts = ask(&next)?;
        let goal = value_of(&verdicts);
        let is_kept = goal - self.goal >= GAIN;
        let step = Try { key, value: shown, goal, is_kept };
        tried(&step);
        self.tries.push(step);
        if is_kept {
            (self.at, self.goal, self.verdicts) = (next, goal, verdicts);
        }
        Ok(())
    }
}

impl Tuned {
    /// Whether the gain is more than luck.
    pub fn is_sure(&self) -> bool {
        self.gain.0 > 0.0
    }

    /// The settings that changed, as a file of the configuration: only what is to be written there.
    pub fn configuration(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for knob in GRID {
            let (before, best) = (knob.get(&self.before), knob.get(&self.best));
            if (before - best).abs() < f32::EPSILON {
                continue;
            }
            let (of, key) = knob.key.rsplit_once('.').unwrap_or(("", knob.key));
            if of != section {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{}[{of}]", if text.is_empty() { "" } else { "\n" });
                section = of;
            }
            let _ = writeln!(text, "{key} = {best} # was {before}");
        }
        text
    }
}

impl fmt::Display for Tuned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((before, after), (low, high)) = (self.goals, self.gain);
        writeln!(f, "goal {before:.4} before, {after:.4} with the best settings; gain from {low:+.4} to {high:+.4}")?;
        write!(f, "{}", self.comparison)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::{ChunkId, SourceSpan};

    #[test]
    fn labels_follow_the_lines_when_passages_are_cut_otherwise() {
        let passage = |file: &str, start, end| {
            let source_span = SourceSpan::Lines { start, end };
            let line = serde_json::json!({
                "chunk_id": format!("{file}{start}"), "topic": "", "title": "", "text": "", "source_file": file,
                "source_span": source_span, "lang": "en",
            });
            Arc::new(serde_json::from_value::<Passage>(line).expect("a passage"))
        };
        let old = [passage("a", 1, 10), passage("a", 11, 20), passage("b", 1, 10)];
        let new = [passage("a", 1, 4), passage("a", 5, 12), passage("a", 13, 20), passage("b", 1, 30)];
        let case = serde_json::json!({
            "id": "c", "question": "q", "lang": "en", "expected_points": [], "must_cite": [], "topics": [],
            "difficulty": "easy", "relevant_chunks": ["a1"], "answerable": true, "split": "dev",
        });
        let case = relabelled(&serde_json::from_value(case).expect("a case"), &old, &new);
        assert_eq!(case.relevant_chunks, [ChunkId::from("a1"), ChunkId::from("a5")]);
    }
}
