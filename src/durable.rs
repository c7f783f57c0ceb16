//! Files that are whole after a crash: either the old content or the new one.

use std::fs::{self, File};
use std::io::{BufWriter, Read as _, Seek as _, Write};
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

/// How much of a file is copied at once; so much of nothing becomes a hole again.
const COPIED_AT_ONCE: usize = 64 * 1024;

/// Copies a folder with all that is in it to where there is none; it is on disk when this returns. What was never written of
/// a file takes no room in the copy, either.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let (source, target) = {
            let entry = entry?;
            (entry.path(), to.join(entry.file_name()))
        };
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            copy_file(&source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
        }
    }
    if let Ok(folder) = File::open(to) {
        folder.sync_all()?;
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    let (mut source, mut target) = (File::open(from)?, File::create_new(to)?);
    let mut piece = vec![0; COPIED_AT_ONCE];
    let mut length = 0;
    loop {
        let read = source.read(&mut piece)?;
        if read == 0 {
            break;
        }
        if piece[..read].iter().all(|&byte| byte == 0) {
            target.seek_relative(i64::try_from(read).expect("a piece is small"))?;
        } else {
            target.write_all(&piece[..read])?;
        }
        length += read as u64;
    }
    target.set_len(length)?;
    target.sync_all()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_folder_holds_the_same_and_its_holes_take_no_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let mut holey = vec![0; 3 * COPIED_AT_ONCE + 7];
        holey[COPIED_AT_ONCE + 1] = 1;
        let files: [(&str, &[u8]); 4] =
            [("a", b"text"), ("below/empty", b""), ("below/holey", &holey), ("zeros", &[0; 9])];
        fs::create_dir_all(path("from/below")).expect("made");
        for (name, content) in files {
            fs::write(path("from").join(name), content).expect("written");
        }
        copy_folder(&path("from"), &path("to")).expect("copied");
        for (name, content) in files {
            assert_eq!(fs::read(path("to").join(name)).expect("there"), content, "{name}");
        }
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::MetadataExt as _;
            let blocks = |name: &str| fs::metadata(path(name)).expect("there").blocks();
            assert!(blocks("to/below/holey") < blocks("from/below/holey"));
        }
        assert!(copy_folder(&path("from"), &path("to")).is_err(), "nothing is overwritten");
    }
}
