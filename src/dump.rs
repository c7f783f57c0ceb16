//! The rows of a store as text, one a line: `["key","value in base64"]`. What they mean stays with the store.

use std::io::{BufRead, Read as _, Write};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A row is a question with its answer at most.
const MOST_LINE: u64 = 64 << 20;

/// Writes rows; gives their number.
pub(crate) fn write<K: AsRef<[u8]>, V: AsRef<[u8]>>(
    rows: impl Iterator<Item = Result<(K, V)>>,
    writer: &mut impl Write,
) -> Result<u64> {
    let mut written = 0;
    for row in rows {
        let (key, value) = row?;
        let key = std::str::from_utf8(key.as_ref()).context("a key of the store is damaged")?;
        serde_json::to_writer(&mut *writer, &(key, STANDARD.encode(value)))?;
        writer.write_all(b"\n")?;
        written += 1;
    }
    Ok(written)
}

/// Hands what [`write`] wrote to `insert`, row by row; gives their number.
pub(crate) fn read(mut reader: impl BufRead, mut insert: impl FnMut(String, Vec<u8>) -> Result<()>) -> Result<u64> {
    let mut rows = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.by_ref().take(MOST_LINE).read_line(&mut line)? == 0 {
            return Ok(rows);
        }
        let damaged = || format!("line {} is damaged", rows + 1);
        let (key, value): (String, String) = serde_json::from_str(&line).with_context(damaged)?;
        insert(key, STANDARD.decode(value).with_context(damaged)?)?;
        rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let rows: Vec<(String, Vec<u8>)> =
            vec![("out\0discord\n".into(), vec![0, 255, b'"']), ("clave “ñ”".into(), Vec::new())];
        let mut text = Vec::new();
        assert_eq!(write(rows.iter().map(|(key, value)| Ok((key, value))), &mut text).expect("written"), 2);
        let mut back = Vec::new();
        let mut keep = |key, value| {
            back.push((key, value));
            Ok(())
        };
        assert_eq!(read(&*text, &mut keep).expect("read"), 2);
        let error = read(&b"[\"a\",\"AA==\"]\n[\"a\"\n"[..], |_, _| Ok(())).expect_err("cut off");
        assert_eq!(back, rows);
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
