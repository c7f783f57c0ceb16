//! The folder itself: its pointer, its lock, its names, and what is swept out of it.

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::{Generations, HOLDER, LOCK, MANIFEST, POINTER};
use crate::durable;
use crate::retrieve::server::collections::{Collections, Lease};

/// How long another process is waited for, and between two looks.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// The right to change generations, here and on the servers. Dropping it gives it back.
pub(super) struct Lock {
    _here: File,
    lease: Option<Lease>,
}

impl Lock {
    /// Makes a generation live on `servers`, unless another daemon has taken over.
    pub(super) fn make_live(&self, servers: &Collections, name: &str) -> Result<()> {
        self.lease.as_ref().context("the lease is taken where there are servers")?.check()?;
        Ok(servers.make_live(name)?)
    }
}

impl Generations {
    /// What the pointer in the folder names; `None` before the first generation.
    pub(super) fn pointer(&self) -> Result<Option<String>> {
        let pointer = self.folder.join(POINTER);
        match fs::read_to_string(&pointer) {
            Ok(name) => Ok(Some(name.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", pointer.display())),
        }
    }

    pub(super) fn point_to(&self, name: &str) -> Result<()> {
        durable::replace(&self.folder.join(POINTER), |writer| Ok(writeln!(writer, "{name}")?))
    }

    /// Makes a generation live: where there are servers, on them; here in any case.
    pub(super) fn make_live(&self, name: &str, lock: &Lock) -> Result<()> {
        if let Some(servers) = &self.servers {
            lock.make_live(servers, name)?;
        }
        self.point_to(name)
    }

    /// The generations that are here, whole or not, the oldest first.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort();
        Ok(names)
    }

    /// The generations that can be made live, the oldest first: where there are servers, those that they have.
    pub(super) fn whole_names(&self) -> Result<Vec<String>> {
        let Some(servers) = &self.servers else {
            let mut whole = self.names()?;
            whole.retain(|name| self.folder.join(name).join(MANIFEST).exists());
            return Ok(whole);
        };
        let mut whole = Vec::new();
        for name in servers.names()? {
            if servers.is_whole(&name)? {
                whole.push(name);
            }
        }
        Ok(whole)
    }

    /// Removes what crashes left and generations beyond those to keep, unless another process is building one.
    pub fn clean(&self) -> Result<()> {
        if !self.folder.exists() {
            return Ok(());
        }
        match self.try_lock_here()? {
            Some(_lock) => self.remove_leftovers_here(),
            None => Ok(()),
        }
    }

    /// The same, also on the servers.
    pub(super) fn remove_leftovers(&self) -> Result<()> {
        if let Some(servers) = &self.servers {
            let (live, whole) = (servers.live_for_sure()?, self.whole_names()?);
            for name in surplus(&servers.names()?, &whole, &[live], self.settings.keep) {
                servers.remove(name).with_context(|| format!("cannot remove generation {name}"))?;
            }
        }
        self.remove_leftovers_here()
    }

    /// What the pointer names stays in any case, even if it cannot be read.
    pub(super) fn remove_leftovers_here(&self) -> Result<()> {
        let names = self.names()?;
        let is_whole = |name: &&String| self.folder.join(name).join(MANIFEST).exists();
        let whole: Vec<String> = names.iter().filter(is_whole).cloned().collect();
        for name in surplus(&names, &whole, &[self.pointer()?], self.settings.keep) {
            let folder = self.folder.join(name);
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        Ok(())
    }

    pub(super) fn lock(&self) -> Result<Lock> {
        let begun = Instant::now();
        let here = loop {
            match self.try_lock_here()? {
                Some(here) => break Some(here),
                // A copy that is being fetched is there in a moment.
                None if begun.elapsed() < PATIENCE => thread::sleep(PAUSE),
                None => break None,
            }
        };
        let Some(here) = here else {
            bail!("another process is re-indexing into {}; wait until it is done", self.folder.display());
        };
        let lease = match &self.servers {
            None => None,
            Some(servers) => match servers.lease(&self.holder()?)? {
                None => bail!("another Colega is re-indexing into the same Qdrant server; wait until it is done"),
                lease => lease,
            },
        };
        Ok(Lock { _here: here, lease })
    }

    /// What tells this daemon from all others: whoever holds the lock of this folder is it.
    fn holder(&self) -> Result<String> {
        let path = self.folder.join(HOLDER);
        if let Ok(known) = fs::read_to_string(&path)
            && !known.trim().is_empty()
        {
            return Ok(known.trim().to_owned());
        }
        let new = format!("{:032x}", rand::random::<u128>());
        durable::replace(&path, |writer| Ok(writeln!(writer, "{new}")?))?;
        Ok(new)
    }

    pub(super) fn try_lock_here(&self) -> Result<Option<File>> {
        let path = self.folder.join(LOCK);
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }
}

/// Those of `names` that go: what is not whole, and what is older than the `keep` youngest beside the live ones.
fn surplus<'a>(
    names: &'a [String],
    whole: &'a [String],
    live: &'a [Option<String>],
    keep: usize,
) -> impl Iterator<Item = &'a String> {
    let is_live = move |name: &str| live.iter().flatten().any(|live| live == name);
    let broken = names.iter().filter(|name| !whole.contains(name));
    let older = whole.iter().filter(move |name| !is_live(name)).rev().skip(keep);
    broken.chain(older).filter(move |name| !is_live(name))
}
