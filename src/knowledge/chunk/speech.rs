//! Cuts a talk where its subject changes (after Hearst, “`TextTiling`: Segmenting Text into Multi-paragraph Subtopic
//! Passages”, 1997): where the words before a sentence end and those after it have little in common.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::ChunkLimits;
use super::atom::atoms;
use crate::knowledge::document::Block;
use crate::passage::SourceSpan;
use crate::question::Language;
use crate::words::{fold, is_stopword, stem, words};

/// A silence so long that what comes after it is no longer the same passage, in milliseconds.
const LONG_PAUSE_MS: u64 = 60_000;
/// Sentences shorter than this (“Right.”) stay with the one before, in characters.
const UTTERANCE_CHARS: usize = 60;
/// A silence that keeps two sentences apart, in milliseconds.
const BREATH_MS: u64 = 1_000;
/// How many utterances on each side are compared.
const WINDOW: usize = 16;
/// How far the slopes beside a valley are followed, in utterances.
const SLOPE: usize = 12;

/// One or more whole sentences between which nobody would cut.
struct Utterance {
    text: String,
    chars: usize,
    span: SourceSpan,
    words: Vec<u64>,
}

impl Utterance {
    /// Whether a sentence of `chars` characters joins it: one of the two is short, and no pause lies between them.
    fn takes(&self, chars: usize, span: SourceSpan, max: usize) -> bool {
        let is_short = chars.min(self.chars) < UTTERANCE_CHARS && self.chars + chars < (2 * UTTERANCE_CHARS).min(max);
        is_short && pause(self.span, span) < BREATH_MS
    }
}

/// Whether so long a silence lies between two sentences that they do not belong together.
pub fn long_pause(a: &Block, b: &Block) -> bool {
    pause(a.span, b.span) >= LONG_PAUSE_MS
}

/// The texts and spans of the passages of one stretch of speech.
pub fn cut(sentences: &[Block], limits: &ChunkLimits) -> Vec<(String, SourceSpan)> {
    let utterances = utterances(sentences, limits.speech_max_chars);
    let chars: usize = utterances.iter().map(|utterance| utterance.chars + 1).sum();
    let target = target(limits);
    let ends = if chars <= (target + target / 4).min(limits.speech_max_chars) {
        vec![utterances.len()]
    } else {
        best_ends(&utterances, &shifts(&utterances), limits)
    };
    let mut found = Vec::with_capacity(ends.len());
    let mut start = 0;
    for end in ends {
        let part = &utterances[start..end];
        let text: Vec<_> = part.iter().map(|utterance| utterance.text.as_str()).collect();
        let span = part.iter().map(|utterance| utterance.span);
        let span = span.reduce(|a, b| a.union(b).unwrap_or(a)).expect("a passage has an utterance");
        found.push((text.join(" "), span));
        start = end;
    }
    found
}

fn utterances(sentences: &[Block], max: usize) -> Vec<Utterance> {
    let mut found: Vec<Utterance> = Vec::new();
    let sample: String = sentences.iter().take(40).map(|block| block.text.as_str()).collect::<Vec<_>>().join(" ");
    let language = crate::language::detect(&sample).unwrap_or(Language::English);
    for block in sentences {
        for atom in atoms(&block.text, max) {
            let text = &block.text[atom.range];
            let chars = text.chars().count();
            let counted = words(text).map(fold).filter(|word| word.len() > 1 && !is_stopword(word, language));
            let hashed = counted.map(|word| {
                let mut hasher = DefaultHasher::new();
                stem(&word, language).hash(&mut hasher);
                hasher.finish()
            });
            match found.last_mut() {
                Some(last) if last.takes(chars, block.span, max) => {
                    last.text.push(' ');
                    last.text.push_str(text);
                    last.chars += chars + 1;
                    last.span = last.span.union(block.span).unwrap_or(last.span);
                    last.words.extend(hashed);
                }
                _ => found.push(Utterance { text: text.to_owned(), chars, span: block.span, words: hashed.collect() }),
            }
        }
    }
    found
}

/// How much speaks for a cut before each utterance (the first has none), in standard deviations from the mean, with a
/// bonus for pauses.
fn shifts(utterances: &[Utterance]) -> Vec<f64> {
    let likeness: Vec<f64> = (1..utterances.len()).map(|at| likeness(utterances, at)).collect();
    let depths: Vec<f64> = (0..likeness.len()).map(|at| depth(&likeness, at)).collect();
    #[expect(clippy::cast_precision_loss, reason = "a talk has fewer than 2^53 sentences")]
    let count = depths.len().max(1) as f64;
    let mean = depths.iter().sum::<f64>() / count;
    let deviation = (depths.iter().map(|depth| (depth - mean).powi(2)).sum::<f64>() / count).sqrt().max(1e-9);
    let mut found = vec![0.0];
    found.extend(depths.iter().zip(utterances.windows(2)).map(|(depth, pair)| {
        let silence = u32::try_from(pause(pair[0].span, pair[1].span)).unwrap_or(u32::MAX);
        let bonus = (f64::from(silence) / 1000.0 - 0.5).clamp(0.0, 2.0) * 2.0;
        ((depth - mean) / deviation).clamp(-1.5, 2.5) + bonus
    }));
    found
}

/// Cosine of the word counts of the utterances before `at` and of those from it on.
fn likeness(utterances: &[Utterance], at: usize) -> f64 {
    let counts = |window: &[Utterance]| {
        let mut counts: HashMap<u64, f64> = HashMap::new();
        for word in window.iter().flat_map(|utterance| &utterance.words) {
            *counts.entry(*word).or_default() += 1.0;
        }
        counts
    };
    let before = counts(&utterances[at.saturating_sub(WINDOW)..at]);
    let after = counts(&utterances[at..(at + WINDOW).min(utterances.len())]);
    // Counts are whole numbers, so the order in which they are added does not matter.
    let dot: f64 = before.iter().map(|(word, count)| count * after.get(word).unwrap_or(&0.0)).sum();
    let norm = |counts: &HashMap<u64, f64>| counts.values().map(|count| count * count).sum::<f64>();
    dot / (norm(&before) * norm(&after)).sqrt().max(1.0)
}

/// How far the likeness rises on both sides of `at`.
fn depth(likeness: &[f64], at: usize) -> f64 {
    let climb = |peak: f64, next: f64| if next >= peak { Ok(next) } else { Err(peak) };
    let rise = |side: Result<f64, f64>| side.unwrap_or_else(|peak| peak) - likeness[at];
    let left = likeness[at.saturating_sub(SLOPE)..at].iter().rev().copied().try_fold(likeness[at], climb);
    let right = likeness[at + 1..].iter().take(SLOPE).copied().try_fold(likeness[at], climb);
    rise(left) + rise(right)
}

/// Where passages end (indices of the utterance after), so that they are of fair length and end where the subject
/// changes: the best sum over all divisions, found from left to right.
fn best_ends(utterances: &[Utterance], shifts: &[f64], limits: &ChunkLimits) -> Vec<usize> {
    let count = utterances.len();
    let mut best = vec![(0.0_f64, 0_usize); count + 1];
    for end in 1..=count {
        let gain = shifts.get(end).copied().unwrap_or_default();
        let mut chars = 0;
        let mut choice = (f64::NEG_INFINITY, end - 1);
        for start in (0..end).rev() {
            chars += utterances[start].chars + 1;
            if chars > limits.speech_max_chars + 1 && start + 1 < end {
                break;
            }
            let value = best[start].0 + gain - unfitness(chars, limits);
            if value > choice.0 {
                choice = (value, start);
            }
        }
        best[end] = choice;
    }
    let mut ends: Vec<usize> =
        std::iter::successors(Some(count), |&end| Some(best[end].1)).take_while(|&end| end > 0).collect();
    ends.reverse();
    ends
}

/// How ill a length fits, in the unit of [`shifts`].
#[expect(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
fn unfitness(chars: usize, limits: &ChunkLimits) -> f64 {
    let target = target(limits) as f64;
    let short = 1.0 - (chars as f64 / limits.speech_min_chars as f64).min(1.0);
    6.0 * ((chars as f64 - target) / target).powi(2) + 8.0 * short
}

/// The length that fits best, in characters.
fn target(limits: &ChunkLimits) -> usize {
    limits.target_chars.clamp(limits.speech_min_chars, limits.speech_max_chars)
}

/// The silence between two spans, in milliseconds; 0 where there are no times.
fn pause(a: SourceSpan, b: SourceSpan) -> u64 {
    match (a, b) {
        (SourceSpan::Time { end, .. }, SourceSpan::Time { start, .. }) => {
            start.as_millis().saturating_sub(end.as_millis())
        }
        _ => 0,
    }
}
