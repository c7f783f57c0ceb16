//! Which documents a folder of sources holds.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};

use crate::knowledge::document::ParseError;

/// Formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    Markdown,
    Html,
    Pdf,
    Text,
    Vtt,
    Srt,
}

impl Format {
    fn of(extension: &str) -> Option<Self> {
        Some(match extension {
            "md" | "markdown" => Self::Markdown,
            "html" | "htm" => Self::Html,
            "pdf" => Self::Pdf,
            "txt" => Self::Text,
            "vtt" => Self::Vtt,
            "srt" => Self::Srt,
            _ => return None,
        })
    }
}

/// A file below the folder of sources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceFile {
    /// Path below the folder, with `/` between folders.
    pub name: String,
    pub path: PathBuf,
    pub format: Format,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Found {
    /// The files of each document, in the order of their names. Transcript and subtitles of one stem are one document.
    pub documents: Vec<Vec<SourceFile>>,
    /// How many files there are of each extension that cannot be read.
    pub unsupported: BTreeMap<String, usize>,
    /// How many hidden files and folders were passed over.
    pub hidden: usize,
    /// What cannot be read at all.
    pub skipped: Vec<ParseError>,
}

/// Finds the documents below `raw`.
///
/// Hidden files are passed over. Symbolic links are followed as long as they stay below `raw`.
pub fn walk(raw: &Path) -> std::io::Result<Found> {
    let root = raw.canonicalize()?;
    let noted = Arc::new(Mutex::new(Noted::default()));
    let filter = {
        let (noted, root, raw) = (Arc::clone(&noted), root, raw.to_owned());
        move |entry: &DirEntry| {
            let mut noted = noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            noted.admits(entry, &raw, &root)
        }
    };
    let entries = WalkBuilder::new(raw).standard_filters(false).follow_links(true).filter_entry(filter).build();
    let mut found = Found::default();
    let mut documents: HashMap<String, Vec<SourceFile>> = HashMap::new();
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                sort_in(entry.path(), raw, &mut found, &mut documents);
            }
            Ok(_) => {}
            Err(error) => {
                let mend = "make it readable, or remove it";
                found.skipped.push(skipped(&raw.display().to_string(), &error.to_string(), mend));
            }
        }
    }
    found.documents = documents.into_values().collect();
    found.documents.iter_mut().for_each(|files| files.sort());
    found.documents.sort();
    let noted = std::mem::take(&mut *noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    found.hidden = noted.hidden;
    found.skipped.extend(noted.skipped);
    found.skipped.sort_by(|a, b| (&a.file, &a.reason).cmp(&(&b.file, &b.reason)));
    Ok(found)
}

/// What the walk passed over.
#[derive(Default)]
struct Noted {
    hidden: usize,
    skipped: Vec<ParseError>,
}

impl Noted {
    fn admits(&mut self, entry: &DirEntry, raw: &Path, root: &Path) -> bool {
        if entry.depth() == 0 {
            return true;
        }
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            self.hidden += 1;
            return false;
        }
        let leads_outside = || entry.path().canonicalize().is_ok_and(|target| !target.starts_with(root));
        if entry.path_is_symlink() && leads_outside() {
            let mend = "copy the file here if it belongs to the knowledge base";
            let name = relative(entry.path(), raw).to_string_lossy().into_owned();
            self.skipped.push(skipped(&name, "it is a symbolic link to a place outside the folder of sources", mend));
            return false;
        }
        true
    }
}

fn sort_in(path: &Path, raw: &Path, found: &mut Found, documents: &mut HashMap<String, Vec<SourceFile>>) {
    let relative = relative(path, raw);
    let Some(parts) = relative.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>() else {
        let name = relative.to_string_lossy();
        found.skipped.push(skipped(&name, "its name is not UTF-8", "rename it"));
        return;
    };
    let name = parts.join("/");
    if name.ends_with(".meta.toml") {
        return;
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    let Some(format) = Format::of(&extension) else {
        *found.unsupported.entry(extension).or_default() += 1;
        return;
    };
    let stem = &name[..name.len() - extension.len() - 1];
    let key = match format {
        Format::Text | Format::Vtt | Format::Srt => format!("{stem}.txt"),
        Format::Markdown | Format::Html | Format::Pdf => name.clone(),
    };
    documents.entry(key).or_default().push(SourceFile { name, path: path.to_owned(), format });
}

fn relative<'a>(path: &'a Path, raw: &Path) -> &'a Path {
    path.strip_prefix(raw).unwrap_or(path)
}

fn skipped(file: &str, reason: &str, mend: &str) -> ParseError {
    ParseError { file: file.to_owned(), line: None, reason: reason.to_owned(), mend: mend.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn check(folder: &Path, expected: &[&[&str]]) -> Found {
        let found = walk(folder).expect("a readable folder");
        let names: Vec<Vec<_>> =
            found.documents.iter().map(|files| files.iter().map(|file| file.name.as_str()).collect()).collect();
        assert_eq!(names, expected);
        found
    }

    fn folder_of(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
            fs::write(path, "text").expect("writable");
        }
        folder
    }

    #[test]
    fn files_of_one_stem_are_one_talk() {
        let folder = folder_of(&[
            "b/talk.srt",
            "b/talk.vtt",
            "b/talk.txt",
            "b/talk.md",
            "a.html",
            "b/talk.meta.toml",
            ".git/x.md",
            "c.DOCX",
            "d",
            "Z.MD",
        ]);
        let found = check(
            folder.path(),
            &[&["Z.MD"], &["a.html"], &["b/talk.md"], &["b/talk.srt", "b/talk.txt", "b/talk.vtt"]],
        );
        assert_eq!(found.unsupported, BTreeMap::from([("docx".to_owned(), 1), (String::new(), 1)]));
        assert_eq!(found.hidden, 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_and_told_outside() {
        let outside = folder_of(&["secret.md"]);
        let folder = folder_of(&["..data/guide.md", "sub/b.md"]);
        let link =
            |target: &Path, name: &str| std::os::unix::fs::symlink(target, folder.path().join(name)).expect("linkable");
        link(Path::new("..data/guide.md"), "guide.md");
        link(&outside.path().join("secret.md"), "secret.md");
        link(outside.path(), "out");
        link(folder.path(), "sub/loop");
        let found = check(folder.path(), &[&["guide.md"], &["sub/b.md"]]);
        assert_eq!(found.skipped.len(), 3, "{:?}", found.skipped);
    }
}
