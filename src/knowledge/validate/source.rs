//! Whether the sources are there and hold what is said to be taken from them.

use std::collections::HashMap;

use super::{Check, Finding, Row, SNIPPETS_FILE};
use crate::passage::{ChunkId, Passage};
use crate::sentence;

/// The passages by their names, each with its text on one line.
pub(super) struct Known<'a>(HashMap<&'a ChunkId, (&'a Passage, String)>);

impl<'a> Known<'a> {
    pub fn new(passages: &'a [Passage]) -> Self {
        Self(passages.iter().map(|passage| (&passage.chunk_id, (passage, squeezed(&passage.text)))).collect())
    }

    pub fn check(&self, row: &Row<'_>, findings: &mut Vec<Finding>) {
        let mut texts = Vec::new();
        for source in row.sources {
            match self.0.get(&source.chunk_id) {
                None => {
                    let problem = format!("its source {} does not exist", source.chunk_id);
                    findings.push(row.finding(Check::Source, problem, "look for what became of the passage"));
                }
                Some((passage, _))
                    if passage.source_file != source.source_file || passage.source_span != source.source_span =>
                {
                    let stands = format!("{} {}", passage.source_file, passage.source_span);
                    let problem = format!("its source {} stands at {stands}", source.chunk_id);
                    findings.push(row.finding(Check::Source, problem, "look for what became of the passage"));
                }
                Some((_, text)) => texts.push(text.as_str()),
            }
        }
        if row.sources.is_empty() {
            findings.push(row.finding(Check::Source, "it has no source".to_owned(), "say where it comes from"));
        }
        // What cannot be looked up has been told already.
        if texts.len() == row.sources.len() {
            let lost = quotes(row).into_iter().find(|quote| !texts.iter().any(|text| text.contains(quote)));
            if let Some(quote) = lost {
                let problem = format!("none of its sources holds “{}”", shortened(&quote));
                findings.push(row.finding(Check::Source, problem, "compare it with what stands"));
            }
        }
    }
}

/// What a row takes from its sources word for word: each sentence of an answer, a block of code and what introduces it.
fn quotes(row: &Row<'_>) -> Vec<String> {
    let quoted = row.texts.iter().filter(|(field, _)| *field != "q");
    if row.file == SNIPPETS_FILE {
        return quoted.map(|(_, text)| squeezed(text)).collect();
    }
    let lines = quoted.flat_map(|(_, text)| text.lines()).map(|line| line.strip_prefix("- ").unwrap_or(line));
    lines.flat_map(sentence::split).map(squeezed).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().nth(MOST).is_none() { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}
