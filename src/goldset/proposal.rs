//! A case as it is proposed for a candidate: a person changes what is wrong with it.

use serde::{Deserialize, Serialize};

use super::candidate::Reason;
use super::case::Difficulty;
use super::group::{Asking, Group};
use crate::answer::{Answer, Block, SectionKind};
use crate::embed::stems::StemSet;
use crate::passage::ChunkId;
use crate::question::Language;
use crate::sentence;

/// The most points that are proposed.
const POINTS: usize = 8;
/// Points that share this much of their stems say the same.
const SAME_POINT: f32 = 0.8;
/// The longest point, in characters; what is longer is left to a person to put in words.
const LONGEST: usize = 600;

/// What of a case a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The question.
    pub question: String,
    /// What a good answer says, a sentence each.
    pub expected_points: Vec<String>,
    /// Files that a good answer cites.
    pub must_cite: Vec<String>,
    /// What it is about.
    pub topics: Vec<String>,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// Passages that help to answer it.
    pub relevant_chunks: Vec<ChunkId>,
    /// Whether the knowledge base holds an answer.
    pub answerable: bool,
}

impl Proposal {
    /// The same question as one that the knowledge base cannot answer.
    #[must_use]
    pub fn without_answer(self) -> Self {
        Self {
            expected_points: Vec::new(),
            must_cite: Vec::new(),
            relevant_chunks: Vec::new(),
            answerable: false,
            ..self
        }
    }
}

/// What somebody said of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// What was wrong; may be empty.
    pub wrong: String,
    /// The right answer; may be empty.
    pub right: String,
}

/// What people said of the answers of `group`, the latest first and nothing twice.
pub(super) fn remarks(group: &Group<'_, '_>) -> Vec<Remark> {
    let remark = |wrong: &str, right: &str| Remark { wrong: wrong.to_owned(), right: right.to_owned() };
    once(group.corrections().into_iter().map(|correction| remark(&correction.wrong, &correction.right)))
}

/// The case that `group` suggests, asked in the words of `wording`, where `shown` is the answer that is shown with it.
pub(super) fn proposal(
    group: &Group<'_, '_>,
    wording: &Asking<'_>,
    shown: Option<&Answer>,
    reason: Reason,
) -> Proposal {
    let language = wording.language;
    let corrected = corrected_points(group, language);
    let answer = shown.filter(|_| !(group.is_unanswered() && corrected.is_empty()));
    let points = match answer {
        Some(answer) if corrected.is_empty() => answered_points(answer, language),
        _ => corrected,
    };
    let must_cite = answer.map(files).unwrap_or_default();
    let difficulty = match reason {
        Reason::Corrected | Reason::Disliked | Reason::Unanswered => Difficulty::Hard,
        Reason::Repeated | Reason::Liked if must_cite.len() > 1 => Difficulty::Medium,
        Reason::Repeated | Reason::Liked => Difficulty::Easy,
    };
    Proposal {
        question: wording.question.trim().to_owned(),
        answerable: !points.is_empty(),
        expected_points: points,
        must_cite,
        topics: Vec::new(),
        difficulty,
        relevant_chunks: answer.map(chunks).unwrap_or_default(),
    }
}

/// What the corrections of `group` say, a sentence each, the latest first.
fn corrected_points(group: &Group<'_, '_>, language: Language) -> Vec<String> {
    let right = group.corrections();
    let lines = right.iter().flat_map(|correction| correction.right.lines()).map(unlisted);
    distinct(lines.flat_map(sentence::split).map(unlisted), language)
}

/// What `answer` says, in the order of its parts.
fn answered_points(answer: &Answer, language: Language) -> Vec<String> {
    let says = |kind: SectionKind| answer.sections.iter().filter(move |section| section.kind == kind);
    let sections = SectionKind::ALL.into_iter().filter(|kind| *kind != SectionKind::Example).flat_map(says);
    let sentences = sections.flat_map(|section| &section.blocks).flat_map(Block::sentences);
    distinct(sentences.map(|sentence| sentence.text.as_str()), language)
}

/// A line or sentence that somebody typed, without the bullet or number of a list.
fn unlisted(text: &str) -> &str {
    let text = text.trim();
    let unnumbered = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered =
        if unnumbered == text { None } else { [". ", ") "].iter().find_map(|end| unnumbered.strip_prefix(end)) };
    let bulleted = || ["- ", "* ", "• "].iter().find_map(|bullet| text.strip_prefix(bullet));
    numbered.or_else(bulleted).unwrap_or(text).trim_start()
}

/// The first of `points` that say different things, each in one line.
fn distinct<'a>(points: impl Iterator<Item = &'a str>, language: Language) -> Vec<String> {
    let mut kept: Vec<(String, StemSet)> = Vec::new();
    for point in points {
        let point = point.split_whitespace().collect::<Vec<_>>().join(" ");
        let stems = StemSet::of(&point, language);
        let is_new = !kept.iter().any(|(other, known)| *other == point || known.similarity(&stems) >= SAME_POINT);
        if !point.is_empty() && point.chars().count() <= LONGEST && is_new {
            kept.push((point, stems));
        }
        if kept.len() == POINTS {
            break;
        }
    }
    kept.into_iter().map(|(point, _)| point).collect()
}

fn files(answer: &Answer) -> Vec<String> {
    once(answer.citations.iter().map(|citation| citation.source_file.clone()))
}

fn chunks(answer: &Answer) -> Vec<ChunkId> {
    once(answer.citations.iter().map(|citation| citation.chunk_id.clone()))
}

/// `items`, each once, in their order.
fn once<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.fold(Vec::new(), |mut known, item| {
        if !known.contains(&item) {
            known.push(item);
        }
        known
    })
}
