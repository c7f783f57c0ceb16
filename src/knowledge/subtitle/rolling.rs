//! Rolling captions: each cue shows again what the one before it said, line by line or word by word.

use super::Cue;

/// At least one pair of neighbours in five repeats text in a rolling file, in practice nearly every one.
const ROLLING_SHARE: usize = 5;

/// What tells a rolling file is that its cues follow each other at once.
const LONGEST_GAP_MILLIS: u64 = 250;

/// A screen shows no more lines than these.
const SCREEN_LINES: usize = 8;

/// Leaves of each cue only what it adds, if the file rolls. A cue's lines are separated by `\n`; one that adds nothing is left empty.
pub(super) fn unroll(cues: &mut [Cue]) {
    let repeats = |pair: &[Cue]| follows(&pair[0], &pair[1]) && repeated(&pair[0].text, &pair[1].text) > 0;
    let repeating = cues.windows(2).filter(|pair| repeats(pair)).count();
    if repeating == 0 || repeating * ROLLING_SHARE < cues.len() - 1 {
        return;
    }
    // From the end, so that each is compared with the whole of the one before it.
    for at in (1..cues.len()).rev() {
        let (before, from) = cues.split_at_mut(at);
        let (before, cue) = (&before[at - 1], &mut from[0]);
        // The screen may stand still for a while.
        if cue.speaker == before.speaker {
            let known = repeated(&before.text, &cue.text);
            cue.text.drain(..known);
        }
    }
}

fn follows(before: &Cue, cue: &Cue) -> bool {
    cue.speaker == before.speaker && cue.start.as_millis() <= before.end.as_millis() + LONGEST_GAP_MILLIS
}

/// How many bytes at the beginning of `text` show again what `before` showed.
fn repeated(before: &str, text: &str) -> usize {
    let (before, text) = (before.trim_end(), text.trim_end());
    if !before.is_empty()
        && let Some(rest) = text.strip_prefix(before)
        && (rest.is_empty() || rest.starts_with(char::is_whitespace))
    {
        return before.len();
    }
    let tail: Vec<&str> = before.rsplit('\n').take(SCREEN_LINES).collect();
    let head: Vec<&str> = text.split('\n').take(SCREEN_LINES).collect();
    let common = (1..=tail.len().min(head.len())).rev().find(|&n| tail[..n].iter().rev().eq(head[..n].iter()));
    common.map_or(0, |lines| head[..lines].iter().map(|line| line.len() + 1).sum::<usize>().min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::Timestamp;

    /// Cues of one second each, one after the other.
    fn check(texts: &[&str], expected: &[&str]) {
        let mut cues: Vec<Cue> = (0..)
            .zip(texts)
            .map(|(second, text)| Cue {
                start: Timestamp::from_millis(second * 1000),
                end: Timestamp::from_millis(second * 1000 + 1000),
                text: (*text).to_owned(),
                line: 1,
                speaker: None,
            })
            .collect();
        unroll(&mut cues);
        assert_eq!(cues.iter().map(|cue| cue.text.trim()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn rolling_lines_are_read_once() {
        check(&["a b", "a b", "a b\nc", "c", "c\nd e", "f"], &["a b", "", "c", "", "d e", "f"]);
        check(&["one\ntwo", "two\nthree", "three\nfour"], &["one\ntwo", "three", "four"]);
    }

    #[test]
    fn growing_lines_are_read_once() {
        check(&["so", "so we", "so we go", "sober"], &["so", "we", "go", "sober"]);
    }

    #[test]
    fn speech_that_repeats_itself_stays() {
        check(&["No.", "No.", "a", "b", "c", "d", "e", "f"], &["No.", "No.", "a", "b", "c", "d", "e", "f"]);
        check(&["x\nyeah", "yeah\nyeah yeah", "yeah yeah\ngo"], &["x\nyeah", "yeah yeah", "go"]);
        check(&[], &[]);
    }
}
