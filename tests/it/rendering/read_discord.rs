//! Discord's Markdown, read as its clients read it, as far as Colega writes it; what acts beyond that is an error.

/// What people see of `part`.
///
/// # Errors
/// What would act, or is not closed.
pub fn read(part: &str) -> Result<String, String> {
    let mut shown = String::new();
    let mut fence = false;
    for line in part.split('\n') {
        if fence {
            if line == "```" {
                fence = false;
            } else {
                shown.push_str(line);
            }
        } else if let Some(language) = line.strip_prefix("```") {
            if language.contains('`') {
                return Err("a fence in a line".to_owned());
            }
            fence = true;
        } else {
            Line { rest: line, shown: &mut shown }.read()?;
        }
    }
    if fence { Err("an open fence".to_owned()) } else { Ok(shown) }
}

struct Line<'a> {
    rest: &'a str,
    shown: &'a mut String,
}

impl Line<'_> {
    fn read(mut self) -> Result<(), String> {
        for sign in ["### ", "-# ", "- "] {
            if let Some(rest) = self.rest.strip_prefix(sign) {
                self.rest = rest;
                break;
            }
        }
        if self.rest.trim_start().starts_with(['#', '>']) {
            return Err(format!("a line that begins with {:?}", self.rest));
        }
        let mut open: Vec<&str> = Vec::new();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\\' => self.escaped()?,
                '`' => self.code()?,
                '*' => {
                    let sign = if self.rest.starts_with("**") && open.last() != Some(&"*") { "**" } else { "*" };
                    if open.last() == Some(&sign) {
                        open.pop();
                    } else {
                        open.push(sign);
                    }
                    self.rest = &self.rest[sign.len()..];
                }
                '[' => self.rest = &self.rest[1..],
                ']' => self.target()?,
                '_' | '~' | '|' | '<' => return Err(format!("{c} acts")),
                '@' if !self.rest[1..].starts_with('\u{2060}') => return Err("a name is called".to_owned()),
                ':' if self.rest.starts_with("://") => return Err("an address acts".to_owned()),
                _ => {
                    self.shown.push(c);
                    self.rest = &self.rest[c.len_utf8()..];
                }
            }
        }
        if open.is_empty() { Ok(()) } else { Err(format!("{open:?} stay open")) }
    }

    fn escaped(&mut self) -> Result<(), String> {
        let sign = self.rest[1..].chars().next().ok_or("a backslash at the end")?;
        if !sign.is_ascii_punctuation() {
            return Err(format!("a backslash before {sign:?}"));
        }
        self.shown.push(sign);
        self.rest = &self.rest[1 + sign.len_utf8()..];
        if sign == '@' { Err("an escaped name".to_owned()) } else { Ok(()) }
    }

    fn code(&mut self) -> Result<(), String> {
        let end = self.rest[1..].find('`').ok_or("code that stays open")?;
        if end == 0 {
            return Err("two backticks".to_owned());
        }
        self.shown.push_str(&self.rest[1..=end]);
        self.rest = &self.rest[end + 2..];
        Ok(())
    }

    fn target(&mut self) -> Result<(), String> {
        let target = self.rest.strip_prefix("](<").ok_or("a bracket that is no link's")?;
        let (url, rest) = target.split_once(">)").ok_or("a target that stays open")?;
        if !(url.starts_with("https://") || url.starts_with("http://")) || url.contains(['<', '>', ' ']) {
            return Err(format!("a link to {url:?}"));
        }
        self.rest = rest;
        Ok(())
    }
}
