//! Running text as it comes together from pieces of a page.

/// Text with the lines on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The text, its white space collapsed.
    pub text: String,
    /// First line.
    pub start: u32,
    /// Last line.
    pub end: u32,
}

/// Collapses white space and puts inline code between backticks.
#[derive(Debug, Default)]
pub struct Prose {
    text: String,
    start: u32,
    end: u32,
    gap: bool,
    code_from: Option<usize>,
}

impl Prose {
    /// Adds text that ends on this line.
    pub fn push(&mut self, text: &str, line: u32) {
        for (index, word) in text.split(char::is_whitespace).enumerate() {
            self.gap |= index > 0;
            if word.is_empty() {
                continue;
            }
            if self.text.is_empty() {
                self.start = line;
            }
            self.fill_gap();
            self.text.push_str(word);
            self.end = line;
        }
    }

    /// Parts the words before from those that follow.
    pub fn space(&mut self) {
        self.gap = true;
    }

    /// Ends the line. Returns false, and does nothing, where nothing stands on it.
    pub fn break_line(&mut self) -> bool {
        let has_text = !self.text.is_empty() && !self.text.ends_with('\n');
        if has_text {
            self.text.push('\n');
            self.gap = false;
        }
        has_text
    }

    /// Ends a term, if there is one, so that its definition can follow.
    pub fn end_term(&mut self) {
        self.close_code();
        if !self.text.is_empty() && !self.text.ends_with(':') {
            self.text.push(':');
        }
        self.gap = true;
    }

    /// What follows is code.
    pub fn open_code(&mut self) {
        self.fill_gap();
        self.code_from.get_or_insert(self.text.len());
    }

    /// What was code ends.
    pub fn close_code(&mut self) {
        let Some(from) = self.code_from.take() else { return };
        let code = self.text.split_off(from);
        let code = code.trim();
        if code.is_empty() {
            return;
        }
        let (fence, pad) = if code.contains('`') { ("``", " ") } else { ("`", "") };
        self.text.extend([fence, pad, code, pad, fence]);
    }

    /// Takes what came together, if it holds a word, and begins anew.
    pub fn take(&mut self) -> Option<Stretch> {
        self.close_code();
        let Self { text, start, end, .. } = std::mem::take(self);
        let text = text.trim();
        text.contains(char::is_alphanumeric).then(|| Stretch { text: text.to_owned(), start, end })
    }

    fn fill_gap(&mut self) {
        if self.gap && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
        self.gap = false;
    }
}
