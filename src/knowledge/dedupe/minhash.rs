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
pub(super) struct Group<'p> {
    /// Each with its index among all texts.
    prints: Vec<(&'p Print, usize)>,
    by_words: HashMap<u64, usize>,
    by_band: HashMap<u64, Vec<usize>>,
}

impl<'p> Group<'p> {
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
    pub(super) fn add(&mut self, print: &'p Print, index: usize) {
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
    /// [`PERMUTATIONS`] values; none for a short text.
    signature: Vec<u32>,
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
        let signature = signature(&shingles).into();
        Self { words: whole, shingles, signature }
    }

    /// A name for each band of the signature, which tells its place, too.
    fn bands(&self) -> impl Iterator<Item = u64> {
        let name =
            |(place, rows): (usize, &[u32])| rows.iter().fold(place as u64, |all, &row| mix(all ^ u64::from(row)));
        self.signature.chunks(BAND_ROWS).enumerate().map(name)
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

/// The least value of all shingles under each of the permutations, which are `a·x + b` modulo 2³² with an odd `a`. The shingles
/// stand in the outer loop: so a processor has the permutations of one shingle done several at a time.
fn signature(shingles: &[u64]) -> [u32; PERMUTATIONS] {
    let mut least = [u32::MAX; PERMUTATIONS];
    for shingle in shingles {
        let shingle = low_half(*shingle);
        for (least, (factor, term)) in least.iter_mut().zip(FACTORS.iter().zip(&TERMS)) {
            *least = (*least).min(shingle.wrapping_mul(*factor).wrapping_add(*term));
        }
    }
    least
}

const FACTORS: [u32; PERMUTATIONS] = random(1, 1);
const TERMS: [u32; PERMUTATIONS] = random(1 + PERMUTATIONS as u64, 0);

/// Numbers that look random, the same in every run, with the bits of `set` in each.
const fn random(seed: u64, set: u32) -> [u32; PERMUTATIONS] {
    let mut numbers = [0; PERMUTATIONS];
    let mut at = 0;
    while at < PERMUTATIONS {
        numbers[at] = low_half(mix(seed + at as u64)) | set;
        at += 1;
    }
    numbers
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
const fn low_half(value: u64) -> u32 {
    value as u32
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
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
