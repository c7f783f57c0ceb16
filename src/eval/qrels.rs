//! Relevance judgements in the form of the BEIR benchmark: query, row and grade between tabs, below a line of headings.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// What a judgement speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// One row of the corpus.
    Rows,
    /// All rows of one document.
    Documents,
}

/// Relevance judgements by query.
#[derive(Debug)]
pub struct Qrels {
    /// What they speak of.
    pub by: Judged,
    /// By query the grade of each row or document.
    pub of: HashMap<String, HashMap<String, f64>>,
}

impl Qrels {
    /// Keeps the judgements on these `rows` and `documents`. They are on documents when none is on a row.
    pub fn read(path: &Path, rows: &HashSet<&str>, documents: &HashSet<&str>) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut rows_of: HashMap<String, HashMap<String, f64>> = HashMap::new();
        let mut documents_of: HashMap<String, HashMap<String, f64>> = HashMap::new();
        for (number, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [query, id, grade] = fields[..] else {
                bail!("{}:{}: expected query id, corpus id and grade between tabs", path.display(), number + 1);
            };
            let grade: f64 = grade
                .trim()
                .parse()
                .with_context(|| format!("{}:{}: the grade is no number", path.display(), number + 1))?;
            let of = if rows.contains(id) {
                &mut rows_of
            } else if documents.contains(id) {
                &mut documents_of
            } else {
                continue;
            };
            of.entry(query.to_owned()).or_default().insert(id.to_owned(), grade);
        }
        Ok(if rows_of.is_empty() {
            Self { by: Judged::Documents, of: documents_of }
        } else {
            Self { by: Judged::Rows, of: rows_of }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Qrels> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("writable");
        Qrels::read(file.path(), &HashSet::from(["a@1", "a@2"]), &HashSet::from(["a", "b"]))
    }

    fn check(text: &str, by: Judged, expected: &[(&str, &str, f64)]) {
        let qrels = read(text).expect("good judgements");
        let mut found: Vec<(&str, &str, f64)> = Vec::new();
        for (query, grades) in &qrels.of {
            found.extend(grades.iter().map(|(id, &grade)| (query.as_str(), id.as_str(), grade)));
        }
        found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        assert_eq!((qrels.by, found.as_slice()), (by, expected), "{text}");
    }

    #[test]
    fn judgements_are_on_rows_or_else_on_documents() {
        check("query\tid\tscore\nq\ta@1\t1\nq\tb\t2\nq\tgone\t1\n\n", Judged::Rows, &[("q", "a@1", 1.0)]);
        check("query\tid\tscore\nq\ta\t1\r\nq\tb\t2", Judged::Documents, &[("q", "a", 1.0), ("q", "b", 2.0)]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = read("query\tid\tscore\nq a 1\n").expect_err("no tabs");
        assert!(error.to_string().ends_with(":2: expected query id, corpus id and grade between tabs"), "{error}");
        let error = read("query\tid\tscore\n\nq\ta\tgood\n").expect_err("no number");
        assert!(error.to_string().ends_with(":3: the grade is no number"), "{error}");
    }
}
