//! The parts of a long block between which it may be cut.

use std::ops::Range;

use crate::sentence;

/// A part of a block that is not cut further.
#[derive(Debug, PartialEq)]
pub struct Atom {
    pub range: Range<usize>,
    /// Code or a table within a list entry.
    pub solid: bool,
}

/// The sentences of `text`, its nested list entries apart, its nested code and tables whole; a sentence longer than
/// `max` characters is cut between words.
pub fn atoms(text: &str, max: usize) -> Vec<Atom> {
    let mut found = Vec::new();
    for (range, solid) in stretches(text) {
        if solid {
            found.push(Atom { range, solid });
            continue;
        }
        for sentence in sentence::ranges(&text[range.clone()]) {
            let sentence = range.start + sentence.start..range.start + sentence.end;
            let cuts = cut_between_words(&text[sentence.clone()], max).into_iter();
            found.extend(cuts.map(|cut| Atom { range: sentence.start + cut.start..sentence.start + cut.end, solid }));
        }
    }
    found
}

/// `text` as stretches of whole lines: fences, tables (both solid), and prose that begins anew with each list entry.
fn stretches(text: &str) -> Vec<(Range<usize>, bool)> {
    let mut found: Vec<(Range<usize>, bool)> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset = range.end;
        let bare = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
        let solid = fence.is_some() || mark.is_some() || bare.starts_with('|');
        let begins = fence.is_none() && (mark.is_some() || begins_entry(bare));
        match found.last_mut() {
            Some((last, last_solid)) if *last_solid == solid && !begins => last.end = range.end,
            _ => found.push((range, solid)),
        }
        match fence {
            None => fence = mark,
            Some(open) if bare.trim_start_matches(&open[..1]).is_empty() && mark == Some(open) => fence = None,
            Some(_) => {}
        }
    }
    found
        .into_iter()
        .map(|(range, solid)| (trimmed(text, range), solid))
        .filter(|(range, _)| !range.is_empty())
        .collect()
}

fn begins_entry(bare: &str) -> bool {
    let unnumbered = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let marks: &[&str] = if unnumbered.len() < bare.len() { &[". ", ") "] } else { &["- ", "* ", "+ "] };
    marks.iter().any(|mark| unnumbered.starts_with(mark))
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let indent = slice.len() - slice.trim_start().len();
    range.start + indent..range.start + indent + slice.trim().len()
}

/// Parts of about equal length of at most `max` characters, cut between words; a word longer than that is cut inside.
fn cut_between_words(text: &str, max: usize) -> Vec<Range<usize>> {
    let chars = text.chars().count();
    let goal = chars.div_ceil(chars.div_ceil(max.max(1)).max(1));
    let mut found = Vec::new();
    let mut rest = 0..text.len();
    while !rest.is_empty() {
        let slice = &text[rest.clone()];
        let end = rest.start + first_part(slice, goal, max);
        found.push(trimmed(text, rest.start..end));
        rest.start = end + (text[end..].len() - text[end..].trim_start().len());
    }
    found
}

/// The length in bytes of the first part of `text`: up to the white space after `goal` characters, or, if that lies
/// beyond `max`, the last white space before.
fn first_part(text: &str, goal: usize, max: usize) -> usize {
    let mut last_space = None;
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count >= max {
            return last_space.unwrap_or(at);
        }
        if c.is_whitespace() && count > 0 {
            last_space = Some(at);
            if count >= goal {
                return at;
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max: usize, expected: &[&str]) {
        let found: Vec<_> = atoms(text, max).into_iter().map(|atom| &text[atom.range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn long_text_is_cut_at_its_sentences_then_its_words() {
        check("One two. Three four. Five.", 100, &["One two.", "Three four.", "Five."]);
        check("aaa bbb ccc ddd", 8, &["aaa bbb", "ccc ddd"]);
        check("aaaaaaaaaa", 4, &["aaaa", "aaaa", "aa"]);
        check("ññññ ñññññññ", 5, &["ññññ", "ñññññ", "ññ"]);
    }

    #[test]
    fn nested_code_and_entries_stay_whole() {
        check(
            "- Do this. Then:\n  ```sh\n  ls. And.\n\n  cd\n  ```\n  - nested one\n  - nested two",
            100,
            &["- Do this.", "Then:", "```sh\n  ls. And.\n\n  cd\n  ```", "- nested one", "- nested two"],
        );
    }
}
