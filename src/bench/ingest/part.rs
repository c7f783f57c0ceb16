//! The files of one format, copied into a folder of their own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use ignore::WalkBuilder;
use tempfile::TempDir;

/// Some of the files of a folder of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `.md`, `.markdown`.
    Markdown,
    /// `.vtt`, `.srt`, and the transcripts beside them.
    Subtitles,
}

impl Part {
    /// A temporary copy of the part of `raw` that this is, without what describes the files; `None` if it is empty.
    ///
    /// Symbolic links and hidden files are left out.
    pub fn copy(self, raw: &Path) -> Result<Option<TempDir>> {
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in WalkBuilder::new(raw).standard_filters(false).hidden(true).build() {
            // What cannot be read was told when the whole folder was.
            let Ok(entry) = entry else { continue };
            if entry.file_type().is_some_and(|kind| kind.is_file()) && self.holds(entry.path()) {
                files.push(entry.into_path());
            }
        }
        if files.is_empty() {
            return Ok(None);
        }
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        for file in files {
            let to = folder.path().join(file.strip_prefix(raw).unwrap_or(&file));
            fs::create_dir_all(to.parent().unwrap_or(folder.path()))
                .and_then(|()| fs::copy(&file, &to))
                .with_context(|| format!("cannot copy {} to {}", file.display(), to.display()))?;
        }
        Ok(Some(folder))
    }

    fn holds(self, file: &Path) -> bool {
        let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
        match (self, extension.as_str()) {
            (Self::Markdown, "md" | "markdown") | (Self::Subtitles, "vtt" | "srt") => true,
            (Self::Subtitles, "txt") => ["vtt", "srt"].iter().any(|subtitles| file.with_extension(subtitles).is_file()),
            _ => false,
        }
    }
}
