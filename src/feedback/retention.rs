//! Removing: what is too old, and what somebody wants forgotten.

use anyhow::{Context as _, Result};
use serde::de::IgnoredAny;

use super::ballot::Thumbs;
use super::kept::Forgotten;
use super::row::{self, Decided, Key, Record};
use super::store::{Change, Store};
use crate::answer::AnswerId;
use crate::place::Pseudonym;

/// How long it is known that somebody was forgotten: longer than the platforms bring back what was done before.
const FORGOTTEN_MS: u64 = 2 * 24 * 60 * 60 * 1000;
/// Questions removed in one change, so that those who vote meanwhile wait for a moment only.
const AT_ONCE: usize = 500;

impl Store {
    /// Removes the questions from before `before_ms` with everything on them, and decisions made before it; from the others
    /// the words that the settings do not allow any more. Gives how many questions were removed.
    pub(super) fn prune(&self, before_ms: u64, now_ms: u64) -> Result<u64> {
        let mut removed = 0;
        loop {
            let mut change = self.change();
            let mut old = 0;
            for key in self.keys("time/", row::time_prefix(0)).take(AT_ONCE) {
                let (at_ms, id) = row::time_and_answer(&key?).context("a time in the store is damaged")?;
                if at_ms >= before_ms {
                    break;
                }
                self.remove_exchange(&mut change, at_ms, &id)?;
                old += 1;
            }
            if old == 0 {
                break;
            }
            change.apply()?;
            removed += old;
        }
        let mut change = self.change();
        for row in self.rows::<Decided>("decision/") {
            let (key, decided) = row?;
            if decided.at_ms < before_ms {
                change.remove(Key::Decision(&key));
            }
        }
        for row in self.rows::<u64>("forgotten/") {
            let (person, at_ms) = row?;
            if at_ms.saturating_add(FORGOTTEN_MS) < now_ms {
                change.remove(Key::Forgotten(&Pseudonym(person)));
            }
        }
        change.apply()?;
        self.drop_words()?;
        Ok(removed)
    }

    /// Removes words that an earlier setting allowed.
    fn drop_words(&self) -> Result<()> {
        for row in self.rows::<Record>("exchange/") {
            let Record { kept, .. } = row?.1;
            let corrections = row::corrections_of(&kept.id);
            let has_words = kept.has_words() || self.rows::<IgnoredAny>(&corrections).next().is_some();
            if !has_words || self.settings.keeps_words_of(&kept) {
                continue;
            }
            let mut change = self.change();
            // It may have been kept again meanwhile, or removed.
            if let Some(record) = self.read::<Record>(Key::Exchange(&kept.id))? {
                change.put(Key::Exchange(&kept.id), &record.within(&self.settings))?;
            }
            for row in self.rows::<IgnoredAny>(&corrections) {
                change.remove(Key::Correction(&kept.id, &Pseudonym(row?.0)));
            }
            change.apply()?;
        }
        Ok(())
    }

    fn remove_exchange(&self, change: &mut Change<'_>, at_ms: u64, id: &AnswerId) -> Result<()> {
        change.remove(Key::Exchange(id));
        change.remove(Key::Time(at_ms, id));
        for row in self.rows::<IgnoredAny>(&row::ballots_of(id)) {
            change.remove(Key::Ballot(id, &Pseudonym(row?.0)));
        }
        for row in self.rows::<IgnoredAny>(&row::corrections_of(id)) {
            change.remove(Key::Correction(id, &Pseudonym(row?.0)));
        }
        Ok(())
    }

    /// Removes everything of a person, in one change, and notes that it did.
    pub(super) fn forget(&self, person: &Pseudonym, at_ms: u64) -> Result<Forgotten> {
        // Nobody: so stand the askers of before askers were kept.
        if person.0.is_empty() {
            return Ok(Forgotten::default());
        }
        let mut change = self.change();
        change.put(Key::Forgotten(person), &at_ms)?;
        let mut forgotten = Forgotten::default();
        for row in self.rows::<Record>("exchange/") {
            let Record { kept, .. } = row?.1;
            if kept.asker == *person {
                self.remove_exchange(&mut change, kept.at_ms, &kept.id)?;
                forgotten.questions += 1;
            }
        }
        for row in self.rows::<Thumbs>("ballot/") {
            let (key, thumbs) = row?;
            let (id, by) = row::answer_and_person(&key).context("a ballot in the store is damaged")?;
            if by == *person {
                change.remove(Key::Ballot(&id, &by));
                forgotten.votes += u64::from(thumbs.vote().is_some());
            }
        }
        for row in self.rows::<IgnoredAny>("correction/") {
            let (id, by) = row::answer_and_person(&row?.0).context("a correction in the store is damaged")?;
            if by == *person {
                change.remove(Key::Correction(&id, &by));
                forgotten.corrections += 1;
            }
        }
        forgotten.candidates = self.forget_decisions(&mut change, person)?;
        change.apply()?;
        Ok(forgotten)
    }

    /// Removes the decisions whose candidates rest on `person` alone, and the person from the others.
    fn forget_decisions(&self, change: &mut Change<'_>, person: &Pseudonym) -> Result<u64> {
        let mut removed = 0;
        for row in self.rows::<Decided>("decision/") {
            let (key, mut decided) = row?;
            let before = decided.people.len();
            decided.people.retain(|other| other != person);
            let is_named = key.contains(&person.0) || decided.decision.to_string().contains(&person.0);
            if is_named || (before > 0 && decided.people.is_empty()) {
                change.remove(Key::Decision(&key));
                removed += 1;
            } else if decided.people.len() < before {
                change.put(Key::Decision(&key), &decided)?;
            }
        }
        Ok(removed)
    }
}
