//! A document as cards see it: its sections, with what can be quoted from each.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::passage::Passage;
use crate::question::Language;
use crate::reading::quotable::{self, Quotable};
use crate::reading::role::Role;

/// The passages of one file.
pub(super) struct Document<'a> {
    /// In their order; never empty.
    pub sections: Vec<Section<'a>>,
    /// The running text of all of them on one line, without blocks of code.
    pub prose: String,
    /// What the whole knowledge base writes small.
    pub vocabulary: &'a Vocabulary,
}

/// Which words a knowledge base writes with a small letter, and which with a large one within a sentence; outside code.
pub(super) struct Vocabulary {
    small: HashSet<String>,
    large: HashSet<String>,
}

impl Vocabulary {
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        static CODE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?ms)^```.*?^```|`[^`\n]*`").expect("a test uses it"));
        static WITHIN: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\p{Ll},? (\p{Lu}[\p{L}\p{N}/-]*)").expect("a test uses it"));
        let (mut small, mut large) = (HashSet::new(), HashSet::new());
        for text in texts {
            let prose = CODE.replace_all(text, " ");
            let split = prose.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '/'));
            small.extend(split.filter(|word| word.starts_with(char::is_lowercase)).map(str::to_owned));
            large.extend(WITHIN.captures_iter(&prose).map(|found| found[1].to_owned()));
        }
        Self { small, large }
    }

    /// Whether `word`, which is written with a large first letter here, is written small where no sentence begins.
    pub fn is_written_small(&self, word: &str) -> bool {
        self.small.contains(&word.to_lowercase()) || !self.large.contains(word)
    }
}

/// Neighbouring passages below the same headings.
pub(super) struct Section<'a> {
    /// In their order; never empty.
    pub passages: Vec<&'a Passage>,
    /// What can be quoted, each with the place of its passage among `passages`.
    pub quotables: Vec<(usize, Quotable)>,
    /// The part that its innermost heading announces.
    pub role: Option<Role>,
}

impl<'a> Document<'a> {
    pub fn read(passages: &'a [Passage], vocabulary: &'a Vocabulary) -> Self {
        let same = |a: &Passage, b: &Passage| (&a.headings, a.lang, &a.scope) == (&b.headings, b.lang, &b.scope);
        let sections: Vec<Section<'a>> = passages.chunk_by(same).map(Section::read).collect();
        let prose = sections
            .iter()
            .flat_map(|section| &section.quotables)
            .filter(|(_, quotable)| !quotable.is_code())
            .map(|(_, quotable)| quotable.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        Self { sections, prose, vocabulary }
    }
}

impl<'a> Section<'a> {
    fn read(passages: &'a [Passage]) -> Self {
        let quotables = passages
            .iter()
            .enumerate()
            .flat_map(|(at, passage)| quotable::in_passage(passage).into_iter().map(move |quotable| (at, quotable)))
            .collect();
        let role = Role::below(&passages[0].headings);
        Self { passages: passages.iter().collect(), quotables, role }
    }

    /// Whether its heading says which part of an answer it is.
    pub fn is_announced(&self) -> bool {
        self.role.is_some()
    }

    pub fn lang(&self) -> Language {
        self.passages[0].lang
    }

    /// The innermost heading, if there is one.
    pub fn heading(&self) -> Option<&'a str> {
        self.passages[0].headings.last().map(String::as_str)
    }

    /// What the section is about: the nearest heading that names a subject, or the document's title.
    pub fn name(&self) -> &'a str {
        let passage = self.passages[0];
        let names = passage.headings.iter().rev().find(|heading| Role::of_heading(heading).is_none());
        names.unwrap_or(&passage.title)
    }
}
