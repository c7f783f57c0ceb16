//! The verdicts on many cases, summed up.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::verdict::{Ranking, Verdict};
use crate::eval::{metrics, table};

/// The verdicts on some cases, summed up. Shares are from 0 to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Number of cases.
    pub cases: usize,
    /// Those with nothing wrong.
    pub met: usize,
    /// Mean share of the points that answers make, over the cases that can be answered; no answer makes none.
    pub coverage: f64,
    /// Share of the claims that the passages they cite do not support.
    pub unsupported: f64,
    /// Share of the claims with a citation.
    pub citation_rate: f64,
    /// Share of the citations whose passage supports the claim.
    pub citation_precision: f64,
    /// Share of the claims that their citations support.
    pub citation_recall: f64,
    /// Share of the cases with files that must be cited whose answer cites one of them.
    pub source_rate: f64,
    /// Mean share of the helping passages among the first five.
    pub recall_at_5: f64,
    /// Mean of one over the rank of the first helping passage.
    pub mrr: f64,
    /// Mean normalised discounted cumulative gain over the first ten.
    pub ndcg_at_10: f64,
    /// Of the cases without an answer, the share that cannot be answered.
    pub abstention_precision: f64,
    /// Of the cases that cannot be answered, the share without an answer.
    pub abstention_recall: f64,
    /// Harmonic mean of the two.
    pub abstention_f1: f64,
    /// Half of the replies took no longer, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 replies took no longer, in milliseconds.
    pub p99_ms: f64,
}

impl Scores {
    /// Sums up `verdicts`.
    pub fn of<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Self {
        let verdicts: Vec<&Verdict> = verdicts.into_iter().collect();
        let count = |is: &dyn Fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| is(verdict)).count();
        let sum = |of: &dyn Fn(&Verdict) -> usize| verdicts.iter().map(|verdict| of(verdict)).sum::<usize>();
        let mean = |of: &dyn Fn(&Verdict) -> Option<f64>| {
            metrics::mean(&verdicts.iter().filter_map(|verdict| of(verdict)).collect::<Vec<_>>())
        };
        let ranked = |of: &dyn Fn(Ranking) -> f64| mean(&|verdict| verdict.ranking.map(of));
        let (claims, citations) = (sum(&|it| it.claims.all), sum(&|it| it.claims.citations));
        let supported = share(sum(&|it| it.claims.supported), claims);
        let (abstained, hopeless) = (count(&Verdict::abstains), count(&|it| !it.answerable));
        let rightly = count(&|it| !it.answerable && it.abstains());
        let (precision, recall) = (share(rightly, abstained), share(rightly, hopeless));
        let times: Vec<f64> = verdicts.iter().map(|verdict| verdict.elapsed_ms).collect();
        Self {
            cases: verdicts.len(),
            met: count(&Verdict::is_met),
            coverage: mean(&|it| it.answerable.then(|| it.coverage()).flatten()),
            unsupported: if claims == 0 { 0.0 } else { 1.0 - supported },
            citation_rate: share(sum(&|it| it.claims.cited), claims),
            citation_precision: share(sum(&|it| it.claims.right_citations), citations),
            citation_recall: supported,
            source_rate: mean(&|it| it.cites_source.map(|cites| if cites { 1.0 } else { 0.0 })),
            recall_at_5: ranked(&|ranking| ranking.recall_at_5),
            mrr: ranked(&|ranking| ranking.reciprocal_rank),
            ndcg_at_10: ranked(&|ranking| ranking.ndcg_at_10),
            abstention_precision: precision,
            abstention_recall: recall,
            abstention_f1: if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 },
            p50_ms: metrics::quantile(&times, 0.5),
            p99_ms: metrics::quantile(&times, 0.99),
        }
    }

    /// The figures by which quality is judged, each with its name as in `configs/gate.toml`.
    pub fn figures(&self) -> [(&'static str, f64); 11] {
        [
            ("coverage", self.coverage),
            ("unsupported", self.unsupported),
            ("citation_rate", self.citation_rate),
            ("citation_precision", self.citation_precision),
            ("citation_recall", self.citation_recall),
            ("source_rate", self.source_rate),
            ("recall_at_5", self.recall_at_5),
            ("mrr", self.mrr),
            ("ndcg_at_10", self.ndcg_at_10),
            ("abstention_f1", self.abstention_f1),
            ("abstention_recall", self.abstention_recall),
        ]
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(
            f,
            &[
                ("cases met", format!("{} of {}", self.met, self.cases)),
                ("coverage of points", table::share(self.coverage)),
                ("unsupported claims", table::share(self.unsupported)),
                ("citation rate", table::share(self.citation_rate)),
                ("citation precision", table::share(self.citation_precision)),
                ("cites a source it must", table::share(self.source_rate)),
                ("recall@5", table::share(self.recall_at_5)),
                ("MRR", table::share(self.mrr)),
                ("nDCG@10", table::share(self.ndcg_at_10)),
                ("abstention precision", table::share(self.abstention_precision)),
                ("abstention recall", table::share(self.abstention_recall)),
                ("abstention F1", table::share(self.abstention_f1)),
                ("p50", table::milliseconds(self.p50_ms)),
                ("p99", table::milliseconds(self.p99_ms)),
            ],
        )
    }
}

/// Part of a whole; 1 of nothing, since nothing is wrong there.
#[expect(clippy::cast_precision_loss, reason = "counts of claims and cases are small")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// By what cases are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Language.
    Language,
    /// Topic; a case of two counts in both.
    Topic,
    /// How hard the case is.
    Difficulty,
    /// What the case is used for.
    Split,
}

impl Grouping {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Language, Self::Topic, Self::Difficulty, Self::Split];

    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Topic => "topic",
            Self::Difficulty => "difficulty",
            Self::Split => "split",
        }
    }

    /// The groups of `verdicts`, each summed up, in the order of their names.
    pub fn scores(self, verdicts: &[Verdict]) -> Vec<(String, Scores)> {
        let mut groups: BTreeMap<String, Vec<&Verdict>> = BTreeMap::new();
        for verdict in verdicts {
            for name in self.names(verdict) {
                groups.entry(name).or_default().push(verdict);
            }
        }
        groups.into_iter().map(|(name, verdicts)| (name, Scores::of(verdicts))).collect()
    }

    fn names(self, verdict: &Verdict) -> Vec<String> {
        match self {
            Self::Language => vec![verdict.lang.code().to_owned()],
            Self::Topic => verdict.topics.clone(),
            Self::Difficulty => vec![verdict.difficulty.name().to_owned()],
            Self::Split => vec![verdict.split.name().to_owned()],
        }
    }
}
