//! Who was let in to write directly: a person is given a code, and an administrator who knows them says it.
//!
//! People are kept as keyed hashes. A code can be guessed with one chance in 20,000 when everybody waits who may, so that
//! the few guesses that are heard within an hour are no risk.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tracing::warn;

use super::store::{Change, Store, below, key};
use crate::question::{Origin, UserId};

/// How long a code is good for, in milliseconds.
const CODE_MS: u64 = 60 * 60 * 1000;
/// Digits of a code.
const DIGITS: usize = 6;
/// How many codes there are.
const CODES: u32 = 1_000_000;
/// People who may wait to be let in.
const WAITING: usize = 50;
/// Wrong codes that are heard within [`CODE_MS`]; after that no code is taken until the time is over.
const WRONG: u32 = 10;

/// Somebody who was given a code.
#[derive(Serialize, Deserialize)]
struct Applicant {
    /// Keyed hash of the person.
    who: String,
    at_ms: u64,
}

/// Wrong codes since the first.
#[derive(Serialize, Deserialize)]
struct Wrong {
    since_ms: u64,
    codes: u32,
}

impl Store {
    pub(super) fn pairing_code(&self, origin: Origin, user: &UserId, now_ms: u64) -> Result<Option<String>> {
        let who = self.name(origin, &user.0);
        let mut change = self.change();
        let mut waiting = 0;
        for row in self.rows::<Applicant>(below(&["code"])) {
            let (code, applicant) = row?;
            match applicant.filter(|applicant| is_within_the_hour(applicant.at_ms, now_ms)) {
                Some(applicant) if applicant.who == who => return Ok(Some(code)),
                Some(_) => waiting += 1,
                None => change.remove(&code_key(&code)),
            }
        }
        if waiting >= WAITING {
            return Ok(None);
        }
        let code = loop {
            let code = format!("{:0DIGITS$}", rand::random_range(0..CODES));
            if !self.contains(&code_key(&code))? {
                break code;
            }
        };
        change.put(&code_key(&code), &Applicant { who, at_ms: now_ms })?;
        change.apply()?;
        Ok(Some(code))
    }

    pub(super) fn pair(&self, code: &str, now_ms: u64) -> Result<bool> {
        if code.len() != DIGITS || !code.bytes().all(|digit| digit.is_ascii_digit()) {
            return Ok(false);
        }
        let mut change = self.change();
        let wrong = self.read_if_sound::<Wrong>("wrong")?.filter(|wrong| is_within_the_hour(wrong.since_ms, now_ms));
        if wrong.as_ref().is_some_and(|wrong| wrong.codes >= WRONG) {
            warn!("{WRONG} wrong codes within an hour; no code is taken until the hour is over");
            return Ok(false);
        }
        let applicant: Option<Applicant> = self.read_if_sound(&code_key(code))?;
        let applicant = applicant.filter(|applicant| is_within_the_hour(applicant.at_ms, now_ms));
        if let Some(applicant) = &applicant {
            change.remove(&code_key(code));
            change.put(&paired_key(&applicant.who), &now_ms)?;
        } else {
            let Wrong { since_ms, codes } = wrong.unwrap_or(Wrong { since_ms: now_ms, codes: 0 });
            change.put("wrong", &Wrong { since_ms, codes: codes + 1 })?;
        }
        change.apply()?;
        Ok(applicant.is_some())
    }

    pub(super) fn is_paired(&self, origin: Origin, user: &UserId) -> Result<bool> {
        self.contains(&paired_key(&self.name(origin, &user.0)))
    }

    /// Forgets that somebody was let in, and that they wait for it. Gives how many permissions they had.
    pub(super) fn unpair(&self, origin: Origin, user: &UserId) -> Result<u64> {
        let who = self.name(origin, &user.0);
        let mut change = self.change();
        let was_paired = self.contains(&paired_key(&who))?;
        change.remove(&paired_key(&who));
        self.withdraw_application(&who, &mut change)?;
        change.apply()?;
        Ok(u64::from(was_paired))
    }

    fn withdraw_application(&self, who: &str, change: &mut Change<'_>) -> Result<()> {
        for row in self.rows::<Applicant>(below(&["code"])) {
            let (code, applicant) = row?;
            if applicant.is_some_and(|applicant| applicant.who == who) {
                change.remove(&code_key(&code));
            }
        }
        Ok(())
    }
}

/// A time that is still to come is none: the clock was set back.
fn is_within_the_hour(at_ms: u64, now_ms: u64) -> bool {
    (at_ms..at_ms.saturating_add(CODE_MS)).contains(&now_ms)
}

fn code_key(code: &str) -> String {
    key(&["code", code])
}

fn paired_key(who: &str) -> String {
    key(&["paired", who])
}
