//! The rows of a store as text, one a line: `["key","value in base64"]`. What they mean stays with the store.

use std::io::{BufRead, ErrorKind, Read as _, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sled::Db;

/// A row is a question with its answer at most.
const MOST_LINE: u64 = 64 << 20;

/// Writes all rows of `db`; gives their number. Whoever has `turn` changes the store: nobody does while they are collected.
pub(crate) fn write(db: &Db, turn: &Mutex<()>, writer: &mut impl Write) -> Result<u64> {
    let rows = {
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        db.iter().collect::<sled::Result<Vec<_>>>()?
    };
    for (key, value) in &rows {
        let key = std::str::from_utf8(key).context("a key of the store is damaged")?;
        serde_json::to_writer(&mut *writer, &(key, STANDARD.encode(value)))?;
        writer.write_all(b"\n")?;
    }
    Ok(rows.len() as u64)
}

/// Makes a database in the folder `path`, where there is none, out of what [`write`] wrote; gives the number of its rows.
pub(crate) fn restore(path: &Path, mut reader: impl BufRead) -> Result<u64> {
    let db = sled::Config::new().path(path).flush_every_ms(None).open()?;
    let mut rows = 0;
    let mut line = String::new();
    while reader.by_ref().take(MOST_LINE).read_line(&mut line)? > 0 {
        let damaged = || format!("line {} is damaged", rows + 1);
        let (key, value): (String, String) = serde_json::from_str(&line).with_context(damaged)?;
        db.insert(key, STANDARD.decode(value).with_context(damaged)?)?;
        rows += 1;
        line.clear();
    }
    db.flush()?;
    Ok(rows)
}

/// Whether an error of the database says that what is on disk is damaged. A disk that is full, or a folder that may not be
/// read, is another matter.
pub(crate) fn is_damage(error: &sled::Error) -> bool {
    match error {
        sled::Error::Corruption { .. } => true,
        sled::Error::Io(error) => matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |name: &str| sled::open(folder.path().join(name)).expect("opens");
        let rows = [("clave “ñ”", &[][..]), ("out\0discord\n", &[0, 255, b'"'])];
        let db = open("a");
        for (key, value) in rows {
            db.insert(key, value).expect("inserted");
        }
        let mut text = Vec::new();
        assert_eq!(write(&db, &Mutex::new(()), &mut text).expect("written"), 2);
        assert_eq!(restore(&folder.path().join("b"), &*text).expect("restored"), 2);
        let back = open("b").iter().collect::<sled::Result<Vec<_>>>().expect("read");
        let back: Vec<_> = back.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(back, rows.map(|(key, value)| (key.as_bytes(), value)));
        let cut = restore(&folder.path().join("c"), &b"[\"a\",\"AA==\"]\n[\"a\"\n"[..]);
        assert!(cut.expect_err("cut off").to_string().contains("line 2"));
    }
}
