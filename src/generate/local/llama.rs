//! A model that kalosm runs, and what it remembers of a conversation.
//!
//! What kalosm needs to be kept from, each found by running it: sessions that are cloned share one memory, so each
//! conversation begins with a copy of the tensors; reading cannot be interrupted, and each new length leaves a mask behind for
//! ever, so texts are read in pieces of at most [`PIECE`] tokens; more than the context is cut from the left in silence, so what
//! does not fit is refused.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, anyhow, ensure};
use candle_core::{Device, Tensor};
use kalosm_language_model::{CreateTextCompletionSession, GenerationParameters, TextCompletionModel as _};
use kalosm_llama::{LlamaSession, LlamaSource};
use kalosm_model_types::FileSource;

use super::LocalSettings;
use super::gguf::GgufModel;
use super::template::ChatFormat;

/// Tokens that are read at once.
const PIECE: usize = 128;
/// Tokens that are left free at the end of the context.
const SPARE: usize = 16;
/// With less warmth than this kalosm always takes the likeliest token; with 0 it does not.
const COLDEST: f32 = 1e-4;
/// Openings that are remembered: one for each language.
const MOST_OPENINGS: usize = 4;
/// The tensor that holds the tokens of a session.
const TOKENS: &str = "llama.cache.tokens";

type Failure = <kalosm_llama::Llama as CreateTextCompletionSession>::Error;

/// Whether the model could be run, as far as its header tells.
pub(super) fn can_run(file: &GgufModel) -> Result<()> {
    ChatFormat::of(file).map(|_| ())
}

/// A loaded model.
pub(super) struct Llama {
    model: kalosm_llama::Llama,
    format: ChatFormat,
    context_length: usize,
    end_token: String,
    openings: Mutex<HashMap<String, Arc<Opening>>>,
    is_alive: AtomicBool,
    has_written: AtomicBool,
}

/// What the model remembers after having read its instructions.
struct Opening {
    tensors: HashMap<String, Tensor>,
    tokens: usize,
}

/// What the model remembers of a conversation.
pub struct Memory {
    session: LlamaSession,
    /// Tokens of it.
    tokens: usize,
    turn: Turn,
}

impl Memory {
    /// How many tokens it holds.
    pub const fn tokens(&self) -> usize {
        self.tokens
    }
}

/// How far a conversation is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The instructions have been read.
    First,
    /// The model has ended its turn.
    Ended,
    /// The model has been stopped.
    BrokenOff,
}

impl Llama {
    /// Loads the model, and has it read a word: what does not fit together is found out now.
    pub(super) async fn load(path: &Path, file: &GgufModel) -> Result<Self> {
        let format = ChatFormat::of(file)?;
        let source = LlamaSource::new(FileSource::local(path.to_owned()));
        let builder = kalosm_llama::Llama::builder().with_source(source).with_device(Device::Cpu);
        let model = builder.build_with_loading_handler(|_| ()).await?;
        let loaded = Self {
            model,
            format,
            context_length: file.context_length,
            end_token: file.end_token.clone(),
            openings: Mutex::default(),
            is_alive: AtomicBool::new(true),
            has_written: AtomicBool::new(false),
        };
        loaded.begin(".").await.context("it cannot read")?;
        loaded.lock().clear();
        Ok(loaded)
    }

    /// A conversation under these instructions.
    pub(super) async fn begin(&self, system: &str) -> Result<Memory> {
        let known = self.lock().get(system).cloned();
        let opening = match known {
            Some(opening) => opening,
            None => self.read_opening(system).await?,
        };
        let session = LlamaSession::from_tensor_map(opening.tensors.clone())?;
        Ok(Memory { session, tokens: opening.tokens, turn: Turn::First })
    }

    async fn read_opening(&self, system: &str) -> Result<Arc<Opening>> {
        let mut session = self.model.new_session()?;
        let (pieces, length) = self.pieces(&self.format.opening(system))?;
        self.check_room(length)?;
        for piece in &pieces {
            self.read(&mut session, piece).await?;
        }
        let tensors = session.get_tensor_map(&Device::Cpu);
        // Views of a memory that has room to grow cannot be copied into one that has none.
        let tensors: HashMap<_, _> =
            tensors.into_iter().map(|(name, it)| Ok((name, it.contiguous()?))).collect::<candle_core::Result<_>>()?;
        let opening = Arc::new(Opening { tokens: tokens(&session).len(), tensors });
        let mut openings = self.lock();
        if openings.len() >= MOST_OPENINGS {
            openings.clear();
        }
        openings.insert(system.to_owned(), Arc::clone(&opening));
        Ok(opening)
    }

    /// See [`super::LocalWriter::say`].
    pub(super) async fn say(
        &self,
        memory: &mut Memory,
        text: &str,
        most_tokens: u32,
        settings: &LocalSettings,
        goes_on: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<String> {
        let to_person = match memory.turn {
            Turn::First => "",
            Turn::Ended => self.format.to_person.strip_prefix(&self.end_token).unwrap_or(&self.format.to_person),
            Turn::BrokenOff => &self.format.to_person,
        };
        let whole = format!("{to_person}{}{}", self.format.harmless(text), self.format.to_model);
        let (mut pieces, length) = self.pieces(&whole)?;
        self.check_room(memory.tokens + length + usize::try_from(most_tokens)?)?;
        let last = pieces.pop().context("there is nothing to say")?;
        // If this future is dropped on the way, the conversation is left in the middle of a turn, and is not gone on with.
        for piece in &pieces {
            self.read(&mut memory.session, piece).await?;
        }
        let parameters = GenerationParameters::new()
            .with_temperature(settings.temperature.max(COLDEST))
            .with_repetition_penalty(1.0)
            .with_seed(settings.seed)
            .with_max_length(most_tokens);
        let written = Arc::new(Mutex::new(String::new()));
        let is_enough = Arc::new(AtomicBool::new(false));
        let hears = {
            let (written, is_enough) = (Arc::clone(&written), Arc::clone(&is_enough));
            move |more: String| {
                let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
                written.push_str(&more);
                if goes_on(&written) {
                    return Ok(());
                }
                is_enough.store(true, Ordering::Relaxed);
                // The only way to stop it from here.
                Err(Failure::ModelStopped)
            }
        };
        let ended = self.model.stream_text_with_callback(&mut memory.session, &last, parameters, hears).await;
        if !is_enough.load(Ordering::Relaxed) {
            ended.map_err(|failure| self.told(&failure))?;
        }
        self.has_written.store(true, Ordering::Relaxed);
        let all = tokens(&memory.session);
        memory.tokens = all.len();
        let end = self.model.tokenizer().token_to_id(&self.end_token);
        memory.turn = if end.is_some() && all.last().copied() == end { Turn::Ended } else { Turn::BrokenOff };
        let written = std::mem::take(&mut *written.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(written)
    }

    /// Has the model read `text` and write nothing.
    async fn read(&self, session: &mut LlamaSession, text: &str) -> Result<()> {
        let nothing = GenerationParameters::new().with_max_length(0);
        let read = self.model.stream_text_with_callback(session, text, nothing, |_| Ok(())).await;
        read.map_err(|failure| self.told(&failure))
    }

    fn check_room(&self, tokens: usize) -> Result<()> {
        let (needed, length) = (tokens + SPARE, self.context_length);
        ensure!(needed <= length, "the conversation would take {needed} tokens, and the model takes {length}");
        Ok(())
    }

    /// `text` in pieces of at most [`PIECE`] tokens, cut between words where that is possible, and how many tokens they have
    /// together, at the most: words that are read together have no more tokens than alone.
    fn pieces(&self, text: &str) -> Result<(Vec<String>, usize)> {
        let (mut pieces, mut piece, mut tokens, mut all) = (Vec::new(), String::new(), 0, 0);
        for word in words(text) {
            let length = self.length(word)?;
            if tokens + length > PIECE && !piece.is_empty() {
                pieces.push(std::mem::take(&mut piece));
                tokens = 0;
            }
            piece.push_str(word);
            tokens += length;
            all += length;
        }
        if !piece.is_empty() {
            pieces.push(piece);
        }
        Ok((pieces, all))
    }

    /// How many tokens a text has.
    fn length(&self, text: &str) -> Result<usize> {
        let encoding = self.model.tokenizer().encode_fast(text, false);
        encoding.map(|encoding| encoding.len()).map_err(|error| anyhow!("a text has no tokens: {error}"))
    }

    /// The failure in words. Whatever goes wrong inside leaves the model in a state that nobody knows.
    fn told(&self, failure: &Failure) -> anyhow::Error {
        self.is_alive.store(false, Ordering::Relaxed);
        anyhow!("the chat model failed: {failure}")
    }

    pub(super) fn is_alive(&self) -> bool {
        self.is_alive.load(Ordering::Relaxed)
    }

    pub(super) fn has_written(&self) -> bool {
        self.has_written.load(Ordering::Relaxed)
    }

    pub(super) async fn kill(&self) {
        let Ok(mut session) = self.model.new_session() else { return };
        let one = GenerationParameters::new().with_max_length(1_000);
        let dies = |_| panic!("the model is killed");
        let _ = self.model.stream_text_with_callback(&mut session, "a", one, dies).await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Opening>>> {
        self.openings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tokens that a session holds.
fn tokens(session: &LlamaSession) -> Vec<u32> {
    let mut tensors = session.get_tensor_map(&Device::Cpu);
    tensors.remove(TOKENS).and_then(|tokens| tokens.to_vec1().ok()).unwrap_or_default()
}

/// Letters of a word that is cut: no token is shorter than a byte, so such a part has at most [`PIECE`] tokens.
const LONGEST_WORD: usize = PIECE / 4;

/// The words of `text`, each with the white space before it; very long ones are cut.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut has_begun = false;
        let end = rest.char_indices().enumerate().find_map(|(count, (at, c))| {
            let ends = (has_begun && c.is_whitespace()) || count >= LONGEST_WORD;
            has_begun |= !c.is_whitespace();
            ends.then_some(at)
        });
        let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_words_and_long_words_anywhere() {
        assert_eq!(words("a  bc\nd ").collect::<Vec<_>>(), ["a", "  bc", "\nd", " "]);
        let long = "ñ".repeat(100);
        let parts: Vec<_> = words(&long).collect();
        assert_eq!((parts.len(), parts.concat()), (4, long.clone()));
        assert_eq!(words("").count(), 0);
    }
}
