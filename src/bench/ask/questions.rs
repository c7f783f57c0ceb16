//! What is asked: the questions of a file, or some about each document.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};
use serde::Deserialize;

use crate::jsonl;
use crate::passage::Passage;
use crate::question::Language;

#[derive(Deserialize)]
struct Row {
    text: String,
}

/// The questions of a file, which holds one object with a `text` a line.
pub fn read(path: &Path) -> Result<Vec<String>> {
    let rows: Vec<Row> = jsonl::read(path)?;
    ensure!(!rows.is_empty(), "{} holds no question; write one a line", path.display());
    Ok(rows.into_iter().map(|row| row.text).collect())
}

/// Three questions about each title of `passages`, in the language of its passages and in the order of the titles.
pub fn about<'a>(passages: impl IntoIterator<Item = &'a Passage>) -> Vec<String> {
    let titles: BTreeSet<(&str, Language)> = passages
        .into_iter()
        .filter(|passage| !passage.title.is_empty())
        .map(|passage| (passage.title.as_str(), passage.lang))
        .collect();
    titles.into_iter().flat_map(|(title, language)| about_title(title, language)).collect()
}

fn about_title(title: &str, language: Language) -> [String; 3] {
    match language {
        Language::English => [
            format!("What is {title}?"),
            format!("When should I use {title}?"),
            format!("Common mistakes with {title}"),
        ],
        Language::Spanish => [
            format!("¿Qué es {title}?"),
            format!("¿Cuándo conviene usar {title}?"),
            format!("Errores comunes con {title}"),
        ],
    }
}
