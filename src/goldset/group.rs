//! What people asked that says the same, taken together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use super::candidate::Counts;
use super::likeness::{self, Fingerprint};
use crate::answer::Answer;
use crate::feedback::kept::{Correction, Exchange, Outcome};
use crate::language;
use crate::place::Pseudonym;
use crate::question::{Language, Origin};
use crate::words::{fold, words};

/// Whoever asks the same again within this time has put one question in other words.
const REASKED: Duration = Duration::from_hours(1);

/// A question of which the words are kept, and that was answered or could not be.
pub(super) struct Asking<'a> {
    pub(super) exchange: &'a Exchange,
    /// The question; where it continued an earlier one, spelt out.
    pub(super) question: &'a str,
    pub(super) language: Language,
    pub(super) print: Fingerprint,
    pub(super) said: Said<'a>,
}

/// What was said to it.
#[derive(Clone, Copy)]
pub(super) enum Said<'a> {
    Answer(&'a Answer),
    /// Titles of the nearest documents.
    Nothing(&'a [String]),
}

impl<'a> Asking<'a> {
    /// `None` where no words are kept, and for what was refused.
    fn of(exchange: &'a Exchange) -> Option<Self> {
        let trace = exchange.kept.trace.as_ref()?;
        let said = match &exchange.kept.outcome {
            Outcome::Answered { answer } => Said::Answer(answer.as_deref()?),
            Outcome::NoEvidence { nearest } => Said::Nothing(nearest),
            Outcome::Refused { .. } => return None,
        };
        let question = trace.searched.as_deref().unwrap_or(&trace.question);
        let language = language::detect(question).unwrap_or(trace.language);
        let print = Fingerprint::of(question, language)?;
        Some(Self { exchange, question, language, print, said })
    }

    pub(super) fn at_ms(&self) -> u64 {
        self.exchange.kept.at_ms
    }

    fn is_unanswered(&self) -> bool {
        matches!(self.said, Said::Nothing(_))
    }
}

/// All that can be learnt from, the oldest first.
pub(super) fn askings(exchanges: &[Exchange]) -> Vec<Asking<'_>> {
    let mut askings: Vec<Asking<'_>> = exchanges.iter().filter_map(Asking::of).collect();
    askings.sort_by(|a, b| (a.at_ms(), &a.exchange.kept.id.0).cmp(&(b.at_ms(), &b.exchange.kept.id.0)));
    askings
}

/// Questions that say the same, the oldest first; never empty.
pub(super) struct Group<'a, 'b>(Vec<&'b Asking<'a>>);

/// The groups of `askings`, which are in order, without those that ask what `settled` asks.
pub(super) fn groups<'a, 'b>(askings: &'b [Asking<'a>], settled: &[Fingerprint]) -> Vec<Group<'a, 'b>> {
    let prints: Vec<Fingerprint> = settled.iter().chain(askings.iter().map(|asking| &asking.print)).cloned().collect();
    let is_open = |group: &Vec<usize>| group[0] >= settled.len();
    let members = |group: Vec<usize>| Group(group.into_iter().map(|at| &askings[at - settled.len()]).collect());
    likeness::groups(&prints).into_iter().filter(is_open).map(members).collect()
}

impl<'a, 'b> Group<'a, 'b> {
    pub(super) fn members(&self) -> impl DoubleEndedIterator<Item = &'b Asking<'a>> + '_ {
        self.0.iter().copied()
    }

    /// The first that asked. It names the group, whoever asks later.
    pub(super) fn first(&self) -> &'b Asking<'a> {
        self.0[0]
    }

    pub(super) fn last(&self) -> &'b Asking<'a> {
        self.0[self.0.len() - 1]
    }

    /// Whether the knowledge base is silent on it: what it was last asked, it could not answer.
    pub(super) fn is_unanswered(&self) -> bool {
        self.last().is_unanswered()
    }

    pub(super) fn counts(&self) -> Counts {
        let people: BTreeSet<&Pseudonym> = self.members().map(|asking| &asking.exchange.kept.asker).collect();
        Counts {
            asks: asks(self.members()),
            people: people.len() as u64,
            unanswered: asks(self.members().filter(|asking| asking.is_unanswered())),
            up: self.members().map(|asking| asking.exchange.up).sum(),
            down: self.members().map(|asking| asking.exchange.down).sum(),
            corrections: self.members().map(|asking| asking.exchange.corrections.len() as u64).sum(),
        }
    }

    /// What people say that it should have been, the latest first.
    pub(super) fn corrections(&self) -> Vec<&'a Correction> {
        let mut corrections: Vec<&Correction> =
            self.members().flat_map(|asking| &asking.exchange.corrections).collect();
        corrections.sort_by(|a, b| (b.at_ms, &a.by).cmp(&(a.at_ms, &b.by)));
        corrections
    }

    /// Who asked and who corrected.
    pub(super) fn people(&self) -> BTreeSet<&'a Pseudonym> {
        let askers = self.members().map(|asking| &asking.exchange.kept.asker);
        askers.chain(self.corrections().into_iter().map(|correction| &correction.by)).collect()
    }

    /// Where it was asked, each place once.
    pub(super) fn asked_in(&self) -> Vec<Origin> {
        let mut origins: Vec<Origin> = Vec::new();
        for asking in self.members() {
            if !origins.contains(&asking.exchange.kept.origin) {
                origins.push(asking.exchange.kept.origin);
            }
        }
        origins
    }

    /// The wordings, the best first: the one that most people chose, then whole questions before keywords, then the
    /// oldest.
    pub(super) fn wordings(&self) -> Vec<&'b Asking<'a>> {
        let folded = |asking: &Asking<'_>| words(&fold(asking.question)).collect::<Vec<_>>().join(" ");
        let mut chosen: BTreeMap<String, (u32, &'b Asking<'a>)> = BTreeMap::new();
        for asking in self.members() {
            chosen.entry(folded(asking)).and_modify(|(times, _)| *times += 1).or_insert((1, asking));
        }
        let mut wordings: Vec<(u32, &Asking<'_>)> = chosen.into_values().collect();
        wordings.sort_by_key(|&(times, asking)| {
            (std::cmp::Reverse(times), !is_whole(asking.question), asking.at_ms(), &asking.exchange.kept.id.0)
        });
        wordings.into_iter().map(|(_, asking)| asking).collect()
    }
}

/// How often the questions of `askings`, the oldest first, were asked: by different people or at different times.
fn asks<'a: 'b, 'b>(askings: impl Iterator<Item = &'b Asking<'a>>) -> u64 {
    let mut last: HashMap<&Pseudonym, u64> = HashMap::new();
    let mut asks = 0;
    for asking in askings {
        let before = last.insert(&asking.exchange.kept.asker, asking.at_ms());
        let waited = before.map(|before| Duration::from_millis(asking.at_ms().saturating_sub(before)));
        asks += u64::from(waited.is_none_or(|waited| waited > REASKED));
    }
    asks
}

/// Whether somebody wrote a question and not its keywords.
fn is_whole(question: &str) -> bool {
    question.trim_end().ends_with('?') && words(question).count() >= 3
}
