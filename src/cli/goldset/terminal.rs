//! The review in a terminal: plain questions on standard output, plain answers on standard input.

use std::io::{BufRead, Write};

use anyhow::Result;

use super::{Reviewer, refused};
use crate::answer::{Answer, Block};
use crate::goldset::request::{Request, Response};
use crate::goldset::{Candidate, Proposal};
use crate::question::Language;
use crate::render::neutral;
use crate::render::review::{self as wording, Words};

/// What a person wants done with a candidate.
enum Wish {
    Accept,
    Edit,
    Reject,
    Skip,
    Quit,
}

/// Shows the candidates one by one and does what is wished, until the last or until the input ends.
pub(super) async fn review(
    reviewer: &Reviewer,
    language: Language,
    mut input: impl BufRead,
    mut output: impl Write,
) -> Result<()> {
    let words = Words::new(language);
    let candidates = reviewer.candidates().await?;
    if candidates.is_empty() {
        writeln!(output, "{}", words.nothing)?;
        return Ok(());
    }
    let (mut accepted, mut rejected) = (0, 0);
    'candidates: for candidate in &candidates {
        let mut proposal = candidate.proposal.clone();
        loop {
            show(candidate, &proposal, language, &mut output)?;
            match wish(language, &mut input, &mut output)? {
                Wish::Accept => {
                    let (id, edited) = (candidate.id.clone(), Some(proposal.clone()));
                    match reviewer.ask(Request::Accept { id, edited }).await? {
                        Response::Accepted(case) => {
                            accepted += 1;
                            let file = case.file.display().to_string();
                            writeln!(output, "{}", wording::accepted(language, &case.case, &file))?;
                            break;
                        }
                        Response::Refused(reason) => writeln!(output, "{reason}")?,
                        other => return Err(refused(other)),
                    }
                }
                Wish::Edit => proposal = edit(proposal, language, &mut input, &mut output)?,
                Wish::Reject => {
                    match reviewer.ask(Request::Reject { id: candidate.id.clone() }).await? {
                        Response::Rejected => {
                            rejected += 1;
                            writeln!(output, "{}", words.rejected)?;
                        }
                        other => writeln!(output, "{}", refused(other))?,
                    }
                    break;
                }
                Wish::Skip => break,
                Wish::Quit => break 'candidates,
            }
        }
    }
    writeln!(output, "{}", wording::reviewed(language, accepted, rejected))?;
    Ok(())
}

fn wish(language: Language, input: &mut impl BufRead, output: &mut impl Write) -> Result<Wish> {
    loop {
        write!(output, "{}", wording::keys(language))?;
        let Some(line) = line(input, output)? else { return Ok(Wish::Quit) };
        match line.to_lowercase().chars().next() {
            Some('a') => return Ok(Wish::Accept),
            Some('e') => return Ok(Wish::Edit),
            Some('r') => return Ok(Wish::Reject),
            Some('s') => return Ok(Wish::Skip),
            Some('q') => return Ok(Wish::Quit),
            _ => {}
        }
    }
}

/// `proposal` with the question and the points that a person types.
fn edit(
    mut proposal: Proposal,
    language: Language,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> Result<Proposal> {
    write!(output, "{}", wording::edit_question(language))?;
    if let Some(question) = line(input, output)?.filter(|question| !question.is_empty()) {
        proposal.question = question;
    }
    writeln!(output, "{}", wording::edit_points(language))?;
    let mut points = Vec::new();
    while let Some(point) = line(input, output)?.filter(|point| !point.is_empty()) {
        points.push(point);
    }
    if points == ["-"] {
        return Ok(proposal.without_answer());
    }
    if !points.is_empty() {
        proposal.expected_points = points;
        proposal.answerable = true;
    }
    Ok(proposal)
}

/// The next line without white space around it; `None` at the end of the input.
fn line(input: &mut impl BufRead, output: &mut impl Write) -> Result<Option<String>> {
    output.flush()?;
    let mut line = String::new();
    let read = input.read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}

fn show(candidate: &Candidate, proposal: &Proposal, language: Language, output: &mut impl Write) -> Result<()> {
    let words = Words::new(language);
    writeln!(output, "\n{}\n{} ({})", neutral(&proposal.question), candidate.why(language), candidate.id.0)?;
    list(output, words.also_asked, candidate.wordings.iter().map(String::as_str))?;
    for remark in &candidate.remarks {
        list(output, words.wrong, [remark.wrong.as_str()])?;
        list(output, words.right, [remark.right.as_str()])?;
    }
    match &candidate.answer {
        Some(answer) => list(output, words.answer, sentences(answer))?,
        None => writeln!(output, "{}", words.no_answer)?,
    }
    list(output, words.points, proposal.expected_points.iter().map(String::as_str))?;
    list(output, words.must_cite, proposal.must_cite.iter().map(String::as_str))
}

/// `entries` below their `heading`; nothing where there is none.
fn list<'a>(output: &mut impl Write, heading: &str, entries: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut entries = entries.into_iter().filter(|entry| !entry.is_empty()).peekable();
    if entries.peek().is_some() {
        writeln!(output, "{heading}")?;
    }
    for entry in entries {
        writeln!(output, "  - {}", neutral(entry))?;
    }
    Ok(())
}

fn sentences(answer: &Answer) -> impl Iterator<Item = &str> {
    let blocks = answer.sections.iter().flat_map(|section| &section.blocks);
    blocks.flat_map(Block::sentences).map(|sentence| sentence.text.as_str())
}
