//! Ranking metrics, for one question each; callers average over questions.
//!
//! Definitions as in Manning, Raghavan and Schütze, *Introduction to Information Retrieval*, chapter 8, and as the BEIR
//! benchmark uses them: gain is the relevance grade itself, the discount of rank `r` is `log2(r + 1)`.

#![expect(clippy::implicit_hasher, reason = "nobody measures with a hasher of their own")]

use std::collections::HashMap;

/// Normalised discounted cumulative gain over the first `k` of `ranking`; 0 when nothing is relevant.
pub fn ndcg_at(k: usize, ranking: &[&str], relevance: &HashMap<&str, f64>) -> f64 {
    let gain = |grades: &mut dyn Iterator<Item = f64>| -> f64 {
        (1_u32..).zip(grades.take(k)).map(|(rank, grade)| grade / (f64::from(rank) + 1.0).log2()).sum()
    };
    let mut ideal: Vec<f64> = relevance.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best = gain(&mut ideal.into_iter());
    if best <= 0.0 {
        return 0.0;
    }
    gain(&mut ranking.iter().map(|id| relevance.get(id).copied().unwrap_or_default())) / best
}

/// One over the rank of the first relevant result among the first `k`; 0 if there is none.
pub fn reciprocal_rank_at(k: usize, ranking: &[&str], relevance: &HashMap<&str, f64>) -> f64 {
    (1_u32..)
        .zip(ranking.iter().take(k))
        .find(|(_, id)| relevance.get(**id).is_some_and(|&grade| grade > 0.0))
        .map_or(0.0, |(rank, _)| 1.0 / f64::from(rank))
}

/// The share of relevant results that stand among the first `k`; 0 when nothing is relevant.
#[expect(clippy::cast_precision_loss, reason = "counts of results are small")]
pub fn recall_at(k: usize, ranking: &[&str], relevance: &HashMap<&str, f64>) -> f64 {
    let relevant = relevance.values().filter(|&&grade| grade > 0.0).count();
    if relevant == 0 {
        return 0.0;
    }
    let found = ranking.iter().take(k).filter(|id| relevance.get(**id).is_some_and(|&grade| grade > 0.0)).count();
    found as f64 / relevant as f64
}

/// How often one of `positive` scores above one of `negative`, ties counting half: the area under the ROC curve. `None`
/// if either is empty.
#[expect(clippy::cast_precision_loss, reason = "counts of items are small")]
pub fn auroc(positive: &[f64], negative: &[f64]) -> Option<f64> {
    let mut negative = negative.to_vec();
    negative.sort_by(f64::total_cmp);
    let wins = positive.iter().map(|score| {
        let below = negative.partition_point(|other| other < score);
        let up_to = negative.partition_point(|other| other <= score);
        (below + up_to) as f64 / 2.0
    });
    let pairs = positive.len() * negative.len();
    if pairs == 0 { None } else { Some(wins.sum::<f64>() / pairs as f64) }
}

/// The mean; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of questions are small")]
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The value below which the share `quantile` (0 to 1) of `values` lies, by nearest rank; 0 of nothing.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rank lies between 0 and the number of values"
)]
pub fn quantile(values: &[f64], quantile: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (quantile.clamp(0.0, 1.0) * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELEVANT: [(&str, f64); 2] = [("a", 1.0), ("b", 1.0)];

    fn check(ranking: &[&str], ndcg: f64, reciprocal_rank: f64, recall: f64) {
        let relevance = HashMap::from(RELEVANT);
        assert!((ndcg_at(10, ranking, &relevance) - ndcg).abs() < 1e-4, "nDCG of {ranking:?}");
        assert!((reciprocal_rank_at(10, ranking, &relevance) - reciprocal_rank).abs() < 1e-4, "MRR of {ranking:?}");
        assert!((recall_at(2, ranking, &relevance) - recall).abs() < 1e-4, "recall of {ranking:?}");
    }

    #[test]
    fn metrics_of_small_rankings_worked_by_hand() {
        check(&["a", "b"], 1.0, 1.0, 1.0);
        check(&["x", "a", "b"], (0.6309 + 0.5) / 1.6309, 0.5, 0.5);
        check(&["x", "y"], 0.0, 0.0, 0.0);
        check(&[], 0.0, 0.0, 0.0);
    }

    #[test]
    fn the_area_under_the_curve_counts_pairs() {
        let check = |positive: &[f64], negative: &[f64], expected| assert_eq!(auroc(positive, negative), expected);
        check(&[0.9, 0.8], &[0.1, 0.2], Some(1.0));
        check(&[0.9, 0.1], &[0.5], Some(0.5));
        check(&[0.5], &[0.5], Some(0.5));
        check(&[0.5, 0.9], &[0.5, 0.1], Some(0.875));
        check(&[], &[0.5], None);
    }

    #[test]
    fn quantiles_are_by_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!((quantile(&values, 0.5) - 50.0).abs() < f64::EPSILON);
        assert!((quantile(&values, 0.99) - 99.0).abs() < f64::EPSILON);
        assert!(quantile(&[], 0.5).abs() < f64::EPSILON);
    }
}
