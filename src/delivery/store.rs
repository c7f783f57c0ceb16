//! The inbox and the outbox on disk: rows of JSON under keys of text, in one sled tree. The database is named here alone.
//!
//! Reads and writes take microseconds, but for the moment in which a flush is under way, and are made where they are
//! called: the threads for blocking work are few and busy with answers, behind which an update must not wait to be
//! accepted. Changes that belong together are one batch, and a batch that depends on what was read is made under a lock.
//! What has been written is on disk after the next flush, which [`crate::commit`] makes for many writers at once.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::{Batch, Db};
use tracing::warn;

use crate::commit::Committer;
use crate::dump;
use crate::durable::Damaged;
use crate::question::Origin;

/// The form of what is stored; a later one is refused.
const FORM: &[u8] = b"1";
/// Memory for pages of the database, in bytes.
const CACHE: u64 = 8 * 1024 * 1024;
/// How often, and after what pauses, a store is tried that somebody holds.
const PATIENCE: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);
/// Between the parts of a key; no platform's identifier holds it.
const SEPARATOR: char = '\0';
/// Bytes of a hash that stands for a name; two names in a thousand million million share one.
const NAME: usize = 16;

pub(super) struct Store {
    db: Arc<Db>,
    path: PathBuf,
    secret: [u8; 32],
    turn: Mutex<()>,
}

/// A change: all of it or nothing. Nobody else changes anything before it is applied or dropped.
pub(super) struct Change<'a> {
    store: &'a Store,
    batch: Batch,
    _turn: MutexGuard<'a, ()>,
}

/// The rest of a row's key, and what it holds: `None` where that is damaged, which has been told in the log.
pub(super) type Row<T> = (String, Option<T>);

/// A key, or what keys begin with.
pub(super) fn key(parts: &[&str]) -> String {
    debug_assert!(!parts.iter().any(|part| part.contains(SEPARATOR)), "{parts:?}");
    parts.join("\0")
}

/// What the keys below `parts` begin with: no other key begins so.
pub(super) fn below(parts: &[&str]) -> String {
    let mut prefix = key(parts);
    prefix.push(SEPARATOR);
    prefix
}

/// The rest of a key as what [`sorted`] wrote first and what stands behind it.
pub(super) fn split(rest: &str) -> (&str, &str) {
    rest.split_once(SEPARATOR).unwrap_or((rest, ""))
}

/// A number in a key, so that keys sort as numbers do.
pub(super) fn sorted(number: u64) -> String {
    format!("{number:020}")
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let db = open_patiently(path).map_err(|error| why_not(path, &error))?;
        match db.get("form").map_err(|error| why_not(path, &error))?.as_deref() {
            Some(FORM) => {}
            Some(_) => bail!("{} is of a later version of Colega; use that version", path.display()),
            None => {
                let mut batch = Batch::default();
                batch.insert("secret", &rand::random::<[u8; 32]>());
                batch.insert("form", FORM);
                db.apply_batch(batch)?;
                db.flush()?;
            }
        }
        let secret = db.get("secret")?.and_then(|secret| secret.as_ref().try_into().ok());
        let secret =
            secret.with_context(|| format!("{} has lost its secret; move it away to begin anew", path.display()))?;
        Ok(Self { db: Arc::new(db), path: path.to_owned(), secret, turn: Mutex::new(()) })
    }

    /// What makes changes durable. It does not hold the database open.
    pub(super) fn committer(&self) -> Result<Committer> {
        let db = Arc::downgrade(&self.db);
        Committer::new(move || {
            let Some(db) = db.upgrade() else { return Ok(()) };
            db.flush().map(drop).context("the inbox and the outbox cannot be written to disk")
        })
    }

    /// A number larger than every one before it, also before a restart.
    pub(super) fn next_number(&self) -> Result<u64> {
        Ok(self.db.generate_id()?)
    }

    /// Stands for something of a platform's that may name a person: a keyed hash.
    pub(super) fn name(&self, origin: Origin, of: &str) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.secret);
        hasher.update(origin.name().as_bytes()).update(&[0]).update(of.as_bytes());
        hasher.finalize().to_hex()[..2 * NAME].to_owned()
    }

    /// Writes all rows; no change that belongs together is torn.
    pub(super) fn dump(&self, writer: &mut impl Write) -> Result<u64> {
        dump::write(&self.db, &self.turn, writer)
    }

    /// Makes a store at `path`, where there is none, out of what [`Self::dump`] wrote.
    pub(super) fn restore(path: &Path, reader: impl BufRead) -> Result<u64> {
        dump::restore(path, reader)
    }

    pub(super) fn contains(&self, key: &str) -> Result<bool> {
        Ok(self.db.contains_key(key)?)
    }

    /// What stands under `key`.
    ///
    /// # Errors
    /// The row is damaged; the error says what to do.
    pub(super) fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(row) = self.db.get(key)? else { return Ok(None) };
        let row = serde_json::from_slice(&row).with_context(|| {
            let path = self.path.display();
            format!("an entry ({}) in {path} is damaged; move that folder away to begin anew", split(key).0)
        })?;
        Ok(Some(row))
    }

    /// What stands under `key`; a damaged row counts as none, and the log tells of it.
    pub(super) fn read_if_sound<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        Ok(self.db.get(key)?.and_then(|row| sound(&self.path, key, &row)))
    }

    /// The rows whose keys begin with `prefix` and come at or after `from` behind it, sorted.
    pub(super) fn rows_from<T: DeserializeOwned>(
        &self,
        prefix: String,
        from: &str,
    ) -> impl Iterator<Item = Result<Row<T>>> {
        self.db.range(format!("{prefix}{from}")..).map_while(move |row| {
            let (key, row) = match row {
                Ok(row) => row,
                Err(error) => return Some(Err(error.into())),
            };
            let key = std::str::from_utf8(&key).ok()?;
            Some(Ok((key.strip_prefix(&prefix)?.to_owned(), sound(&self.path, key, &row))))
        })
    }

    /// The rows whose keys begin with `prefix`, sorted.
    pub(super) fn rows<T: DeserializeOwned>(&self, prefix: String) -> impl Iterator<Item = Result<Row<T>>> {
        self.rows_from(prefix, "")
    }

    /// The last key that begins with `prefix`.
    pub(super) fn last_key(&self, prefix: &str) -> Result<Option<String>> {
        let Some(last) = self.db.scan_prefix(prefix).keys().next_back().transpose()? else { return Ok(None) };
        Ok(String::from_utf8(last.to_vec()).ok())
    }

    /// Begins a change; waits for the one that is under way.
    pub(super) fn change(&self) -> Change<'_> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Change { store: self, batch: Batch::default(), _turn: turn }
    }
}

impl Change<'_> {
    pub(super) fn put(&mut self, key: &str, row: &impl Serialize) -> Result<()> {
        self.batch.insert(key, serde_json::to_vec(row)?);
        Ok(())
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.batch.remove(key);
    }

    pub(super) fn apply(self) -> Result<()> {
        Ok(self.store.db.apply_batch(self.batch)?)
    }
}

fn sound<T: DeserializeOwned>(path: &Path, key: &str, row: &[u8]) -> Option<T> {
    let kind = split(key).0;
    // What serde says may hold words of the row.
    serde_json::from_slice(row).inspect_err(|_| warn!("an entry ({kind}) in {} is damaged", path.display())).ok()
}

/// A store that was closed a moment ago may still be held by a thread of the database's own.
fn open_patiently(path: &Path) -> sled::Result<Db> {
    let config = sled::Config::new().path(path).cache_capacity(CACHE).flush_every_ms(None);
    for _ in 0..PATIENCE {
        match config.open() {
            Err(error) if is_held(&error) => thread::sleep(PAUSE),
            opened => return opened,
        }
    }
    config.open()
}

fn is_held(error: &sled::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

fn why_not(path: &Path, error: &sled::Error) -> anyhow::Error {
    let path = path.display();
    if is_held(error) {
        return anyhow!("{path} is in use by another process; stop that one, or set another paths.var");
    }
    let text = format!(
        "the inbox and outbox in {path} cannot be opened ({error}); move them away, and new ones are kept from now on"
    );
    if dump::is_damage(error) { Damaged(text).into() } else { anyhow!("{text}") }
}

#[cfg(test)]
mod tests {
    use super::super::{Delivery, OutKey};
    use super::*;
    use crate::place::Pseudonym;
    use crate::question::UserId;

    /// A store in which the rows under `keys` are damaged.
    fn damaged(keys: &[&str]) -> (tempfile::TempDir, Delivery) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(folder.path()).expect("opens");
        for key in keys {
            store.db.insert(key, b"{").expect("inserted");
        }
        drop(store);
        let delivery = Delivery::open(folder.path()).expect("opens");
        (folder, delivery)
    }

    #[tokio::test]
    async fn one_damaged_entry_does_not_stop_the_rest() {
        let row = |parts: &[&str], number| key(&[parts, &[&*sorted(number), "x"]].concat());
        let keys = [
            row(&["inbox", "discord"], 1),
            row(&["time", "discord"], 1),
            row(&["turn", "c"], 1),
            key(&["cursor", "discord", "a"]),
            key(&["code", "123456"]),
            key(&["by", "ana", "x"]),
            "wrong".to_owned(),
        ];
        let (_folder, delivery) = damaged(&keys.each_ref().map(String::as_str));
        assert!(delivery.accept(Origin::Discord, "m1", &"m1").await.expect("accepted").0);
        assert_eq!(delivery.unfinished::<String>(Origin::Discord).await.expect("read"), ["m1"]);
        assert_eq!(delivery.recent(Origin::Discord, 0).await.expect("read"), []);
        assert_eq!(delivery.cursors(Origin::Discord).await.expect("read"), []);
        let ana = UserId("ana".into());
        let code = delivery.pairing_code(Origin::Discord, &ana, 0).await.expect("drawn").expect("a code");
        assert!(delivery.pair(&code, 0).await.expect("read"));
        delivery.forget(Origin::Discord, &ana, &Pseudonym("ana".into())).await.expect("forgotten");
        assert_eq!(delivery.prune(u64::MAX, u64::MAX).await.expect("pruned"), 1, "the turn");
        let left: Vec<_> = delivery.store.db.scan_prefix("turn").chain(delivery.store.db.scan_prefix("time")).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[tokio::test]
    async fn a_damaged_entry_that_is_asked_for_is_told_with_its_mend() {
        let (folder, delivery) = damaged(&["out\0discord.7.1"]);
        let error = delivery.outgoing(&OutKey("discord.7.1".into())).await.expect_err("damaged").to_string();
        assert!(error.contains(&folder.path().display().to_string()) && error.contains("move"), "{error}");
    }

    #[test]
    fn a_store_of_a_later_version_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(folder.path()).expect("opens");
        store.db.insert("form", "2").expect("inserted");
        drop(store);
        let error = Store::open(folder.path()).err().expect("refused").to_string();
        assert!(error.contains("later version"), "{error}");
    }
}
