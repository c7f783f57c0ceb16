//! Reading what a model wrote: into sentences, each held against the notes that it was given.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::answer::{CitationNo, Sentence};
use crate::embed::stems::StemSet;
use crate::generate::prompt::Shape;
use crate::language;
use crate::question::Language;
use crate::sentence;
use crate::support::{self, Evidence};

/// Fewer words are no statement.
const FEWEST_WORDS: usize = 3;
/// Sentences that share more of their stems than this say the same.
const SAME: f32 = 0.65;
/// A note is said if what was written supports it at least so well: more than what would do for a sentence of the model, since
/// what is not said stays and costs a few words, and what is lost is lost.
const SAID: f64 = 0.75;
/// A sentence of whose stems more than this share stands in a note says a part of that note.
const HALF: f32 = 0.8;
/// Words without support that are named when a part is asked for again.
const MOST_NAMED: usize = 8;

/// Marks of passages, as they stand in the notes.
static MARK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]").expect("a constant that the tests compile"));
/// What an entry of a list begins with.
static BULLET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:[-*•–]|\d{1,2}[.)]|\[[ xX]?\])\s+").expect("a constant that the tests compile")
});

/// What a model wrote, after the check.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Written {
    /// What the notes support: one item for running text, one a line for lists.
    pub items: Vec<Vec<Sentence>>,
    /// Sentences that no note supports, or that are none.
    pub dropped: usize,
    /// Words in them that have no support.
    pub unsupported: Vec<String>,
}

impl Written {
    /// How many sentences are kept.
    pub(super) fn kept(&self) -> usize {
        self.items.iter().map(Vec::len).sum()
    }

    fn text(&self) -> String {
        let sentences = self.items.iter().flatten().map(|sentence| sentence.text.as_str());
        sentences.collect::<Vec<_>>().join("\n\n")
    }
}

/// Holds sentences against the notes of one part: what another part says, however true, does not belong here.
pub(super) struct Reader<'a> {
    notes: &'a [Sentence],
    /// The notes of each passage.
    passages: Vec<(CitationNo, Evidence<'a>)>,
    language: Language,
    min_support: f64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(notes: &'a [Sentence], language: Language, min_support: f64) -> Self {
        let numbers: BTreeSet<CitationNo> = notes.iter().flat_map(|note| note.cites.iter().copied()).collect();
        let of = |no: CitationNo| {
            let cited = notes.iter().filter(move |note| note.cites.contains(&no));
            (no, Evidence::new(cited.map(|note| note.text.as_str()), language))
        };
        Self { notes, passages: numbers.into_iter().map(of).collect(), language, min_support }
    }

    /// What can be kept of `text`.
    pub(super) fn read(&self, text: &str, shape: Shape) -> Written {
        let mut written = Written::default();
        let mut said: Vec<StemSet> = Vec::new();
        let items: Vec<String> = match shape {
            Shape::Paragraph => vec![text.split_whitespace().collect::<Vec<_>>().join(" ")],
            Shape::List => text.lines().map(|line| line.trim().to_owned()).collect(),
        };
        for item in items.iter().map(|item| BULLET.replace(item, "")).filter(|item| !item.is_empty()) {
            let mut sentences = Vec::new();
            for raw in sentence::split(&item) {
                let (clean, marks) = without_marks(raw);
                let stems = StemSet::of(&clean, self.language);
                if said.iter().any(|earlier| earlier.similarity(&stems) > SAME) {
                    continue;
                }
                if let Some(sentence) = self.supported(&clean, &marks, &mut written) {
                    said.push(stems);
                    sentences.push(sentence);
                }
            }
            if !sentences.is_empty() {
                written.items.push(sentences);
            }
        }
        written
    }

    /// The sentence with the passage that supports it; what none supports is counted in `written`.
    fn supported(&self, text: &str, marks: &[CitationNo], written: &mut Written) -> Option<Sentence> {
        let is_whole = text.ends_with(['.', '!', '…', ')', '"', '”', '»', '`']);
        let is_foreign = language::detect(text).is_some_and(|language| language != self.language);
        if !is_whole || is_foreign || text.split_whitespace().count() < FEWEST_WORDS {
            written.dropped += 1;
            return None;
        }
        let numbered = self.passages.iter().map(|(no, notes)| (*no, support::judge(text, notes)));
        // A mark of the model decides between passages that support the sentence alike, and nothing else.
        let rank = |no: CitationNo, score: f64| score + if marks.contains(&no) { 0.01 } else { 0.0 };
        let best = numbered.max_by(|(a, one), (b, other)| rank(*a, one.score).total_cmp(&rank(*b, other.score)));
        let (no, verdict) = best?;
        if verdict.score >= self.min_support {
            return Some(Sentence { text: text.to_owned(), cites: vec![no] });
        }
        written.dropped += 1;
        for range in verdict.unsupported {
            let word = text[range].to_owned();
            if written.unsupported.len() < MOST_NAMED && !written.unsupported.contains(&word) {
                written.unsupported.push(word);
            }
        }
        None
    }

    /// The notes that `written` does not say, in other words or the same.
    pub(super) fn left_out(&self, written: &Written) -> Vec<Sentence> {
        let text = written.text();
        let said = Evidence::new([text.as_str()], self.language);
        let is_left_out = |note: &&Sentence| support::judge(&note.text, &said).score < SAID;
        self.notes.iter().filter(is_left_out).cloned().collect()
    }

    /// `written` without what says only a part of a note that stays.
    pub(super) fn without_halves(&self, mut written: Written, staying: &[Sentence]) -> Written {
        let staying: Vec<StemSet> = staying.iter().map(|note| StemSet::of(&note.text, self.language)).collect();
        let is_half = |sentence: &Sentence| {
            let stems = StemSet::of(&sentence.text, self.language);
            staying.iter().any(|whole| stems.share_in(whole) > HALF)
        };
        for item in &mut written.items {
            item.retain(|sentence| !is_half(sentence));
        }
        written.items.retain(|item| !item.is_empty());
        written
    }
}

/// A sentence without the marks of passages and without emphasis, and the passages that the marks name.
fn without_marks(raw: &str) -> (String, Vec<CitationNo>) {
    let numbers = MARK.captures_iter(raw).filter_map(|found| found.get(1));
    let numbers = numbers.flat_map(|list| list.as_str().split(',')).filter_map(|no| no.trim().parse().ok());
    let marks = numbers.map(CitationNo).collect();
    let clean = MARK.replace_all(raw, "").replace("**", "");
    (clean.trim().trim_start_matches(['#', ' ']).to_owned(), marks)
}
