//! Finds near-duplicates among passages, cards and snippets.
//!
//! Candidates come from `MinHash` signatures (Broder, “On the resemblance and containment of documents”, 1997) whose
//! bands collide; each is then confirmed by the exact Jaccard similarity of the word 5-grams. Only texts of one language
//! and one scope are compared: removing one must not hide what it says from somebody who may see it.

mod minhash;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use rayon::prelude::*;
use serde::Serialize;

use self::minhash::{Group, Print};
use crate::passage::{ChunkId, Passage, SourceSpan};
use crate::question::Language;

/// A passage that was left out because another says the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Duplicate {
    /// The one left out.
    pub removed: Place,
    /// The one kept.
    pub kept: Place,
    /// Jaccard similarity of their word 5-grams, from 0 to 1.
    pub similarity: f64,
}

/// Which passage, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its name.
    pub chunk_id: ChunkId,
    /// Its file.
    pub source_file: String,
    /// Where in the file.
    pub source_span: SourceSpan,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.source_file, self.source_span)
    }
}

/// An item that was left out because another says the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed<T> {
    /// The one left out.
    pub item: T,
    /// Which of those kept it is like.
    pub kept: usize,
    /// Jaccard similarity of their word 5-grams, from 0 to 1.
    pub similarity: f64,
}

/// Something whose near-duplicates can be found.
pub trait Comparable {
    /// Its text, as far as it is compared.
    fn text(&self) -> Cow<'_, str>;
    /// What it may be compared with: its language and who may be shown it.
    fn reach(&self) -> (Language, &str);
}

impl Comparable for Passage {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.text)
    }

    fn reach(&self) -> (Language, &str) {
        (self.lang, &self.scope)
    }
}

/// Keeps the first of all items that are at least `threshold` alike (from 0 to 1), in their order, and gives those that
/// were left out.
pub fn first_of_alike<T: Comparable + Sync>(items: Vec<T>, threshold: f64) -> (Vec<T>, Vec<Removed<T>>) {
    let prints: Vec<Print> = items.par_iter().map(|item| Print::new(&item.text())).collect();
    let mut groups: HashMap<(Language, &str), Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        groups.entry(item.reach()).or_default().push(at);
    }
    let like: HashMap<usize, (usize, f64)> =
        groups.into_par_iter().flat_map_iter(|(_, members)| like_earlier(&prints, members, threshold)).collect();
    let mut kept = Vec::with_capacity(items.len());
    let mut place_of = vec![0; items.len()];
    let mut removed = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        if let Some(&(first, similarity)) = like.get(&at) {
            removed.push(Removed { item, kept: place_of[first], similarity });
        } else {
            place_of[at] = kept.len();
            kept.push(item);
        }
    }
    (kept, removed)
}

/// Which of `members`, all of one group and given by their indices, are like an earlier one that is kept, and how much.
fn like_earlier(prints: &[Print], members: Vec<usize>, threshold: f64) -> Vec<(usize, (usize, f64))> {
    let mut group = Group::default();
    let mut like = Vec::new();
    for at in members {
        match group.find(&prints[at], threshold) {
            Some(found) => like.push((at, found)),
            None => group.add(&prints[at], at),
        }
    }
    like
}

/// Keeps the first of all passages that are at least `threshold` alike (from 0 to 1), in their order, and says which
/// were left out. What people ask whom those help, the one that is kept helps, too.
pub fn dedupe(passages: Vec<Passage>, threshold: f64) -> (Vec<Passage>, Vec<Duplicate>) {
    let (mut kept, removed) = first_of_alike(passages, threshold);
    for gone in &removed {
        let questions = &mut kept[gone.kept].questions;
        let new: Vec<String> = gone.item.questions.iter().filter(|own| !questions.contains(own)).cloned().collect();
        questions.extend(new);
    }
    let duplicate = |gone: Removed<Passage>| Duplicate {
        removed: place(&gone.item),
        kept: place(&kept[gone.kept]),
        similarity: gone.similarity,
    };
    let removed = removed.into_iter().map(duplicate).collect();
    (kept, removed)
}

fn place(passage: &Passage) -> Place {
    Place {
        chunk_id: passage.chunk_id.clone(),
        source_file: passage.source_file.clone(),
        source_span: passage.source_span,
    }
}

#[cfg(test)]
mod tests;
