//! Why a file holds no cue: what it is instead, and what to do about it.

use crate::knowledge::document::ParseError;

/// The error for a file in which no cue with text was found. `time_lines` is how many time lines it has.
pub(super) fn no_cue(file: &str, text: &str, time_lines: usize) -> ParseError {
    let (reason, mend) = reason_and_mend(text.trim_start_matches('\u{FEFF}').trim(), time_lines);
    ParseError { file: file.to_owned(), line: None, reason: reason.to_owned(), mend: mend.to_owned() }
}

fn reason_and_mend(text: &str, time_lines: usize) -> (&'static str, &'static str) {
    let start: String = text.chars().take(200).collect::<String>().to_lowercase();
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| start.starts_with(prefix));
    if text.is_empty() {
        ("the file is empty", "export the subtitles again, or remove the file")
    } else if time_lines > 0 {
        ("no cue has both a readable time and a text", "export the subtitles again as .srt or .vtt")
    } else if begins(&["<!doctype html", "<html", "<head", "<body"]) {
        (
            "it is an HTML page, not subtitles",
            "download the subtitles themselves; the page may be an error or a login page",
        )
    } else if begins(&["<?xml", "<tt", "<timedtext", "<transcript"]) {
        ("it is XML, not SubRip or WebVTT", "convert it to .srt or .vtt")
    } else if begins(&["{\"", "{\n", "{ ", "[{", "[\n", "[ {"]) {
        ("it is JSON, not SubRip or WebVTT", "export the subtitles as .srt or .vtt")
    } else if begins(&["[script info]"]) {
        ("it is SubStation Alpha, not SubRip or WebVTT", "convert it to .srt or .vtt")
    } else if begins(&["webvtt"]) {
        ("there is a WebVTT header and no cue behind it", "export the subtitles again, or remove the file")
    } else {
        (
            "no line has times such as 00:00:01,000 --> 00:00:02,500",
            "export the subtitles as .srt or .vtt, or name the file .txt if it is plain text",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_says_what_was_found() {
        for (text, found) in [
            ("", "empty"),
            ("\u{FEFF} \n", "empty"),
            ("WEBVTT\n", "header"),
            ("<!DOCTYPE html><html>", "HTML"),
            ("<?xml version=\"1.0\"?><tt>", "XML"),
            ("{\"events\":[]}", "JSON"),
            ("[Script Info]\nTitle: x", "SubStation"),
            ("Just words.", "no line has times"),
        ] {
            let error = no_cue("a.srt", text, 0);
            assert!(error.reason.contains(found), "{error}");
        }
        assert_eq!(
            no_cue("a.srt", "", 0).to_string(),
            "a.srt: the file is empty; export the subtitles again, or remove the file"
        );
    }
}
