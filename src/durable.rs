//! Files that are whole after a crash: either the old content or the new one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use tempfile::NamedTempFile;

/// Replaces the file at `path` by what `write` writes: into a temporary file beside it, synced, renamed, and the folder
/// synced too. The folder is made if it is missing.
pub fn replace(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    replace_as(path, FOR_ALL, write)
}

/// The same for a file that nobody but its owner may read.
pub fn replace_private(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    replace_as(path, FOR_OWNER, write)
}

/// Who may read a file, as Unix says it.
const FOR_ALL: u32 = 0o644;
const FOR_OWNER: u32 = 0o600;
/// How the name of a file that is being written ends; what a crash left of one has it still.
pub const UNFINISHED: &str = ".part";

fn replace_as(path: &Path, mode: u32, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let replace = || -> Result<()> {
        fs::create_dir_all(folder)?;
        let (file, temporary) = temporary(folder, mode)?.into_parts();
        let mut writer = BufWriter::new(file);
        write(&mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        temporary.persist(path)?;
        // Without this a power failure may forget the renaming. Not every platform lets a folder be opened.
        if let Ok(folder) = File::open(folder) {
            folder.sync_all()?;
        }
        Ok(())
    };
    replace().with_context(|| format!("cannot write {}", path.display()))
}

/// A temporary file in `folder`; one that everybody may read is like any other file that a program writes.
#[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix knows modes"))]
fn temporary(folder: &Path, mode: u32) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(UNFINISHED);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    builder.tempfile_in(folder)
}

/// A store that cannot be opened because what is on disk is damaged; the message names its folder and the mend.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Damaged(pub String);
