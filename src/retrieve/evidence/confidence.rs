//! How sure it is that a document answers a question, before a word of the answer is written.
//!
//! No single sign tells: people's questions hold many words that no passage needs to speak of, and a question about something
//! else may share most of its words with some passage. So the signs are weighed together, by logistic regression. The
//! weights were fitted to 700 questions in both languages, half of which the knowledge base that comes with the program does
//! not answer, some of them near misses; none is of the goldset's test split. What is so at this moment was added later: of 1,440
//! questions by eight writers, 94 ask for it, and five of these can be answered.

use std::sync::Arc;

use super::{logistic, reply};
use crate::embed::stems::StemSet;
use crate::reading::Reading;
use crate::reading::role::Role;
use crate::retrieve::Hit;
use crate::retrieve::query::{Fact, Query};
use crate::retrieve::retriever::{Retrieved, Retriever};

/// What speaks for a document, or against it; each from 0 to 1 but for the first. Shares of concepts are by weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signs {
    /// How well its best passage fits: the logarithm of its score, the language aside, in units of what a word counts that no
    /// passage holds, which grows with the knowledge base as scores do.
    pub strength: f32,
    /// How sure it is that it holds a reply to just this question.
    pub replied: f32,
    /// The share of what is asked that no passage of any document speaks of.
    pub unknown: f32,
    /// Whether a figure is asked for, the less a sentence with figures speaks of what is asked.
    pub lacks_figure: f32,
    /// Whether it is asked what something is, and the document neither bears its name nor defines it.
    pub undefined: f32,
    /// Whether a name is asked for: who, which host, what a setting is called.
    pub asks_for_name: f32,
    /// Whether it is asked what is so at this moment, which no document knows.
    pub of_the_moment: f32,
}

impl Signs {
    /// The signs for the passages on one subject, of which `best` was found first.
    pub fn of(found: &Retrieved, best: &Hit, subject: &[Arc<Reading>], retriever: &Retriever) -> Self {
        let query = &found.query;
        let is_own_language = best.passage.lang == query.language;
        let for_language = if is_own_language { 0.0 } else { retriever.settings.language_boost };
        let replies = subject.iter().map(|reading| reply::fitness(reading, query, found.relevance(reading, best)));
        Self {
            strength: (best.score / retriever.statistics.idf_of_unknown()).ln() + for_language,
            replied: replies.fold(0.0, f32::max),
            unknown: query.unknown_share(),
            lacks_figure: lacks_figure(query, subject),
            undefined: if lacks_definition(query, subject) { 1.0 } else { 0.0 },
            asks_for_name: if query.fact == Some(Fact::Name) { 1.0 } else { 0.0 },
            of_the_moment: if query.is_of_the_moment { 1.0 } else { 0.0 },
        }
    }

    /// The probability, from 0 to 1, that they answer.
    pub fn confidence(&self) -> f32 {
        let Self { strength, replied, unknown, lacks_figure, undefined, asks_for_name, of_the_moment } = *self;
        let sum = 6.4 + 2.45 * strength + 2.1 * replied
            - 4.4 * unknown
            - 4.4 * lacks_figure
            - 4.0 * undefined
            - 4.7 * asks_for_name
            - 3.3 * of_the_moment;
        logistic(sum)
    }
}

fn lacks_definition(query: &Query, subject: &[Arc<Reading>]) -> bool {
    let is_asked = |stems: &StemSet| query.share_of_concepts(stems) > 0.0;
    let defines = |reading: &Arc<Reading>| reading.sentences().any(|sentence| is_asked(&sentence.defined));
    query.wants.contains(&Role::Definition)
        && !subject.iter().any(|reading| is_asked(&reading.breadcrumb) || defines(reading))
}

/// Half of it for the question alone: what is general has few figures, and seldom the one that is asked for.
fn lacks_figure(query: &Query, subject: &[Arc<Reading>]) -> f32 {
    if query.fact != Some(Fact::Figure) {
        return 0.0;
    }
    let sentences = subject.iter().flat_map(|reading| reading.sentences());
    let with_figures = sentences.filter(|sentence| sentence.text.contains(|c: char| c.is_ascii_digit()));
    let spoken_of = with_figures.map(|sentence| query.share_of_concepts(&sentence.stems)).fold(0.0, f32::max);
    1.0 - 0.5 * spoken_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_against_an_answer_outweighs_a_good_passage() {
        let good = Signs {
            strength: -1.8,
            replied: 0.5,
            unknown: 0.0,
            lacks_figure: 0.0,
            undefined: 0.0,
            asks_for_name: 0.0,
            of_the_moment: 0.0,
        };
        assert!(good.confidence() > 0.9, "{}", good.confidence());
        for bad in [
            Signs { strength: -4.3, replied: 0.0, ..good },
            Signs { unknown: 1.0, ..good },
            Signs { lacks_figure: 1.0, ..good },
            Signs { undefined: 1.0, ..good },
            Signs { asks_for_name: 1.0, ..good },
            Signs { of_the_moment: 1.0, ..good },
        ] {
            assert!(bad.confidence() < 0.5, "{bad:?}: {}", bad.confidence());
        }
    }
}
