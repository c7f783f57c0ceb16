//! The rules of refusal: read from TOML, and found in a sentence.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use regex::Regex;
use serde::Deserialize;

use super::lexicon::{Concepts, Lexicon};
use crate::answer::RefusalReason;

/// Why a file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The file cannot be read.
    #[error("cannot read the rules in {0}; check `guard.rules` and the file's permissions")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It is no TOML, or has keys that are not known.
    #[error("the rules are not valid")]
    Invalid(#[from] toml::de::Error),
    /// A rule or a setting in the code names a concept that is not there.
    #[error("no concept is called “{0}”; add it below [concepts]")]
    UnknownConcept(String),
    /// More concepts than bits.
    #[error("there are {0} concepts, at most 128 can be told apart; merge some")]
    TooManyConcepts(usize),
    /// A phrase that would never be found.
    #[error(
        "concept “{0}” has the phrase “{1}”; use letters, digits and spaces, and at least three characters before a first “*”"
    )]
    BadPhrase(String, String),
    /// Its words make too large a pattern.
    #[error("the rules are too many")]
    TooLarge(#[from] regex::Error),
    /// A rule that spans too far or over nothing.
    #[error(
        "rule “{0}” must name at least one concept, have `within` of at least 1, and (concepts - 1) x `within` of at most 63"
    )]
    BadReach(String),
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    concepts: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    voids: BTreeMap<String, String>,
    #[serde(default)]
    rule: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    name: String,
    reason: RefusalReason,
    points: i32,
    follow: Vec<String>,
    within: usize,
    #[serde(default)]
    unless: Vec<String>,
}

/// Words with their concepts, and the rules over them.
#[derive(Debug)]
pub struct Rules {
    /// What words stand for.
    pub lexicon: Lexicon,
    /// In the order of the file.
    pub rules: Vec<Rule>,
}

/// Concepts that must follow each other within one sentence.
#[derive(Debug)]
pub struct Rule {
    /// For operators, such as `danger.malware`.
    pub name: String,
    /// What a refusal by it is about.
    pub reason: RefusalReason,
    /// How much it speaks for refusing, before the rest of the sentence is weighed.
    pub points: i32,
    follow: Vec<Concepts>,
    within: usize,
    unless: Concepts,
}

impl Rules {
    /// Reads a file of rules; `configs/deny.toml` explains its form.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let file: File = toml::from_str(text)?;
        let lexicon = Lexicon::new(&file.concepts, "harmless", &file.voids)?;
        let compile = |entry: RuleEntry| {
            let any = |names: &str| names.split('|').try_fold(0, |any, name| Ok(any | lexicon.concept(name)?));
            let follow = entry.follow.iter().map(|names| any(names)).collect::<Result<Vec<_>, RulesError>>()?;
            let reach = follow.len().saturating_sub(1).saturating_mul(entry.within);
            if follow.is_empty() || entry.within == 0 || reach > 63 {
                return Err(RulesError::BadReach(entry.name));
            }
            let unless =
                any(&entry.unless.join("|")).or_else(|e| if entry.unless.is_empty() { Ok(0) } else { Err(e) })?;
            let RuleEntry { name, reason, points, within, .. } = entry;
            Ok(Rule { name, reason, points, follow, within, unless })
        };
        let rules = file.rule.into_iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Self { lexicon, rules })
    }
}

impl Rules {
    /// Finds every folded text in which a rule of this `reason` may hold, and does so quickly: by the concept of each rule that
    /// the fewest words stand for.
    pub fn hint(&self, reason: RefusalReason) -> Result<Regex, RulesError> {
        let rarest = |rule: &Rule| rule.follow.iter().copied().min_by_key(|concepts| self.lexicon.count(*concepts));
        let rules = self.rules.iter().filter(|rule| rule.reason == reason);
        Ok(self.lexicon.hint(rules.filter_map(rarest).fold(0, |all, concepts| all | concepts))?)
    }
}

impl Rule {
    /// Where in `sentence` (indices of words) the rule's concepts follow each other: from the first to the last of them.
    pub fn places<'a>(&'a self, sentence: &'a [Concepts]) -> impl Iterator<Item = RangeInclusive<usize>> + 'a {
        let present = sentence.iter().fold(0, |all, word| all | word);
        let possible = present & self.unless == 0 && self.follow.iter().all(|concept| present & concept != 0);
        let starts = if possible { 0..sentence.len() } else { 0..0 };
        starts.filter_map(|start| Some(start..=start + self.reach(&sentence[start..])?))
    }

    /// The nearest word at which the concepts can end when they begin at the first of `words`.
    ///
    /// Follows all ways at once: bit `n` is set when the concepts so far can end at the `n`th word.
    fn reach(&self, words: &[Concepts]) -> Option<usize> {
        let at = |concept: Concepts| {
            let fits = words.iter().take(64).enumerate().filter(move |(_, word)| **word & concept != 0);
            fits.fold(0_u64, |places, (place, _)| places | 1 << place)
        };
        if words[0] & self.follow[0] == 0 {
            return None;
        }
        let ends = self.follow[1..].iter().fold(1_u64, |ends, &concept| {
            let reached = (1..=self.within).fold(0, |reached, step| reached | ends << step);
            reached & at(concept)
        });
        (ends != 0).then_some(ends.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        [concepts]
        harmless = []
        act = ["act"]
        aim = ["aim"]
        end = ["end"]
        game = ["game"]
        [[rule]]
        name = "danger.test"
        reason = "harm"
        points = 2
        follow = ["act", "aim|end", "end"]
        within = 2
        unless = ["game"]
    "#;

    #[track_caller]
    fn check(text: &str, expected: &[RangeInclusive<usize>]) {
        let rules = Rules::parse(RULES).expect("valid rules");
        let sentence = rules.lexicon.read(text).concat();
        assert_eq!(rules.rules[0].places(&sentence).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn concepts_follow_each_other_within_the_reach() {
        check("now act x aim end", &[1..=4]);
        check("act x x aim end", &[]);
        check("act end", &[]);
        // The nearest `aim` is too far from the end, the next one is not.
        check("act aim aim x end", &[0..=4]);
        check("act aim end in a game", &[]);
    }

    #[track_caller]
    fn check_error(from: &str, to: &str, expected: &str) {
        let error = Rules::parse(&RULES.replace(from, to)).expect_err(to);
        assert!(error.to_string().starts_with(expected), "{error}");
    }

    #[test]
    fn bad_rules_are_named() {
        check_error("aim|end", "aim|nothing", "no concept is called “nothing”");
        check_error("within = 2", "within = 32", "rule “danger.test” must name");
        check_error("within = 2", "without = 2", "the rules are not valid");
        check_error(
            r#"["game"]
        [["#,
            r#"["g*"]
        [["#,
            "concept “game” has the phrase “g*”",
        );
    }
}
