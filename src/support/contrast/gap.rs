//! What differs between two sentences that say almost the same, gap by gap.

use std::collections::BTreeSet;

use super::{LONGEST_GAP, opposite};
use crate::support::number;
use crate::support::token::{Kind, Token};

/// What stands in each of the two sentences between the same neighbours.
pub(super) struct Gap<'c> {
    /// The position of its first token.
    pub(super) at: usize,
    pub(super) here: &'c [Token],
    pub(super) there: &'c [Token],
    /// Whether the sentence ends with it.
    pub(super) is_last: bool,
}

impl Gap<'_> {
    pub(super) fn positions(&self, is_meant: impl Fn(&Token) -> bool) -> impl Iterator<Item = usize> {
        self.here.iter().zip(self.at..).filter(move |(token, _)| is_meant(token)).map(|(_, at)| at)
    }

    /// What of the other sentence stands near: all of a short gap, and one end where it goes on behind this sentence or
    /// has begun before it.
    fn near(&self) -> &[Token] {
        let there = self.there;
        let too_many = there.len().saturating_sub(LONGEST_GAP);
        match (self.at == 0, self.is_last) {
            (true, _) => &there[too_many..],
            (_, true) => &there[..there.len() - too_many],
            _ if too_many > 0 => &[],
            _ => there,
        }
    }

    /// Whether the opposite of `token` stands in its place.
    pub(super) fn has_opposite(&self, token: &Token) -> bool {
        self.near().iter().any(|other| opposite::are_opposite(&token.key, &other.key))
    }

    /// Whether another of the kind of `token` stands in its place.
    pub(super) fn has_rival(&self, token: &Token) -> bool {
        let is_new = |other: &Token| self.here.iter().all(|token| token.key != other.key);
        self.there.iter().any(|other| are_rivals(token, other) && is_new(other))
    }
}

/// The positions of words that change places: `reads cost writes` where the other has `writes cost reads`.
pub(super) fn exchanged(gaps: &[Gap<'_>]) -> Vec<usize> {
    let short = gaps.iter().filter(|gap| gap.here.len() <= LONGEST_GAP);
    let changes = |gap: &Gap<'_>| {
        let (here, there) = (gap.here.iter(), gap.near().iter().filter(|other| other.is_content()));
        let at = gap.at;
        here.zip(at..)
            .filter(|(token, _)| token.is_content())
            .flat_map(|(token, at)| there.clone().map(move |other| (token.key.clone(), other.key.clone(), at)))
            .collect::<Vec<_>>()
    };
    let all: Vec<(String, String, usize)> = short.flat_map(changes).collect();
    let known: BTreeSet<(&str, &str)> = all.iter().map(|(from, to, _)| (from.as_str(), to.as_str())).collect();
    all.iter().filter(|(from, to, _)| known.contains(&(to.as_str(), from.as_str()))).map(|&(_, _, at)| at).collect()
}

/// Whether one of these in the place of the other says something else, rather than the same in another word.
fn are_rivals(token: &Token, other: &Token) -> bool {
    match (token.kind, other.kind) {
        (Kind::Name, Kind::Name | Kind::MaybeName) | (Kind::MaybeName, Kind::Name) => true,
        // `one`, which is an article elsewhere.
        (Kind::Number, Kind::Filler) => other.key == number::key(1.0),
        (kind @ (Kind::Number | Kind::Date | Kind::Unit), other) => kind == other,
        _ => false,
    }
}

/// Whether a gap denies what stands right behind it.
pub(super) fn denies_next(gap: &[Token]) -> bool {
    let end = gap.iter().rposition(Token::is_content).map_or(0, |last| last + 1);
    gap[end..].iter().filter(|token| token.denies).count() % 2 == 1
}
