//! What came of the sources, for a person to read.

use std::collections::BTreeMap;
use std::fmt;

use crate::knowledge::dedupe::Duplicate;
use crate::knowledge::document::ParseError;

/// How many entries of one kind are written out.
const MOST_LINES: usize = 20;

/// What came of a folder of sources. Its text is meant for people.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Files that were read.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Passages that came out, duplicates left out.
    pub passages: usize,
    /// Files that could not be read, in the order of their names.
    pub skipped: Vec<ParseError>,
    /// What was odd in files that were read, in the order of their names.
    pub warnings: Vec<ParseError>,
    /// Passages that were left out because another says the same.
    pub duplicates: Vec<Duplicate>,
    /// How many files there are of each extension that cannot be read; the empty one stands for files without.
    pub unsupported: BTreeMap<String, usize>,
    /// How many hidden files and folders were passed over.
    pub hidden: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = size(self.bytes);
        writeln!(f, "{} ({size}) gave {}.", count(self.files, "file"), count(self.passages, "passage"))?;
        list(f, &count(self.skipped.len(), "file"), "not read", &self.skipped, ToString::to_string)?;
        list(f, &count(self.warnings.len(), "warning"), "", &self.warnings, ToString::to_string)?;
        list(f, &count(self.duplicates.len(), "duplicate"), "left out", &self.duplicates, |duplicate| {
            let Duplicate { removed, kept, similarity } = duplicate;
            format!("{removed} says the same as {kept} ({:.0}%)", similarity * 100.0)
        })?;
        if !self.unsupported.is_empty() {
            let kinds = self.unsupported.iter().map(|(extension, count)| match extension.as_str() {
                "" => format!("{count} without extension"),
                extension => format!("{count} .{extension}"),
            });
            let kinds = kinds.collect::<Vec<_>>().join(", ");
            writeln!(f, "Not of a kind that can be read (.md .html .pdf .txt .srt .vtt): {kinds}.")?;
        }
        if self.hidden > 0 {
            writeln!(f, "{} passed over.", count(self.hidden, "hidden file or folder"))?;
        }
        Ok(())
    }
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    happened: &str,
    entries: &[T],
    line: impl Fn(&T) -> String,
) -> fmt::Result {
    if entries.is_empty() {
        return Ok(());
    }
    let gap = if happened.is_empty() { "" } else { " " };
    writeln!(f, "{what}{gap}{happened}:")?;
    for entry in entries.iter().take(MOST_LINES) {
        writeln!(f, "  {}", line(entry))?;
    }
    match entries.len().saturating_sub(MOST_LINES) {
        0 => Ok(()),
        more => writeln!(f, "  … and {more} more"),
    }
}

fn count(number: usize, what: &str) -> String {
    match (number, what) {
        (1, _) => format!("1 {what}"),
        (_, "hidden file or folder") => format!("{number} hidden files and folders"),
        _ => format!("{number} {what}s"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::dedupe::Place;
    use crate::passage::{ChunkId, SourceSpan};

    #[test]
    fn a_report_reads_well() {
        let place = |file: &str| Place {
            chunk_id: ChunkId::new(file, "", 0),
            source_file: file.to_owned(),
            source_span: SourceSpan::Lines { start: 3, end: 9 },
        };
        let error = |file: &str| ParseError {
            file: file.to_owned(),
            line: Some(4),
            reason: "the time is no time".to_owned(),
            mend: "write 00:00:01.000".to_owned(),
        };
        let report = Report {
            files: 2,
            bytes: 1536,
            passages: 1,
            skipped: vec![error("a.vtt")],
            warnings: (0..22).map(|at| error(&format!("{at}.srt"))).collect(),
            duplicates: vec![Duplicate { removed: place("b.md"), kept: place("a.md"), similarity: 0.954 }],
            unsupported: BTreeMap::from([(String::new(), 1), ("docx".to_owned(), 2)]),
            hidden: 1,
        };
        let text = report.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "2 files (1.5 KiB) gave 1 passage.",
                "1 file not read:",
                "  a.vtt:4: the time is no time; write 00:00:01.000",
            ]
        );
        assert_eq!(lines[3], "22 warnings:");
        assert_eq!(
            lines[24..],
            [
                "  … and 2 more",
                "1 duplicate left out:",
                "  b.md L3–9 says the same as a.md L3–9 (95%)",
                "Not of a kind that can be read (.md .html .pdf .txt .srt .vtt): 1 without extension, 2 .docx.",
                "1 hidden file or folder passed over.",
            ]
        );
    }
}
