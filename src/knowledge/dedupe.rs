//! Finds near-duplicate passages.
//!
//! Candidates come from `MinHash` signatures (Broder, “On the resemblance and containment of documents”, 1997) whose
//! bands collide; each is then confirmed by the exact Jaccard similarity of the word 5-grams. Only passages of one
//! language and one scope are compared: removing a passage must not hide it from somebody who may see it.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use crate::passage::{ChunkId, Passage, SourceSpan};
use crate::question::Language;
use crate::words::{fold, words};

/// Words in a shingle.
const SHINGLE_WORDS: usize = 5;
/// Passages with fewer words are duplicates only when their words are the same: few shingles say little.
const LEAST_WORDS: usize = 20;
/// Values in a signature.
const PERMUTATIONS: usize = 128;
/// Values in a band. Two passages with similarity 0.9 share one of the sixteen bands with a probability of 0.9999,
/// two with 0.5 with one of 0.06.
const BAND_ROWS: usize = 8;
/// With how many earlier passages of one band a passage is compared, so that a flood of look-alikes costs linear time.
const MOST_CANDIDATES: usize = 16;
/// How much less alike than asked the signatures may be before the exact comparison is spared.
const ESTIMATE_SLACK: f64 = 0.15;

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

/// Keeps the first of all passages that are at least `threshold` alike (from 0 to 1), in their order, and says which
/// were left out.
pub fn dedupe(passages: Vec<Passage>, threshold: f64) -> (Vec<Passage>, Vec<Duplicate>) {
    let mut groups: HashMap<(Language, String), Group> = HashMap::new();
    let mut kept: Vec<Passage> = Vec::with_capacity(passages.len());
    let mut removed = Vec::new();
    for passage in passages {
        let group = groups.entry((passage.lang, passage.scope.clone())).or_default();
        let print = Print::new(&passage.text);
        if let Some((index, similarity)) = group.find(&print, threshold) {
            removed.push(Duplicate { removed: place(&passage), kept: place(&kept[index]), similarity });
        } else {
            group.add(print, kept.len());
            kept.push(passage);
        }
    }
    (kept, removed)
}

fn place(passage: &Passage) -> Place {
    Place {
        chunk_id: passage.chunk_id.clone(),
        source_file: passage.source_file.clone(),
        source_span: passage.source_span,
    }
}

/// The kept passages that may be compared with each other.
#[derive(Default)]
struct Group {
    /// Each with its index among all kept passages.
    prints: Vec<(Print, usize)>,
    by_words: HashMap<u64, usize>,
    by_band: HashMap<(usize, u64), Vec<usize>>,
}

impl Group {
    fn find(&self, print: &Print, threshold: f64) -> Option<(usize, f64)> {
        if let Some(&at) = self.by_words.get(&print.words) {
            return Some((self.prints[at].1, 1.0));
        }
        let mut candidates: Vec<usize> =
            print.bands().filter_map(|band| self.by_band.get(&band)).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates.into_iter().find_map(|at| {
            let (other, index) = &self.prints[at];
            let similar = print.estimate(other) >= threshold - ESTIMATE_SLACK;
            let similarity = if similar { print.similarity(other) } else { 0.0 };
            (similar && similarity >= threshold).then_some((*index, similarity))
        })
    }

    fn add(&mut self, print: Print, index: usize) {
        let at = self.prints.len();
        self.by_words.insert(print.words, at);
        for band in print.bands() {
            let members = self.by_band.entry(band).or_default();
            if members.len() < MOST_CANDIDATES {
                members.push(at);
            }
        }
        self.prints.push((print, index));
    }
}

/// What of a passage is compared.
struct Print {
    /// Hash of all its words in order.
    words: u64,
    /// Sorted, none twice; empty for a short passage.
    shingles: Vec<u64>,
    /// Empty for a short passage.
    signature: Vec<u64>,
}

impl Print {
    fn new(text: &str) -> Self {
        let hashes: Vec<u64> = words(text).map(|word| hash(fold(word).as_bytes())).collect();
        // Passages without any word (a table of symbols) are told apart by their characters.
        let whole = if hashes.is_empty() { hash(text.trim().as_bytes()) } else { chain(&hashes) };
        if hashes.len() < LEAST_WORDS {
            return Self { words: whole, shingles: Vec::new(), signature: Vec::new() };
        }
        let mut shingles: Vec<u64> = hashes.windows(SHINGLE_WORDS).map(chain).collect();
        shingles.sort_unstable();
        shingles.dedup();
        let least = |seed: u64| shingles.iter().map(|shingle| mix(shingle ^ seed)).min().unwrap_or_default();
        let signature = (1..=PERMUTATIONS as u64).map(|seed| least(mix(seed))).collect();
        Self { words: whole, shingles, signature }
    }

    fn bands(&self) -> impl Iterator<Item = (usize, u64)> {
        self.signature.chunks(BAND_ROWS).map(chain).enumerate()
    }

    /// The similarity as the signatures estimate it.
    #[expect(clippy::cast_precision_loss, reason = "counts up to 128")]
    fn estimate(&self, other: &Self) -> f64 {
        let same = self.signature.iter().zip(&other.signature).filter(|(a, b)| a == b).count();
        same as f64 / PERMUTATIONS as f64
    }

    /// The exact Jaccard similarity of the shingles.
    #[expect(clippy::cast_precision_loss, reason = "a passage has fewer than 2^53 words")]
    fn similarity(&self, other: &Self) -> f64 {
        let (mut a, mut b) = (self.shingles.iter().peekable(), other.shingles.iter().peekable());
        let (mut shared, mut all) = (0_usize, 0_usize);
        while let (Some(left), Some(right)) = (a.peek(), b.peek()) {
            let order = left.cmp(right);
            shared += usize::from(order.is_eq());
            all += 1;
            if order.is_le() {
                a.next();
            }
            if order.is_ge() {
                b.next();
            }
        }
        all += a.count() + b.count();
        shared as f64 / all.max(1) as f64
    }
}

// Hashes are written out because those of the standard library may change with the compiler, and with them the result.

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn chain(hashes: &[u64]) -> u64 {
    hashes.iter().fold(0, |all, &hash| mix(all ^ hash))
}

/// The finaliser of `SplitMix64`: each bit of the result depends on all bits of the value.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests;
