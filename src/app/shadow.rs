//! The gate in front of new generations: the goldset is asked of the new one and of the live one, beside everybody else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use tracing::{info, warn};

use super::App;
use crate::eval::judge::gate::{Accepted, GateSettings};
use crate::eval::judge::points::Matcher;
use crate::eval::judge::verdict::{Shortcoming, Verdict};
use crate::eval::judge::{self, scores::Scores};
use crate::goldset::{Case, Goldset};
use crate::reindex::gate::{Gate, Judgement};
use crate::reindex::generation::Manifest;
use crate::reindex::watched::Stage;
use crate::telemetry::metrics;

/// Where the thresholds stand, unless they are those that ship.
const GATE_FILE: &str = "configs/gate.toml";
/// Cases that are named when a generation is refused.
const MOST_NAMED: usize = 20;

impl App {
    /// The gate in front of new generations, unless the configuration leaves it open.
    pub(super) fn gate(&self) -> Option<Gate> {
        if !self.settings.index.gate {
            return None;
        }
        let app = self.clone();
        Some(Gate::new(move |live, new| {
            app.watched.reach(Stage::Judging);
            app.judge(live, new)
        }))
    }

    fn judge(&self, live: &Manifest, new: &Manifest) -> Result<Judgement> {
        let goldset = &self.settings.paths.goldset;
        let cases = if goldset.exists() { Goldset::new(goldset).cases()? } else { Vec::new() };
        if cases.is_empty() {
            info!("{} holds no case, so a new index is not judged", goldset.display());
            return Ok(Judgement::default());
        }
        let allowed = GateSettings::load_or_built_in(Path::new(GATE_FILE))?.may_fall;
        let before = match self.verdicts(live, &cases) {
            Ok(before) => before,
            Err(error) => {
                warn!("the live index cannot be asked, so the new one is not judged by it: {error:#}");
                return Ok(Judgement::default());
            }
        };
        let after = self.verdicts(new, &cases)?;
        let figures = Scores::of(&after).figures();
        for (name, value) in figures {
            metrics::judged(name, value);
        }
        let figures = figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Judgement { worse: compared(&before, &after, &allowed), figures })
    }

    /// What a generation answers to the cases.
    fn verdicts(&self, generation: &Manifest, cases: &[Case]) -> Result<Vec<Verdict>> {
        let (retriever, _) = self.retriever(self.generations.open_one(generation.clone())?)?;
        let statistics = Arc::new(retriever.statistics.of_documents());
        let matcher = Matcher::new(&self.glossary, statistics, self.settings.support.clone());
        let live = Arc::new(ArcSwap::from_pointee(retriever));
        // As quoted: a model words what was found, and finds nothing.
        let agent = self.agent(live, self.settings.evidence.clone(), &self.settings.answer, None)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(judge::run(&agent, cases, &matcher)).with_context(|| format!("asking {}", generation.name))
    }
}

/// The figures that fall by more than they may; if any does, the cases that are worse are named, too.
fn compared(before: &[Verdict], after: &[Verdict], allowed: &BTreeMap<String, f64>) -> Vec<String> {
    let figures =
        |verdicts: &[Verdict]| -> BTreeMap<&str, f64> { Scores::of(verdicts).figures().into_iter().collect() };
    let (old, new) = (figures(before), figures(after));
    // Of few cases a single one moves every figure far: it may lose half of its worth.
    #[expect(clippy::cast_precision_loss, reason = "goldsets are small")]
    let half_a_case = 0.5 / before.len().max(1) as f64 + 1e-9;
    let falls = allowed.iter().filter_map(|(name, may_fall)| {
        let (was, is) = (old.get(name.as_str())?, new.get(name.as_str())?);
        let may_fall = may_fall.max(half_a_case);
        // Of claims without support, less is better.
        let fall = if name == "unsupported" { is - was } else { was - is };
        (fall > may_fall).then(|| format!("{name}: {was:.3} before, {is:.3} now; it may change by {may_fall:.3}"))
    });
    let mut why: Vec<String> = falls.collect();
    if why.is_empty() {
        return why;
    }
    let worse: Vec<String> = before.iter().zip(after).filter_map(|(before, after)| worse(before, after)).collect();
    let more = worse.len().saturating_sub(MOST_NAMED);
    why.extend(worse.into_iter().take(MOST_NAMED));
    if more > 0 {
        why.push(format!("and {more} more"));
    }
    why
}

fn worse(before: &Verdict, after: &Verdict) -> Option<String> {
    let (was, is) = (Accepted::of(before), Accepted::of(after));
    let id = &after.id;
    if was.met && !is.met {
        let words: Vec<_> = after.shortcomings().into_iter().map(Shortcoming::words).collect();
        return Some(format!("{id}: {}", words.join(", ")));
    }
    (is.points < was.points).then(|| format!("{id}: makes {} of its points, {} before", is.points, was.points))
}
