//! Questions, replies, votes and corrections: putting them into the store and reading them together.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::de::IgnoredAny;

use super::ballot::Thumbs;
use super::kept::{Ballot, Correction, Counted, Exchange, Kept, Outcome, Recount, Totals};
use super::row::{self, Decided, Key, Record};
use super::store::{Change, Store};
use super::{Tally, Vote, VoteError};
use crate::answer::AnswerId;
use crate::place::Pseudonym;

/// Letters kept of the hash of an update's name.
const UPDATE_LETTERS: usize = 16;

impl Store {
    pub(super) fn keep(&self, kept: Kept) -> Result<()> {
        let record = Record::of(kept, &self.settings);
        record.check()?;
        let mut change = self.change();
        let (id, at_ms) = (&record.kept.id, record.kept.at_ms);
        if self.forgotten_at(&record.kept.asker)?.is_some_and(|forgotten_ms| at_ms <= forgotten_ms) {
            return Ok(());
        }
        if let Some(earlier) = self.read::<Record>(Key::Exchange(id))? {
            change.remove(Key::Time(earlier.kept.at_ms, id));
        }
        change.put(Key::Exchange(id), &record)?;
        change.put(Key::Time(at_ms, id), &())?;
        change.apply()
    }

    pub(super) fn kept(&self, id: &AnswerId) -> Result<Option<Kept>> {
        Ok(self.read::<Record>(Key::Exchange(id))?.map(|record| record.kept))
    }

    pub(super) fn vote(
        &self,
        id: &AnswerId,
        voter: &Pseudonym,
        ballot: &Ballot,
        update: &str,
        at_ms: u64,
    ) -> Result<Counted, VoteError> {
        row::check_person(voter)?;
        let mut change = self.change();
        if !row::is_answer(id) || !self.contains(Key::Exchange(id))? {
            return Err(VoteError::UnknownAnswer);
        }
        let key = Key::Ballot(id, voter);
        let mut thumbs: Thumbs = self.read(key)?.unwrap_or_default();
        let mut tally = self.tally(id, Some(voter))?;
        // The name of an update may hold a person's number.
        let hash = || self.seal("update", update).to_hex()[..UPDATE_LETTERS].to_owned();
        if thumbs.count(ballot, (!update.is_empty()).then(hash), at_ms) {
            if thumbs.is_empty() {
                change.remove(key);
            } else {
                change.put(key, &thumbs)?;
            }
            change.apply()?;
        }
        let own = thumbs.vote();
        tally.add(own);
        Ok(Counted { own, tally })
    }

    pub(super) fn recount(&self, recount: &Recount) -> Result<(), VoteError> {
        let Recount { answer, held, is_complete, at_ms } = recount;
        let mut change = self.change();
        if !row::is_answer(answer) || !self.contains(Key::Exchange(answer))? {
            return Err(VoteError::UnknownAnswer);
        }
        let ballots = row::ballots_of(answer);
        let rows = self.rows::<Thumbs>(&ballots).map(|row| row.map(|(by, own)| (Pseudonym(by), own)));
        let mut known: BTreeMap<Pseudonym, Thumbs> = rows.collect::<Result<_>>()?;
        for (voter, now) in held {
            row::check_person(voter)?;
            let thumbs = known.remove(voter);
            if thumbs.is_none() && self.forgotten_at(voter)?.is_some() {
                continue;
            }
            put_recounted(&mut change, (answer, voter), thumbs.unwrap_or_default(), now, *at_ms)?;
        }
        if *is_complete {
            for (voter, thumbs) in known {
                put_recounted(&mut change, (answer, &voter), thumbs, &[], *at_ms)?;
            }
        }
        Ok(change.apply()?)
    }

    /// When somebody was forgotten, if that was lately.
    fn forgotten_at(&self, person: &Pseudonym) -> Result<Option<u64>> {
        self.read(Key::Forgotten(person))
    }

    /// The votes on an answer, but for those of `without`.
    fn tally(&self, id: &AnswerId, without: Option<&Pseudonym>) -> Result<Tally> {
        let mut tally = Tally::default();
        for row in self.rows::<Thumbs>(&row::ballots_of(id)) {
            let (voter, thumbs) = row?;
            if without.is_none_or(|without| without.0 != voter) {
                tally.add(thumbs.vote());
            }
        }
        Ok(tally)
    }

    pub(super) fn correct(&self, correction: &Correction) -> Result<bool, VoteError> {
        let Correction { answer, by, .. } = correction;
        row::check_person(by)?;
        let mut change = self.change();
        let record = if row::is_answer(answer) { self.read::<Record>(Key::Exchange(answer))? } else { None };
        let record = record.ok_or(VoteError::UnknownAnswer)?;
        let key = Key::Correction(answer, by);
        let merged = row::merged(self.read(key)?, correction);
        let says_nothing = merged.wrong.is_empty() && merged.right.is_empty();
        if says_nothing || !self.settings.keeps_words_of(&record.kept) {
            return Ok(false);
        }
        change.put(key, &merged)?;
        change.apply()?;
        Ok(true)
    }

    pub(super) fn exchanges(&self, since_ms: u64) -> Result<Vec<Exchange>> {
        let times = self.keys("time/", row::time_prefix(since_ms));
        let exchanges = times.map(|key| {
            let (_, id) = row::time_and_answer(&key?).context("a time in the store is damaged")?;
            self.exchange(&id)
        });
        // One that is gone was removed meanwhile.
        exchanges.filter_map(Result::transpose).collect()
    }

    fn exchange(&self, id: &AnswerId) -> Result<Option<Exchange>> {
        let Some(Record { kept, cited, .. }) = self.read(Key::Exchange(id))? else { return Ok(None) };
        let Tally { up, down } = self.tally(id, None)?;
        let corrections = self.rows(&row::corrections_of(id)).map(|row| Ok(row?.1)).collect::<Result<_>>()?;
        Ok(Some(Exchange { kept, cited, up, down, corrections }))
    }

    pub(super) fn totals(&self, since_ms: u64) -> Result<Totals> {
        let mut totals = Totals::default();
        for row in self.rows::<Record>("exchange/") {
            let kept = row?.1.kept;
            match kept.outcome {
                Outcome::Answered { .. } => {
                    totals.answers += 1;
                    totals.answers_since += u64::from(kept.at_ms >= since_ms);
                }
                Outcome::NoEvidence { .. } => totals.unanswered += 1,
                Outcome::Refused { .. } => {}
            }
        }
        for row in self.rows::<Thumbs>("ballot/") {
            totals.votes.add(row?.1.vote());
        }
        Ok(totals)
    }

    pub(super) fn decide(&self, key: &str, decided: &Decided) -> Result<()> {
        ensure!(!key.is_empty(), "a decision needs the name of its candidate");
        let mut change = self.change();
        change.put(Key::Decision(key), decided)?;
        change.apply()
    }

    pub(super) fn decisions(&self) -> Result<BTreeMap<String, serde_json::Value>> {
        self.rows::<Decided>("decision/").map(|row| row.map(|(key, decided)| (key, decided.decision))).collect()
    }

    /// Whether nothing is kept yet.
    pub(super) fn is_empty(&self) -> Result<bool> {
        let mut rows = ["exchange/", "decision/"].into_iter().flat_map(|prefix| self.rows::<IgnoredAny>(prefix));
        rows.next().transpose().map(|row| row.is_none())
    }
}

/// Puts the thumbs of one person as they were at `at_ms`, unless they have changed since.
fn put_recounted(
    change: &mut Change<'_>,
    (answer, voter): (&AnswerId, &Pseudonym),
    mut thumbs: Thumbs,
    now: &[Vote],
    at_ms: u64,
) -> Result<()> {
    if !thumbs.recount(now, at_ms) {
        return Ok(());
    }
    let key = Key::Ballot(answer, voter);
    if thumbs.is_empty() {
        change.remove(key);
        return Ok(());
    }
    change.put(key, &thumbs)
}

impl Tally {
    fn add(&mut self, vote: Option<Vote>) {
        match vote {
            Some(Vote::Up) => self.up += 1,
            Some(Vote::Down) => self.down += 1,
            None => {}
        }
    }
}
