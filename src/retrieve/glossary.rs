//! Terms that mean the same: acronyms and their long forms, English terms and Spanish ones.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::question::Language;
use crate::words;

/// The glossary that is built in, `configs/glossary.toml`.
const BUILT_IN: &str = include_str!("../../configs/glossary.toml");

/// Groups of terms that mean the same.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Glossary {
    groups: Vec<Group>,
}

/// Terms that mean the same.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    terms: Vec<Term>,
    /// Whether they are words of everyday speech, which mean about the same.
    is_everyday: bool,
}

/// A term, by word: what it is compared by, and what is searched for.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    folded: Vec<String>,
    stems: [Vec<String>; 2],
}

/// A term of the glossary found in a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    /// The words of the question that it matched, folded.
    pub matched: Vec<String>,
    /// The other terms of its group, each as folded words.
    pub synonyms: Vec<Vec<String>>,
    /// Whether they mean about the same only.
    pub is_everyday: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    same: Vec<Vec<String>>,
    #[serde(default)]
    everyday: Vec<Vec<String>>,
}

impl Glossary {
    /// The built-in glossary.
    ///
    /// # Panics
    /// Never: a test reads it.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("a test reads the built-in glossary")
    }

    /// The glossary in a file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not a glossary", path.display()))
    }

    /// The glossary in a TOML text: `same`, a list of lists of terms, and `everyday`, another, of words of everyday speech.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text)?;
        let group = |terms: &Vec<String>, is_everyday| Group {
            terms: terms.iter().map(|term| Term::new(term)).collect(),
            is_everyday,
        };
        let same = file.same.iter().map(|terms| group(terms, false));
        Ok(Self { groups: same.chain(file.everyday.iter().map(|terms| group(terms, true))).collect() })
    }

    /// This glossary with `more` behind it.
    #[must_use]
    pub fn with(&self, more: Self) -> Self {
        Self { groups: self.groups.iter().cloned().chain(more.groups).collect() }
    }

    /// This glossary without the lines at these places.
    #[must_use]
    pub fn without(&self, lines: &[usize]) -> Self {
        let kept = self.groups.iter().enumerate().filter(|(at, _)| !lines.contains(at));
        Self { groups: kept.map(|(_, group)| group.clone()).collect() }
    }

    /// The places of the lines with a term that stands in one of these questions.
    pub fn lines_used_by(&self, questions: &[&str]) -> Vec<usize> {
        let stems_of = |text: &str| {
            let folded: Vec<String> = text.unicode_words().map(words::fold).collect();
            Language::ALL.map(|language| folded.iter().map(|word| words::stem(word, language)).collect::<Vec<_>>())
        };
        let asked: Vec<_> = questions.iter().map(|question| stems_of(question)).collect();
        let is_used =
            |group: &Group| group.terms.iter().any(|term| asked.iter().any(|stems| term.position_in(stems).is_some()));
        self.groups.iter().enumerate().filter(|(_, group)| is_used(group)).map(|(at, _)| at).collect()
    }

    /// The terms that stand in a question of these folded words, longest first where they overlap, terms of the trade before
    /// everyday ones.
    pub fn expansions(&self, asked: &[String]) -> Vec<Expansion> {
        let stems =
            Language::ALL.map(|language| asked.iter().map(|word| words::stem(word, language)).collect::<Vec<_>>());
        let mut found: Vec<(usize, usize, &Group, &Term)> = Vec::new();
        for group in &self.groups {
            for term in &group.terms {
                if let Some(at) = term.position_in(&stems) {
                    found.push((term.folded.len(), at, group, term));
                }
            }
        }
        found.sort_by_key(|&(length, at, group, _)| (std::cmp::Reverse(length), group.is_everyday, at));
        let mut taken = vec![false; asked.len()];
        let mut expansions = Vec::new();
        for (length, at, group, term) in found {
            if taken[at..at + length].contains(&true) {
                continue;
            }
            taken[at..at + length].fill(true);
            expansions.push(Expansion {
                matched: asked[at..at + length].to_vec(),
                synonyms: group.terms.iter().filter(|other| *other != term).map(|other| other.folded.clone()).collect(),
                is_everyday: group.is_everyday,
            });
        }
        expansions
    }
}

impl Term {
    fn new(text: &str) -> Self {
        let folded: Vec<String> = text
            .unicode_words()
            .map(words::fold)
            .filter(|word| !Language::ALL.iter().all(|&language| words::is_stopword(word, language)))
            .filter(|word| {
                !matches!(
                    word.as_str(),
                    "de" | "of" | "the" | "la" | "el" | "los" | "las" | "del" | "por" | "en" | "y" | "and"
                )
            })
            .collect();
        let stems = Language::ALL.map(|language| folded.iter().map(|word| words::stem(word, language)).collect());
        Self { folded, stems }
    }

    fn position_in(&self, asked: &[Vec<String>; 2]) -> Option<usize> {
        if self.folded.is_empty() {
            return None;
        }
        asked.iter().zip(&self.stems).find_map(|(asked, own)| asked.windows(own.len()).position(|window| window == own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected_synonym: &str) {
        let asked: Vec<String> = question.split(' ').map(words::fold).collect();
        let expansions = Glossary::built_in().expansions(&asked);
        let synonyms: Vec<String> =
            expansions.iter().flat_map(|expansion| &expansion.synonyms).map(|words| words.join(" ")).collect();
        assert!(synonyms.iter().any(|synonym| synonym == expected_synonym), "{question}: {synonyms:?}");
    }

    #[test]
    fn acronyms_and_languages_are_bridged() {
        check("jwt", "json web token");
        check("pool conexiones", "connection pool");
        check("load balancer", "balanceador carga");
        check("limites tasa", "rate limiting");
    }
}
