//! The gate: what is worse than what was accepted does not go live.
//!
//! Two things hold it shut. Figures beyond their thresholds in `configs/gate.toml`; and single cases that are worse than in
//! the accepted run, or new and not met. A mean can hide that one question lost its answer, so the second is as strict as
//! the first.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::scores::{Grouping, Scores};
use super::verdict::Verdict;
use crate::goldset::{Case, Split};
use crate::jsonl;
use crate::question::Language;

/// What must hold, `configs/gate.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateSettings {
    /// Hash of the cases of the test split, so that nobody changes what is measured by; see [`checksum`].
    pub test_checksum: String,
    /// The least that figures may be, by name.
    pub at_least: BTreeMap<String, f64>,
    /// The most that figures may be, by name.
    pub at_most: BTreeMap<String, f64>,
    /// How much the coverage of one language may lie below that of the other.
    pub language_gap: f64,
    /// By how much figures may fall (that of unsupported claims: rise) from one generation of the index to the next, by name.
    #[serde(default)]
    pub may_fall: BTreeMap<String, f64>,
}

/// The file that ships.
const BUILT_IN: &str = include_str!("../../../configs/gate.toml");

/// How a case ended in the accepted run; one line of the file of those.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The case.
    pub id: String,
    /// Whether it was met.
    pub met: bool,
    /// How many of its points were made.
    pub points: usize,
}

/// Why the gate is shut.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Refusal {
    /// Figures beyond their thresholds, in words.
    pub figures: Vec<String>,
    /// Cases that are worse than in the accepted run, or new and not met, each with what is wrong.
    pub cases: Vec<(String, String)>,
}

impl GateSettings {
    /// Reads the file at `path`.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text, path)
    }

    /// The file at `path`, or what ships where there is none.
    pub fn load_or_built_in(path: &Path) -> Result<Self> {
        if path.exists() { Self::load(path) } else { Self::parse(BUILT_IN, path) }
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let settings: Self = toml::from_str(text).with_context(|| format!("{} is no gate", path.display()))?;
        let known = Scores::default().figures().map(|(name, _)| name);
        for name in settings.at_least.keys().chain(settings.at_most.keys()).chain(settings.may_fall.keys()) {
            ensure!(
                known.contains(&name.as_str()),
                "{}: there is no figure `{name}` (known: {})",
                path.display(),
                known.join(", ")
            );
        }
        Ok(settings)
    }

    /// Refuses a goldset whose test split is not the one that was frozen.
    pub fn check_frozen(&self, cases: &[Case]) -> Result<()> {
        let found = checksum(cases);
        if found == self.test_checksum {
            return Ok(());
        }
        bail!(
            "the test split of the goldset is not the one that was frozen (its checksum is {found}, test_checksum in \
             gate.toml is {}); undo the change, or, if the split is meant to change, write the new checksum there",
            self.test_checksum
        )
    }

    /// What keeps the gate shut; `None` if it is open.
    pub fn judge(&self, verdicts: &[Verdict], accepted: &[Accepted]) -> Option<Refusal> {
        let refusal = Refusal { figures: self.figures(verdicts), cases: worse(verdicts, accepted) };
        (!refusal.figures.is_empty() || !refusal.cases.is_empty()).then_some(refusal)
    }

    fn figures(&self, verdicts: &[Verdict]) -> Vec<String> {
        let figures: BTreeMap<&str, f64> = Scores::of(verdicts).figures().into_iter().collect();
        let mut beyond = Vec::new();
        for (name, least) in &self.at_least {
            let value = figures[name.as_str()];
            if value < *least {
                beyond.push(format!("{name} is {value:.3}, less than {least}"));
            }
        }
        for (name, most) in &self.at_most {
            let value = figures[name.as_str()];
            if value > *most {
                beyond.push(format!("{name} is {value:.3}, more than {most}"));
            }
        }
        let by_language = Grouping::Language.scores(verdicts);
        let coverage = |language: Language| {
            by_language.iter().find(|(name, _)| name == language.code()).map(|(_, scores)| scores.coverage)
        };
        if let (Some(english), Some(spanish)) = (coverage(Language::English), coverage(Language::Spanish))
            && (english - spanish).abs() > self.language_gap
        {
            beyond.push(format!(
                "coverage is {english:.3} in English and {spanish:.3} in Spanish, more than {} apart",
                self.language_gap
            ));
        }
        beyond
    }
}

/// Cases that are worse than in the accepted run, or new and not met.
fn worse(verdicts: &[Verdict], accepted: &[Accepted]) -> Vec<(String, String)> {
    let accepted: BTreeMap<&str, &Accepted> = accepted.iter().map(|case| (case.id.as_str(), case)).collect();
    let mut worse = Vec::new();
    for verdict in verdicts {
        let is_met = verdict.is_met();
        let wrong = || {
            let words: Vec<_> = verdict.shortcomings().into_iter().map(super::verdict::Shortcoming::words).collect();
            words.join(", ")
        };
        let made = Accepted::of(verdict).points;
        let why = match accepted.get(verdict.id.as_str()) {
            None if !is_met => Some(format!("new; {}", wrong())),
            Some(before) if before.met && !is_met => Some(wrong()),
            Some(before) if before.points > made => {
                Some(format!("makes {made} of {} points, {} before", verdict.points.len(), before.points))
            }
            _ => None,
        };
        worse.extend(why.map(|why| (verdict.id.clone(), why)));
    }
    worse
}

impl Accepted {
    /// How `verdict` ended.
    pub fn of(verdict: &Verdict) -> Self {
        let points = verdict.points.iter().filter(|point| point.is_made).count();
        Self { id: verdict.id.clone(), met: verdict.is_met(), points }
    }

    /// The accepted run in the file at `path`; nothing where there is none.
    pub fn load(path: &Path) -> Result<Vec<Self>> {
        if path.exists() { jsonl::read(path) } else { Ok(Vec::new()) }
    }
}

/// Hash of the cases of the test split, in their order: sixteen hexadecimal digits.
pub fn checksum(cases: &[Case]) -> String {
    let mut hasher = blake3::Hasher::new();
    for case in cases.iter().filter(|case| case.split == Split::Test) {
        // Field by field in the order of the struct; strings are quoted, so that no two cases give the same text.
        let line = serde_json::to_string(case).unwrap_or_default();
        hasher.update(line.as_bytes()).update(b"\n");
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for figure in &self.figures {
            writeln!(f, "{figure}")?;
        }
        self.cases.iter().try_for_each(|(id, why)| writeln!(f, "{id}: {why}"))
    }
}
