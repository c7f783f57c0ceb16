//! What is searched for a question, alone or as the continuation of a conversation.

use std::borrow::Cow;

use crate::guard::MARK;
use crate::question::{Language, Turn};
use crate::retrieve::evidence::{self, EvidenceSettings, Verdict};
use crate::retrieve::query::Query;
use crate::retrieve::retriever::Retriever;
use crate::retrieve::{Filter, Hit, SearchError};

use super::conversation::{self, Bond, FollowUp};

/// How many passages are retrieved for a question.
const RETRIEVED: usize = 20;
/// Weight of the turn before where a question names a subject of its own, which weighs 1.
const BACKGROUND: f32 = 0.5;
/// What is added to a conversation is covered if the passages speak of this share of it.
const ADDED: f32 = 0.5;
/// The same where nothing but the lack of another answer says that the conversation goes on.
const GUESSED: f32 = 0.75;

/// What a search found.
pub(super) struct Search {
    /// Whether it is enough.
    pub verdict: Verdict,
    /// The passages, best first.
    pub hits: Vec<Hit>,
    /// The question, spelt out, if it was understood as a continuation.
    pub searched: Option<String>,
}

/// Searches one index for one question.
pub(super) struct Searcher<'a> {
    pub retriever: &'a Retriever,
    pub settings: &'a EvidenceSettings,
    pub filter: &'a Filter,
    pub language: Language,
}

impl Searcher<'_> {
    /// Searches for `text`, which may continue the `earlier` turns. What its wording leaves open is decided by what the
    /// knowledge base holds: a continuation must speak of what the question adds, and a new subject must be one.
    pub fn find(&self, text: &str, earlier: &[Turn]) -> Result<Search, SearchError> {
        let statistics = &self.retriever.statistics;
        let text = &without_redactions(text);
        let Some(follow_up) = conversation::follow_up(text, self.language, earlier, statistics) else {
            return self.alone(text);
        };
        match follow_up.bond {
            Bond::Needs => self.continued(&follow_up),
            Bond::Adds => {
                let continued = self.continued(&follow_up)?;
                if self.covers(&continued, &follow_up) >= ADDED {
                    return Ok(continued);
                }
                let alone = self.alone(text)?;
                Ok(if self.is_named(&alone, &follow_up) { alone } else { continued.without_answer() })
            }
            Bond::Fragment | Bond::Free => {
                let alone = self.alone(text)?;
                let is_fragment = follow_up.bond == Bond::Fragment;
                let is_clear = if is_fragment { self.is_named(&alone, &follow_up) } else { alone.is_enough() };
                if is_clear {
                    return Ok(alone);
                }
                let continued = self.continued(&follow_up)?;
                Ok(if self.covers(&continued, &follow_up) >= GUESSED { continued } else { alone })
            }
        }
    }

    fn alone(&self, text: &str) -> Result<Search, SearchError> {
        self.search(self.retriever.query(&[(text, 1.0)], self.language))
    }

    fn continued(&self, follow_up: &FollowUp) -> Result<Search, SearchError> {
        let context = if follow_up.is_head { BACKGROUND } else { 1.0 };
        let query = self.retriever.query(&[(&follow_up.context, context), (&follow_up.own, 1.0)], self.language);
        let mut search = self.search(query)?;
        if let Verdict::Enough(evidence) = &mut search.verdict {
            evidence.focus.clone_from(&follow_up.focus);
        }
        Ok(Search { searched: Some(follow_up.spelt_out.clone()), ..search })
    }

    fn search(&self, query: Query) -> Result<Search, SearchError> {
        let found = self.retriever.search(query, self.filter, RETRIEVED)?;
        let verdict = evidence::gather(&found, self.retriever, self.filter, self.settings)?;
        Ok(Search { verdict, hits: found.hits, searched: None })
    }

    /// The share of what the follow-up adds that the evidence speaks of.
    fn covers(&self, search: &Search, follow_up: &FollowUp) -> f32 {
        match &search.verdict {
            Verdict::Enough(evidence) => evidence.covers(&self.own(follow_up)),
            Verdict::TooLittle { .. } => 0.0,
        }
    }

    /// Whether the evidence bears the name of what the follow-up adds.
    fn is_named(&self, search: &Search, follow_up: &FollowUp) -> bool {
        matches!(&search.verdict, Verdict::Enough(evidence) if evidence.is_named_by(&self.own(follow_up)))
    }

    fn own(&self, follow_up: &FollowUp) -> Query {
        self.retriever.query(&[(&follow_up.own, 1.0)], self.language)
    }
}

/// The text without the marks that stand for secrets: nobody asks about those.
fn without_redactions(text: &str) -> Cow<'_, str> {
    let mut parts = text.split(MARK);
    let mut kept = Cow::Borrowed(parts.next().unwrap_or_default());
    for part in parts {
        let rest = part.split_once(']').map_or(part, |(_, rest)| rest);
        kept = Cow::Owned(format!("{kept}{rest}"));
    }
    kept
}

impl Search {
    fn is_enough(&self) -> bool {
        matches!(self.verdict, Verdict::Enough(_))
    }

    /// The same without evidence, which turned out to be about something else.
    fn without_answer(self) -> Self {
        let verdict = match self.verdict {
            Verdict::Enough(evidence) => Verdict::TooLittle { nearest: vec![evidence.subject] },
            too_little @ Verdict::TooLittle { .. } => too_little,
        };
        Self { verdict, ..self }
    }
}
