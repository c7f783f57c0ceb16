//! What people ask that the knowledge base does not answer, or not well.

use std::cmp::Reverse;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::group::{self, Asking, Group, Said};
use crate::feedback::Feedback;
use crate::feedback::kept::Exchange;
use crate::question::Language;

/// A subject that the knowledge base lacks. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The question, in the words that most people chose.
    pub example: String,
    /// Its language.
    pub lang: Language,
    /// Times that it was asked; the same person within an hour counts once.
    pub asks: u64,
    /// Times that there was no answer, counted alike.
    pub unanswered: u64,
    /// People whom an answer did not help.
    pub dislikes: u64,
    /// Title of the nearest document, where there is one.
    pub nearest: Option<String>,
    /// When it was last asked, in milliseconds since 1970.
    pub last_at_ms: u64,
}

/// The gaps in `exchanges`, what most people miss first. Questions that say the same are one gap.
///
/// A question that was answered later, and whose answer nobody disliked, is no gap any more. Nothing of what was asked in
/// private, or where more may be shown than elsewhere, is shown: gaps are read by everybody.
pub fn gaps(exchanges: &[Exchange]) -> Vec<Gap> {
    let mut askings = group::askings(exchanges);
    askings.retain(|asking| !asking.exchange.kept.is_direct && !asking.exchange.kept.is_scoped);
    let mut gaps: Vec<Gap> = group::groups(&askings, &[]).iter().filter_map(gap).collect();
    gaps.sort_by_key(|gap| (Reverse(gap.unanswered + gap.dislikes), Reverse(gap.last_at_ms), gap.example.clone()));
    gaps
}

/// The gaps in what was asked at `since_ms` (milliseconds since 1970) or later.
pub async fn gaps_since(feedback: &Feedback, since_ms: u64) -> Result<Vec<Gap>> {
    let exchanges = feedback.exchanges(since_ms).await?;
    spawn_blocking(move || gaps(&exchanges)).await.context("looking for gaps failed")
}

fn gap(group: &Group<'_, '_>) -> Option<Gap> {
    let counts = group.counts();
    let is_gap = group.is_unanswered() || counts.down > counts.up;
    is_gap.then(|| Gap {
        example: group.wordings()[0].question.trim().to_owned(),
        lang: group.first().language,
        asks: counts.asks,
        unanswered: counts.unanswered,
        dislikes: counts.down,
        nearest: group.members().rev().find_map(nearest),
        last_at_ms: group.last().at_ms(),
    })
}

fn nearest(asking: &Asking<'_>) -> Option<String> {
    match asking.said {
        Said::Nothing(nearest) => nearest.first().cloned(),
        Said::Answer(answer) => (!answer.subject.is_empty()).then(|| answer.subject.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goldset::candidate::tests::{Asked, answered, unanswered};

    fn shown(asked: impl IntoIterator<Item = Asked>) -> Vec<(String, u64, u64, Option<String>)> {
        let exchanges: Vec<Exchange> = asked.into_iter().map(Asked::build).collect();
        let row = |gap: Gap| (gap.example, gap.asks, gap.dislikes, gap.nearest);
        gaps(&exchanges).into_iter().map(row).collect()
    }

    #[test]
    fn what_most_people_miss_comes_first() {
        let found = shown([
            unanswered("How do we rotate the database password?").by("ana").at(1),
            unanswered("rotating the databases' passwords").by("ben").at(2),
            answered("¿Cómo se configura el balanceador?").by("eva").at(3).votes(0, 1),
            unanswered("How do I renew the office badge?").by("ana").at(4),
            answered("What is a queue?").by("ana").at(5).votes(2, 1),
        ]);
        let expected = [
            ("How do we rotate the database password?", 2, 0, Some("Secrets")),
            ("How do I renew the office badge?", 1, 0, Some("Secrets")),
            ("¿Cómo se configura el balanceador?", 1, 1, Some("Idempotency keys")),
        ];
        let expected: Vec<_> = expected
            .map(|(question, asks, dislikes, nearest)| {
                (question.to_owned(), asks, dislikes, nearest.map(str::to_owned))
            })
            .into();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_gap_is_closed_by_an_answer() {
        let question = "How do we rotate the database password?";
        assert_eq!(shown([unanswered(question).at(1), answered(question).at(2)]), []);
        let reopened = shown([unanswered(question).at(1), answered(question).at(2).votes(0, 1)]);
        assert_eq!(reopened.len(), 1, "the answer did not help");
    }

    #[test]
    fn nothing_private_is_shown() {
        assert_eq!(shown([unanswered("How do I tell my manager that I leave?").direct()]), []);
        assert_eq!(shown([unanswered("How do we rotate the root key?").scoped()]), []);
    }
}
