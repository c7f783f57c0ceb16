//! The store on disk: rows of JSON under keys of text. The database is named here, in `migrate.rs` and in
//! [`crate::dump`] alone.
//!
//! One change at a time, whole or not at all. What has been changed is on disk after the next flush, which
//! [`crate::commit`] makes for many changes at once.

use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, anyhow, bail};
use arc_swap::ArcSwap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::{Batch, Db};

use super::migrate;
use super::row::Key;
use super::settings::FeedbackSettings;
use crate::commit::Committer;
use crate::dump;
use crate::durable::Damaged;
use crate::place::Pseudonym;
use crate::question::{Origin, UserId};

/// The form of what is stored. Form 1, which knew votes alone, is turned into this one; a later one is refused.
pub(super) const FORM: &str = "2";
/// Memory for pages of the database, in bytes.
const CACHE: u64 = 8 * 1024 * 1024;
/// Keeps seals apart from pseudonyms, which are made of the same key.
const SEALS: &str = "colega feedback seals";

/// Draws the line between people and their pseudonyms.
pub(super) type Secret = [u8; 32];

pub(super) struct Store {
    db: Arc<Db>,
    turn: Mutex<()>,
    secret: ArcSwap<Secret>,
    pub(super) settings: FeedbackSettings,
}

impl Store {
    pub(super) fn open(path: &Path, settings: FeedbackSettings) -> Result<Self> {
        let opened = sled::Config::new().path(path).cache_capacity(CACHE).flush_every_ms(None).open();
        let db = opened.map_err(|error| why_not(path, &error))?;
        match db.get("form").map_err(|error| why_not(path, &error))?.as_deref() {
            Some(form) if form == FORM.as_bytes() => {}
            Some(b"1") => migrate::from_votes(&db).with_context(|| {
                format!("the votes in {} are of an earlier form and cannot be read", path.display())
            })?,
            Some(_) => bail!("{} is of a later version of Colega; use that version", path.display()),
            None => {
                let mut batch = Batch::default();
                batch.insert("key", &rand::random::<Secret>());
                batch.insert("form", FORM);
                db.apply_batch(batch)?;
                db.flush()?;
            }
        }
        migrate::clean(&db)?;
        let secret = db.get("key")?.and_then(|secret| Secret::try_from(secret.as_ref()).ok());
        let secret =
            secret.with_context(|| format!("{} has lost its key; move it away to begin anew", path.display()))?;
        let secret = ArcSwap::from_pointee(secret);
        Ok(Self { db: Arc::new(db), turn: Mutex::new(()), secret, settings })
    }

    /// What makes changes durable. It does not hold the database open.
    pub(super) fn committer(&self) -> Result<Committer> {
        let db = Arc::downgrade(&self.db);
        Committer::new(move || db.upgrade().map_or(Ok(()), |db| flush(&db)))
    }

    /// Makes everything that was changed so far durable.
    pub(super) fn flush(&self) -> Result<()> {
        flush(&self.db)
    }

    /// Writes all rows; nothing changes meanwhile.
    pub(super) fn dump(&self, writer: &mut impl Write) -> Result<u64> {
        dump::write(&self.db, &self.turn, writer)
    }

    /// Makes a store at `path`, where there is none, out of what [`Self::dump`] wrote.
    pub(super) fn restore(path: &Path, reader: impl BufRead) -> Result<u64> {
        dump::restore(path, reader)
    }

    pub(super) fn contains(&self, key: Key<'_>) -> Result<bool> {
        Ok(self.db.contains_key(key.to_text())?)
    }

    pub(super) fn read<T: DeserializeOwned>(&self, key: Key<'_>) -> Result<Option<T>> {
        let key = key.to_text();
        let row = self.db.get(&key)?;
        row.map(|row| parse(&key, &row)).transpose()
    }

    /// The rows whose keys begin with `prefix`, sorted, with the rest of their keys.
    pub(super) fn rows<T: DeserializeOwned>(&self, prefix: &str) -> impl Iterator<Item = Result<(String, T)>> {
        let skipped = prefix.len();
        self.db.scan_prefix(prefix).map(move |row| {
            let (key, row) = row?;
            let key = std::str::from_utf8(&key).context("a key of the store is damaged")?;
            Ok((key[skipped..].to_owned(), parse(key, &row)?))
        })
    }

    /// What stands behind `prefix` in the keys from `from` on, sorted.
    pub(super) fn keys(&self, prefix: &'static str, from: String) -> impl Iterator<Item = Result<String>> {
        self.db.range(from..).keys().map_while(move |key| match key {
            Ok(key) => std::str::from_utf8(&key).ok()?.strip_prefix(prefix).map(|rest| Ok(rest.to_owned())),
            Err(error) => Some(Err(error.into())),
        })
    }

    /// Begins a change; waits for the one that is under way.
    pub(super) fn change(&self) -> Change<'_> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Change { store: self, batch: Batch::default(), secret: None, turn }
    }

    pub(super) fn secret(&self) -> Secret {
        **self.secret.load()
    }

    pub(super) fn pseudonym(&self, origin: Origin, user: &UserId) -> Pseudonym {
        let person = serde_json::to_vec(&(origin, &user.0)).expect("names and text are JSON");
        Pseudonym(blake3::keyed_hash(&self.secret(), &person).to_hex().to_string())
    }

    pub(super) fn seal(&self, purpose: &str, text: &str) -> blake3::Hash {
        let key = blake3::derive_key(SEALS, &self.secret());
        let mut hasher = blake3::Hasher::new_keyed(&key);
        hasher.update(purpose.as_bytes()).update(&[0]).update(text.as_bytes());
        hasher.finalize()
    }
}

/// A change under way. Nobody else changes anything meanwhile, and nothing of it is seen before [`Change::apply`].
pub(super) struct Change<'a> {
    store: &'a Store,
    batch: Batch,
    secret: Option<Secret>,
    turn: MutexGuard<'a, ()>,
}

impl Change<'_> {
    pub(super) fn put<T: Serialize>(&mut self, key: Key<'_>, row: &T) -> Result<()> {
        self.batch.insert(key.to_text().as_bytes(), serde_json::to_vec(row)?);
        Ok(())
    }

    pub(super) fn remove(&mut self, key: Key<'_>) {
        self.batch.remove(key.to_text().as_bytes());
    }

    /// Takes over another store's secret, so that its pseudonyms stand for the same people here.
    pub(super) fn adopt(&mut self, secret: Secret) {
        self.batch.insert("key", &secret);
        self.secret = Some(secret);
    }

    /// Changes the store: all of it, or nothing if the process ends meanwhile.
    pub(super) fn apply(self) -> Result<()> {
        self.store.db.apply_batch(self.batch)?;
        if let Some(secret) = self.secret {
            self.store.secret.store(Arc::new(secret));
        }
        drop(self.turn);
        Ok(())
    }
}

fn parse<T: DeserializeOwned>(key: &str, row: &[u8]) -> Result<T> {
    serde_json::from_slice(row).with_context(|| format!("the row {key} of the store is damaged"))
}

fn flush(db: &Db) -> Result<()> {
    db.flush().context("feedback cannot be written to disk")?;
    Ok(())
}

fn why_not(path: &Path, error: &sled::Error) -> anyhow::Error {
    let path = path.display();
    if error.to_string().contains("could not acquire lock") {
        return anyhow!("{path} is in use by another process; stop that one, or set another paths.var");
    }
    let text = format!(
        "the feedback in {path} cannot be opened ({error}); move it away, and new feedback is kept from now on"
    );
    if dump::is_damage(error) { Damaged(text).into() } else { anyhow!("{text}") }
}
