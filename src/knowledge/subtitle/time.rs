//! The line of a cue that holds its times.

use crate::passage::Timestamp;

/// No recording is longer: 1,000 hours. What lies beyond is damage.
const LONGEST_MILLIS: u64 = 1000 * 3600 * 1000;

/// As they are met in the wild; the right one first.
const ARROWS: [&str; 5] = ["-->", "--&gt;", "->", "—>", "–>"];

/// What a time line says. A side that is there but cannot be read is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times<'a> {
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    /// Text on the same line: `[00:01.000 --> 00:02.000] like this`.
    pub text: &'a str,
}

/// The times of a time line, or `None` for a line that is something else: a text may hold an arrow too.
pub(super) fn times(line: &str) -> Option<Times<'_>> {
    if !line.as_bytes().contains(&b'>') && !line.contains("--&gt;") {
        return None;
    }
    let (arrow, (left, right)) = ARROWS.iter().find_map(|arrow| Some((*arrow, line.split_once(arrow)?)))?;
    let left = left.trim();
    let (bracketed, left) = left.strip_prefix('[').map_or((false, left), |left| (true, left));
    let start = whole_moment(left);
    let end = moment(right.trim_start());
    let text = match end {
        Some((_, rest)) if bracketed => rest.trim_start().strip_prefix(']').unwrap_or_default(),
        _ => "",
    };
    let end = end.map(|(time, _)| time);
    let is_time_line = match (start, end) {
        (Some(_), Some(_)) => true,
        _ if arrow != "-->" => false,
        (Some(_), None) => looks_damaged(right) || right.trim().is_empty(),
        (None, Some(_)) => looks_damaged(left) || left.is_empty(),
        (None, None) => looks_damaged(left) && looks_damaged(right),
    };
    is_time_line.then_some(Times { start, end, text })
}

/// Whether something that cannot be read as a time was one once: nearly all digits and separators.
fn looks_damaged(side: &str) -> bool {
    let side = side.trim_start().split("  ").next().unwrap_or_default();
    let (mut digits, mut separators, mut others) = (0, 0, 0);
    for c in side.split_whitespace().next().unwrap_or_default().chars() {
        match c {
            '0'..='9' => digits += 1,
            ':' | '.' | ',' | '-' => separators += 1,
            _ => others += 1,
        }
    }
    digits >= 3 && separators >= 1 && others <= 2
}

/// A time and nothing else, but for a cue's number before it (`12 00:01:02,000`).
fn whole_moment(text: &str) -> Option<Timestamp> {
    let whole = |text: &str| moment(text).filter(|(_, rest)| rest.trim().is_empty()).map(|(time, _)| time);
    whole(text).or_else(|| {
        let (number, time) = text.split_once(char::is_whitespace)?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| whole(time.trim_start()))?
    })
}

/// The time with which `text` begins and what follows it: `H:MM:SS.mmm`, `MM:SS,mmm` and what people make of them.
fn moment(text: &str) -> Option<(Timestamp, &str)> {
    let mut fields = [0u64; 4];
    let mut count = 0;
    let mut rest = text;
    loop {
        let (value, after) = number(rest)?;
        *fields.get_mut(count)? = value;
        count += 1;
        let separator = after.trim_start();
        let Some(next) = separator.strip_prefix(':') else {
            rest = after;
            break;
        };
        rest = next.trim_start();
    }
    let mut millis = 0;
    if let Some(fraction) = rest.trim_start().strip_prefix([',', '.']) {
        (millis, rest) = thousandths(fraction.trim_start());
    }
    let [hours, minutes, seconds] = match count {
        2 => [0, fields[0], fields[1]],
        3 => [fields[0], fields[1], fields[2]],
        4 => {
            millis = fields[3].min(999);
            [fields[0], fields[1], fields[2]]
        }
        _ => return None,
    };
    let total = hours
        .checked_mul(3_600_000)?
        .checked_add(minutes.checked_mul(60_000)?)?
        .checked_add(seconds.checked_mul(1000)?)?
        .checked_add(millis)?;
    (total <= LONGEST_MILLIS).then_some((Timestamp::from_millis(total), rest))
}

fn number(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// The digits behind a decimal mark, as milliseconds: `5` is 500.
fn thousandths(text: &str) -> (u64, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let millis = (0..3).fold(0, |millis, at| {
        let digit = text.as_bytes()[..digits].get(at).map_or(0, |digit| u64::from(digit - b'0'));
        millis * 10 + digit
    });
    (millis, &text[digits..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str, expected: Option<(Option<u64>, Option<u64>)>) {
        let found = times(line).map(|t| (t.start.map(Timestamp::as_millis), t.end.map(Timestamp::as_millis)));
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn times_are_read_however_they_are_written() {
        for line in [
            "00:01:20,310 --> 00:01:23,590",
            "00:01:20.310 --> 00:01:23.590 align:start position:0%",
            "  01:20.310  -->  01:23.590  ",
            "0:1:20.310-->0:1:23.590",
            "00: 01: 20, 310 --> 00: 01: 23, 590",
            "00:01:20:310 --> 00:01:23:590",
            "12 00:01:20,310 --> 00:01:23,590",
            "00:01:20.310 -> 00:01:23.590",
            "00:01:20.310 --&gt; 00:01:23.590",
            "00:01:20,3100 --> 00:01:23,59",
        ] {
            check(line, Some((Some(80_310), Some(83_590))));
        }
        check("00:00:01 --> 00:00:02", Some((Some(1000), Some(2000))));
        assert_eq!(times("[00:01.000 --> 00:02.000]  Hi.").map(|t| t.text), Some("  Hi."));
    }

    #[test]
    fn damaged_times_are_still_a_time_line() {
        check("99999999999:00:00,000 --> 99999999999999999999999:00:01,000", Some((None, None)));
        check("00:0x:20,310 --> 00:01:23,590", Some((None, Some(83_590))));
        check("00:01:20,310 -->", Some((Some(80_310), None)));
        check("00:01:20,310 --> 00:0", Some((Some(80_310), Some(0))));
        check("-0:00:01,000 --> 00:00:01,000", Some((None, Some(1000))));
    }

    #[test]
    fn text_with_an_arrow_is_text() {
        for line in ["use a --> b to map", "1 --> 2", "map 00:01:20 --> 00:01:23", "10:30 --> lunch", "-->", "a -> b"] {
            check(line, None);
        }
    }

    proptest! {
        #[test]
        fn a_time_is_never_too_large(line in "[0-9:., ]{0,40}(-->)?[0-9:., \\[\\]]{0,40}") {
            for time in times(&line).into_iter().flat_map(|times| [times.start, times.end]).flatten() {
                prop_assert!(time.as_millis() <= LONGEST_MILLIS);
            }
        }
    }
}
