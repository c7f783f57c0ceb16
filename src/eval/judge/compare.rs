//! Whether one run is better than another, or only lucky: the paired bootstrap.
//!
//! Cases are drawn with replacement, the same from both runs, and each figure is compared again (Efron and Tibshirani, *An
//! Introduction to the Bootstrap*, 1993, chapter 13; Koehn, “Statistical Significance Tests for Machine Translation
//! Evaluation”, EMNLP 2004, for pairing). The interval is that of the percentiles.

use std::collections::HashMap;
use std::fmt;

use anyhow::{Result, ensure};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Serialize;

use super::Run;
use super::scores::Scores;
use super::verdict::Verdict;
use crate::eval::metrics::quantile;

/// How often cases are drawn.
const DRAWS: usize = 2_000;
/// The same draws each time.
const SEED: u64 = 0x0c01_e6a0;
/// Share of the draws outside of the interval.
const OUTSIDE: f64 = 0.05;

/// Two runs over the cases that both hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How many cases both hold.
    pub cases: usize,
    /// Each figure.
    pub figures: Vec<Difference>,
    /// Cases that were met and are not any more.
    pub lost: Vec<String>,
    /// Cases that were not met and are now.
    pub won: Vec<String>,
}

/// One figure in both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Its name.
    pub name: &'static str,
    /// In the first run.
    pub before: f64,
    /// In the second.
    pub after: f64,
    /// Where the difference (second less first) lies in 95 of 100 draws.
    pub interval: (f64, f64),
}

impl Difference {
    /// Whether the interval leaves no doubt that there is a difference.
    pub fn is_clear(&self) -> bool {
        self.interval.0 > 0.0 || self.interval.1 < 0.0
    }
}

/// Compares two runs by the cases that both hold.
pub fn compare(before: &Run, after: &Run) -> Result<Comparison> {
    of_verdicts(&before.verdicts, &after.verdicts)
}

/// Compares the verdicts of two runs by the cases that both hold.
pub fn of_verdicts(before: &[Verdict], after: &[Verdict]) -> Result<Comparison> {
    let pairs = Pairs::of(before, after);
    ensure!(!pairs.0.is_empty(), "the two runs have no case in common; compare runs over one goldset");
    let named = |is: &dyn Fn(&Verdict, &Verdict) -> bool| {
        pairs.0.iter().filter(|(a, b)| is(a, b)).map(|(a, _)| a.id.clone()).collect::<Vec<_>>()
    };
    Ok(Comparison {
        cases: pairs.0.len(),
        figures: differences(&pairs),
        lost: named(&|before, after| before.is_met() && !after.is_met()),
        won: named(&|before, after| !before.is_met() && after.is_met()),
    })
}

/// Where the difference of `value` between two runs (second less first) lies in 95 of 100 draws.
pub fn interval(before: &[Verdict], after: &[Verdict], value: impl Fn(&[&Verdict]) -> f64) -> (f64, f64) {
    let pairs = Pairs::of(before, after);
    let drawn = pairs.draws(|before, after| vec![value(after) - value(before)]);
    outer(&drawn.iter().map(|differences| differences[0]).collect::<Vec<_>>())
}

/// The verdicts of two runs on the same cases.
struct Pairs<'a>(Vec<(&'a Verdict, &'a Verdict)>);

impl<'a> Pairs<'a> {
    fn of(before: &'a [Verdict], after: &'a [Verdict]) -> Self {
        let later: HashMap<&str, &Verdict> = after.iter().map(|verdict| (verdict.id.as_str(), verdict)).collect();
        Self(before.iter().filter_map(|verdict| Some((verdict, *later.get(verdict.id.as_str())?))).collect())
    }

    /// What `of` gives for each draw of cases.
    fn draws(&self, of: impl Fn(&[&Verdict], &[&Verdict]) -> Vec<f64>) -> Vec<Vec<f64>> {
        let mut chance = StdRng::seed_from_u64(SEED);
        let draw = |_| {
            let drawn = (0..self.0.len()).map(|_| self.0[chance.random_range(0..self.0.len())]);
            let (before, after): (Vec<&Verdict>, Vec<&Verdict>) = drawn.unzip();
            of(&before, &after)
        };
        (0..DRAWS).map(draw).collect()
    }
}

/// The interval that holds the middle 95 of 100 values.
fn outer(values: &[f64]) -> (f64, f64) {
    (quantile(values, OUTSIDE / 2.0), quantile(values, 1.0 - OUTSIDE / 2.0))
}

fn differences(pairs: &Pairs<'_>) -> Vec<Difference> {
    let figures = |verdicts: &[&Verdict]| Scores::of(verdicts.iter().copied()).figures();
    let drawn = pairs.draws(|before, after| {
        let (before, after) = (figures(before), figures(after));
        before.into_iter().zip(after).map(|((_, before), (_, after))| after - before).collect()
    });
    let (before, after): (Vec<&Verdict>, Vec<&Verdict>) = pairs.0.iter().copied().unzip();
    let both = figures(&before).into_iter().zip(figures(&after)).enumerate();
    both.map(|(at, ((name, before), (_, after)))| {
        let interval = outer(&drawn.iter().map(|differences| differences[at]).collect::<Vec<_>>());
        Difference { name, before, after, interval }
    })
    .collect()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} cases in both runs; difference with its 95% interval", self.cases)?;
        for figure in &self.figures {
            let Difference { name, before, after, interval: (low, high) } = figure;
            let change = after - before;
            let clear = if figure.is_clear() { "  *" } else { "" };
            writeln!(f, "{name:<20} {before:.3} → {after:.3}  {change:+.3} [{low:+.3}, {high:+.3}]{clear}")?;
        }
        for (title, ids) in [("not met any more", &self.lost), ("met now", &self.won)] {
            if !ids.is_empty() {
                writeln!(f, "{title}: {}", ids.join(", "))?;
            }
        }
        Ok(())
    }
}
