//! The file of the goldset: one case a line, in an order that never changes.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};

use super::case::{Case, Problem};
use crate::durable;
use crate::words::{fold, words};

/// The goldset. A cheap handle: clones share everything. The file is read anew each time, so that what people write into
/// it by hand counts at once.
#[derive(Debug, Clone)]
pub struct Goldset {
    path: PathBuf,
    /// Held from reading the file to replacing it.
    writing: Arc<Mutex<()>>,
}

/// A case that is not taken into the file.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// It cannot be measured by.
    #[error(transparent)]
    Invalid(#[from] Problem),
    /// There is a case of that name.
    #[error("there is a case named {0} already")]
    TakenId(String),
    /// Another case asks the same.
    #[error("the case {0} asks the same question")]
    Asked(String),
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] anyhow::Error),
}

impl Goldset {
    /// The goldset in the file `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), writing: Arc::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All cases, in the order of the file; none where there is no file. An error names the file and the line.
    pub fn cases(&self) -> Result<Vec<Case>> {
        parse(&self.text()?, &self.path)
    }

    /// Adds `case` behind the others. When this returns, it is on disk; the lines before it are as they were.
    pub fn add(&self, case: &Case) -> Result<(), AddError> {
        case.validate()?;
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let text = self.text()?;
        let known = parse(&text, &self.path)?;
        if known.iter().any(|other| other.id == case.id) {
            return Err(AddError::TakenId(case.id.clone()));
        }
        if let Some(other) = known.iter().find(|other| asked(other) == asked(case)) {
            return Err(AddError::Asked(other.id.clone()));
        }
        let line = serde_json::to_string(case).context("a case cannot be written as JSON")?;
        let missing = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let whole = |writer: &mut std::io::BufWriter<std::fs::File>| {
            Ok(writer.write_all(format!("{text}{missing}{line}\n").as_bytes())?)
        };
        let advice = "if that folder cannot be written, set paths.goldset to a file elsewhere";
        Ok(durable::replace(&self.path, whole).context(advice)?)
    }

    fn text(&self) -> Result<String> {
        match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            read => read.with_context(|| format!("cannot read {}", self.path.display())),
        }
    }
}

/// The cases of `text`; refuses what is invalid or there twice.
fn parse(text: &str, path: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let (mut ids, mut questions) = (HashMap::new(), HashMap::new());
    for (line, row) in text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let line = line + 1;
        let place = || format!("{}:{line}", path.display());
        let case: Case = serde_json::from_str(row).with_context(place)?;
        case.validate().with_context(place)?;
        if let Some(first) = ids.insert(case.id.clone(), line) {
            bail!("{}: the id {} is that of line {first} already; give the case another", place(), case.id);
        }
        if let Some(first) = questions.insert(asked(&case), line) {
            bail!("{}: line {first} asks the same question; delete one of the two", place());
        }
        cases.push(case);
    }
    Ok(cases)
}

/// What a case asks, whatever its case, accents and punctuation.
fn asked(case: &Case) -> String {
    words(&fold(&case.question)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goldset::case::tests::case;

    fn goldset(text: &str) -> (tempfile::TempDir, Goldset) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("goldset.jsonl");
        std::fs::write(&path, text).expect("written");
        (folder, Goldset::new(path))
    }

    fn line(id: &str, question: &str) -> String {
        serde_json::to_string(&case(id, question)).expect("JSON")
    }

    #[test]
    fn cases_are_added_behind_the_others_and_their_lines_stay() {
        let by_hand = line("hand-1", "What is a queue?").replace("\",\"", "\", \"");
        let (_folder, goldset) = goldset(&by_hand);
        goldset.add(&case("b", "What is a lock?")).expect("added");
        goldset.add(&case("a", "What is a log?")).expect("added");
        let ids: Vec<String> = goldset.cases().expect("valid").into_iter().map(|case| case.id).collect();
        assert_eq!(ids, ["hand-1", "b", "a"]);
        let text = std::fs::read_to_string(goldset.path()).expect("text");
        assert_eq!(text.lines().next(), Some(by_hand.as_str()), "written as it was");
    }

    #[test]
    fn a_goldset_without_a_file_is_empty_and_begins_with_its_first_case() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let goldset = Goldset::new(folder.path().join("below/goldset.jsonl"));
        assert_eq!(goldset.cases().expect("none"), []);
        goldset.add(&case("a", "What is a log?")).expect("added");
        assert_eq!(goldset.cases().expect("one"), [case("a", "What is a log?")]);
    }

    #[test]
    fn what_is_there_already_is_refused_by_the_name_of_its_case() {
        let (_folder, goldset) = goldset(&line("a", "What is a log?"));
        let error = goldset.add(&case("a", "What is a queue?")).expect_err("taken");
        assert_eq!(error.to_string(), "there is a case named a already");
        let error = goldset.add(&case("b", "what is a LOG")).expect_err("asked");
        assert_eq!(error.to_string(), "the case a asks the same question");
        assert_eq!(goldset.cases().expect("valid").len(), 1);
    }

    #[test]
    fn a_wrong_line_is_named_and_nothing_is_written_over_it() {
        let check = |second: &str, expected: &str| {
            let text = format!("{}\n\n{second}\n", line("a", "What is a log?"));
            let (_folder, goldset) = goldset(&text);
            for error in [
                goldset.cases().expect_err("invalid"),
                goldset.add(&case("z", "What is a tree?")).expect_err("invalid").into(),
            ] {
                let error = format!("{error:#}");
                assert!(error.contains("goldset.jsonl:3") && error.contains(expected), "{error}");
            }
            assert_eq!(std::fs::read_to_string(goldset.path()).expect("text"), text);
        };
        check("{", "EOF");
        check(&line("a", "What is a queue?"), "the id a is that of line 1 already");
        check(&line("b", "What is a Log"), "line 1 asks the same question");
        check(&line("b", "What?").replace("\"answerable\":true", "\"answerable\":false"), "`answerable` is false");
        check(&line("b", "What?").replace("\"easy\"", "\"hardish\""), "unknown variant `hardish`");
        check(&line("b", "What?").replace("\"topics\"", "\"topic\""), "unknown field `topic`");
    }
}
