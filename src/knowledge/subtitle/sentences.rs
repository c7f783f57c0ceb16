//! Cues to sentences, each with the times of the cues its words stand in.

use std::ops::Range;

use super::Cue;
use super::markup::turn_mark;
use crate::knowledge::document::{Block, BlockKind};
use crate::passage::{SourceSpan, Timestamp};
use crate::sentence;

/// After so long a silence another sentence begins, whatever the punctuation says.
const SILENCE_MILLIS: u64 = 10_000;
/// In speech without punctuation a sentence ends at a pause like this, ...
const PAUSE_MILLIS: u64 = 2000;
/// ... at a shorter one once it has some words, ...
const BREATH_MILLIS: u64 = 700;
const BREATH_WORDS: usize = 12;
/// ... or after about this many words ...
const TARGET_WORDS: usize = 40;
/// ... unless so few are left that they may stay with it.
const REST_WORDS: usize = 20;

/// The sentences spoken in `cues`, which are in order of time. Each is one block of kind `Speech` whose span reaches from
/// the start of the cue with its first word to the end of the cue with its last one.
///
/// No sentence holds the words of two speakers. Speech without punctuation is cut at pauses, or after about
/// forty words; no block has more than eighty.
pub fn blocks(cues: &[Cue]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut start = 0;
    for end in 1..=cues.len() {
        if end == cues.len() || begins_turn(&cues[end - 1], &cues[end]) {
            Turn::new(&cues[start..end]).sentences(&mut blocks);
            start = end;
        }
    }
    blocks
}

fn begins_turn(before: &Cue, cue: &Cue) -> bool {
    cue.speaker != before.speaker || turn_mark(&cue.text).is_some() || pause(before, cue) >= SILENCE_MILLIS
}

/// Milliseconds of silence between two cues.
fn pause(before: &Cue, cue: &Cue) -> u64 {
    cue.start.as_millis().saturating_sub(before.end.as_millis())
}

/// What one person says in one go.
struct Turn<'a> {
    cues: &'a [Cue],
    /// The cues' texts, separated by spaces.
    text: String,
    /// Where each cue's text begins in `text`.
    starts: Vec<usize>,
}

impl<'a> Turn<'a> {
    fn new(cues: &'a [Cue]) -> Self {
        let mut text = String::with_capacity(cues.iter().map(|cue| cue.text.len() + 1).sum());
        let mut starts = Vec::with_capacity(cues.len());
        for cue in cues {
            if !text.is_empty() {
                text.push(' ');
            }
            starts.push(text.len());
            text.push_str(&cue.text[turn_mark(&cue.text).unwrap_or_default()..]);
        }
        Self { cues, text, starts }
    }

    fn sentences(&self, blocks: &mut Vec<Block>) {
        for sentence in sentence::ranges(&self.text) {
            for piece in self.pieces(sentence) {
                if let Some(block) = self.block(piece) {
                    blocks.push(block);
                }
            }
        }
    }

    fn block(&self, range: Range<usize>) -> Option<Block> {
        let text = self.text[range.clone()].trim();
        let cues = &self.cues[self.cues_of(&range)];
        let start = cues.iter().map(|cue| cue.start).min()?;
        let end = cues.iter().map(|cue| cue.end).max().unwrap_or(Timestamp::from_millis(0));
        (!text.is_empty()).then(|| Block {
            kind: BlockKind::Speech,
            text: text.to_owned(),
            span: SourceSpan::Time { start, end },
        })
    }

    /// The cues with text in `range`, which is not empty.
    fn cues_of(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.starts.partition_point(|&start| start <= range.start).saturating_sub(1);
        let last = self.starts.partition_point(|&start| start < range.end);
        first..last.max(first + 1)
    }

    /// The sentence as it is, or cut if it is no sentence but speech without punctuation.
    fn pieces(&self, sentence: Range<usize>) -> Vec<Range<usize>> {
        let total = words(&self.text[sentence.clone()]);
        let is_ended = self.text[sentence.clone()]
            .trim_end_matches(['"', '”', '»', ')', '\'', '’'])
            .ends_with(['.', '!', '?', '…']);
        if is_ended && total <= TARGET_WORDS + REST_WORDS {
            return vec![sentence];
        }
        let mut pieces = Vec::new();
        let (mut start, mut here, mut left) = (sentence.start, 0, total);
        let cues = self.cues_of(&sentence);
        for at in cues.clone() {
            let end = if at + 1 < cues.end { self.starts[at + 1].min(sentence.end) } else { sentence.end };
            let mut from = self.starts[at].max(sentence.start);
            let mut in_cue = words(&self.text[from..end]);
            // One cue may hold a whole talk.
            while in_cue > REST_WORDS && here + in_cue > TARGET_WORDS + REST_WORDS {
                let taken = TARGET_WORDS.saturating_sub(here).max(1);
                from = after_words(&self.text, from, taken);
                pieces.push(start..from);
                (start, here, in_cue, left) = (from, 0, in_cue - taken, left - taken);
            }
            (here, left) = (here + in_cue, left - in_cue);
            let pause = self.cues.get(at + 1).map_or(0, |next| pause(&self.cues[at], next));
            let is_pause = pause >= PAUSE_MILLIS || (pause >= BREATH_MILLIS && here >= BREATH_WORDS);
            if left > 0 && ((is_pause && !is_ended) || (here >= TARGET_WORDS && left > REST_WORDS)) {
                pieces.push(start..end);
                (start, here) = (end, 0);
            }
        }
        pieces.push(start..sentence.end);
        pieces
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Where the `count`-th word from `from` on ends.
fn after_words(text: &str, from: usize, count: usize) -> usize {
    let base = text.as_ptr().addr();
    text[from..].split_whitespace().nth(count - 1).map_or(text.len(), |word| word.as_ptr().addr() - base + word.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cue(start: u64, end: u64, text: &str) -> Cue {
        let (speaker, text) = text.split_once('|').map_or((None, text), |(who, text)| (Some(who.to_owned()), text));
        let [start, end] = [start, end].map(Timestamp::from_millis);
        Cue { start, end, text: text.to_owned(), line: 1, speaker }
    }

    fn check(cues: &[(u64, u64, &str)], expected: &[(u64, u64, &str)]) {
        let cues: Vec<_> = cues.iter().map(|&(start, end, text)| cue(start, end, text)).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|&(start, end, text)| {
                let [start, end] = [start, end].map(Timestamp::from_millis);
                Block { kind: BlockKind::Speech, text: text.to_owned(), span: SourceSpan::Time { start, end } }
            })
            .collect();
        assert_eq!(blocks(&cues), expected);
    }

    #[test]
    fn sentences_cover_the_cues_of_their_words() {
        check(
            &[(0, 10, "Hello and"), (10, 20, "you. I am"), (20, 30, "here."), (30, 40, "Yes")],
            &[(0, 20, "Hello and you."), (10, 30, "I am here."), (30, 40, "Yes")],
        );
    }

    #[test]
    fn no_sentence_has_two_speakers() {
        check(
            &[(0, 10, "A|so I"), (10, 20, "B|right"), (20, 30, "A|think.")],
            &[(0, 10, "so I"), (10, 20, "right"), (20, 30, "think.")],
        );
        check(
            &[(0, 10, "- so"), (0, 10, "- yes"), (10, 20, ">> no"), (20, 30, "go on")],
            &[(0, 10, "so"), (0, 10, "yes"), (10, 30, "no go on")],
        );
    }

    #[test]
    fn speech_without_punctuation_is_cut_at_pauses() {
        check(
            &[(0, 10, "so"), (10, 20, "we go"), (2020, 2030, "on"), (20_000, 20_010, "and")],
            &[(0, 20, "so we go"), (2020, 2030, "on"), (20_000, 20_010, "and")],
        );
    }

    #[test]
    fn speech_without_punctuation_is_cut_by_length() {
        let line = "one two three four five six seven eight nine ten";
        let cues: Vec<_> = (0..15).map(|at| cue(at * 10, at * 10 + 10, line)).collect();
        let spans: Vec<_> = blocks(&cues).iter().map(|block| (words(&block.text), block.span.to_string())).collect();
        assert_eq!(spans.iter().map(|(words, _)| *words).collect::<Vec<_>>(), [40, 40, 40, 30]);
        let one = [cue(0, 10, &line.repeat(30).replace("tenone", "ten one"))];
        assert_eq!(
            blocks(&one).iter().map(|block| words(&block.text)).collect::<Vec<_>>(),
            [40, 40, 40, 40, 40, 40, 60]
        );
    }

    proptest! {
        #[test]
        fn every_word_stays_in_order_and_is_covered(
            raw in prop::collection::vec((0u64..9000, 0u64..9000, "[AB|]{0,2}[a-c.? -]{1,80}[A-D]"), 0..30)
        ) {
            let mut at = 0;
            let cues: Vec<_> = raw.iter().map(|(gap, length, text)| {
                at += gap;
                cue(at, at + length, &text.split_whitespace().collect::<Vec<_>>().join(" "))
            }).filter(|cue| !cue.text.is_empty()).collect();
            let blocks = blocks(&cues);
            let said = |text: &str| text.replace(['-', ' '], "");
            let all: String = cues.iter().map(|cue| said(&cue.text)).collect();
            prop_assert_eq!(blocks.iter().map(|block| said(&block.text)).collect::<String>(), all);
            for block in &blocks {
                let SourceSpan::Time { start, end } = block.span else { unreachable!("speech has times") };
                prop_assert!(start <= end && !block.text.is_empty());
                prop_assert!(words(&block.text) <= TARGET_WORDS + 2 * REST_WORDS);
                let first = block.text.split_whitespace().next().expect("not empty");
                prop_assert!(cues.iter().any(|cue| cue.start == start && cue.text.contains(first)));
            }
        }
    }
}
