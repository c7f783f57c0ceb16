//! One score out of two: how well a passage fits by its words, and by its meaning.
//!
//! A convex combination, which ranks better than reciprocal ranks and needs fewer examples to set (Bruch, Gai and Ingber, *An
//! Analysis of Fusion Functions for Hybrid Retrieval*, 2022). Both scores are taken as shares of the best one, and the best
//! combination gets the best BM25 score, since everything after it is calibrated on that scale.

use super::{Candidate, Hit};

/// The candidates with one score each, best first; ties by chunk identifier. `dense_share`, from 0 to 1, is how much their meaning counts. A candidate that is not
/// embedded is scored by its words alone, and so are all where nothing is.
pub fn fuse(candidates: Vec<Candidate>, dense_share: f32) -> Vec<Hit> {
    let most = |scores: &mut dyn Iterator<Item = f32>| scores.fold(0.0, f32::max);
    let best_bm25 = most(&mut candidates.iter().map(|candidate| candidate.bm25));
    let best_cosine = most(&mut candidates.iter().filter_map(|candidate| candidate.cosine));
    // Without a word in common there is no scale but that of the cosines themselves.
    let scale = if best_bm25 > 0.0 { best_bm25 } else { best_cosine };
    let combined = |candidate: &Candidate| match candidate.cosine {
        Some(cosine) if best_cosine > 0.0 => {
            let similarity = (cosine / best_cosine).max(0.0);
            (1.0 - dense_share) * candidate.bm25 + dense_share * scale * similarity
        }
        _ => candidate.bm25,
    };
    let best = most(&mut candidates.iter().map(combined));
    let score = |candidate: &Candidate| combined(candidate) / best * scale;
    let hits = candidates.into_iter().map(|candidate| Hit {
        score: score(&candidate),
        cosine: candidate.cosine,
        passage: candidate.passage,
    });
    let mut hits: Vec<Hit> = hits.filter(|hit| hit.score > 0.0).collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.passage.chunk_id.cmp(&b.passage.chunk_id)));
    hits
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::passage::{ChunkId, Passage, SourceSpan};
    use crate::question::Language;

    fn candidate(bm25: f32, cosine: Option<f32>) -> Candidate {
        let passage = Passage {
            chunk_id: ChunkId::new("a.md", "", 0),
            topic: String::new(),
            title: String::new(),
            headings: Vec::new(),
            text: String::new(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: "a.md".to_owned(),
            source_span: SourceSpan::Lines { start: 1, end: 1 },
            lang: Language::English,
            url: None,
            scope: String::new(),
            license: None,
        };
        Candidate { passage: Arc::new(passage), bm25, cosine }
    }

    #[track_caller]
    fn check(candidates: &[(f32, Option<f32>)], dense_share: f32, expected: &[f32]) {
        let candidates = candidates.iter().map(|&(bm25, cosine)| candidate(bm25, cosine)).collect();
        let scores: Vec<f32> = fuse(candidates, dense_share).iter().map(|hit| hit.score).collect();
        assert!(scores.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{scores:?}");
        assert_eq!(scores.len(), expected.len());
    }

    #[test]
    fn scores_are_shared_out_between_words_and_meaning_on_the_scale_of_words() {
        check(&[(8.0, Some(0.3)), (2.0, Some(0.6))], 0.25, &[8.0, 4.0]);
        check(&[(8.0, Some(0.6)), (0.0, Some(0.3)), (0.0, Some(-0.2))], 0.25, &[8.0, 1.0]);
        check(&[(2.0, Some(0.6)), (8.0, None)], 0.25, &[8.0, 3.5]);
        check(&[(8.0, None), (2.0, None)], 0.25, &[8.0, 2.0]);
        check(&[(0.0, Some(0.5)), (0.0, Some(0.25))], 0.25, &[0.5, 0.25]);
        check(&[(0.0, Some(-0.5)), (0.0, None)], 0.25, &[]);
        check(&[], 0.25, &[]);
    }
}
