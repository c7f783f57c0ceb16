//! Tables of a page, as Markdown.

use super::prose::Stretch;

/// A table while its cells are read.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<Option<Stretch>>>,
    row: Vec<Option<Stretch>>,
}

impl Table {
    /// Adds a cell to the row; `None` is an empty one.
    pub fn push_cell(&mut self, cell: Option<Stretch>) {
        self.row.push(cell);
    }

    /// Whether a cell has been added.
    pub fn has_cells(&self) -> bool {
        !self.rows.is_empty() || !self.row.is_empty()
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        if row.iter().any(Option::is_some) {
            self.rows.push(row);
        }
    }

    /// The cells that hold text, row by row: what is left of a table that only lays out a page.
    pub fn into_cells(mut self) -> Vec<Stretch> {
        self.end_row();
        self.rows.into_iter().flatten().flatten().collect()
    }

    /// The table in Markdown notation; gives itself back where it has one row or one column only.
    pub fn into_markdown(mut self) -> Result<Stretch, Self> {
        self.end_row();
        if self.rows.len() < 2 || self.rows.iter().all(|row| row.len() < 2) {
            return Err(self);
        }
        let cells = || self.rows.iter().flatten().flatten();
        let start = cells().map(|cell| cell.start).min().unwrap_or(1);
        let end = cells().map(|cell| cell.end).max().unwrap_or(1);
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            text.push('|');
            for cell in row {
                let words = cell.as_ref().map_or_else(String::new, |cell| cell.text.replace('\n', " "));
                text.extend([" ", &words.replace('|', "\\|"), " |"]);
            }
            text.push('\n');
            if index == 0 {
                text.push('|');
                text.push_str(&" --- |".repeat(row.len()));
                text.push('\n');
            }
        }
        Ok(Stretch { text: text.trim_end().to_owned(), start, end })
    }
}
