//! Gives the words of a clean transcript the times of its subtitles.
//!
//! `Talk.txt` and `Talk.srt` are one recording: the first has the better text, the second the times. The words of both are
//! laid side by side, first by runs of words that occur once in each, then by comparing what lies between. That
//! bounds the work whatever the files hold, and the same files always give the same times.

use std::ops::Range;

use super::document::{Block, BlockKind};
use super::subtitle::Cue;
use super::text::paragraphs;
use crate::passage::SourceSpan;
use crate::sentence;

mod lesson;
mod words;

use words::{Vocabulary, matches};

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
    let paragraphs: Vec<String> = paragraphs(text)
        .iter()
        .map(|paragraph| paragraph.lines.iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" "))
        .collect();
    // Where most paragraphs are short lines, they are captions and not titles.
    let lines = paragraphs.iter().filter(|paragraph| lesson::is_line(paragraph)).count();
    let may_be_line = lines * 2 < paragraphs.len();
    let mut sentences = Vec::new();
    for paragraph in &paragraphs {
        if may_be_line && lesson::is_line(paragraph) {
            let (text, shown) = (paragraph.clone(), paragraph.clone());
            sentences.push(Sentence { kind: BlockKind::Heading(2), text, shown });
            continue;
        }
        for (at, text) in sentence::split(paragraph).enumerate() {
            let title = if at == 0 { lesson::announced(text) } else { None };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::passage::Timestamp;

    /// Cues of one second each, one after the other.
    fn cues(texts: &[&str]) -> Vec<Cue> {
        let at = |second: u64| Timestamp::from_millis(second * 1000);
        let cue = |(second, text): (u64, &&str)| Cue {
            start: at(second),
            end: at(second + 1),
            text: (*text).to_owned(),
            line: 1,
            speaker: None,
        };
        (0..).zip(texts).map(cue).collect()
    }

    fn check(text: &str, spoken: &[&str], expected: Option<&[(BlockKind, &str, &str)]>) {
        let blocks = align(text, &cues(spoken));
        let found: Option<Vec<_>> =
            blocks.map(|blocks| blocks.into_iter().map(|b| (b.kind, b.text, b.span.to_string())).collect());
        let expected: Option<Vec<_>> = expected
            .map(|blocks| blocks.iter().map(|(k, t, s)| (k.clone(), (*t).to_owned(), (*s).to_owned())).collect());
        assert_eq!(found, expected);
    }

    #[test]
    fn sentences_take_the_times_of_their_words() {
        use BlockKind::{Heading, Speech};
        check(
            "Opening words\n\nLesson one: the first\nthing. It is, as said, quick. Good!\n\nThe end.",
            &["opening words lesson one the", "first thing it is", "as said quick good the", "end"],
            Some(&[
                (Heading(2), "Opening words", "00:00:00–00:00:01"),
                (Heading(2), "The first thing", "00:00:00–00:00:02"),
                (Speech, "It is, as said, quick.", "00:00:01–00:00:03"),
                (Speech, "Good!", "00:00:02–00:00:03"),
                (Speech, "The end.", "00:00:02–00:00:04"),
            ]),
        );
    }

    #[test]
    fn a_word_that_was_not_heard_lies_between_its_neighbours() {
        check(
            "One two three four. Five six seven eight nine ten.",
            &["one two three", "fore", "fife", "six seven eight", "nine", "ten"],
            Some(&[
                (BlockKind::Speech, "One two three four.", "00:00:00–00:00:03"),
                (BlockKind::Speech, "Five six seven eight nine ten.", "00:00:01–00:00:06"),
            ]),
        );
    }

    #[test]
    fn another_recording_is_refused() {
        check("One two three four five.", &["one two three", "six seven"], None);
        check("One two.", &["two", "one"], None);
        check("", &["one"], None);
        check("One.", &[], None);
    }

    #[test]
    fn captions_are_no_titles() {
        use BlockKind::Speech;
        check(
            "one two\n\nthree\n\nfour.",
            &["one two three four"],
            Some(&[
                (Speech, "one two", "00:00:00–00:00:01"),
                (Speech, "three", "00:00:00–00:00:01"),
                (Speech, "four.", "00:00:00–00:00:01"),
            ]),
        );
    }

    proptest! {
        /// Words on both sides, some heard wrongly, some not at all.
        #[test]
        fn spans_cover_the_words_that_were_heard(
            words in prop::collection::vec(("[A-D]?[a-d]{1,2}[.,]{0,2}", 0u8..20), 1..120), per_cue in 1usize..9
        ) {
            let heard: Vec<(usize, &str)> = words
                .iter()
                .enumerate()
                .filter(|(_, (_, luck))| *luck > 0)
                .map(|(at, (word, luck))| (at, if *luck == 1 { "wrong" } else { word.as_str() }))
                .collect();
            let lines: Vec<String> =
                heard.chunks(per_cue).map(|line| line.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(" ")).collect();
            let text = words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ");
            let cues = cues(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            let Some(blocks) = align(&text, &cues) else { return Ok(()) };
            prop_assert_eq!(blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join(" "), text);
            let mut last = (Timestamp::from_millis(0), Timestamp::from_millis(0));
            for block in &blocks {
                let SourceSpan::Time { start, end } = block.span else { unreachable!("speech has times") };
                prop_assert!(start < end && last.0 <= start && last.1 <= end);
                last = (start, end);
            }
        }
    }
}
