//! A light second ranking of the engine's candidates, by what a sum of term weights cannot see.

use std::collections::HashMap;

use super::Hit;
use super::query::Query;
use super::retriever::RetrieveSettings;
use crate::embed::stems::StemSet;
use crate::passage::{Passage, SourceSpan};
use crate::reading::role::Role;

/// What a passage counts for that plays a part which the wording of the question asks for.
const WANTED: f32 = 1.2;

/// What a passage counts for by the part that it plays, whatever is asked: mistakes and mechanisms say most, examples and
/// lists of links least. Measured on questions to the knowledge base that comes with the program.
const fn weight_of(role: Role) -> f32 {
    match role {
        Role::Pitfall | Role::Mechanism => 1.15,
        Role::Definition | Role::Reply => 1.0,
        Role::WhenToUse | Role::Checklist | Role::Comparison => 0.95,
        Role::WhenNotToUse => 0.9,
        Role::Example => 0.85,
        Role::Elsewhere => 0.5,
    }
}

/// Ranks `hits` again, best first: passages whose title or headings name what is asked, that play a part which is asked for,
/// and passages in the language of the question are lifted.
pub fn rerank(mut hits: Vec<Hit>, query: &Query, settings: &RetrieveSettings) -> Vec<Hit> {
    let support = document_support(&hits);
    let neighbours = neighbour_support(&hits);
    for ((hit, support), neighbours) in hits.iter_mut().zip(support).zip(neighbours) {
        let mut factor = 1.0;
        if settings.title_boost > 0.0 {
            factor += settings.title_boost * named_share(&hit.passage, query);
        }
        if hit.passage.lang == query.language {
            factor += settings.language_boost;
        }
        if let Some(role) = Role::below(&hit.passage.headings) {
            factor *= weight_of(role) * if query.wants.contains(&role) { WANTED } else { 1.0 };
        }
        hit.score = hit.score * factor + settings.document_boost * support + settings.neighbour_boost * neighbours;
    }
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.passage.chunk_id.cmp(&b.passage.chunk_id)));
    hits
}

/// The share of the question's concepts that title and headings name.
fn named_share(passage: &Passage, query: &Query) -> f32 {
    query.share_of_concepts(&StemSet::of(&passage.breadcrumb(), passage.lang))
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
            source_file: source_file.to_owned(),
            source_span,
            lang: Language::English,
            url: None,
            scope: String::new(),
            license: None,
        };
        Hit { passage: Arc::new(passage), score }
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
