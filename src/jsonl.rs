//! Files with one JSON object a line.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::durable;

/// How many rows are turned into text before they are written.
const ROWS_AT_ONCE: usize = 4_096;

/// Reads all rows, on all cores; empty lines are passed over. An error names the file and the line.
pub fn read<T: DeserializeOwned + Send>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines: Vec<&str> = text.lines().collect();
    let row = |(number, line): (usize, &&str)| {
        serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), number + 1))
    };
    let rows: Vec<Result<T>> =
        lines.par_iter().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(row).collect();
    // The first error, not any.
    rows.into_iter().collect()
}

/// Writes all rows, made on all cores; a crash leaves either the old file or the new one.
pub fn write<T: Serialize + Sync>(path: &Path, rows: &[T]) -> Result<()> {
    durable::replace(path, |writer| {
        for batch in rows.chunks(ROWS_AT_ONCE) {
            for row in batch.par_iter().map(serde_json::to_vec).collect::<serde_json::Result<Vec<_>>>()? {
                writer.write_all(&row)?;
                writer.write_all(b"\n")?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_errors_name_their_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("below/rows.jsonl");
        write(&path, &[1, 2]).expect("written");
        assert_eq!(read::<u32>(&path).expect("read"), [1, 2]);
        std::fs::write(&path, "1\n\nx\n").expect("written");
        let error = format!("{:#}", read::<u32>(&path).expect_err("no number"));
        assert!(error.contains("rows.jsonl:3"), "{error}");
    }
}
