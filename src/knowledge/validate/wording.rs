//! Lengths, the number of sentences, and the language.

use super::{Check, Finding, Row};
use crate::knowledge::cards::{Card, MOST_SENTENCES};
use crate::knowledge::snippets::Snippet;
use crate::language;
use crate::sentence;

/// Least and most characters.
type Bounds = (usize, usize);

const QUESTION: Bounds = (8, 200);
const ANSWER: Bounds = (20, 1_800);
const CODE: Bounds = (2, 6_000);
const EXPLANATION: Bounds = (0, 600);

pub(super) fn card(row: &Row<'_>, card: &Card, findings: &mut Vec<Finding>) {
    length(row, "q", &card.q, QUESTION, findings);
    length(row, "a", &card.a, ANSWER, findings);
    let sentences = sentences(&card.a);
    if !(1..=MOST_SENTENCES).contains(&sentences) {
        let problem = format!("`a` has {sentences} sentences and not 1 to {MOST_SENTENCES}");
        findings.push(row.finding(Check::Sentences, problem, "write shorter entries and whole sentences"));
    }
    in_language(row, "q", &card.q, findings);
    in_language(row, "a", &card.a, findings);
}

pub(super) fn snippet(row: &Row<'_>, snippet: &Snippet, findings: &mut Vec<Finding>) {
    length(row, "code", &snippet.code, CODE, findings);
    length(row, "explanation", &snippet.explanation, EXPLANATION, findings);
    in_language(row, "explanation", &snippet.explanation, findings);
}

/// The sentences of an answer; each entry of a list has at least one.
fn sentences(answer: &str) -> usize {
    answer.lines().map(|line| sentence::ranges(line.strip_prefix("- ").unwrap_or(line)).len()).sum()
}

fn length(row: &Row<'_>, field: &str, text: &str, (least, most): Bounds, findings: &mut Vec<Finding>) {
    let chars = text.trim().chars().count();
    if (least..=most).contains(&chars) {
        return;
    }
    let mend = if chars < least { "say more" } else { "say it in fewer words, or in two sections" };
    let problem = format!("`{field}` has {chars} characters and not {least} to {most}");
    findings.push(row.finding(Check::Length, problem, mend));
}

fn in_language(row: &Row<'_>, field: &str, text: &str, findings: &mut Vec<Finding>) {
    if let Some(found) = language::detect(text).filter(|&found| found != row.lang) {
        let problem = format!("`{field}` is written in {found} and `lang` says {}", row.lang);
        findings.push(row.finding(Check::Language, problem, "correct `language:` in the front matter, or the text"));
    }
}
