//! The stems of a text as a set, small and quick to compare.

use serde::{Deserialize, Serialize};

use super::terms;
use crate::question::Language;

/// A set of stems, each as the hash under which it is indexed, in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u32>")]
pub struct StemSet(Box<[u32]>);

impl StemSet {
    /// The stems of all words of `text` that carry meaning.
    pub fn of(text: &str, language: Language) -> Self {
        let mut stems = Vec::new();
        terms::words(text, language).for_each(|word| stems.extend_from_slice(&word.terms.hashes));
        stems.into()
    }

    /// The same for a question; nothing of it is kept in memory.
    pub fn of_question(text: &str, language: Language) -> Self {
        terms::words_of_question(text, language).flat_map(|word| word.terms.hashes.to_vec()).collect()
    }

    /// How many stems.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `stem` is among them.
    pub fn contains(&self, stem: u32) -> bool {
        self.0.binary_search(&stem).is_ok()
    }

    /// The stems, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied()
    }

    /// How many stems both have.
    pub fn shared_with(&self, other: &Self) -> usize {
        let (small, large) = if self.len() <= other.len() { (self, other) } else { (other, self) };
        small.iter().filter(|&stem| large.contains(stem)).count()
    }

    /// The share of these stems that `other` has too; 0 of nothing.
    #[expect(clippy::cast_precision_loss, reason = "texts have far fewer than 2^24 stems")]
    pub fn share_in(&self, other: &Self) -> f32 {
        if self.is_empty() { 0.0 } else { self.shared_with(other) as f32 / self.len() as f32 }
    }

    /// Jaccard similarity: what both have as a share of what either has; 0 of nothing.
    #[expect(clippy::cast_precision_loss, reason = "texts have far fewer than 2^24 stems")]
    pub fn similarity(&self, other: &Self) -> f32 {
        let shared = self.shared_with(other);
        let all = self.len() + other.len() - shared;
        if all == 0 { 0.0 } else { shared as f32 / all as f32 }
    }
}

impl From<Vec<u32>> for StemSet {
    fn from(stems: Vec<u32>) -> Self {
        stems.into_iter().collect()
    }
}

impl FromIterator<u32> for StemSet {
    fn from_iter<I: IntoIterator<Item = u32>>(stems: I) -> Self {
        let mut stems: Vec<u32> = stems.into_iter().collect();
        stems.sort_unstable();
        stems.dedup();
        Self(stems.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_compared_by_their_stems() {
        let of = |text| StemSet::of(text, Language::English);
        let queue = of("a queue of jobs");
        assert_eq!(queue, of("Job queues"));
        assert!((queue.share_in(&of("the queue is full")) - 0.5).abs() < f32::EPSILON);
        assert!((queue.similarity(&of("the queue is full")) - 1.0 / 3.0).abs() < f32::EPSILON);
        assert!(StemSet::default().share_in(&queue).abs() < f32::EPSILON);
        assert!(StemSet::default().similarity(&StemSet::default()).abs() < f32::EPSILON);
    }
}
