//! Gives the words of a clean transcript the times of its subtitles.
//!
//! `Talk.txt` and `Talk.srt` are one recording: the first has the better text, the second the times. The words of both are
//! laid side by side, first by runs of words that occur once in each, then by comparing what lies between. That
//! bounds the work whatever the files hold, and the same files always give the same times.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::document::{Block, BlockKind};
use super::subtitle::Cue;
use crate::passage::SourceSpan;
use crate::sentence;

mod lesson;

/// Below this share of words found in the subtitles the two are not one recording. In percent.
const LEAST_FOUND: usize = 80;

/// Length of the runs of words by which the texts are first laid side by side.
const RUN: usize = 3;

/// Words between two such runs, of both texts together, beyond which they are not compared one by one.
const LONGEST_GAP: usize = 1500;

/// A sentence with more words is cut: it is speech without punctuation.
const LONGEST_SENTENCE: usize = 60;

/// The sentences of `text`, each with a time span that covers its words: from the start of the cue with the first to the
/// end of the cue with the last. `cues` are in order of time.
///
/// A paragraph is a lesson: one that opens with “Lesson four: …” or with a short line of its own gives a heading.
/// `None` if fewer than four words in five are found in the subtitles: then those are the better source.
pub fn align(text: &str, cues: &[Cue]) -> Option<Vec<Block>> {
    let sentences = sentences(text);
    let mut vocabulary = Vocabulary::default();
    let (mut written, mut ends) = (Vec::new(), Vec::new());
    for sentence in &sentences {
        written.extend(vocabulary.words(&sentence.text));
        ends.push(written.len());
    }
    let (mut spoken, mut cue_of) = (Vec::new(), Vec::new());
    for (at, cue) in cues.iter().enumerate() {
        spoken.extend(vocabulary.words(&cue.text));
        cue_of.resize(spoken.len(), at);
    }
    let heard = Heard { cues, cue_of, found: matches(&written, &spoken)? };
    let mut start = 0;
    let mut blocks = Vec::with_capacity(sentences.len());
    for (sentence, end) in sentences.into_iter().zip(ends) {
        let span = heard.span(start..end)?;
        start = end;
        blocks.push(Block { kind: sentence.kind, text: sentence.shown, span });
    }
    Some(blocks)
}

/// A sentence of the transcript.
struct Sentence {
    kind: BlockKind,
    /// As it stands: what is looked for in the subtitles.
    text: String,
    /// What the block says.
    shown: String,
}

fn sentences(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_alone = sentence::ranges(&paragraph).len() == 1;
        for (at, range) in sentence::ranges(&paragraph).into_iter().enumerate() {
            let text = &paragraph[range];
            let title = if at == 0 { lesson::title(text, is_alone) } else { None };
            match title {
                Some(shown) => sentences.push(Sentence { kind: BlockKind::Heading(2), text: text.to_owned(), shown }),
                None => sentences.extend(pieces(text).map(|text| Sentence {
                    kind: BlockKind::Speech,
                    shown: text.clone(),
                    text,
                })),
            }
        }
    }
    sentences
}

/// The sentence, or parts of it if it is too long for one.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<&str> = text.split(' ').collect();
    let size = words.len().div_ceil(words.len().div_ceil(LONGEST_SENTENCE));
    words.chunks(size).map(|words| words.join(" ")).collect::<Vec<_>>().into_iter()
}

/// Numbers for words, so that comparing them is quick.
#[derive(Default)]
struct Vocabulary(HashMap<String, u32>);

impl Vocabulary {
    /// The words of `text`: letters and digits, in lower case.
    fn words<'a>(&'a mut self, text: &'a str) -> impl Iterator<Item = u32> + 'a {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
            let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
            *self.0.entry(word.to_lowercase()).or_insert(next)
        })
    }
}

/// What was found of the transcript in the subtitles.
struct Heard<'a> {
    cues: &'a [Cue],
    /// For each spoken word its cue.
    cue_of: Vec<usize>,
    /// Pairs of a written and the spoken word it is, ascending in both.
    found: Vec<(usize, usize)>,
}

impl Heard<'_> {
    /// The time in which these written words are said. A word that was not found lies somewhere between those around it.
    fn span(&self, words: Range<usize>) -> Option<SourceSpan> {
        let before = self.found.partition_point(|&(written, _)| written < words.start);
        let after = self.found.partition_point(|&(written, _)| written < words.end);
        let first = match self.found.get(before) {
            Some(&(written, spoken)) if written == words.start => spoken,
            _ => before.checked_sub(1).map_or(0, |at| self.found[at].1 + 1),
        };
        let last = match after.checked_sub(1).map(|at| self.found[at]) {
            Some((written, spoken)) if written + 1 == words.end => spoken,
            _ => self.found.get(after).map_or(self.cue_of.len(), |&(_, spoken)| spoken).saturating_sub(1),
        };
        let last_word = self.cue_of.len().checked_sub(1)?;
        let (first, last) = (self.cue_of[first.min(last_word)], self.cue_of[last.min(last_word)]);
        let cues = &self.cues[first.min(last)..=first.max(last)];
        let start = cues.iter().map(|cue| cue.start).min()?;
        let end = cues.iter().map(|cue| cue.end).max()?;
        Some(SourceSpan::Time { start, end })
    }
}

/// Which written word is which spoken word, ascending in both; `None` if too few are.
fn matches(written: &[u32], spoken: &[u32]) -> Option<Vec<(usize, usize)>> {
    let is_enough = |found: usize| found > 0 && found * 100 >= written.len() * LEAST_FOUND;
    if !is_enough(common(written, spoken)) {
        return None;
    }
    let mut found = Vec::with_capacity(written.len());
    let mut at = (0, 0);
    for (a, b) in anchors(written, spoken).into_iter().chain([(written.len(), spoken.len())]) {
        if a < at.0 || b < at.1 {
            continue;
        }
        compare(written, spoken, at.0..a, at.1..b, &mut found);
        at = (a, b);
    }
    is_enough(found.len()).then_some(found)
}

/// How many words both have, whatever their order: no alignment finds more.
fn common(written: &[u32], spoken: &[u32]) -> usize {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for word in spoken {
        *counts.entry(*word).or_default() += 1;
    }
    let take = |word: &&u32| {
        counts.get_mut(word).is_some_and(|count| count.checked_sub(1).map(|left| *count = left).is_some())
    };
    written.iter().filter(take).count()
}

/// Where runs begin that occur once in each text: the longest series of them that is in order in both.
fn anchors(written: &[u32], spoken: &[u32]) -> Vec<(usize, usize)> {
    let once = |words: &[u32]| -> HashMap<[u32; RUN], Option<usize>> {
        let mut places = HashMap::new();
        for (at, run) in words.array_windows::<RUN>().enumerate() {
            places.entry(*run).and_modify(|place| *place = None).or_insert(Some(at));
        }
        places
    };
    let (first, second) = (once(written), once(spoken));
    let mut pairs: Vec<(usize, usize)> =
        first.iter().filter_map(|(run, place)| Some(((*place)?, (*second.get(run)?)?))).collect();
    pairs.sort_unstable();
    ascending(&pairs)
}

/// The longest series of `pairs`, which ascend in the first, that ascends in the second too.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < pair.1);
        before.push(length.checked_sub(1).map(|length| ends[length]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut series: Vec<_> =
        std::iter::successors(ends.last().copied(), |&at| before[at]).map(|at| pairs[at]).collect();
    series.reverse();
    series
}

/// Compares two stretches word by word, if they are not too long, and adds what is equal.
fn compare(written: &[u32], spoken: &[u32], a: Range<usize>, b: Range<usize>, found: &mut Vec<(usize, usize)>) {
    let equal = written[a.clone()].iter().zip(&spoken[b.clone()]).take_while(|(x, y)| x == y).count();
    found.extend((0..equal).map(|at| (a.start + at, b.start + at)));
    let (a, b) = (a.start + equal..a.end, b.start + equal..b.end);
    if a.is_empty() || b.is_empty() || a.len() + b.len() > LONGEST_GAP {
        return;
    }
    for op in capture_diff_slices(Algorithm::Myers, &written[a.clone()], &spoken[b.clone()]) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            found.extend((0..len).map(|at| (a.start + old_index + at, b.start + new_index + at)));
        }
    }
}
