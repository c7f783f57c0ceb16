//! What of the live generation goes into a backup, and how it comes back: its text files. The shard is made of them again.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::history::{self, Event, Told};
use super::make::write_json;
use super::{Generations, HISTORY, MANIFEST, Manifest, POINTS, STATISTICS, shard};

impl Generations {
    /// The names of the files that a generation is made of, but for its shard; the last is the one that makes it whole.
    pub const FILES: [&str; 3] = [POINTS, STATISTICS, MANIFEST];

    /// The live generation and its files; `None` before the first, and where there is no copy of it here.
    pub fn live_files(&self) -> Result<Option<(String, Vec<PathBuf>)>> {
        let Some(name) = self.pointer()? else { return Ok(None) };
        let files: Vec<PathBuf> = Self::FILES.iter().map(|file| self.folder.join(&name).join(file)).collect();
        Ok(files.iter().all(|file| file.exists()).then_some((name, files)))
    }

    /// Makes the generation whose files lie in `from` live here.
    ///
    /// # Errors
    /// Another process is re-indexing, or a file is missing or damaged.
    pub fn adopt(&self, name: &str, from: &Path) -> Result<()> {
        let mut parts = Path::new(name).components();
        let is_name = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        ensure!(is_name, "“{name}” is no name of a generation");
        let text =
            fs::read_to_string(from.join(MANIFEST)).with_context(|| format!("{MANIFEST} of generation {name}"))?;
        let manifest: Manifest = serde_json::from_str(&text).context("the manifest is damaged")?;
        ensure!(manifest.name == name, "the manifest of generation {name} is that of another one");
        fs::create_dir_all(&self.folder).with_context(|| format!("cannot make {}", self.folder.display()))?;
        let _lock = self.try_lock_here()?.context("another process is re-indexing here; wait until it is done")?;
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        for file in [POINTS, STATISTICS] {
            fs::copy(from.join(file), folder.join(file)).with_context(|| format!("{file} of generation {name}"))?;
        }
        if manifest.has_shard && shard::IS_BUILT_IN {
            shard::write(&folder, &self.points(&manifest)?)?;
        }
        // Last: what is not whole has no manifest. The shard was made anew just now, whatever the saved one was.
        write_json(&folder.join(MANIFEST), &Manifest { changed: None, ..manifest.clone() })?;
        self.point_to(name)?;
        let told = Told { why: vec!["out of a backup".to_owned()], ..Told::default() };
        history::note(&self.folder.join(HISTORY), &manifest, Event::Live, told)
    }
}
