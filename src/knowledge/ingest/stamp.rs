//! What a folder of sources looks like from outside, so that it need not be read again when nobody has touched it.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use ignore::WalkBuilder;

/// A change so shortly before a stamp may be followed by another one at the same time, to the coarsest of clocks.
const UNSETTLED: Duration = Duration::from_secs(2);

/// The names, sizes and times of change of all files, those included that cannot be read as sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(blake3::Hash);

impl Stamp {
    /// The stamp of the folder `raw` at `now`; `None` where a file was changed only just, or cannot be looked at.
    ///
    /// # Errors
    /// The folder is not there.
    pub fn of(raw: &Path, now: SystemTime) -> io::Result<Option<Self>> {
        raw.read_dir()?;
        let mut files = Vec::new();
        for entry in WalkBuilder::new(raw).standard_filters(false).follow_links(true).build() {
            let looked_at = entry.ok().and_then(|entry| Some((entry.metadata().ok()?, entry)));
            let Some((about, entry)) = looked_at else { return Ok(None) };
            let changed = about.modified()?;
            if changed + UNSETTLED > now {
                return Ok(None);
            }
            let size = if about.is_file() { about.len() } else { 0 };
            let since_1970 = changed.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            files.push((entry.into_path(), size, since_1970.as_nanos()));
        }
        files.sort();
        let mut hasher = blake3::Hasher::new();
        for (path, size, changed) in files {
            hasher.update(path.as_os_str().as_encoded_bytes()).update(&[0]);
            hasher.update(&size.to_le_bytes()).update(&changed.to_le_bytes());
        }
        Ok(Some(Self(hasher.finalize())))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_touch_of_any_file_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let stamp = |at: SystemTime| Stamp::of(folder.path(), at).expect("the folder is there");
        fs::create_dir(path("en")).expect("made");
        fs::write(path("en/a.md"), "one").expect("written");
        assert_eq!(stamp(SystemTime::now()), None, "it was written only just");
        let later = SystemTime::now() + Duration::from_mins(1);
        let first = stamp(later).expect("settled");
        assert_eq!(stamp(later), Some(first));
        let touches: [&dyn Fn(); 4] = [
            &|| fs::write(path("en/a.md"), "two").expect("written"),
            &|| fs::write(path("en/a.meta.toml"), "title = \"A\"").expect("written"),
            &|| fs::rename(path("en/a.md"), path("en/b.md")).expect("renamed"),
            &|| fs::remove_file(path("en/b.md")).expect("removed"),
        ];
        let mut seen = vec![first];
        for touch in touches {
            // Two changes within one tick of the clock are what `UNSETTLED` is for.
            std::thread::sleep(Duration::from_millis(20));
            touch();
            let next = stamp(later).expect("settled");
            assert!(!seen.contains(&next), "{seen:?}");
            seen.push(next);
        }
        assert!(Stamp::of(&path("nowhere"), later).is_err());
    }
}
