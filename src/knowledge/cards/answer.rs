//! The answers of cards: whole sentences and list entries, as they stand in the passages.

use super::section::Section;
use super::{CardKind, MOST_SENTENCES};
use crate::reading::quotable::{Kind, Quotable};
use crate::sentence;

/// The most sentences that define something; more would be an article.
const MOST_DEFINING: usize = 4;
/// A list of fewer entries is no checklist.
const LEAST_CHECKS: usize = 2;

/// An answer and where it comes from.
pub(super) struct Answer {
    pub text: String,
    /// Places of the passages within the section, ascending.
    pub passages: Vec<usize>,
}

/// The answer of a card of that kind; `None` where the section has too little to say.
pub(super) fn of(section: &Section<'_>, kind: CardKind) -> Option<Answer> {
    let most = if kind == CardKind::Definition { MOST_DEFINING } else { MOST_SENTENCES };
    let mut chosen: Vec<(usize, &Quotable)> = Vec::new();
    let mut sentences = 0;
    let mut follows = false;
    for (passage, quotable) in &section.quotables {
        let usable = !quotable.is_code() && !quotable.is_introduction() && (follows || quotable.can_stand_alone());
        let count = sentence::ranges(&quotable.text).len();
        follows = usable;
        if usable && sentences + count > most {
            break;
        }
        if usable {
            sentences += count;
            chosen.push((*passage, quotable));
        }
    }
    if chosen.is_empty() || (kind == CardKind::Checklist && chosen.len() < LEAST_CHECKS) {
        return None;
    }
    let mut passages: Vec<usize> = chosen.iter().map(|(passage, _)| *passage).collect();
    passages.dedup();
    Some(Answer { text: text(&chosen), passages })
}

/// Sentences side by side, entries of a list on lines of their own; a single entry is a sentence like any other.
fn text(chosen: &[(usize, &Quotable)]) -> String {
    let is_listed = |quotable: &Quotable| quotable.kind == Kind::Item && chosen.len() > 1;
    let mut text = String::new();
    let mut after_entry = false;
    for (_, quotable) in chosen {
        let listed = is_listed(quotable);
        if !text.is_empty() {
            text.push(if listed || after_entry { '\n' } else { ' ' });
        }
        if listed {
            text.push_str("- ");
        }
        text.push_str(&quotable.text);
        after_entry = listed;
    }
    text
}
