//! Requests for help with breaking in, stealing, spying and hurting, told from the defender's and the engineer's question.
//!
//! A rule of `configs/deny.toml` finds an act and what it is done to. That alone refuses nothing: "how do attackers steal
//! cookies" has both. What is added is whether the asker wants to do it (a request, an intent to hide it), and what is
//! taken off is whatever makes the act somebody else's, unwanted, defined, or one's own test.

use std::ops::RangeInclusive;

use super::lexicon::Concepts;
use super::rules::{Rule, Rules, RulesError};
use crate::answer::RefusalReason;

/// So many points refuse.
const LIMIT: i32 = 3;

/// So many words before an act a "not" or a doer still belongs to it.
const NEAR: usize = 3;

/// The concepts that speak for or against a request, wherever a rule holds.
#[derive(Debug)]
pub struct Cues {
    request: Concepts,
    definition: Concepts,
    defence: Concepts,
    shield: Concepts,
    negation: Concepts,
    outsider: Concepts,
    evil: Concepts,
    own: Concepts,
}

impl Cues {
    /// Looks the concepts up by their fixed names.
    pub fn new(rules: &Rules) -> Result<Self, RulesError> {
        let concept = |name| rules.lexicon.concept(name);
        Ok(Self {
            request: concept("request")?,
            definition: concept("definition")?,
            defence: concept("defence")?,
            shield: concept("shield")?,
            negation: concept("negation")?,
            outsider: concept("outsider")?,
            evil: concept("evil")?,
            own: concept("own")?,
        })
    }

    /// The points of a `rule` that holds at `place`, with what the sentence adds.
    fn weigh(&self, rule: &Rule, sentence: &[Concepts], place: &RangeInclusive<usize>) -> i32 {
        let act = *place.start();
        let has = |words: &[Concepts], concept: Concepts| words.iter().any(|word| word & concept != 0);
        let before = &sentence[..act];
        let near = &sentence[act.saturating_sub(NEAR)..act];
        // An order begins with its verb, or with "please" or "now" before it.
        let request = act <= 1 || has(&sentence[..=act], self.request);
        let mut points = rule.points;
        points += i32::from(request);
        points += i32::from(has(sentence, self.evil));
        points -= i32::from(rule.reason == RefusalReason::Intrusion && has(sentence, self.own));
        // Only before the act: "and avoid being seen" behind it is no defence.
        points -= 2 * i32::from(has(before, self.defence) || has(&sentence[place.clone()], self.shield));
        points -= 2 * i32::from(has(near, self.negation));
        points -= 2 * i32::from(has(near, self.outsider));
        points -= 2 * i32::from(!request && has(before, self.definition));
        points
    }
}

/// The first rule by which `sentences` ask for something dangerous and which `blocks`, and what it is about.
pub fn find<'a>(
    rules: &'a Rules,
    cues: &Cues,
    sentences: &[Vec<Concepts>],
    mut blocks: impl FnMut(&str) -> bool,
) -> Option<(&'a str, RefusalReason)> {
    let rules = rules.rules.iter().filter(|rule| rule.reason != RefusalReason::Injection);
    rules
        .filter(|rule| {
            sentences
                .iter()
                .any(|sentence| rule.places(sentence).any(|place| cues.weigh(rule, sentence, &place) >= LIMIT))
        })
        .map(|rule| (rule.name.as_str(), rule.reason))
        .find(|(rule, _)| blocks(rule))
}
