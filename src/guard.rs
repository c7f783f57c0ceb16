//! What comes in and what goes out: screens questions, redacts secrets, and holds back what must not be sent.
//!
//! Nothing but [`Guard::screen`] makes a [`Screened`], so no question reaches the rest of Colega unscreened.

pub mod danger;
pub mod injection;
pub mod likeness;
pub mod orders;
pub mod secrets;
pub mod urls;

mod checksum;
mod decode;
mod fold;
mod lexicon;
mod rules;
mod words;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use self::likeness::Likeness;
pub use rules::RulesError;
pub use secrets::{MARK, SecretKind, marked, redact};
pub use urls::foreign_urls;

use crate::answer::{Refusal, RefusalReason};
use crate::question::{Language, Question, Reach};
use crate::rule_policy::{Action, RulePolicy};

/// The rules that Colega comes with.
const RULES: &str = include_str!("../configs/deny.toml");
/// The name of the rule by which the learned model refuses.
const LIKENESS: &str = "injection.likeness";
/// Disguised readings of longer messages are left to the rules.
const LONGEST_DISGUISED: usize = 600;

/// How strict the guard is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuardSettings {
    /// Longest question that is read, in characters; 2,000 unless set, at least 1.
    pub max_question_chars: usize,
    /// Largest share of characters that are no letters, digits, spaces or common punctuation; 0.6 unless set, 0 to 1.
    pub max_symbol_share: f64,
    /// File of rules in place of those built in (`configs/deny.toml`, which explains their form).
    pub rules: Option<PathBuf>,
    /// Whether a learned model looks for attacks on the bot as well, which no rule foresaw.
    pub learned: bool,
    /// File of that model in place of the one built in; `colega train` makes it.
    pub model: Option<PathBuf>,
    /// What rules do where they hold; those that are not named block.
    pub policy: RulePolicy,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            max_question_chars: 2_000,
            max_symbol_share: 0.6,
            rules: None,
            learned: true,
            model: None,
            policy: RulePolicy::default(),
        }
    }
}

/// Why a guard cannot be made of its settings.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Every question would be too long.
    #[error("guard.max_question_chars is 0; set it to at least 1 (2000 is usual)")]
    NoLength,
    /// No share of a whole.
    #[error("guard.max_symbol_share is {0}; set it to a number from 0 to 1 (0.6 is usual)")]
    NoShare(f64),
    /// A policy for what is a limit.
    #[error("“{0}” is no rule but a limit; see guard.max_question_chars and guard.max_symbol_share")]
    NoRule(String),
    /// A policy for a rule that there is not.
    #[error("there is no rule or family of rules “{0}”; did you mean “{1}”?")]
    UnknownRule(String, String),
    /// The rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The model cannot be read.
    #[error("cannot read the model in {0}; check `guard.model` and the file's permissions")]
    NoModel(PathBuf, #[source] std::io::Error),
    /// The file is something else.
    #[error("{0} is no model of attacks; `colega train` makes one")]
    BadModel(PathBuf),
}

/// The compiled rules; share it by reference or `Arc`.
#[derive(Debug)]
pub struct Guard {
    max_question_chars: usize,
    max_symbol_share: f64,
    rules: rules::Rules,
    danger: danger::Cues,
    injection: injection::Cues,
    orders: orders::Orders,
    likeness: Option<Likeness>,
    policy: RulePolicy,
    /// Texts that were let out lately: the sentences of a knowledge base are quoted again and again.
    let_out: Cache<Box<str>, ()>,
}

/// How many of them are kept.
const LET_OUT: usize = 4_096;
/// Longer ones, in bytes, are not.
const LONGEST_LET_OUT: usize = 1_024;

/// A question that passed: what it asks, without secrets.
#[derive(Clone)]
pub struct Screened {
    text: String,
    language: Language,
    reach: Reach,
    redactions: Vec<SecretKind>,
    warnings: Vec<String>,
}

impl Screened {
    /// The words, with each secret as `[redacted: …]`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language to answer in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Which passages the asker may see.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The kinds of secret that were taken out, each once.
    pub fn redactions(&self) -> &[SecretKind] {
        &self.redactions
    }

    /// The rules that hold for it, yet only warn.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl fmt::Debug for Screened {
    /// Leaves the words out: what people write never reaches a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screened")
            .field("language", &self.language)
            .field("redactions", &self.redactions)
            .finish_non_exhaustive()
    }
}

/// Why a text must not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// It holds a secret.
    #[error("the text holds a secret ({})", .0.label())]
    Secret(SecretKind),
    /// It is an order to whoever answers, out of a document.
    #[error("the text is an order to whoever answers")]
    Order,
}

impl Guard {
    /// Compiles the rules.
    pub fn new(settings: &GuardSettings) -> Result<Self, GuardError> {
        if settings.max_question_chars == 0 {
            return Err(GuardError::NoLength);
        }
        if !(0.0..=1.0).contains(&settings.max_symbol_share) {
            return Err(GuardError::NoShare(settings.max_symbol_share));
        }
        let rules = match &settings.rules {
            None => rules::Rules::parse(RULES)?,
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| RulesError::Unreadable(path.clone(), e))?;
                rules::Rules::parse(&text)?
            }
        };
        // Compiles the patterns of secrets now, so that the first question does not wait for them.
        redact("");
        let guard = Self {
            max_question_chars: settings.max_question_chars,
            max_symbol_share: settings.max_symbol_share,
            danger: danger::Cues::new(&rules)?,
            injection: injection::Cues::new(&rules)?,
            orders: orders::Orders::new(&rules)?,
            likeness: settings.learned.then(|| read_model(settings.model.as_deref())).transpose()?,
            policy: settings.policy.clone(),
            let_out: Cache::new(LET_OUT),
            rules,
        };
        guard.check_policy(&settings.policy)?;
        Ok(guard)
    }

    /// Whether each name of `policy` is that of a rule or of a family of rules.
    ///
    /// # Errors
    /// The first that is not, with the nearest that is.
    pub fn check_policy(&self, policy: &RulePolicy) -> Result<(), GuardError> {
        let own = self.rules.rules.iter().map(|rule| rule.name.as_str());
        let rules = own.chain([LIKENESS, injection::ROLE_MARK]);
        let known: BTreeSet<&str> = rules.flat_map(|rule| [rule, rule.split('.').next().unwrap_or(rule)]).collect();
        let Some(unknown) = policy.names().find(|name| !known.contains(name)) else { return Ok(()) };
        if unknown.starts_with("malformed") {
            return Err(GuardError::NoRule(unknown.to_owned()));
        }
        let likeness = |name: &str| strsim::jaro_winkler(name, unknown);
        let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        Err(GuardError::UnknownRule(unknown.to_owned(), nearest.unwrap_or(&LIKENESS).to_string()))
    }

    /// Takes the secrets out of a question and lets it pass, or says why Colega does not help with it.
    ///
    /// # Errors
    /// The refusal, in `language`. Its rule is one of `malformed.*`, `injection.*` and `danger.*`; the last two families do what
    /// the policy of the place says, or else the guard's own.
    pub fn screen(&self, question: &Question, language: Language) -> Result<Screened, Refusal> {
        let refuse = |reason, rule: &str| Err(Refusal { language, reason, rule: rule.to_owned() });
        if question.text.chars().nth(self.max_question_chars).is_some() {
            return refuse(RefusalReason::Malformed, "malformed.too_long");
        }
        let visible = fold::without_invisible(&question.text);
        let visible = visible.trim();
        if visible.is_empty() {
            return refuse(RefusalReason::Malformed, "malformed.empty");
        }
        if !self.is_text(visible) {
            return refuse(RefusalReason::Malformed, "malformed.no_text");
        }
        let text = redact(visible).0;
        let redactions = marked(&text);
        let mut warnings = Vec::new();
        let mut blocks = |rule: &str| {
            let action = question.rules.action(rule).or_else(|| self.policy.action(rule)).unwrap_or(Action::Block);
            if action == Action::Warn && !warnings.iter().any(|own| own == rule) {
                warnings.push(rule.to_owned());
            }
            action == Action::Block
        };
        let folded = fold::fold(&text);
        let sentences = self.rules.lexicon.read(&folded);
        if let Some(rule) = injection::find(&self.rules, &self.injection, &sentences, &folded, &mut blocks) {
            return refuse(RefusalReason::Injection, rule);
        }
        // A disguise is no way around the rules.
        let readings: Vec<String> = decode::readings(&text).iter().map(|reading| fold::fold(reading)).collect();
        for folded in &readings {
            let sentences = self.rules.lexicon.read(folded);
            if let Some(rule) = injection::find(&self.rules, &self.injection, &sentences, folded, &mut blocks) {
                return refuse(RefusalReason::Injection, rule);
            }
        }
        if let Some((rule, reason)) = danger::find(&self.rules, &self.danger, &sentences, &mut blocks) {
            return refuse(reason, rule);
        }
        // Last: a rule says more than a likeness.
        let disguised = if text.len() <= LONGEST_DISGUISED { readings.as_slice() } else { &[] };
        let is_like =
            self.is_like_an_attack(&folded) || disguised.iter().any(|reading| self.is_like_an_attack(reading));
        if is_like && blocks(LIKENESS) {
            return refuse(RefusalReason::Injection, LIKENESS);
        }
        Ok(Screened { text: text.into_owned(), language, reach: question.reach.clone(), redactions, warnings })
    }

    fn is_like_an_attack(&self, folded: &str) -> bool {
        self.likeness.as_ref().is_some_and(|model| model.score_folded(folded) >= likeness::LIMIT)
    }

    /// Looks through a sentence or a block of code on its way out.
    ///
    /// # Errors
    /// What it holds, when that is a credential of a known format and not a placeholder of the kind that documentation
    /// shows, or an order to whoever answers. Mentions such as `@everyone` pass: every renderer writes them so that they call nobody.
    pub fn release_text(&self, text: &str) -> Result<(), Withheld> {
        if self.let_out.get(text).is_some() {
            return Ok(());
        }
        let visible = fold::without_invisible(text);
        if let Some(kind) = secrets::live_credential(&visible) {
            return Err(Withheld::Secret(kind));
        }
        if self.orders_in(&visible).next().is_some() {
            return Err(Withheld::Order);
        }
        if text.len() <= LONGEST_LET_OUT {
            self.let_out.insert(text.into(), ());
        }
        Ok(())
    }

    /// Whether `text` has a letter or digit, and few enough signs that are no part of writing.
    fn is_text(&self, text: &str) -> bool {
        let common = |c: char| {
            c.is_alphanumeric() || c.is_whitespace() || c.is_ascii_punctuation() || "¿¡«»“”‘’–—…€£·•".contains(c)
        };
        let chars = text.chars().count();
        let odd = text.chars().filter(|&c| !common(c)).count();
        #[expect(clippy::cast_precision_loss, reason = "no question is that long")]
        let share = odd as f64 / chars as f64;
        text.contains(char::is_alphanumeric) && share <= self.max_symbol_share
    }
}

fn read_model(file: Option<&Path>) -> Result<Likeness, GuardError> {
    let Some(file) = file else { return Ok(Likeness::built_in()) };
    let bytes = std::fs::read(file).map_err(|error| GuardError::NoModel(file.to_owned(), error))?;
    Likeness::parse(&bytes).ok_or_else(|| GuardError::BadModel(file.to_owned()))
}

/// `text` as the guard looks through it: see [`fold::fold`].
pub fn plain(text: &str) -> String {
    fold::fold(&fold::without_invisible(text))
}

#[cfg(test)]
mod tests;
