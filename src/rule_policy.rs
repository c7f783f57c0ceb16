//! What the rules of the guard do where they hold: everywhere, and otherwise in one channel.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a rule does where it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&str", try_from = "String")]
pub enum Action {
    /// The question is refused.
    Block,
    /// The question is answered; that the rule held is counted, logged and told by `/why`.
    Warn,
    /// Nothing.
    Off,
}

impl Action {
    /// As it is written in the configuration and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

impl From<Action> for &str {
    fn from(action: Action) -> Self {
        action.name()
    }
}

/// A word that is no action.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is no action of a rule; write block, warn or off")]
pub struct NoAction(String);

impl TryFrom<String> for Action {
    type Error = NoAction;

    fn try_from(word: String) -> Result<Self, NoAction> {
        [Self::Block, Self::Warn, Self::Off].into_iter().find(|action| action.name() == word).ok_or(NoAction(word))
    }
}

/// Actions by the names of rules (`danger.malware`) and of families of rules (`danger`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RulePolicy(BTreeMap<String, Action>);

impl RulePolicy {
    /// The action of a rule, if it or its family is named; what is said of the rule itself counts more.
    pub fn action(&self, rule: &str) -> Option<Action> {
        let family = rule.split('.').next().unwrap_or(rule);
        self.0.get(rule).or_else(|| self.0.get(family)).copied()
    }

    /// The rules and families that it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl FromIterator<(String, Action)> for RulePolicy {
    fn from_iter<I: IntoIterator<Item = (String, Action)>>(actions: I) -> Self {
        Self(actions.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_rule_counts_more_than_of_its_family() {
        let policy: RulePolicy =
            [("danger".to_owned(), Action::Warn), ("danger.malware".to_owned(), Action::Block)].into_iter().collect();
        assert_eq!(policy.action("danger.intrusion"), Some(Action::Warn));
        assert_eq!(policy.action("danger.malware"), Some(Action::Block));
        assert_eq!(policy.action("injection.override"), None);
    }
}
