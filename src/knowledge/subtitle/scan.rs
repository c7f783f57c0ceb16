//! Finds the cues among the lines of a subtitle file: which lines are times, which text, which neither.

use std::iter::Peekable;

use super::oddity::{Oddities, Oddity};
use super::time::{Times, times};
use crate::passage::Timestamp;

/// A cue as it stands in the file.
#[derive(Debug)]
pub(super) struct RawCue<'a> {
    /// Number of its time line.
    pub line: u32,
    /// `None` if it cannot be read.
    pub start: Option<Timestamp>,
    /// `None` if it cannot be read.
    pub end: Option<Timestamp>,
    /// Its lines of text, with markup.
    pub lines: Vec<&'a str>,
}

/// The cues of `text` in the order of the file.
pub(super) fn raw_cues<'a>(file: &str, text: &'a str, oddities: &mut Oddities) -> Vec<RawCue<'a>> {
    let has_header = text.trim_start().starts_with("WEBVTT");
    let is_named_vtt = file.rsplit('.').next().is_some_and(|extension| extension.eq_ignore_ascii_case("vtt"));
    if is_named_vtt && !has_header {
        oddities.note(Oddity::NoHeader, 1);
    }
    let mut scanner = Scanner {
        is_vtt: has_header || is_named_vtt,
        place: if has_header { Place::Aside } else { Place::Between },
        index: None,
        cues: Vec::new(),
        oddities,
    };
    let lines = text.strip_prefix('\u{FEFF}').unwrap_or(text).trim_end().split('\n');
    let mut lines = (1u32..).zip(lines).skip_while(|(_, line)| line.trim().is_empty()).peekable();
    while let Some((number, line)) = lines.next() {
        match times(line) {
            Some(times) => scanner.open(number, times),
            None => scanner.take(number, line, &mut lines),
        }
    }
    scanner.cues
}

/// Where the scanner stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the header, or in a note, style or region of a `.vtt`: read over until a blank line.
    Aside,
    /// Behind a blank line or at the beginning.
    Between,
    /// In the text of a cue.
    Cue,
}

struct Scanner<'a, 'o> {
    is_vtt: bool,
    place: Place,
    /// The number that stands above the current cue's time line, as a `.srt` counts.
    index: Option<u64>,
    cues: Vec<RawCue<'a>>,
    oddities: &'o mut Oddities,
}

impl<'a> Scanner<'a, '_> {
    /// A time line: a cue begins.
    fn open(&mut self, line: u32, times: Times<'a>) {
        if times.start.is_none() || times.end.is_none() {
            self.oddities.note(Oddity::UnreadableTime, line);
        }
        let lines = if times.text.is_empty() { Vec::new() } else { vec![times.text] };
        self.cues.push(RawCue { line, start: times.start, end: times.end, lines });
        self.place = Place::Cue;
    }

    /// Any other line.
    fn take(&mut self, number: u32, line: &'a str, ahead: &mut Peekable<impl Iterator<Item = (u32, &'a str)>>) {
        if line.trim().is_empty() {
            // WebVTT ends a cue at an empty line only; a line of spaces is how rolling captions begin.
            if !self.is_vtt || line.is_empty() {
                self.place = Place::Between;
            }
            return;
        }
        if self.place == Place::Aside {
            return;
        }
        let digits = line.trim().parse::<u64>().ok();
        let may_name_cue = match self.place {
            Place::Between => digits.is_some() || self.is_vtt || self.cues.is_empty(),
            _ => digits.is_some() && digits == self.index.and_then(|index| index.checked_add(1)),
        };
        let names_next_cue = may_name_cue && ahead.peek().is_some_and(|(_, next)| times(next).is_some());
        if names_next_cue {
            self.index = digits;
        } else if self.place == Place::Between && self.is_vtt && is_aside(line) {
            self.place = Place::Aside;
        } else {
            self.add(number, line);
        }
    }

    /// A line of text. Behind a blank line it is not where it should be, but losing it would be worse.
    fn add(&mut self, number: u32, line: &'a str) {
        let Some(cue) = self.cues.last_mut() else {
            self.oddities.note(Oddity::StrayText, number);
            return;
        };
        if self.place == Place::Between && !cue.lines.is_empty() {
            self.oddities.note(Oddity::StrayText, number);
        }
        cue.lines.push(line);
        self.place = Place::Cue;
    }
}

/// Whether a block of a `.vtt` that begins with `line` is no cue.
fn is_aside(line: &str) -> bool {
    ["NOTE", "STYLE", "REGION", "WEBVTT"]
        .iter()
        .any(|word| line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, text: &str, expected: &[(u32, &[&str])], odd: &[Oddity]) {
        let mut oddities = Oddities::default();
        let cues = raw_cues(file, text, &mut oddities);
        let found: Vec<_> = cues.iter().map(|cue| (cue.line, cue.lines.as_slice())).collect();
        assert_eq!(found, expected);
        assert_eq!(oddities.kinds(), odd);
    }

    #[test]
    fn numbers_are_told_from_text() {
        check(
            "a.srt",
            "1\n0:00:01 --> 0:00:02\n2\n\n2\n0:00:02 --> 0:00:03\n2024\n",
            &[(2, &["2"]), (6, &["2024"])],
            &[],
        );
        check(
            "a.srt",
            "1\n0:01 --> 0:02\na\n2\n0:02 --> 0:03\nb\n7\n0:03 --> 0:04\nc",
            &[(2, &["a"]), (5, &["b", "7"]), (8, &["c"])],
            &[],
        );
    }

    #[test]
    fn what_is_no_cue_is_read_over() {
        let text = "WEBVTT - x\nKind: captions\n\nNOTE\nno\n\nSTYLE\n::cue {}\n\nid 1\n0:01.0 --> 0:02.0\na\n\nNOTE b\n\nid\n0:02.0 --> 0:03.0\nc";
        check("a.vtt", text, &[(11, &["a"]), (17, &["c"])], &[]);
        check("a.srt", "0:01 --> 0:02\nNOTE\n\nNOTE\n", &[(1, &["NOTE", "NOTE"])], &[Oddity::StrayText]);
    }

    #[test]
    fn blank_lines_may_be_missing_or_too_many() {
        check(
            "a.vtt",
            "WEBVTT\n0:01.0 --> 0:02.0\n \na\n0:02.0 --> 0:03.0\n0:02.0 --> 0:03.0\nb",
            &[(2, &["a"]), (5, &[]), (6, &["b"])],
            &[],
        );
        check("a.srt", "\n1\n0:01 --> 0:02\n\na\n\nb\n", &[(3, &["a", "b"])], &[Oddity::StrayText]);
        check("a.vtt", "0:01.0 --> 0:02.0\na", &[(1, &["a"])], &[Oddity::NoHeader]);
    }
}
