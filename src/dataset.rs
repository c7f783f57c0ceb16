//! The dataset: cards and snippets made from the passages and checked, and the cards in the forms in which models are
//! fine-tuned.

pub mod export;

use crate::knowledge::cards::{self, Card};
use crate::knowledge::snippets::{self, Snippet};
use crate::knowledge::validate::{self, Validation};
use crate::passage::Passage;

/// Cards and snippets that nothing is wrong with, and what became of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The cards, in the order of the passages.
    pub cards: Vec<Card>,
    /// The snippets, in the order of the passages.
    pub snippets: Vec<Snippet>,
    /// How many were left out because another says the same.
    pub duplicates: usize,
    /// How many were left out because something is wrong with them.
    pub faulty: usize,
    /// What that is.
    pub validation: Validation,
}

/// Makes the dataset of `passages`, which stand in the order in which `ingest` writes them. Rows that are at least
/// `similarity` alike (from 0 to 1) are duplicates; rows with findings are left out, so that what is built is always sound.
pub fn build(passages: &[Passage], similarity: f64) -> Built {
    let (cards, same_cards) = cards::cards(passages, similarity);
    let (snippets, same_snippets) = snippets::snippets(passages, similarity);
    let validation = validate::validate(passages, &cards, &snippets);
    let all = cards.len() + snippets.len();
    let (cards, snippets) = validate::without_faults(cards, snippets, &validation.findings);
    let faulty = all - cards.len() - snippets.len();
    Built { cards, snippets, duplicates: same_cards + same_snippets, faulty, validation }
}
