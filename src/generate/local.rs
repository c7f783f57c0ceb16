//! A chat model of this machine, run by kalosm. It is loaded, and after a crash loaded again, beside everything else; until it
//! is there, answers stay as they were quoted.

pub mod gguf;
#[cfg(feature = "models")]
mod llama;
#[cfg(not(feature = "models"))]
#[path = "local/absent.rs"]
mod llama;
#[cfg(feature = "models")]
mod template;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{panic, thread};

use anyhow::{Context as _, Result, anyhow};
use tokio::runtime;
use tokio::sync::watch;
use tracing::{info, warn};

use self::gguf::GgufModel;
use self::llama::Llama;
pub use self::llama::Memory;

/// A model that takes longer to load is given up.
const LONGEST_LOAD: Duration = Duration::from_mins(10);

/// Which model writes, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalSettings {
    /// A GGUF file.
    pub model: PathBuf,
    /// How freely it chooses its words; 0 for always the likeliest.
    pub temperature: f32,
    /// With the same one it writes the same.
    pub seed: u64,
}

/// A chat model of this machine. A cheap handle: clones share the model.
#[derive(Clone)]
pub struct LocalWriter(Arc<Shared>);

struct Shared {
    settings: LocalSettings,
    file: GgufModel,
    state: watch::Sender<State>,
}

#[derive(Clone)]
enum State {
    Loading,
    Ready(Arc<Llama>),
    /// It cannot be loaded, or dies at its first word.
    Failed(String),
}

impl LocalWriter {
    /// Looks the file over and begins to load it.
    ///
    /// # Errors
    /// The file cannot be read, or holds no model that could be run.
    pub fn start(settings: LocalSettings) -> Result<Self> {
        let file = GgufModel::check(&settings.model)?;
        llama::can_run(&file).with_context(|| settings.model.display().to_string())?;
        let shared = Arc::new(Shared { settings, file, state: watch::Sender::new(State::Loading) });
        Arc::clone(&shared).load()?;
        Ok(Self(shared))
    }

    /// What the model says of itself.
    pub fn file(&self) -> &GgufModel {
        &self.0.file
    }

    /// Whether it can write now.
    pub fn is_ready(&self) -> bool {
        matches!(*self.0.state.borrow(), State::Ready(_))
    }

    /// Waits until it can write.
    ///
    /// # Errors
    /// It cannot be loaded.
    pub async fn loaded(&self) -> Result<()> {
        let mut state = self.0.state.subscribe();
        let state = state.wait_for(|state| !matches!(state, State::Loading)).await;
        match &*state.context("the model is being put away")? {
            State::Failed(why) => Err(anyhow!("{why}")),
            State::Loading | State::Ready(_) => Ok(()),
        }
    }

    /// Begins a conversation under the instructions `system`; those are read once and remembered.
    pub async fn begin(&self, system: &str) -> Result<Memory> {
        let model = self.model()?;
        self.unless_it_dies(&model, model.begin(system).await)
    }

    /// What the model answers to `text`, in at most `most_tokens` tokens or as long as `goes_on` says so of what it has
    /// written. Dropping the future stops it within one token.
    pub async fn say(
        &self,
        memory: &mut Memory,
        text: &str,
        most_tokens: u32,
        goes_on: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<String> {
        let model = self.model()?;
        let settings = &self.0.settings;
        self.unless_it_dies(&model, model.say(memory, text, most_tokens, settings, goes_on).await)
    }

    fn model(&self) -> Result<Arc<Llama>> {
        match &*self.0.state.borrow() {
            State::Ready(model) => Ok(Arc::clone(model)),
            State::Loading => Err(anyhow!("the model is still being loaded")),
            State::Failed(why) => Err(anyhow!("{why}")),
        }
    }

    /// `result`; if the model died over it, it is loaded again.
    fn unless_it_dies<T>(&self, model: &Arc<Llama>, result: Result<T>) -> Result<T> {
        if result.is_err() && !model.is_alive() {
            self.0.replace(model)?;
        }
        result
    }

    /// Kills the model as a fault in the library would; for tests of what comes after.
    #[doc(hidden)]
    pub async fn kill(&self) {
        if let Ok(model) = self.model() {
            model.kill().await;
        }
    }
}

impl Shared {
    /// Loads the model on a thread of its own: kalosm blocks while it does.
    fn load(self: Arc<Self>) -> Result<()> {
        let work = move || {
            let begun = Instant::now();
            let loaded = panic::catch_unwind(panic::AssertUnwindSafe(|| self.load_now()));
            let loaded = loaded.unwrap_or_else(|_| Err(anyhow!("loading it panicked")));
            let state = match loaded {
                Ok(model) => {
                    info!(seconds = begun.elapsed().as_secs_f64(), "the chat model is ready");
                    State::Ready(Arc::new(model))
                }
                Err(error) => {
                    let why = format!("the model {} cannot be used: {error:#}", self.settings.model.display());
                    warn!("{why}; answers are quoted from the sources");
                    State::Failed(why)
                }
            };
            self.state.send_replace(state);
        };
        thread::Builder::new().name("load-model".into()).spawn(work).context("cannot start a thread")?;
        Ok(())
    }

    fn load_now(&self) -> Result<Llama> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let loading = Llama::load(&self.settings.model, &self.file);
            tokio::time::timeout(LONGEST_LOAD, loading).await.context("it takes too long to load")?
        })
    }

    /// Loads the model again, in place of `dead`.
    fn replace(self: &Arc<Self>, dead: &Arc<Llama>) -> Result<()> {
        let mut is_first = false;
        self.state.send_if_modified(|state| {
            is_first = matches!(state, State::Ready(model) if Arc::ptr_eq(model, dead));
            if is_first {
                *state = if dead.has_written() {
                    State::Loading
                } else {
                    State::Failed("the chat model dies at its first word".to_owned())
                };
            }
            is_first
        });
        if is_first && dead.has_written() {
            warn!("the chat model has died and is loaded again; answers are quoted from the sources meanwhile");
            Arc::clone(self).load()?;
        }
        Ok(())
    }
}
