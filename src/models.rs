//! Models that can be fetched: which there are, which are here, and whether they are whole.

#[cfg(feature = "models")]
mod fetch;
#[cfg(not(feature = "models"))]
#[path = "models/absent.rs"]
mod fetch;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The list that ships.
const BUILT_IN: &str = include_str!("../configs/models.toml");
/// What a file is called while it is being fetched.
const UNFINISHED: &str = "part";

/// The models of a list, and the folder that they are kept in.
#[derive(Debug, Clone, PartialEq)]
pub struct Models {
    list: Vec<Model>,
    folder: PathBuf,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Finds passages by meaning.
    Embed,
    /// Puts answers into words.
    Chat,
}

/// A list of models, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    model: Vec<Model>,
}

/// A model of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What it is called here.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// Languages that it knows.
    pub languages: Vec<String>,
    /// Under which licence it may be used.
    pub licence: String,
    /// Memory that it takes while it works, in 10⁶ bytes.
    pub memory_mb: u64,
    /// What to expect of it.
    pub says: String,
    /// The address that the names of its files are added to.
    base: String,
    /// Its files.
    pub files: Vec<ModelFile>,
    /// What it was trained to see before a question.
    #[serde(default)]
    pub question_prefix: String,
    /// What it was trained to see before a passage.
    #[serde(default)]
    pub passage_prefix: String,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name.
    pub name: String,
    /// About how large it is, in 10⁶ bytes.
    pub size_mb: u64,
    /// The SHA-256 of its content, where that is known.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// Whether a model is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "why")]
pub enum State {
    /// Nothing of it.
    Absent,
    /// Only a part of it.
    Unfinished,
    /// All of it.
    Here,
    /// All of it, but a file is not what it should be.
    Damaged(String),
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched<'a> {
    /// Its name.
    pub file: &'a str,
    /// Bytes that are here.
    pub bytes: u64,
    /// Bytes that there are, if the server says so.
    pub of: Option<u64>,
}

impl Models {
    /// The models of `list`, or of the list that ships, kept in `folder`.
    ///
    /// # Errors
    /// The list cannot be read.
    pub fn load(list: Option<&Path>, folder: PathBuf) -> Result<Self> {
        let (text, place) = match list {
            None => (BUILT_IN.to_owned(), "configs/models.toml".to_owned()),
            Some(path) => {
                let place = path.display().to_string();
                (fs::read_to_string(path).with_context(|| format!("cannot read {place}"))?, place)
            }
        };
        let List { model: list } = toml::from_str(&text).with_context(|| place.clone())?;
        for model in &list {
            model.check().with_context(|| format!("{place}: {}", model.name))?;
        }
        Ok(Self { list, folder })
    }

    /// All models.
    pub fn all(&self) -> &[Model] {
        &self.list
    }

    /// The model called `name`.
    ///
    /// # Errors
    /// There is none; the error says which there are.
    pub fn find(&self, name: &str) -> Result<&Model> {
        let names = || self.list.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", ");
        self.list.iter().find(|model| model.name == name).with_context(|| {
            format!(
                "there is no model “{name}” in the list; there are {}. Other models are used by their path.",
                names()
            )
        })
    }

    /// Where a model is, or would be: what `embed.model` or `generate.model` names.
    pub fn path(&self, model: &Model) -> PathBuf {
        let folder = self.folder.join(&model.name);
        match (model.kind, model.files.first()) {
            (Kind::Chat, Some(file)) => folder.join(&file.name),
            _ => folder,
        }
    }

    /// Whether a model is here; with `thoroughly`, whether its files are what they should be.
    pub fn state(&self, model: &Model, thoroughly: bool) -> Result<State> {
        let folder = self.folder.join(&model.name);
        let is_here = |file: &&ModelFile| folder.join(&file.name).is_file();
        let here = model.files.iter().filter(is_here).count();
        if here < model.files.len() {
            return Ok(if folder.is_dir() { State::Unfinished } else { State::Absent });
        }
        for file in model.files.iter().filter(|_| thoroughly) {
            let Some(expected) = &file.sha256 else { continue };
            let found = sha256(&folder.join(&file.name))?;
            if found != *expected {
                return Ok(State::Damaged(format!("{} has the SHA-256 {found} in place of {expected}", file.name)));
            }
        }
        Ok(State::Here)
    }

    /// Fetches what is missing of a model; what was begun is gone on with.
    ///
    /// # Errors
    /// A server cannot be reached, says nothing for too long, or gives something else than the list says.
    pub async fn fetch(&self, model: &Model, mut progress: impl FnMut(Fetched<'_>)) -> Result<PathBuf> {
        let folder = self.folder.join(&model.name);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for file in &model.files {
            let whole = folder.join(&file.name);
            if whole.is_file() {
                continue;
            }
            let unfinished = folder.join(format!("{}.{UNFINISHED}", file.name));
            let address = format!("{}/{}", model.base.trim_end_matches('/'), file.name);
            fetch::fetch(&address, &unfinished, |bytes, of| progress(Fetched { file: &file.name, bytes, of })).await?;
            if let Some(expected) = &file.sha256 {
                let found = sha256(&unfinished)?;
                if found != *expected {
                    fs::remove_file(&unfinished)?;
                    bail!("{address} has the SHA-256 {found} in place of {expected}; it was thrown away");
                }
            }
            fs::rename(&unfinished, &whole).with_context(|| format!("cannot rename {}", unfinished.display()))?;
        }
        Ok(self.path(model))
    }

    /// Removes what is here of a model; gives whether anything was.
    pub fn remove(&self, model: &Model) -> Result<bool> {
        let folder = self.folder.join(&model.name);
        if !folder.exists() {
            return Ok(false);
        }
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        Ok(true)
    }
}

impl Model {
    fn check(&self) -> Result<()> {
        // They become parts of paths.
        for name in [&self.name].into_iter().chain(self.files.iter().map(|file| &file.name)) {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            ensure!(name.chars().all(is_plain) && !name.starts_with('.'), "“{name}” is no name of a file");
        }
        ensure!(!self.files.is_empty(), "it has no files");
        let is_address = self.base.starts_with("https://") || self.base.starts_with("http://");
        ensure!(is_address, "`base` is no address");
        Ok(())
    }

    /// The size of all files, in 10⁶ bytes.
    pub fn size_mb(&self) -> u64 {
        self.files.iter().map(|file| file.size_mb).sum()
    }
}

fn sha256(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    let mut text = String::new();
    for byte in hasher.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_ships_can_be_read_and_names_no_path() {
        let models = Models::load(None, "models".into()).expect("what ships");
        let embed = models.find("all-minilm-l6-v2").expect("listed");
        assert_eq!(models.path(embed), Path::new("models/all-minilm-l6-v2"));
        let chat = models.find("qwen2.5-0.5b-instruct").expect("listed");
        assert_eq!(models.path(chat).extension().expect("a file"), "gguf");
        assert!(models.find("gpt-5").expect_err("not listed").to_string().contains("qwen2.5-1.5b-instruct"));
        let mut evil = embed.clone();
        evil.files[0].name = "../../etc/passwd".into();
        assert!(evil.check().is_err());
    }
}
