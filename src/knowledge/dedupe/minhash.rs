//! `MinHash` signatures of texts, and the search for those that are alike.

use std::collections::HashMap;

use crate::words::{fold, words};

/// Words in a shingle.
const SHINGLE_WORDS: usize = 5;
/// Texts with fewer words are duplicates only when their words are the same: few shingles say little.
const LEAST_WORDS: usize = 20;
/// Values in a signature.
const PERMUTATIONS: usize = 128;
/// Values in a band. Two texts with similarity 0.9 share one of the sixteen bands with a probability of 0.9999,
/// two with 0.5 with one of 0.06.
const BAND_ROWS: usize = 8;
/// With how many earlier texts of one band a text is compared, so that a flood of look-alikes costs linear time.
const MOST_CANDIDATES: usize = 16;
/// How much less alike than asked the signatures may be before the exact comparison is spared.
const ESTIMATE_SLACK: f64 = 0.15;

/// The kept texts that may be compared with each other.
#[derive(Default)]
pub(super) struct Group {
    /// Each with its index among all that are kept.
    prints: Vec<(Print, usize)>,
    by_words: HashMap<u64, usize>,
    by_band: HashMap<(usize, u64), Vec<usize>>,
}

impl Group {
    /// The index and the similarity of a kept text that is at least `threshold` alike.
    pub(super) fn find(&self, print: &Print, threshold: f64) -> Option<(usize, f64)> {
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

    /// Keeps a text under its index.
    pub(super) fn add(&mut self, print: Print, index: usize) {
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

/// What of a text is compared.
pub(super) struct Print {
    /// Hash of all its words in order.
    words: u64,
    /// Sorted, none twice; empty for a short text.
    shingles: Vec<u64>,
    /// Empty for a short text.
    signature: Vec<u64>,
}

impl Print {
    pub(super) fn new(text: &str) -> Self {
        let hashes: Vec<u64> = words(text).map(|word| hash(fold(word).as_bytes())).collect();
        // Texts without any word (a table of symbols) are told apart by their characters.
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
    #[expect(clippy::cast_precision_loss, reason = "a text has fewer than 2^53 words")]
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
