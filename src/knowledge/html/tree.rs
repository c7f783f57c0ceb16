//! Which elements of a page are open, and which of them a reader sees.

use std::collections::HashMap;

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

/// How far up an unclosed element is looked for that a new one ends.
const IMPLIED_REACH: usize = 16;

/// What is left out of a page besides scripts, forms' fields and what its markup hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Page furniture is left out: navigation, headers, footers, asides, forms.
    Content,
    /// Furniture stays: for a page that holds nothing else.
    Everything,
}

/// The open elements of a page, outermost first. Elements that only colour their text (`<b>`) are not among them.
#[derive(Debug)]
pub struct Tree {
    keep: Keep,
    open: Vec<LocalName>,
    counts: HashMap<LocalName, usize>,
    /// Where in `open` the outermost element stands that readers do not see.
    hidden_from: Option<usize>,
}

impl Tree {
    /// No element is open yet.
    pub fn new(keep: Keep) -> Self {
        Self { keep, open: Vec::new(), counts: HashMap::new(), hidden_from: None }
    }

    /// Whether text at this place is not shown to readers.
    pub fn is_hidden(&self) -> bool {
        self.hidden_from.is_some()
    }

    /// Opens an element. Returns the visible ones that end thereby, innermost first.
    pub fn open(&mut self, tag: &Tag) -> Vec<LocalName> {
        if is_void(&tag.name) {
            return Vec::new();
        }
        let is_block = is_block(&tag.name);
        let ended = if is_block { self.end_implied(&tag.name) } else { Vec::new() };
        if let Some(from) = self.hidden_from {
            if is_block || self.open.get(from) == Some(&tag.name) {
                self.push(&tag.name);
            }
        } else if self.hides(tag) {
            if !tag.self_closing || is_block {
                self.hidden_from = Some(self.open.len());
                self.push(&tag.name);
            }
        } else if is_block {
            self.push(&tag.name);
        }
        ended
    }

    /// Closes the innermost element of this name with all inside it. Returns the visible ones that end, innermost first.
    pub fn close(&mut self, name: &LocalName) -> Vec<LocalName> {
        if !self.counts.contains_key(name) {
            return Vec::new();
        }
        match self.open.iter().rposition(|open| open == name) {
            Some(at) => self.truncate(at),
            None => Vec::new(),
        }
    }

    /// Closes everything. Returns the visible elements that end, innermost first.
    pub fn close_all(&mut self) -> Vec<LocalName> {
        self.truncate(0)
    }

    fn push(&mut self, name: &LocalName) {
        *self.counts.entry(name.clone()).or_default() += 1;
        self.open.push(name.clone());
    }

    fn truncate(&mut self, length: usize) -> Vec<LocalName> {
        let visible = self.hidden_from.unwrap_or(usize::MAX);
        let mut ended = Vec::new();
        while self.open.len() > length
            && let Some(name) = self.open.pop()
        {
            if let Some(count) = self.counts.get_mut(&name) {
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(&name);
                }
            }
            if self.open.len() < visible {
                ended.push(name);
            }
        }
        self.hidden_from = self.hidden_from.filter(|&from| from < self.open.len());
        ended
    }

    /// Ends what HTML lets authors leave unclosed: a list item at the next one, a paragraph at the next block.
    fn end_implied(&mut self, name: &str) -> Vec<LocalName> {
        let (ends, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu", "dir"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr"], &["tbody", "thead", "tfoot", "table"]),
            "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot"], &["table"]),
            _ if self.open.last().is_some_and(|open| &**open == "p") => return self.truncate(self.open.len() - 1),
            _ => return Vec::new(),
        };
        for (at, open) in self.open.iter().enumerate().rev().take(IMPLIED_REACH) {
            if ends.contains(&&**open) {
                return self.truncate(at);
            }
            if within.contains(&&**open) {
                break;
            }
        }
        Vec::new()
    }

    fn hides(&self, tag: &Tag) -> bool {
        let by_name = match &*tag.name {
            "script" | "style" | "noscript" | "template" | "svg" | "iframe" | "object" | "canvas" | "audio"
            | "video" | "select" | "textarea" | "datalist" | "map" | "noembed" | "noframes" => true,
            "nav" | "footer" | "aside" | "form" | "button" => self.keep == Keep::Content,
            // The header of an article holds the article's own heading.
            "header" => {
                self.keep == Keep::Content
                    && !["article", "main"].iter().any(|name| self.counts.contains_key(&LocalName::from(*name)))
            }
            _ => false,
        };
        by_name || is_hidden_by_attribute(tag)
    }
}

/// The value of an attribute.
pub fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn is_hidden_by_attribute(tag: &Tag) -> bool {
    attribute(tag, "hidden").is_some()
        || attribute(tag, "aria-hidden").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
        || attribute(tag, "style").is_some_and(is_hiding_style)
}

fn is_hiding_style(style: &str) -> bool {
    style.to_ascii_lowercase().split(';').filter_map(|declaration| declaration.split_once(':')).any(|(name, value)| {
        let value = value.trim().trim_end_matches("!important").trim_end();
        match name.trim() {
            "display" => value == "none",
            "visibility" => value == "hidden" || value == "collapse",
            "font-size" | "opacity" => {
                let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
                number.parse::<f32>().is_ok_and(|size| size <= 0.0)
            }
            _ => false,
        }
    })
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether the text of an element stands apart from that around it; elements that authors made up (`my-card`) do.
pub fn is_block(name: &str) -> bool {
    name.contains('-')
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "body"
                | "caption"
                | "center"
                | "dd"
                | "details"
                | "dialog"
                | "dir"
                | "div"
                | "dl"
                | "dt"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "footer"
                | "form"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "head"
                | "header"
                | "hgroup"
                | "html"
                | "legend"
                | "li"
                | "main"
                | "menu"
                | "nav"
                | "ol"
                | "p"
                | "pre"
                | "search"
                | "section"
                | "summary"
                | "table"
                | "tbody"
                | "td"
                | "tfoot"
                | "th"
                | "thead"
                | "title"
                | "tr"
                | "ul"
        )
}
