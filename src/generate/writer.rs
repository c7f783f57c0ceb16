//! What can write fluent text: a chat model of this machine, one behind an address, or a list of texts.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::local::{LocalWriter, Memory};
use super::remote::{History, RemoteWriter};
use crate::answer::Engine;

/// What writes.
#[derive(Clone)]
pub enum Writer {
    /// A chat model of this machine.
    Local(LocalWriter),
    /// A chat model behind an address.
    Remote(RemoteWriter),
    /// Texts that are given in their order; to see what becomes of exactly these.
    Scripted(Script),
}

/// A conversation with it.
pub enum Conversation {
    /// What the model of this machine remembers.
    Local(Memory),
    /// What is sent along with each turn.
    Remote(History),
    /// Nothing.
    Scripted,
}

/// Texts to be given.
#[derive(Debug, Clone, Default)]
pub struct Script {
    texts: Arc<Mutex<VecDeque<String>>>,
    pace: Duration,
}

impl Script {
    /// These texts, each after `pace`.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>, pace: Duration) -> Self {
        Self { texts: Arc::new(Mutex::new(texts.into_iter().map(str::to_owned).collect())), pace }
    }

    async fn next(&self) -> Result<String> {
        tokio::time::sleep(self.pace).await;
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.pop_front().context("the script has come to its end")
    }
}

impl Writer {
    /// Whether it can write now, as far as is known.
    pub fn is_ready(&self) -> bool {
        match self {
            Self::Local(local) => local.is_ready(),
            Self::Remote(_) | Self::Scripted(_) => true,
        }
    }

    /// Waits until it can.
    pub async fn loaded(&self) -> Result<()> {
        match self {
            Self::Local(local) => local.loaded().await,
            Self::Remote(_) | Self::Scripted(_) => Ok(()),
        }
    }

    /// How many answers it can write at once.
    pub fn at_once(&self) -> usize {
        match self {
            Self::Local(_) | Self::Scripted(_) => 1,
            Self::Remote(remote) => remote.at_once(),
        }
    }

    /// How its answers are labelled.
    pub const fn engine(&self) -> Engine {
        match self {
            Self::Local(_) | Self::Scripted(_) => Engine::Kalosm,
            Self::Remote(_) => Engine::Remote,
        }
    }

    /// Begins a conversation under the instructions `system`.
    pub async fn begin(&self, system: &str) -> Result<Conversation> {
        Ok(match self {
            Self::Local(local) => Conversation::Local(local.begin(system).await?),
            Self::Remote(_) => Conversation::Remote(History::new(system)),
            Self::Scripted(_) => Conversation::Scripted,
        })
    }

    /// What it answers to `text`, in at most `most_tokens` tokens or as long as `goes_on` says so of what is written. Dropping
    /// the future stops it.
    pub async fn say(
        &self,
        conversation: &mut Conversation,
        text: &str,
        most_tokens: u32,
        goes_on: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<String> {
        match (self, conversation) {
            (Self::Local(local), Conversation::Local(memory)) => local.say(memory, text, most_tokens, goes_on).await,
            (Self::Remote(remote), Conversation::Remote(history)) => {
                remote.say(history, text, most_tokens, goes_on).await
            }
            (Self::Scripted(script), Conversation::Scripted) => script.next().await,
            _ => anyhow::bail!("a conversation is gone on with by whom it was begun with"),
        }
    }
}
