//! A page's tokens turned into blocks.

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use super::code::Code;
use super::list::Lists;
use super::prose::{Prose, Stretch};
use super::table::Table;
use super::tokens::Piece;
use super::tree::{Keep, Tree, attribute};
use crate::knowledge::document::{Block, BlockKind, Meta};
use crate::knowledge::meta::web_address;
use crate::passage::SourceSpan;

/// A page while it is read.
#[derive(Debug)]
pub struct Page {
    tree: Tree,
    prose: Prose,
    code: Option<Code>,
    table: Option<Table>,
    in_cell: bool,
    lists: Lists,
    /// Whether the text so far is a term whose definition belongs to it.
    in_term: bool,
    meta: Meta,
    blocks: Vec<Block>,
}

impl Page {
    /// A page of which nothing has been read.
    pub fn new(keep: Keep) -> Self {
        Self {
            tree: Tree::new(keep),
            prose: Prose::default(),
            code: None,
            table: None,
            in_cell: false,
            lists: Lists::default(),
            in_term: false,
            meta: Meta::default(),
            blocks: Vec::new(),
        }
    }

    /// Takes the next piece of the page, which ends on this line.
    pub fn take(&mut self, piece: &Piece<'_>, line: u32) {
        match piece {
            Piece::Text(text) => self.text(text, line),
            Piece::Open(tag) => {
                for ended in self.tree.open(tag) {
                    self.leave(&ended);
                }
                self.note_meta(tag);
                if !self.tree.is_hidden() {
                    self.enter(tag, line);
                }
            }
            Piece::Close(name) => {
                if &***name == "code" && !self.tree.is_hidden() {
                    self.prose.close_code();
                }
                for ended in self.tree.close(name) {
                    self.leave(&ended);
                }
            }
            Piece::Comment(_) => {}
        }
    }

    /// What the page holds, after its last piece.
    pub fn finish(mut self) -> (Meta, Vec<Block>) {
        for ended in self.tree.close_all() {
            self.leave(&ended);
        }
        self.end_block();
        let item = self.lists.end_item();
        self.emit(BlockKind::ListItem, item);
        (self.meta, self.blocks)
    }

    fn text(&mut self, text: &str, line: u32) {
        if self.tree.is_hidden() {
        } else if let Some(code) = &mut self.code {
            code.push(text, line);
        } else {
            if self.in_term && !text.trim().is_empty() {
                self.in_term = false;
            }
            self.prose.push(text, line);
        }
    }

    fn note_meta(&mut self, tag: &Tag) {
        match &*tag.name {
            "html" if self.meta.language.is_none() => {
                self.meta.language = attribute(tag, "lang").and_then(|code| code.trim().parse().ok());
            }
            "link" if self.meta.url.is_none() => {
                let is_canonical =
                    attribute(tag, "rel").is_some_and(|rel| rel.trim().eq_ignore_ascii_case("canonical"));
                let address = attribute(tag, "href").filter(|_| is_canonical);
                self.meta.url = address.and_then(|address| web_address(address).ok());
            }
            _ => {}
        }
    }

    /// A visible element begins.
    fn enter(&mut self, tag: &Tag, line: u32) {
        match &*tag.name {
            "br" | "hr" | "p" | "div" | "dt" | "dd" => self.enter_lines(&tag.name, line),
            "code" => match &mut self.code {
                Some(code) => code.note_language(tag),
                None => self.prose.open_code(),
            },
            "pre" => {
                self.end_layout();
                self.code.get_or_insert_default().note_language(tag);
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.end_block();
                self.lists.open(&*tag.name == "ol");
            }
            "li" => {
                self.end_block();
                let item = self.lists.open_item();
                self.emit(BlockKind::ListItem, item);
            }
            "table" => {
                self.end_layout();
                self.table = Some(Table::default());
            }
            "tr" => {
                self.end_block();
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            "td" | "th" => {
                self.end_block();
                self.in_cell = self.table.is_some();
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.end_layout(),
            name if is_inline(name) => {}
            _ => self.end_block(),
        }
    }

    fn enter_lines(&mut self, name: &str, line: u32) {
        match (&mut self.code, name) {
            (Some(code), "br") => code.push("\n", line),
            (None, "br") if self.in_cell => self.prose.space(),
            (None, "br") if self.prose.break_line() => {}
            (None, "p" | "div" | "dt" | "dd") if self.in_term => {}
            _ => self.end_block(),
        }
    }

    /// A visible element has ended.
    fn leave(&mut self, name: &LocalName) {
        match &**name {
            "title" => {
                let title = self.prose.take().map(|stretch| stretch.text);
                self.meta.title = self.meta.title.take().or(title);
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.end_heading(name.as_bytes()[1] - b'0'),
            "pre" => {
                let block = self.code.take().and_then(Code::into_block);
                self.emit(BlockKind::Code, block);
            }
            "li" => {
                self.end_block();
                let item = self.lists.close_item();
                self.emit(BlockKind::ListItem, item);
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.end_block();
                let item = self.lists.close();
                self.emit(BlockKind::ListItem, item);
            }
            "td" | "th" if self.in_cell => {
                self.in_cell = false;
                let cell = self.prose.take();
                if let Some(table) = &mut self.table {
                    table.push_cell(cell);
                }
            }
            "tr" => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            "table" => self.end_table(),
            "dt" => {
                self.prose.end_term();
                self.in_term = true;
            }
            _ => self.end_block(),
        }
    }

    fn end_heading(&mut self, level: u8) {
        if self.lists.is_in_item() || self.in_cell {
            self.end_block();
            return;
        }
        let heading = self.prose.take().map(|mut stretch| {
            // The mark of a link to the heading itself.
            let words = stretch.text.trim_matches(['¶', '§']).trim_end_matches(" #").trim();
            stretch.text = words.replace('\n', " ").replace('`', "");
            stretch
        });
        self.push(BlockKind::Heading(level), heading);
    }

    fn end_table(&mut self) {
        self.end_block();
        match self.table.take().map(Table::into_markdown) {
            Some(Ok(block)) => self.emit(BlockKind::Table, Some(block)),
            Some(Err(layout)) => self.emit_cells(layout),
            None => {}
        }
    }

    /// Ends the block before an element that no cell of a table of data holds: the table around it only lays out the page.
    fn end_layout(&mut self) {
        self.in_cell = false;
        if let Some(layout) = self.table.take() {
            self.emit_cells(layout);
        }
        self.in_term = false;
        self.end_block();
    }

    fn emit_cells(&mut self, layout: Table) {
        for cell in layout.into_cells() {
            self.emit(BlockKind::Paragraph, Some(cell));
        }
    }

    /// Ends the running text, unless a cell holds it together.
    fn end_block(&mut self) {
        if let Some(code) = &mut self.code {
            code.end_line();
        } else if self.in_cell {
            self.prose.space();
        } else {
            self.in_term = false;
            let stretch = self.prose.take();
            match &mut self.table {
                // Browsers show text between cells above the table; here everything keeps its order.
                Some(table) if table.has_cells() && stretch.is_some() => table.push_cell(stretch),
                _ => self.emit(BlockKind::Paragraph, stretch),
            }
        }
    }

    /// Adds a block, to the list item that is being read if there is one.
    fn emit(&mut self, kind: BlockKind, stretch: Option<Stretch>) {
        match stretch {
            Some(stretch) if kind != BlockKind::ListItem && self.lists.is_in_item() => self.lists.push(&stretch),
            stretch => self.push(kind, stretch),
        }
    }

    fn push(&mut self, kind: BlockKind, stretch: Option<Stretch>) {
        if let Some(Stretch { text, start, end }) = stretch {
            self.blocks.push(Block { kind, text, span: SourceSpan::Lines { start, end } });
        }
    }
}

/// Whether an element's text runs on with that around it. Elements that nobody knows do, as in browsers.
fn is_inline(name: &str) -> bool {
    !super::tree::is_block(name)
}
