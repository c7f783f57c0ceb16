//! A light second ranking of the engine's candidates, by what a sum of term weights cannot see.

use std::collections::HashMap;

use super::Hit;
use super::query::Query;
use super::retriever::RetrieveSettings;
use super::role::Role;
use crate::embed::terms;
use crate::passage::Passage;

/// What lists of links and references count for.
const ELSEWHERE: f32 = 0.5;

/// Ranks `hits` again, best first: passages whose title or headings name what is asked and passages in the language
/// of the question are lifted.
pub fn rerank(mut hits: Vec<Hit>, query: &Query, settings: &RetrieveSettings) -> Vec<Hit> {
    let support = document_support(&hits);
    for (hit, support) in hits.iter_mut().zip(support) {
        let mut factor = 1.0 + settings.title_boost * named_share(&hit.passage, query);
        if hit.passage.lang == query.language {
            factor += settings.language_boost;
        }
        if hit.passage.headings.last().and_then(|heading| Role::of_heading(heading)) == Some(Role::Elsewhere) {
            factor *= ELSEWHERE;
        }
        hit.score = hit.score * factor + settings.document_boost * support;
    }
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.passage.chunk_id.cmp(&b.passage.chunk_id)));
    hits
}

/// The share of the question's concepts that title and headings name.
fn named_share(passage: &Passage, query: &Query) -> f32 {
    query.share_of_concepts(&terms::words(&passage.breadcrumb(), passage.lang).flat_map(|word| word.terms).collect())
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
