//! Figures as a small table for people: names to the left, values to the right.

use std::fmt;

/// Writes `rows` below each other, each a name and a value, in two aligned columns.
pub fn write(f: &mut fmt::Formatter<'_>, rows: &[(&str, String)]) -> fmt::Result {
    let widest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let name_width = widest(&mut rows.iter().map(|(name, _)| name.chars().count()));
    let value_width = widest(&mut rows.iter().map(|(_, value)| value.chars().count()));
    for (name, value) in rows {
        writeln!(f, "{name:name_width$}  {value:>value_width$}")?;
    }
    Ok(())
}

/// A share or a metric between 0 and 1, as `0.982`.
pub fn share(value: f64) -> String {
    format!("{value:.3}")
}

/// A time in milliseconds, as `0.31 ms`.
pub fn milliseconds(value: f64) -> String {
    format!("{value:.2} ms")
}

/// A number of bytes, as `12.3 MB` (10⁶ bytes); a dash where it is not known.
#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "–".to_owned(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table;

    impl fmt::Display for Table {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write(f, &[("año", share(0.98249)), ("memory", megabytes(Some(12_340_000))), ("peak", megabytes(None))])
        }
    }

    #[test]
    fn columns_are_aligned_by_character() {
        assert_eq!(Table.to_string(), "año       0.982\nmemory  12.3 MB\npeak          –\n");
    }
}
