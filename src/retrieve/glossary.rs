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
    groups: Vec<Vec<Term>>,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    same: Vec<Vec<String>>,
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

    /// The glossary in a TOML text: `same`, a list of lists of terms.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text)?;
        Ok(Self { groups: file.same.iter().map(|group| group.iter().map(|term| Term::new(term)).collect()).collect() })
    }

    /// This glossary with `more` behind it.
    #[must_use]
    pub fn with(&self, more: Self) -> Self {
        Self { groups: self.groups.iter().cloned().chain(more.groups).collect() }
    }

    /// The terms that stand in a question of these folded words, longest first where they overlap.
    pub fn expansions(&self, asked: &[String]) -> Vec<Expansion> {
        let stems =
            Language::ALL.map(|language| asked.iter().map(|word| words::stem(word, language)).collect::<Vec<_>>());
        let mut found: Vec<(usize, usize, &Vec<Term>, &Term)> = Vec::new();
        for group in &self.groups {
            for term in group {
                if let Some(at) = term.position_in(&stems) {
                    found.push((term.folded.len(), at, group, term));
                }
            }
        }
        found.sort_by_key(|&(length, at, ..)| (std::cmp::Reverse(length), at));
        let mut taken = vec![false; asked.len()];
        let mut expansions = Vec::new();
        for (length, at, group, term) in found {
            if taken[at..at + length].contains(&true) {
                continue;
            }
            taken[at..at + length].fill(true);
            expansions.push(Expansion {
                matched: asked[at..at + length].to_vec(),
                synonyms: group.iter().filter(|other| *other != term).map(|other| other.folded.clone()).collect(),
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
