//! A store that is damaged does not keep the daemon from starting: it is moved aside, what the youngest backup has of it takes
//! its place, and both are told loudly.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use tracing::error;

use crate::app::App;
use crate::backup::{self, Store};
use crate::cli::utc;
use crate::durable::Damaged;

/// Opens the store in `folder`; if it is damaged, what there is of it in a backup, or an empty one.
///
/// # Errors
/// It cannot be opened for another reason, or not be moved.
pub(super) fn opened<T>(app: &App, store: Store, folder: &Path, open: impl Fn(&Path) -> Result<T>) -> Result<T> {
    let restored = beside(folder, "restored");
    if !folder.exists() && restored.exists() {
        // The power went off between the two renamings below.
        fs::rename(&restored, folder)?;
    }
    let damage = match open(folder) {
        Err(damage) if damage.is::<Damaged>() => damage,
        opened => return opened,
    };
    let source = from_backup(app, store, &restored)?;
    let aside =
        beside(folder, &format!("damaged-{}", DateTime::<Utc>::from(SystemTime::now()).format("%Y%m%dT%H%M%S%3fZ")));
    fs::rename(folder, &aside).with_context(|| format!("{damage:#}; it cannot be moved to {}", aside.display()))?;
    error!("{damage:#}. It was moved to {}", aside.display());
    if let Some((file, made_at)) = source {
        fs::rename(&restored, folder)?;
        error!("it goes on with what {} holds, from {made_at}; what came later is in the damaged one", file.display());
    } else {
        error!("there is no backup of it, so it begins empty; `[schedule] backup` makes one every night");
    }
    open(folder)
}

/// Restores the store to `to` out of the youngest backup that can be read; `None` where there is none.
fn from_backup(app: &App, store: Store, to: &Path) -> Result<Option<(PathBuf, String)>> {
    for file in backup::all(&app.backup_folder())?.into_iter().rev() {
        if to.exists() {
            fs::remove_dir_all(to)?;
        }
        match backup::restore_store(&file, store, to) {
            Ok(about) => return Ok(Some((file, utc(about.made_at)))),
            Err(failure) => error!("a backup cannot be restored: {failure:#}"),
        }
    }
    Ok(None)
}

/// `folder` with an ending to its name.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{name}.{ending}"))
}
