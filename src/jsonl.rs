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
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    // Bytes that are no UTF-8 are an error of their line, like everything else that is no JSON.
    let row = |(number, line): (usize, &&[u8])| {
        serde_json::from_slice(line).with_context(|| format!("{}:{}", path.display(), number + 1))
    };
    let rows: Vec<Result<T>> =
        lines.par_iter().enumerate().filter(|(_, line)| !line.trim_ascii().is_empty()).map(row).collect();
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
        for wrong in [&b"1\n\nx\ny\n"[..], b"1\r\n2\n\"\xFF\"\n"] {
            std::fs::write(&path, wrong).expect("written");
            let error = format!("{:#}", read::<serde_json::Value>(&path).expect_err("no JSON"));
            assert!(error.contains("rows.jsonl:3"), "{error}");
        }
    }
}
