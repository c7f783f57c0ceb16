//! Subtitles (`.srt` and `.vtt`) to blocks.
//!
//! Subtitles come from many tools, and few keep to a standard. Both formats are therefore read by one reader that goes by
//! what the lines look like: a line with two times opens a cue, whatever the file is called. What can be recovered is,
//! and a warning says so; only a file in which no cue is found is an error.

mod diagnosis;
mod markup;
mod names;
mod oddity;
mod rolling;
mod scan;
mod sentences;
mod time;

use super::document::ParseError;
use crate::passage::Timestamp;
use oddity::{Oddities, Oddity};
use scan::RawCue;
pub use sentences::blocks;

/// What is said while one caption is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// When it appears.
    pub start: Timestamp,
    /// When it goes; never before `start`.
    pub end: Timestamp,
    /// What is said, without markup, on one line; never empty. A mark such as `-` or `>>` that shows a change of
    /// speaker is kept at its beginning.
    pub text: String,
    /// Line of the file on which its times stand, the first being 1.
    pub line: u32,
    /// Who speaks, where the file says so.
    pub speaker: Option<String>,
}

/// A subtitle file that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Its cues by time; at least one.
    pub cues: Vec<Cue>,
    /// What was odd and how it was taken; at most one of a kind.
    pub warnings: Vec<ParseError>,
}

/// Reads the `text` of `file`, a `.srt` or `.vtt`.
///
/// The text is taken as [`decode`](super::decode::decode) gives it. What rolling captions show again is left out.
/// Fails if there is no cue, and says what was found instead.
pub fn parse(file: &str, text: &str) -> Result<Parsed, ParseError> {
    let mut oddities = Oddities::default();
    let raw = scan::raw_cues(file, text, &mut oddities);
    if !raw.iter().any(|cue| cue.start.is_some() || cue.end.is_some()) {
        return Err(diagnosis::no_cue(file, text, raw.len()));
    }
    let time_lines = raw.len();
    let mut cues = timed(&raw, &mut oddities);
    drop(raw);
    // In the order of the file: what rolls may overlap so far that sorting would tear it apart.
    cues.dedup_by(|cue, before| (cue.start, cue.end) == (before.start, before.end) && cue.text == before.text);
    rolling::unroll(&mut cues);
    for cue in &mut cues {
        flatten(&mut cue.text);
    }
    cues.retain(|cue| !cue.text.is_empty());
    if cues.is_empty() {
        return Err(diagnosis::no_cue(file, text, time_lines));
    }
    names::take(&mut cues);
    sort(&mut cues, &mut oddities);
    Ok(Parsed { cues, warnings: oddities.into_warnings(file) })
}

/// Cues with text and times. A time that cannot be read or cannot be right is taken from the cues around it.
fn timed(raw: &[RawCue], oddities: &mut Oddities) -> Vec<Cue> {
    let mut cues = Vec::with_capacity(raw.len());
    let zero = Timestamp::from_millis(0);
    let mut before = (zero, zero);
    for (at, cue) in raw.iter().enumerate() {
        let next_start = raw.get(at + 1).and_then(|next| next.start);
        let until_next = |start: Timestamp| next_start.map_or(start, |next| next.max(start));
        let start = cue.start.unwrap_or_else(|| cue.end.map_or(before.1, |end| end.min(before.1)));
        let end = cue.end.unwrap_or_else(|| until_next(start));
        let (start, end) = if end < start {
            oddities.note(Oddity::Reversed, cue.line);
            // Exchanged if that fits behind the cue above; if not, the end is the wrong one.
            if end < before.0 && before.0 <= start { (start, until_next(start)) } else { (end, start) }
        } else {
            (start, end)
        };
        before = (start, end);
        for part in markup::parts(&cue.lines) {
            cues.push(Cue { start, end, text: part.text, line: cue.line, speaker: part.speaker });
        }
    }
    cues
}

fn sort(cues: &mut [Cue], oddities: &mut Oddities) {
    for pair in cues.windows(2).filter(|pair| pair[1].start < pair[0].start) {
        oddities.note(Oddity::OutOfOrder, pair[1].line);
    }
    cues.sort_by_key(|cue| cue.start);
}

/// Display lines to one line.
fn flatten(text: &mut String) {
    text.truncate(text.trim_end().len());
    let blank = text.len() - text.trim_start().len();
    text.drain(..blank);
    if text.contains('\n') {
        *text = text.replace('\n', " ");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cues(file: &str, text: &str) -> Vec<(u64, u64, String)> {
        let parsed = parse(file, text).expect("has cues");
        parsed.cues.into_iter().map(|cue| (cue.start.as_millis(), cue.end.as_millis(), cue.text)).collect()
    }

    fn check(text: &str, expected: &[(u64, u64, &str)]) {
        let expected: Vec<_> = expected.iter().map(|&(start, end, text)| (start, end, text.to_owned())).collect();
        assert_eq!(cues("a.srt", text), expected);
    }

    #[test]
    fn arrows_and_numbers_in_text_survive() {
        check(
            "1\n00:00:01,000 --> 00:00:02,000\nuse a --> b to map\n\n2\n00:00:03,000 --> 00:00:04,000\n42",
            &[(1000, 2000, "use a --> b to map"), (3000, 4000, "42")],
        );
    }

    #[test]
    fn damaged_times_are_taken_from_the_neighbours() {
        check(
            "0:01 --> 0:02\na\n\n0:0x,300 --> 0:03\nb\n\n0:0?:310 --> 9:x9:31\nc\n\n0:05 --> 0:06\nd",
            &[(1000, 2000, "a"), (2000, 3000, "b"), (3000, 5000, "c"), (5000, 6000, "d")],
        );
        check("0:03 --> 0:02\nb\n\n0:01 --> 0:02\na", &[(1000, 2000, "a"), (2000, 3000, "b")]);
        check(
            "0:04 --> 0:05\na\n\n0:06 --> 0:03\nb\n\n0:07 --> 0:08\nc",
            &[(4000, 5000, "a"), (6000, 7000, "b"), (7000, 8000, "c")],
        );
    }

    #[test]
    fn oddities_are_told_once_a_kind() {
        let parsed = parse("a.srt", "0:05 --> 0:04\nb\n\n0:03 --> 0:02\na\n\nstray").expect("has cues");
        let warnings: Vec<_> = parsed.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            [
                "a.srt:1: 2 cues end before they start, the first of them; read with start and end exchanged, or until the next cue; correct the times",
                "a.srt:4: a cue starts before the one above it; read in order of time; sort the cues",
                "a.srt:7: text belongs to no cue; read as part of the cue above it, if there is one; remove the blank line or add a time line",
            ]
        );
    }

    #[test]
    fn a_file_without_cues_is_an_error() {
        for text in [
            "",
            "WEBVTT\n",
            "0:01 --> 0:02\n\n",
            "0:01 --> 0:02\n<i></i>",
            "99999999999:00:00,000 --> 99999999999:00:01,000\nhi",
        ] {
            assert!(parse("a.vtt", text).is_err(), "{text}");
        }
    }

    /// Lines as subtitle files have them, in any order.
    fn odd_file() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            (0u64..200, 0u64..200).prop_map(|(start, end)| format!("0:{start}.5 --> 0:{end}.250 align:start")),
            "[0-9]{1,3}",
            Just(String::new()),
            Just(" ".to_owned()),
            "(NOTE|WEBVTT|STYLE|<v [A-C]>)?[a-c .<>/&;-]{0,20}",
        ];
        prop::collection::vec(line, 0..60).prop_map(|lines| lines.join("\n"))
    }

    proptest! {
        #[test]
        fn any_file_gives_sound_cues(text in prop_oneof![odd_file(), any::<String>()], is_vtt: bool) {
            if let Ok(parsed) = parse(if is_vtt { "a.vtt" } else { "a.srt" }, &text) {
                prop_assert!(!parsed.cues.is_empty());
                prop_assert!(parsed.cues.iter().all(|cue| cue.start <= cue.end && !cue.text.trim().is_empty()));
                prop_assert!(parsed.cues.is_sorted_by_key(|cue| cue.start));
                prop_assert!(parsed.warnings.len() <= 5);
            }
        }
    }
}
