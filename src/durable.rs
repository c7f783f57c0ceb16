//! Files that are whole after a crash: either the old content or the new one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};

/// Replaces the file at `path` by what `write` writes: into a temporary file beside it, synced, renamed, and the folder
/// synced too. The folder is made if it is missing.
pub fn replace(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let (file, temporary) = tempfile::NamedTempFile::new_in(folder)
        .with_context(|| format!("cannot write into {}", folder.display()))?
        .into_parts();
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer.flush()?;
    writer.get_ref().sync_all()?;
    temporary.persist(path).with_context(|| format!("cannot replace {}", path.display()))?;
    File::open(folder)?.sync_all().with_context(|| format!("cannot sync {}", folder.display()))
}
