//! A second ranking of the engine's candidates, by what a sum of term weights cannot see.
//!
//! It is log-linear: a passage's score is multiplied by the exponential of what its [`Signs`] lack, each from 0 to 1 and weighed
//! by a boost of the configuration, and of a constant for the part that it plays. So one that has all signs keeps its score,
//! more or less. The weights were learned by comparing pairs of a passage that answers and one that does not (the loss of
//! `RankNet` with a linear model: Burges et al., *Learning to Rank using Gradient Descent*, 2005) on 350 questions in both
//! languages; none is of the goldset's test split.

use std::collections::HashMap;

use super::Hit;
use super::query::Query;
use super::retriever::RetrieveSettings;
use crate::passage::{Passage, SourceSpan};
use crate::reading::role::Role;
use crate::reading::{Reading, Readings};

/// What speaks for a passage, each from 0 to 1; shares of concepts are by weight.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Signs {
    /// The share of what is asked that title and headings name.
    named: f32,
    /// The share that the passage speaks of.
    spoken_of: f32,
    /// The share that its best sentence speaks of.
    in_sentence: f32,
    /// The share that its first sentence speaks of.
    in_opening: f32,
    /// The share of the words of a question that it answers, if any is known, that are asked.
    same_question: f32,
    /// 1 if it plays a part that is asked for.
    wanted: f32,
    /// 1 if it is in the language of the question.
    same_language: f32,
}

impl Signs {
    /// Those of a passage that speaks of nothing else.
    const BEST: Self = Self {
        named: 1.0,
        spoken_of: 1.0,
        in_sentence: 1.0,
        in_opening: 1.0,
        same_question: 1.0,
        wanted: 1.0,
        same_language: 1.0,
    };

    fn of(reading: &Reading, query: &Query) -> Self {
        let spoken_of = query.share_of_concepts(reading.stems());
        let (in_sentence, in_opening) = in_sentences(reading, query).unwrap_or((spoken_of, spoken_of));
        let flag = |holds| if holds { 1.0 } else { 0.0 };
        Self {
            named: query.share_of_concepts(&reading.breadcrumb),
            spoken_of,
            in_sentence,
            in_opening,
            same_question: query.share_of_own_words_in_any(&reading.questions),
            wanted: flag(reading.role.is_some_and(|role| query.wants.contains(&role))),
            same_language: flag(reading.passage.lang == query.language),
        }
    }

    fn weighed_by(&self, settings: &RetrieveSettings) -> f32 {
        let Self { named, spoken_of, in_sentence, in_opening, same_question, wanted, same_language } = self;
        settings.title_boost * named
            + settings.words_boost * spoken_of
            + settings.sentence_boost * in_sentence
            + settings.opening_boost * in_opening
            + settings.question_boost * same_question
            + settings.wanted_boost * wanted
            + settings.language_boost * same_language
    }
}

/// The share of what is asked that the best sentence speaks of, and the first; `None` for a talk, whose passages begin anywhere,
/// and for a passage without sentences, such as code or a table.
fn in_sentences(reading: &Reading, query: &Query) -> Option<(f32, f32)> {
    if matches!(reading.passage.source_span, SourceSpan::Time { .. }) {
        return None;
    }
    let mut shares = reading.sentences().map(|sentence| query.share_of_concepts(&sentence.stems));
    let opening = shares.next()?;
    Some((shares.fold(opening, f32::max), opening))
}

/// What the reply to the very question that was asked gains.
const VERY_QUESTION: f32 = 1.5;
/// What a passage gains that says what that is which somebody asks for.
const DEFINES: f32 = 1.0;

/// What a passage gains by being just what is asked for.
fn exactness(reading: &Reading, query: &Query) -> f32 {
    let defines = || reading.sentences().any(|sentence| query.share_of_concepts(&sentence.defined) > 0.99);
    if query.is_one_of(&reading.questions) {
        VERY_QUESTION
    } else if query.wants.contains(&Role::Definition) && defines() {
        DEFINES
    } else {
        0.0
    }
}

/// What the part that a passage plays adds, whatever is asked: mistakes, mechanisms and advice say most, examples and lists of
/// links least.
const fn weight_of(role: Option<Role>) -> f32 {
    match role {
        Some(Role::WhenToUse | Role::Pitfall | Role::Mechanism) => 0.4,
        Some(Role::WhenNotToUse) => 0.35,
        Some(Role::Definition) => 0.2,
        Some(Role::Comparison) => 0.1,
        // A document that is not divided into such parts must not fall behind for that.
        None | Some(Role::Checklist) => 0.0,
        Some(Role::Example | Role::Reply) => -0.3,
        Some(Role::Elsewhere) => -0.7,
    }
}

/// Ranks `hits`, which come best first, again; ties by chunk identifier.
pub fn rerank(mut hits: Vec<Hit>, query: &Query, settings: &RetrieveSettings, readings: &Readings) -> Vec<Hit> {
    let best = hits.iter().map(|hit| hit.score).fold(f32::MIN_POSITIVE, f32::max);
    let support = document_support(&hits);
    let neighbours = neighbour_support(&hits);
    let best_signs = Signs::BEST.weighed_by(settings);
    let meaning = Meaning::of(&hits);
    let mut best_by_words = 0.0_f32;
    for ((hit, support), neighbours) in hits.iter_mut().zip(support).zip(neighbours) {
        let reading = readings.read(&hit.passage);
        let around = settings.document_boost * support + settings.neighbour_boost * neighbours;
        let signs = Signs::of(&reading, query).weighed_by(settings) - best_signs;
        let likeness = settings.likeness_boost * query.likeness_to_any(&reading.questions);
        let beyond = exactness(&reading, query).max(likeness) + weight_of(reading.role) + around / best;
        best_by_words = best_by_words.max(hit.score * (signs + beyond).exp());
        hit.score *= (meaning.weighed_with(signs, hit.cosine, settings) + beyond).exp();
    }
    // Whether a passage answers at all is judged on the scale of words; the meaning decides which comes first.
    let best = hits.iter().map(|hit| hit.score).fold(f32::MIN_POSITIVE, f32::max);
    for hit in &mut hits {
        hit.score *= best_by_words / best;
    }
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.passage.chunk_id.cmp(&b.passage.chunk_id)));
    hits
}

/// How near the hits are to the question in meaning, where a model tells.
struct Meaning {
    /// The nearest and the farthest; `None` if nothing is embedded.
    range: Option<(f32, f32)>,
}

impl Meaning {
    fn of(hits: &[Hit]) -> Self {
        let cosines = || hits.iter().filter_map(|hit| hit.cosine);
        let nearest = cosines().max_by(f32::total_cmp);
        Self { range: nearest.zip(cosines().min_by(f32::total_cmp)) }
    }

    /// What a passage lacks, in words and in meaning. Where the meaning is known, other words count less against a passage.
    /// One that is not embedded is taken for the farthest.
    fn weighed_with(&self, signs: f32, cosine: Option<f32>, settings: &RetrieveSettings) -> f32 {
        let Some((nearest, farthest)) = self.range else { return signs };
        let lack = cosine.unwrap_or(farthest) - nearest;
        (1.0 - settings.meaning_relief) * signs + settings.meaning_boost * lack
    }
}

/// For each hit, how well the rest of its document fits: the scores of the document's other hits, each counting half of
/// the one before it. A document that speaks of a subject in several places is about it.
fn document_support(hits: &[Hit]) -> Vec<f32> {
    let mut scores_of: HashMap<&str, Vec<f32>> = HashMap::new();
    for hit in hits {
        scores_of.entry(&hit.passage.source_file).or_default().push(hit.score);
    }
    hits.iter()
        .map(|hit| {
            let mut others = scores_of[hit.passage.source_file.as_str()].clone();
            if let Some(own) = others.iter().position(|score| score.total_cmp(&hit.score).is_eq()) {
                others.remove(own);
            }
            others
                .iter()
                .zip(std::iter::successors(Some(0.5_f32), |weight| Some(weight * 0.5)))
                .map(|(s, w)| s * w)
                .sum()
        })
        .collect()
}

/// For each hit from a talk, by how much the hits that come just before and after it are better than the average hit. What
/// is spoken of at length runs on over several passages, while written sections have their own subjects.
fn neighbour_support(hits: &[Hit]) -> Vec<f32> {
    let mut support = vec![0.0; hits.len()];
    let mut spoken: Vec<_> = (0..hits.len()).filter_map(|at| Some((spoken_at(&hits[at].passage)?, at))).collect();
    spoken.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "there are at most some hundred candidates")]
    let average = hits.iter().map(|hit| hit.score).sum::<f32>() / hits.len().max(1) as f32;
    for pair in spoken.windows(2) {
        let [((talk, _, end), a), ((next_talk, start, _), b)] = pair else { continue };
        if talk == next_talk && start.saturating_sub(*end) < BREAK_MS {
            support[*a] += (hits[*b].score - average).max(0.0);
            support[*b] += (hits[*a].score - average).max(0.0);
        }
    }
    support
}

/// Passages of a talk with less than this between them, in milliseconds, have no other passage in between.
const BREAK_MS: u64 = 10_000;

/// Where a passage was spoken: the talk and when it starts and ends, in milliseconds.
fn spoken_at(passage: &Passage) -> Option<(&str, u64, u64)> {
    let SourceSpan::Time { start, end } = passage.source_span else { return None };
    Some((&passage.source_file, start.as_millis(), end.as_millis()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::passage::{ChunkId, Timestamp};
    use crate::question::Language;

    fn hit(source_file: &str, source_span: SourceSpan, score: f32) -> Hit {
        let passage = Passage {
            chunk_id: ChunkId::new(source_file, &source_span.to_string(), 0),
            topic: String::new(),
            title: String::new(),
            headings: Vec::new(),
            text: String::new(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: source_file.to_owned(),
            source_span,
            lang: Language::English,
            url: None,
            scope: String::new(),
            license: None,
        };
        Hit { passage: Arc::new(passage), score, cosine: None }
    }

    const fn seconds(start: u64, end: u64) -> SourceSpan {
        SourceSpan::Time { start: Timestamp::from_millis(start * 1000), end: Timestamp::from_millis(end * 1000) }
    }

    #[test]
    fn neighbours_in_a_talk_lift_each_other_by_what_they_have_above_the_average() {
        let lines = |start, end| SourceSpan::Lines { start, end };
        let hits = [
            hit("a.vtt", seconds(60, 120), 8.0),
            hit("b.vtt", seconds(125, 180), 7.0),
            hit("a.vtt", seconds(125, 180), 7.0),
            hit("a.vtt", seconds(0, 58), 3.0),
            hit("a.vtt", seconds(190, 240), 5.0),
            hit("c.md", lines(1, 9), 7.0),
            hit("c.md", lines(10, 19), 5.0),
        ];
        // The average is 6. What starts at 190 s is ten seconds away from its neighbour.
        assert_eq!(neighbour_support(&hits), [1.0, 0.0, 2.0, 2.0, 0.0, 0.0, 0.0]);
        assert_eq!(neighbour_support(&[]), [] as [f32; 0]);
    }
}
