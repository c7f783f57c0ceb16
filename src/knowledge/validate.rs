//! What must hold for cards and snippets before anybody learns from them.
//!
//! Each finding names the row and what to do about it. They are few and certain rather than many: a check that cries at
//! good content would soon be switched off.

mod address;
mod contradiction;
mod source;
mod syntax;
mod wording;

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::Serialize;

use super::cards::{Card, Source};
use super::snippets::Snippet;
use crate::passage::Passage;
use crate::question::Language;

/// The file of the cards.
pub const CARDS_FILE: &str = "qa_pairs.jsonl";
/// The file of the snippets.
pub const SNIPPETS_FILE: &str = "code_snippets.jsonl";

/// Something that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file of the row.
    pub file: &'static str,
    /// The row's name.
    pub id: String,
    /// Which check found it.
    pub check: Check,
    /// What is wrong.
    pub problem: String,
    /// What to do about it, and where.
    pub mend: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}; {}", self.file, self.id, self.problem, self.mend)
    }
}

/// The checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Too short or too long.
    Length,
    /// An answer of no sentence or of more than six.
    Sentences,
    /// Written in another language than it says.
    Language,
    /// A source that does not exist or does not hold the text.
    Source,
    /// A credential, or an address or number of a person.
    Secret,
    /// A URL that lets somebody in.
    Address,
    /// Two cards that cannot both be right.
    Contradiction,
    /// Code that its own language does not read.
    Syntax,
}

/// What came of a validation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validation {
    /// What is wrong, in the order of the rows.
    pub findings: Vec<Finding>,
    /// How many snippets of which language were not parsed, because this program has no parser for it.
    pub unparsed: BTreeMap<String, usize>,
}

/// A row of either file, as most checks see it.
struct Row<'a> {
    file: &'static str,
    id: &'a str,
    lang: Language,
    sources: &'a [Source],
    /// The texts that people read, each with the name of its field.
    texts: Vec<(&'static str, &'a str)>,
}

impl Row<'_> {
    fn finding(&self, check: Check, problem: String, mend: &str) -> Finding {
        let place = match self.sources.first() {
            Some(source) => format!("{} {}", source.source_file, source.source_span),
            None => "its source".to_owned(),
        };
        let mend = format!("{mend} in {place}, then run `colega ingest` and `colega dataset`");
        Finding { file: self.file, id: self.id.to_owned(), check, problem, mend }
    }
}

impl<'a> From<&'a Card> for Row<'a> {
    fn from(card: &'a Card) -> Self {
        let Card { id, q, a, lang, sources, .. } = card;
        Self { file: CARDS_FILE, id, lang: *lang, sources, texts: vec![("q", q), ("a", a)] }
    }
}

impl<'a> From<&'a Snippet> for Row<'a> {
    fn from(snippet: &'a Snippet) -> Self {
        let Snippet { id, code, explanation, lang, sources, .. } = snippet;
        let texts = vec![("code", code.as_str()), ("explanation", explanation)];
        Self { file: SNIPPETS_FILE, id, lang: *lang, sources, texts }
    }
}

/// Checks all rows against each other and against the passages that they are made from.
pub fn validate(passages: &[Passage], cards: &[Card], snippets: &[Snippet]) -> Validation {
    let known = source::Known::new(passages);
    let mut validation = Validation::default();
    let findings = &mut validation.findings;
    for card in cards {
        let row = Row::from(card);
        wording::card(&row, card, findings);
        common(&row, &known, findings);
    }
    contradiction::find(cards, findings);
    for snippet in snippets {
        let row = Row::from(snippet);
        wording::snippet(&row, snippet, findings);
        common(&row, &known, findings);
        match syntax::check(&snippet.language, &snippet.code) {
            syntax::Verdict::Right => {}
            syntax::Verdict::NoParser => *validation.unparsed.entry(snippet.language.clone()).or_default() += 1,
            syntax::Verdict::Wrong(reason) => {
                let problem = format!("its code is no {} ({reason})", snippet.language);
                let mend = "correct the code, or tag the block with its language (`text` for none)";
                findings.push(row.finding(Check::Syntax, problem, mend));
            }
        }
    }
    validation
}

fn common(row: &Row<'_>, known: &source::Known<'_>, findings: &mut Vec<Finding>) {
    known.check(row, findings);
    address::check(row, findings);
}

/// The rows that nothing is wrong with.
pub fn without_faults(cards: Vec<Card>, snippets: Vec<Snippet>, findings: &[Finding]) -> (Vec<Card>, Vec<Snippet>) {
    let faulty: HashSet<(&str, &str)> = findings.iter().map(|finding| (finding.file, finding.id.as_str())).collect();
    let cards = cards.into_iter().filter(|card| !faulty.contains(&(CARDS_FILE, card.id.as_str()))).collect();
    let snippets = snippets.into_iter().filter(|row| !faulty.contains(&(SNIPPETS_FILE, row.id.as_str()))).collect();
    (cards, snippets)
}

#[cfg(test)]
mod tests;
