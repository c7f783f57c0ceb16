//! Files with one JSON object a line.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::durable;

/// Reads all rows; empty lines are passed over. An error names the file and the line.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", path.display(), number + 1);
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            rows.push(serde_json::from_str(&line).with_context(place)?);
        }
    }
    Ok(rows)
}

/// Writes all rows; a crash leaves either the old file or the new one.
pub fn write<'a, T: Serialize + 'a>(path: &Path, rows: impl IntoIterator<Item = &'a T>) -> Result<()> {
    durable::replace(path, |writer| {
        for row in rows {
            serde_json::to_writer(&mut *writer, row)?;
            writer.write_all(b"\n")?;
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
