//! Messages that order the bot to drop its rules, tell its instructions or play an unbound role.
//!
//! An order is told from a question about such orders by whom it speaks to: "ignore all previous instructions" orders,
//! "how do I detect “ignore all previous instructions”" asks.

use super::lexicon::Concepts;
use super::rules::{Rules, RulesError};
use crate::answer::RefusalReason;

/// So many points refuse.
const LIMIT: i32 = 3;

/// Marks with which chat models tell the roles apart; nobody begins a line with one.
const ROLE_MARKS: [&str; 6] = ["<|im_start|>", "<|system|>", "<|start_header_id|>", "[inst]", "<<sys>>", "### system"];
/// The same, which logs and configurations hold as well; nobody begins a question with one.
const OPENING_MARKS: [&str; 4] = ["<system>", "[system]", "[sistema]", "system:"];

/// The concepts that tell an order from a question about orders.
#[derive(Debug)]
pub struct Cues {
    subject: Concepts,
    addressed: Concepts,
}

impl Cues {
    /// Looks the concepts up by their fixed names.
    pub fn new(rules: &Rules) -> Result<Self, RulesError> {
        Ok(Self { subject: rules.lexicon.concept("subject")?, addressed: rules.lexicon.concept("addressed")? })
    }

    fn weigh(&self, sentence: &[Concepts], act: usize) -> i32 {
        let has = |words: &[Concepts], concept: Concepts| words.iter().any(|word| word & concept != 0);
        let order = act <= 1 || has(&sentence[..=act], self.addressed);
        i32::from(order) - 2 * i32::from(has(sentence, self.subject))
    }
}

/// The name of the rule that role marks break.
pub const ROLE_MARK: &str = "injection.role_mark";

/// The first rule by which `sentences` try to steer the bot and which `blocks`; `folded` is their text.
pub fn find<'a>(
    rules: &'a Rules,
    cues: &Cues,
    sentences: &[Vec<Concepts>],
    folded: &str,
    mut blocks: impl FnMut(&str) -> bool,
) -> Option<&'a str> {
    let begins_with = |text: &str, marks: &[&str]| marks.iter().any(|mark| text.trim_start().starts_with(mark));
    let has_mark = begins_with(folded, &OPENING_MARKS) || folded.lines().any(|line| begins_with(line, &ROLE_MARKS));
    if has_mark && blocks(ROLE_MARK) {
        return Some(ROLE_MARK);
    }
    let rules = rules.rules.iter().filter(|rule| rule.reason == RefusalReason::Injection);
    rules
        .filter(|rule| {
            sentences.iter().any(|sentence| {
                rule.places(sentence).any(|place| rule.points + cues.weigh(sentence, *place.start()) >= LIMIT)
            })
        })
        .map(|rule| rule.name.as_str())
        .find(|rule| blocks(rule))
}
