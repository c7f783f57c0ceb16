//! Lines of pages made into paragraphs.

use std::collections::{HashMap, HashSet};

/// A paragraph, and the page on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Its words, on one line.
    pub text: String,
    /// The page, the first being 1.
    pub page: u32,
}

/// How many lines at the top and at the bottom of a page can be its header and its footer.
const EDGE: usize = 2;
/// On how many pages a line has to stand to be furniture.
const MIN_REPEATS: usize = 3;

/// The paragraphs of pages of text (number and lines), without page numbers and lines that repeat on most pages.
pub fn paragraphs(pages: &[(u32, String)]) -> Vec<Paragraph> {
    let lines: Vec<Vec<&str>> = pages.iter().map(|(_, text)| text.lines().map(str::trim).collect()).collect();
    let repeated = repeated_edges(&lines);
    let kept: Vec<Vec<&str>> = lines.iter().map(|page| without_furniture(page, &repeated)).collect();
    let words: HashSet<&str> = kept.iter().flatten().flat_map(|line| line.split_whitespace()).map(bare).collect();
    let mut paragraphs = Vec::new();
    for ((page, _), lines) in pages.iter().zip(&kept) {
        for run in lines.split(|line| line.is_empty()) {
            let text = joined(run, &words);
            if text.contains(char::is_alphanumeric) {
                paragraphs.push(Paragraph { text, page: *page });
            }
        }
    }
    paragraphs
}

/// The places in `page` of its first and last lines with text.
fn edges(page: &[&str]) -> Vec<usize> {
    let filled: Vec<usize> = (0..page.len()).filter(|&at| !page[at].is_empty()).collect();
    let last = filled.iter().rev().take(EDGE);
    let mut edges: Vec<usize> = filled.iter().take(EDGE).chain(last).copied().collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// A line with its numbers made alike.
fn shape(line: &str) -> String {
    line.chars().map(|c| if c.is_numeric() { '#' } else { c }).collect::<String>().replace("##", "#").replace("##", "#")
}

fn repeated_edges(pages: &[Vec<&str>]) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let shapes: HashSet<String> = edges(page).into_iter().map(|at| shape(page[at])).collect();
        for shape in shapes {
            *counts.entry(shape).or_default() += 1;
        }
    }
    let least = MIN_REPEATS.max(pages.len() / 2);
    counts.into_iter().filter(|&(_, count)| count >= least).map(|(shape, _)| shape).collect()
}

fn without_furniture<'a>(page: &[&'a str], repeated: &HashSet<String>) -> Vec<&'a str> {
    let edges = edges(page);
    let is_furniture =
        |at: &usize| edges.contains(at) && (is_page_number(page[*at]) || repeated.contains(&shape(page[*at])));
    (0..page.len()).filter(|at| !is_furniture(at)).map(|at| page[at]).collect()
}

/// `7`, `- 7 -`, `vii`, `Page 7 of 9`, `Página 7`, `7 / 9`.
fn is_page_number(line: &str) -> bool {
    let line = line.to_lowercase();
    let mut words = line
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '|' | '/' | '.'))
        .filter(|word| !word.is_empty());
    let is_number = |word: &str| word.len() < 6 && word.chars().all(|c| c.is_ascii_digit());
    let is_roman = |word: &str| word.len() < 8 && word.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l'));
    let is_word = |word: &str| matches!(word, "page" | "página" | "pag" | "pág" | "p" | "of" | "de");
    !line.is_empty() && line.len() < 24 && words.all(|word| is_number(word) || is_roman(word) || is_word(word))
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// The lines as one, words mended that were broken at the end of a line. A hyphen stays where the text has the word with
/// its hyphen elsewhere too.
fn joined(lines: &[&str], words: &HashSet<&str>) -> String {
    let mut text = String::new();
    for line in lines {
        let begins_small = line.starts_with(char::is_lowercase);
        let is_broken =
            begins_small && text.strip_suffix('-').is_some_and(|before| before.ends_with(char::is_alphabetic));
        if is_broken {
            let first = text.rsplit(' ').next().unwrap_or_default();
            let second = line.split_whitespace().next().unwrap_or_default();
            if !words.contains(bare(&format!("{first}{second}"))) {
                text.pop();
            }
        } else if !text.is_empty() {
            text.push(' ');
        }
        text.extend(line.split_whitespace().flat_map(|word| [word, " "]));
        text.truncate(text.trim_end().len());
    }
    // A soft hyphen shows only where a word was broken.
    text.replace("\u{ad} ", "").replace('\u{ad}', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pages: &[&str], expected: &[(u32, &str)]) {
        let pages: Vec<_> = (1..).zip(pages.iter().map(|&page| page.to_owned())).collect();
        let found = paragraphs(&pages);
        let found: Vec<_> = found.iter().map(|found| (found.page, found.text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_become_paragraphs() {
        check(&["One\ntwo  three\n\n\nFour\n"], &[(1, "One two three"), (1, "Four")]);
    }

    #[test]
    fn broken_words_are_mended() {
        check(
            &["an exam-\nple of TCP-\nIP and\nwell-\nknown, well-known"],
            &[(1, "an example of TCP- IP and well-known, well-known")],
        );
        check(&["soft\u{ad}\nen"], &[(1, "soften")]);
    }

    #[test]
    fn page_numbers_and_repeated_edges_go() {
        let page = |n: usize, text: &str| format!("My book\n\n{text}\n\nPage {n} of 12\n");
        let pages: Vec<_> =
            [(9, "Alpha"), (10, "Beta"), (11, "Gamma 7"), (12, "7 apples")].map(|(n, text)| page(n, text)).into();
        let pages: Vec<_> = pages.iter().map(String::as_str).collect();
        check(&pages, &[(1, "Alpha"), (2, "Beta"), (3, "Gamma 7"), (4, "7 apples")]);
        check(&["Text\n\n- 3 -"], &[(1, "Text")]);
        check(&["I live\n\nin 1999 we"], &[(1, "I live"), (1, "in 1999 we")]);
    }
}
