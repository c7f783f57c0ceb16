//! `colega eval support`: judges sentences against the texts that they should come from, and compares with what people
//! said.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::{metrics, table};
use crate::jsonl;
use crate::language;
use crate::question::Language;
use crate::support::{self, Evidence, SupportSettings};

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task<'a> {
    /// One object a line: `response`, `context` (a text) or `context_sentences` (its sentences), `label` (`supported` or
    /// anything else), and optionally `id`, `lang` and `labels` (the unsupported words: `start` and `end` in characters).
    pub items: &'a Path,
}

/// How well supported sentences are told from the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// From which score on a sentence counts as supported.
    pub min_score: f64,
    /// Of all items.
    pub all: Part,
    /// Of the items of each language.
    pub by_language: BTreeMap<Language, Part>,
}

/// How well supported sentences of a language are told from the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Number of items.
    pub items: usize,
    /// How many of them are supported.
    pub supported: usize,
    /// How often a supported item scores above another; none where all are of one kind.
    pub auroc: Option<f64>,
    /// Harmonic mean of precision and recall of what is taken for supported.
    pub f1: f64,
    /// Share of the supported items that are not taken for supported.
    pub false_alarms: f64,
    /// Share of the other items that are not taken for supported.
    pub caught: f64,
    /// Share of the letters named as unsupported that are labelled so; none where nothing is labelled.
    pub span_precision: Option<f64>,
    /// Share of the labelled letters that are named; none where nothing is labelled.
    pub span_recall: Option<f64>,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(f)?;
        for (language, part) in &self.by_language {
            write!(f, "\n{language}:\n{part}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), table::share);
        table::write(
            f,
            &[
                ("auroc", known(self.auroc)),
                ("F1 of supported", table::share(self.f1)),
                ("false alarms", table::share(self.false_alarms)),
                ("caught", table::share(self.caught)),
                ("items", self.items.to_string()),
                ("supported", self.supported.to_string()),
                ("words: precision", known(self.span_precision)),
                ("words: recall", known(self.span_recall)),
            ],
        )
    }
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    id: Option<String>,
    response: String,
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    context_sentences: Option<Vec<String>>,
    label: String,
    #[serde(default)]
    lang: Option<Language>,
    #[serde(default)]
    labels: Option<Vec<Span>>,
}

/// Unsupported words, in characters of the response.
#[derive(Deserialize)]
struct Span {
    start: usize,
    end: usize,
}

/// An item that was judged.
struct Judged {
    language: Language,
    is_supported: bool,
    score: f64,
    letters: Option<Letters>,
}

/// How many letters of a response are named as unsupported, labelled so, and both.
#[derive(Default)]
struct Letters {
    named: usize,
    labelled: usize,
    both: usize,
}

/// Judges all items of the task.
pub fn run(task: &Task<'_>, settings: &SupportSettings) -> Result<Scores> {
    let items: Vec<Item> = jsonl::read(task.items)?;
    ensure!(!items.is_empty(), "{} holds no item; write one a line", task.items.display());
    let judge = |(item, no): (&Item, usize)| {
        judge(item).with_context(|| {
            let id = item.id.as_ref().map(|id| format!(" (“{id}”)")).unwrap_or_default();
            format!("item {no}{id} of {}", task.items.display())
        })
    };
    let judged: Vec<Judged> = items.iter().zip(1..).map(judge).collect::<Result<_>>()?;
    let of = |language| judged.iter().filter(move |item| item.language == language);
    let by_language = Language::ALL
        .into_iter()
        .filter(|&language| of(language).next().is_some())
        .map(|language| (language, Part::of(&of(language).collect::<Vec<_>>(), settings)))
        .collect();
    let all = Part::of(&judged.iter().collect::<Vec<_>>(), settings);
    Ok(Scores { min_score: settings.min_score, all, by_language })
}

fn judge(item: &Item) -> Result<Judged> {
    let context = match (&item.context, &item.context_sentences) {
        (Some(text), None) => text.clone(),
        // An empty line ends a sentence.
        (None, Some(sentences)) => sentences.join("\n\n"),
        (None, None) => anyhow::bail!("there is no `context`; give a text, or `context_sentences`"),
        (Some(_), Some(_)) => anyhow::bail!("there are `context` and `context_sentences`; give one of them"),
    };
    let language = item.lang.or_else(|| language::detect(&item.response)).unwrap_or(Language::English);
    let verdict = support::judge(&item.response, &Evidence::new([context.as_str()], language));
    let letters = item.labels.as_ref().map(|labels| Letters::of(&item.response, &verdict.unsupported, labels));
    Ok(Judged { language, is_supported: item.label == "supported", score: verdict.score, letters })
}

impl Letters {
    fn of(text: &str, named: &[Range<usize>], labels: &[Span]) -> Self {
        let mut letters = Self::default();
        for (no, (at, c)) in text.char_indices().enumerate() {
            let is_named = named.iter().any(|range| range.contains(&at));
            let is_labelled = labels.iter().any(|label| (label.start..label.end).contains(&no));
            if c.is_alphanumeric() {
                letters.named += usize::from(is_named);
                letters.labelled += usize::from(is_labelled);
                letters.both += usize::from(is_named && is_labelled);
            }
        }
        letters
    }
}

impl Part {
    fn of(judged: &[&Judged], settings: &SupportSettings) -> Self {
        let scores = |is_supported: bool| -> Vec<f64> {
            judged.iter().filter(|item| item.is_supported == is_supported).map(|item| item.score).collect()
        };
        let (supported, other) = (scores(true), scores(false));
        let passing = |scores: &[f64]| scores.iter().filter(|&&score| score >= settings.min_score).count();
        let (right, wrong) = (passing(&supported), passing(&other));
        let letters = || judged.iter().filter_map(|item| item.letters.as_ref());
        let sum = |count: fn(&Letters) -> usize| letters().map(count).sum::<usize>();
        let (named, labelled, both) =
            (sum(|letters| letters.named), sum(|letters| letters.labelled), sum(|letters| letters.both));
        Self {
            items: judged.len(),
            supported: supported.len(),
            auroc: metrics::auroc(&supported, &other),
            // 2·precision·recall / (precision + recall), with what cancels out cancelled out.
            f1: share(2 * right, right + wrong + supported.len()).unwrap_or_default(),
            false_alarms: share(supported.len() - right, supported.len()).unwrap_or_default(),
            caught: share(other.len() - wrong, other.len()).unwrap_or_default(),
            span_precision: share(both, named).filter(|_| labelled > 0),
            span_recall: share(both, labelled),
        }
    }
}

/// `part` of `whole`; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
fn share(part: usize, whole: usize) -> Option<f64> {
    if whole == 0 { None } else { Some(part as f64 / whole as f64) }
}

#[cfg(test)]
mod measured;

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(lines: &str) -> Result<Scores> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("items.jsonl");
        std::fs::write(&file, lines)?;
        run(&Task { items: &file }, &SupportSettings::default())
    }

    #[test]
    fn items_are_counted_by_language() {
        let scores = measure(concat!(
            r#"{"response": "The queue holds 12 jobs.", "context": "The queue holds 12 jobs.", "label": "supported"}"#,
            "\n",
            r#"{"response": "The queue holds 13 jobs.", "context_sentences": ["A title", "The queue holds 12 jobs."], "label": "no", "labels": [{"start": 16, "end": 18}]}"#,
            "\n",
            r#"{"id": "c", "lang": "es", "response": "El índice acelera la lectura.", "context": "Otra cosa.", "label": "supported"}"#,
        ))
        .expect("good rows");
        assert_eq!((scores.all.items, scores.all.supported, scores.all.auroc), (3, 2, Some(0.5)));
        let english = &scores.by_language[&Language::English];
        assert_eq!((english.auroc, english.f1, english.false_alarms, english.caught), (Some(1.0), 1.0, 0.0, 1.0));
        assert_eq!((english.span_precision, english.span_recall), (Some(1.0), Some(1.0)));
        let spanish = &scores.by_language[&Language::Spanish];
        assert_eq!((spanish.auroc, spanish.f1, spanish.false_alarms), (None, 0.0, 1.0));
    }

    #[test]
    fn rows_without_a_text_are_named() {
        let error = |row| format!("{:#}", measure(row).expect_err("refused"));
        let both = r#"{"id": "x", "response": "A", "context": "A", "context_sentences": [], "label": "supported"}"#;
        assert!(error(both).contains("item 1 (“x”)"), "{}", error(both));
        assert!(error(r#"{"response": "A", "label": "supported"}"#).contains("`context`"));
        assert!(error("").contains("holds no item"));
    }
}
