//! Everything that cannot be made again, in one file: questions and votes, the inbox and the outbox, the goldset, and the live
//! generation of the index with what is needed to answer from it. The documents themselves are the team's and stay theirs.
//!
//! A tar archive, compressed; `backup.json` comes first and says what is in it. The stores go on meanwhile: each holds its
//! changes back for the moment in which its rows are copied.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, Header};
use tempfile::TempDir;

use crate::delivery::Delivery;
use crate::durable;
use crate::feedback::Feedback;
use crate::reindex::generation::Generations;

/// Changes whenever an older program could not read a backup any more.
const FORMAT: u32 = 1;
const ABOUT: &str = "backup.json";
const FEEDBACK: &str = "feedback.jsonl";
const DELIVERY: &str = "delivery.jsonl";
const GOLDSET: &str = "goldset.jsonl";
const INDEX: &str = "index";
/// What is unpacked is for its owner alone, as the archive is: it holds what people asked, and the key to who they are.
const MODE: u32 = 0o600;
/// How the names of backups begin and end; the time stands last.
const BEGIN: &str = "colega-";
const END: &str = ".tar.gz";
/// The same of those that the schedule made, which make room for younger ones.
const SCHEDULED: &str = "colega-scheduled-";
/// Text shrinks to a tenth; what would grow to more than so many times its size is no backup.
const MOST_GROWTH: u64 = 200;
const MOST_GROWTH_BEYOND: u64 = 64 << 20;
/// What a backup says of itself is a line.
const MOST_ABOUT: u64 = 64 << 10;

/// Where backups are kept, section `[backup]` of the configuration. When they are made is `schedule.backup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupSettings {
    /// The folder; `backups` in `paths.var` unless set. Another disk is a better place.
    pub folder: Option<PathBuf>,
    /// How many of those that were made by the schedule are kept.
    pub keep: usize,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { folder: None, keep: 7 }
    }
}

/// What is saved.
pub struct Saved<'a> {
    /// Questions and votes.
    pub feedback: &'a Feedback,
    /// The inbox and the outbox.
    pub delivery: &'a Delivery,
    /// The index.
    pub generations: &'a Generations,
    /// The goldset; it need not be there.
    pub goldset: &'a Path,
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Layout of the archive.
    pub format: u32,
    /// When it was made, in seconds since 1970.
    pub made_at: u64,
    /// Rows of questions, votes and corrections.
    pub feedback: u64,
    /// Rows of the inbox and the outbox.
    pub delivery: u64,
    /// The generation of the index that was live.
    pub generation: Option<String>,
}

/// Where a backup is restored to.
pub struct Target<'a> {
    /// The folder of the feedback; not there yet.
    pub feedback: &'a Path,
    /// The folder of the inbox and the outbox; not there yet.
    pub delivery: &'a Path,
    /// The index.
    pub generations: &'a Generations,
    /// The goldset; left as it is where there is one.
    pub goldset: &'a Path,
}

/// The name of a backup that somebody wants at `now`.
pub fn name(now: SystemTime) -> String {
    format!("{BEGIN}{}{END}", time(now))
}

/// The name of one that the schedule makes.
pub fn scheduled_name(now: SystemTime) -> String {
    format!("{SCHEDULED}{}{END}", time(now))
}

fn time(now: SystemTime) -> impl std::fmt::Display {
    chrono::DateTime::<chrono::Utc>::from(now).format("%Y%m%dT%H%M%SZ")
}

/// Writes a backup to `file`, in one step that replaces what is there. Blocks.
///
/// # Errors
/// The file cannot be written, or something of what is saved cannot be read.
pub fn write(saved: &Saved<'_>, file: &Path) -> Result<About> {
    let (mut feedback, mut delivery) = (Vec::new(), Vec::new());
    let mut about = About {
        format: FORMAT,
        made_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs(),
        feedback: saved.feedback.dump(&mut feedback).context("questions and votes")?,
        delivery: saved.delivery.dump(&mut delivery).context("the inbox and the outbox")?,
        generation: None,
    };
    let index = saved.generations.live_files()?;
    about.generation = index.as_ref().map(|(name, _)| name.clone());
    durable::replace_private(file, |writer| {
        let mut archive = Builder::new(GzEncoder::new(writer, Compression::default()));
        append(&mut archive, ABOUT, &serde_json::to_vec(&about)?)?;
        append(&mut archive, FEEDBACK, &feedback)?;
        append(&mut archive, DELIVERY, &delivery)?;
        if saved.goldset.exists() {
            append(&mut archive, GOLDSET, &fs::read(saved.goldset)?)?;
        }
        if let Some((name, files)) = &index {
            for path in files {
                let inside = Path::new(INDEX).join(name).join(path.file_name().context("a file has a name")?);
                append(&mut archive, inside, &fs::read(path).with_context(|| format!("{}", path.display()))?)?;
            }
        }
        archive.into_inner()?.finish()?;
        Ok(())
    })?;
    Ok(about)
}

fn append(archive: &mut Builder<impl Write>, name: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(MODE);
    header.set_cksum();
    Ok(archive.append_data(&mut header, name, bytes)?)
}

/// Reads the backup in `file` to its end and puts everything in its place: nothing, if the file is damaged.
///
/// # Errors
/// It is no backup, or damaged, or of a later version; or there is something already where it is restored to.
pub fn restore(file: &Path, target: &Target<'_>) -> Result<About> {
    for folder in [target.feedback, target.delivery] {
        ensure!(!folder.exists(), "{} is there already; move it away, or set another paths.var", folder.display());
    }
    let unpacked = Unpacked::of(file, parent(target.feedback)?)?;
    let (feedback, delivery) = (unpacked.restore(Store::Feedback)?, unpacked.restore(Store::Delivery)?);
    // From here on everything is whole, and is put in its place.
    if let Some(generation) = &unpacked.about.generation {
        target.generations.adopt(generation, &unpacked.part(INDEX).join(generation))?;
    }
    if unpacked.part(GOLDSET).exists() && !target.goldset.exists() {
        parent(target.goldset)?;
        fs::copy(unpacked.part(GOLDSET), target.goldset)?;
    }
    fs::rename(&delivery, target.delivery)?;
    fs::rename(&feedback, target.feedback)?;
    Ok(unpacked.about)
}

/// Restores one store out of the backup in `file` to the folder `to`, which is not there.
///
/// # Errors
/// As for [`restore`].
pub fn restore_store(file: &Path, store: Store, to: &Path) -> Result<About> {
    let unpacked = Unpacked::of(file, parent(to)?)?;
    fs::rename(unpacked.restore(store)?, to)?;
    Ok(unpacked.about)
}

/// A store that a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// Questions and votes.
    Feedback,
    /// The inbox and the outbox.
    Delivery,
}

/// A backup in a folder of its own, which goes with it.
struct Unpacked {
    folder: TempDir,
    about: About,
}

impl Unpacked {
    /// Unpacks `file` beside where it is restored to.
    fn of(file: &Path, beside: &Path) -> Result<Self> {
        let folder = tempfile::tempdir_in(beside)?;
        let about = unpack(file, folder.path()).with_context(|| format!("{} cannot be restored", file.display()))?;
        Ok(Self { folder, about })
    }

    fn part(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a store of its rows, and gives its folder.
    fn restore(&self, store: Store) -> Result<PathBuf> {
        let (name, rows) = match store {
            Store::Feedback => (FEEDBACK, self.about.feedback),
            Store::Delivery => (DELIVERY, self.about.delivery),
        };
        let reader = BufReader::new(File::open(self.part(name)).with_context(|| format!("the backup lacks {name}"))?);
        let folder = self.part(&format!("{name}.sled"));
        let restored = match store {
            Store::Feedback => Feedback::restore(&folder, reader)?,
            Store::Delivery => Delivery::restore(&folder, reader)?,
        };
        ensure!(restored == rows, "the backup has {restored} of {rows} rows of {name}");
        Ok(folder)
    }
}

/// The folder that `path` is in, which is made where it is missing.
fn parent(path: &Path) -> Result<&Path> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Unpacks what a backup may hold into `folder`, and nothing else.
fn unpack(file: &Path, folder: &Path) -> Result<About> {
    let file = File::open(file)?;
    let most = file.metadata()?.len().saturating_mul(MOST_GROWTH).saturating_add(MOST_GROWTH_BEYOND);
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(file)).take(most));
    let mut about = None;
    // Raw: no entry is read as the long name of the next, which would be held in memory.
    for entry in archive.entries().context("it is no backup of Colega")?.raw(true) {
        let mut entry = entry.context("it is damaged, or no backup of Colega")?;
        let inside = entry.path()?.into_owned();
        ensure!(is_ours(&inside), "it holds {}, which is no part of a backup", inside.display());
        if inside == Path::new(ABOUT) {
            let mut bytes = Vec::new();
            entry.take(MOST_ABOUT).read_to_end(&mut bytes).context("it is damaged")?;
            about = Some(read_about(&bytes)?);
            continue;
        }
        let path = folder.join(inside);
        parent(&path)?;
        let mut writer = BufWriter::new(File::create(path)?);
        io::copy(&mut entry, &mut writer).context("it is damaged")?;
        writer.flush()?;
    }
    // The checksum stands behind the end of the archive.
    io::copy(&mut archive.into_inner(), &mut io::sink()).context("it is damaged")?;
    about.context("it is no backup of Colega: it does not say what it holds")
}

fn read_about(bytes: &[u8]) -> Result<About> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let Format { format } = serde_json::from_slice(bytes).context("what it says of itself is damaged")?;
    if format > FORMAT {
        bail!("it was made by a later version of Colega; use that version");
    }
    serde_json::from_slice(bytes).context("what it says of itself is damaged")
}

fn is_ours(inside: &Path) -> bool {
    let parts: Option<Vec<&str>> = inside
        .components()
        .map(|part| matches!(part, std::path::Component::Normal(_)).then(|| part.as_os_str().to_str()).flatten())
        .collect();
    match parts.as_deref() {
        Some([name]) => [ABOUT, FEEDBACK, DELIVERY, GOLDSET].contains(name),
        Some([INDEX, _, file]) => Generations::FILES.contains(file),
        _ => false,
    }
}

/// The backups in `folder`, the oldest first.
pub fn all(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if name_of(&path).starts_with(BEGIN) && name_of(&path).ends_with(END) {
                found.push(path);
            }
        }
    }
    found.sort_by_cached_key(|path| name_of(path).rsplit('-').next().map(str::to_owned));
    Ok(found)
}

/// Removes all backups in `folder` that the schedule made but the youngest `keep`, and what crashes left of others.
pub fn keep_youngest(folder: &Path, keep: usize) -> Result<()> {
    let mut scheduled = all(folder)?;
    scheduled.retain(|path| name_of(path).starts_with(SCHEDULED));
    scheduled.truncate(scheduled.len().saturating_sub(keep));
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if name_of(&path).starts_with('.') && name_of(&path).ends_with(durable::UNFINISHED) {
            scheduled.push(path);
        }
    }
    for old in scheduled {
        fs::remove_file(&old).with_context(|| format!("cannot remove {}", old.display()))?;
    }
    Ok(())
}

fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
