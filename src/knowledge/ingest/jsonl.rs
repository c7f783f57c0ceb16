//! Files of one JSON object a line.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes `rows` to the file `out`, one JSON object a line. Whoever reads sees the old file or the new one, never a part.
pub fn write_jsonl<T: Serialize>(rows: &[T], out: &Path) -> Result<()> {
    let write = || -> Result<()> {
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = BufWriter::new(new_file(folder)?);
        for row in rows {
            serde_json::to_writer(&mut file, row)?;
            file.write_all(b"\n")?;
        }
        let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(out)?;
        // Without this a power failure may forget the renaming. Not every platform lets a folder be opened.
        if let Ok(folder) = File::open(folder) {
            folder.sync_all()?;
        }
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", out.display()))
}

/// A temporary file in `folder` that everybody may read, like any other file that a program writes.
fn new_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder)
}

/// Reads what [`write_jsonl`] writes; empty lines are passed over. Errors name the file and the line.
pub fn read_jsonl<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let file =
        File::open(path).with_context(|| format!("cannot read {}; write it with `colega ingest`", path.display()))?;
    let mut rows = Vec::new();
    for (at, line) in BufReader::new(file).lines().enumerate() {
        let place =
            || format!("{}:{} is no row of this file; write it anew with `colega ingest`", path.display(), at + 1);
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            rows.push(serde_json::from_str(&line).with_context(place)?);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::Timestamp;

    #[test]
    fn rows_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("deep/rows.jsonl");
        let rows: Vec<_> = (0..3).map(Timestamp::from_millis).collect();
        write_jsonl(&rows[..1], &path).expect("writable");
        write_jsonl(&rows, &path).expect("may be replaced");
        assert_eq!(read_jsonl::<Timestamp>(&path).expect("readable"), rows);
        let names = std::fs::read_dir(path.parent().expect("has one")).expect("readable").count();
        assert_eq!(names, 1, "no temporary file is left");
    }

    #[test]
    fn a_broken_row_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, "\"00:00:00.001\"\n\n{\"half\":").expect("writable");
        let error = format!("{:#}", read_jsonl::<Timestamp>(&path).expect_err("the third line is broken"));
        assert!(error.contains("rows.jsonl:3"), "{error}");
    }
}
