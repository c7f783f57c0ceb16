//! `colega eval guard`: what the guard does with questions, passages and secrets whose kind is known.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::table;
use crate::guard::{self, Guard};
use crate::jsonl;
use crate::language;
use crate::question::{Language, Origin, Question};

/// What the items are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Questions, which the guard refuses or lets pass.
    Question,
    /// Texts of a knowledge base, which may hold orders for the bot.
    Passage,
    /// Texts that may hold secrets.
    Secret,
}

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// One object a line: `text` or `text_b64` (base64), `label`, and optionally `category` and `lang`.
    pub items: &'a Path,
    /// What they are.
    pub kind: Kind,
}

/// Counts by label, and within a label by category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores(pub BTreeMap<String, Label>);

/// What was done with the items of a label.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Label {
    /// All of them.
    #[serde(flatten)]
    pub all: Counts,
    /// By category.
    pub categories: BTreeMap<String, Counts>,
}

/// How many items, and what was done with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Items.
    pub items: usize,
    /// Those in which anything was found: an order, a danger, a secret.
    pub flagged: usize,
    /// Those that are not answered.
    pub refused: usize,
    /// Those of which something was taken out.
    pub redacted: usize,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: Vec<(String, Counts)> = Vec::new();
        for (label, of_label) in &self.0 {
            rows.push((label.clone(), of_label.all));
            rows.extend(of_label.categories.iter().map(|(category, counts)| (format!("  {category}"), *counts)));
        }
        let rows: Vec<(&str, String)> = rows.iter().map(|(name, counts)| (name.as_str(), counts.to_string())).collect();
        table::write(f, &rows)
    }
}

impl fmt::Display for Counts {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |count: usize| 100.0 * count as f64 / self.items.max(1) as f64;
        let Self { items, flagged, refused, redacted } = *self;
        write!(
            f,
            "{items} items, flagged {flagged} ({:.1}%), refused {refused} ({:.1}%), redacted {redacted} ({:.1}%)",
            share(flagged),
            share(refused),
            share(redacted)
        )
    }
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    text_b64: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    lang: Option<String>,
}

impl Item {
    fn text(&self) -> Result<String> {
        match (&self.text, &self.text_b64) {
            (Some(text), _) => Ok(text.clone()),
            (None, Some(text)) => {
                let bytes = STANDARD.decode(text).context("`text_b64` is not base64")?;
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            (None, None) => anyhow::bail!("it has neither `text` nor `text_b64`"),
        }
    }
}

/// Puts the items before `guard`.
pub fn run(task: &Task<'_>, guard: &Guard) -> Result<Scores> {
    let items: Vec<Item> = jsonl::read(task.items)?;
    ensure!(!items.is_empty(), "{} holds no item", task.items.display());
    let mut scores = Scores(BTreeMap::new());
    for (at, item) in items.iter().enumerate() {
        let text = item.text().with_context(|| format!("{}, line {}", task.items.display(), at + 1))?;
        let language = item.lang.as_deref().and_then(|lang| lang.parse().ok()).or_else(|| language::detect(&text));
        let done = judge(&text, language.unwrap_or(Language::English), task.kind, guard);
        let label = scores.0.entry(item.label.clone().unwrap_or_else(|| "all".to_owned())).or_default();
        label.all.add(done);
        if let Some(category) = &item.category {
            label.categories.entry(category.clone()).or_default().add(done);
        }
    }
    Ok(scores)
}

fn judge(text: &str, language: Language, kind: Kind, guard: &Guard) -> Counts {
    let count = usize::from;
    match kind {
        Kind::Question => match guard.screen(&Question::new(text, Origin::Measurement), language) {
            Ok(screened) => {
                let redacted = count(!screened.redactions().is_empty());
                Counts { items: 1, flagged: redacted, refused: 0, redacted }
            }
            Err(_) => Counts { items: 1, flagged: 1, refused: 1, redacted: 0 },
        },
        Kind::Passage => {
            let flagged = count(guard.orders_in(text).next().is_some());
            Counts { items: 1, flagged, refused: flagged, redacted: 0 }
        }
        Kind::Secret => {
            let redacted = count(!guard::redact(text).1.is_empty());
            Counts { items: 1, flagged: redacted, refused: 0, redacted }
        }
    }
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.items += other.items;
        self.flagged += other.flagged;
        self.refused += other.refused;
        self.redacted += other.redacted;
    }
}
