//! Lists of a page, as Markdown: an outermost item with all that is nested in it is one block.

use super::prose::Stretch;

/// Items nested deeper than this are written no further to the right.
const MAX_INDENT: usize = 8;

/// The lists that are open, and the outermost item being read.
#[derive(Debug, Default)]
pub struct Lists {
    /// The number of the next item of each open list; `None` for bullets.
    numbers: Vec<Option<usize>>,
    item: Option<Stretch>,
    /// Indentation and mark of an item that has no text yet.
    mark: Option<String>,
}

impl Lists {
    /// A list begins.
    pub fn open(&mut self, is_numbered: bool) {
        self.numbers.push(is_numbered.then_some(1));
    }

    /// A list ends. Returns the item that ends with it.
    pub fn close(&mut self) -> Option<Stretch> {
        self.numbers.pop();
        if self.numbers.is_empty() { self.end_item() } else { None }
    }

    /// An item begins, at whatever depth. Returns the outermost item that ends thereby.
    pub fn open_item(&mut self) -> Option<Stretch> {
        let ended = if self.numbers.len() < 2 { self.end_item() } else { None };
        let mark = match self.numbers.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            Some(None) | None => "- ".to_owned(),
        };
        self.mark = Some("  ".repeat(self.depth()) + &mark);
        ended
    }

    /// An item ends, at whatever depth. Returns it if it is an outermost one.
    pub fn close_item(&mut self) -> Option<Stretch> {
        self.mark = None;
        if self.numbers.len() < 2 { self.end_item() } else { None }
    }

    /// Whether text belongs to an item.
    pub fn is_in_item(&self) -> bool {
        self.item.is_some() || self.mark.is_some()
    }

    /// Adds text, which may have several lines, to the outermost item.
    pub fn push(&mut self, text: &Stretch) {
        let indent = "  ".repeat(self.depth() + 1);
        let item = self.item.get_or_insert_with(|| Stretch { text: String::new(), start: text.start, end: text.end });
        item.end = text.end;
        for line in text.text.lines() {
            if !item.text.is_empty() {
                item.text.push('\n');
            }
            match self.mark.take() {
                Some(mark) => item.text.push_str(&mark),
                None if line.is_empty() => {}
                None => item.text.push_str(&indent),
            }
            item.text.push_str(line);
        }
    }

    fn depth(&self) -> usize {
        self.numbers.len().saturating_sub(1).min(MAX_INDENT)
    }

    /// Ends the outermost item, if one is open.
    pub fn end_item(&mut self) -> Option<Stretch> {
        self.mark = None;
        self.item.take()
    }
}
