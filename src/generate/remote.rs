//! A chat model behind an address that speaks `OpenAI`'s protocol (vLLM, llama.cpp and others): how a team outgrows one
//! machine. Several servers share the work; one that fails is left alone for a while.

#[cfg(feature = "remote")]
mod client;
#[cfg(not(feature = "remote"))]
#[path = "remote/absent.rs"]
mod client;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use tracing::warn;

use self::client::Client;
use crate::endpoints::Endpoints;

/// Servers that are tried for one part of an answer.
const TRIES: usize = 3;

/// Which servers write, and how.
#[derive(Clone, PartialEq)]
pub struct RemoteSettings {
    /// Their addresses, such as `http://10.0.0.5:8000/v1`.
    pub urls: Vec<String>,
    /// What they call the model.
    pub model: String,
    /// The key to them, if they want one.
    pub key: Option<String>,
    /// Answers that are written at once.
    pub at_once: usize,
    /// How long to wait for the next piece of text.
    pub patience: Duration,
    /// How freely the model chooses its words; 0 for always the likeliest.
    pub temperature: f32,
    /// With the same one it writes the same, if the server can.
    pub seed: u64,
}

impl fmt::Debug for RemoteSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSettings").field("urls", &self.urls).field("model", &self.model).finish_non_exhaustive()
    }
}

/// A turn of a conversation, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    role: Role,
    content: String,
}

/// Who says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    System,
    User,
    Assistant,
}

/// All turns of a conversation; servers remember none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History(Vec<Message>);

impl History {
    /// Nothing but the instructions.
    pub fn new(system: &str) -> Self {
        Self(vec![Message { role: Role::System, content: system.to_owned() }])
    }
}

/// A chat model behind one or several addresses. A cheap handle: clones share what is known of the servers.
#[derive(Clone)]
pub struct RemoteWriter(Arc<Shared>);

struct Shared {
    settings: RemoteSettings,
    endpoints: Endpoints<Client>,
}

/// Why a server gave no text.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(feature = "remote"), expect(dead_code, reason = "without servers nothing fails"))]
enum Fault {
    /// It cannot take more now.
    #[error("{0}")]
    Busy(String),
    /// It is away, slow, or broke off.
    #[error("{0}")]
    Away(String),
    /// Another server would say the same: the request is wrong.
    #[error("{0}")]
    Final(String),
}

impl RemoteWriter {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// There is no address, or one is none.
    pub fn new(settings: RemoteSettings) -> Result<Self> {
        ensure!(!settings.urls.is_empty(), "generate.remote names no server, such as \"http://10.0.0.5:8000/v1\"");
        ensure!(
            !settings.model.is_empty(),
            "generate.remote_model is empty; it names the model as the servers call it"
        );
        let clients = settings.urls.iter().map(|url| Client::new(url, &settings)).collect::<Result<_>>()?;
        Ok(Self(Arc::new(Shared { endpoints: Endpoints::new(clients), settings })))
    }

    /// How many answers may be written at once.
    pub fn at_once(&self) -> usize {
        self.0.settings.at_once.max(1)
    }

    /// What the model answers to `text`; see [`super::writer::Writer::say`]. The history grows by both.
    pub async fn say(
        &self,
        history: &mut History,
        text: &str,
        most_tokens: u32,
        goes_on: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<String> {
        let mut messages = history.0.clone();
        messages.push(Message { role: Role::User, content: text.to_owned() });
        let mut last = None;
        for _ in 0..TRIES {
            let (endpoint, wait) = self.0.endpoints.next(Instant::now());
            tokio::time::sleep(wait).await;
            match endpoint.client().write(&messages, most_tokens, &self.0.settings, &goes_on).await {
                Ok(written) => {
                    endpoint.is_well();
                    messages.push(Message { role: Role::Assistant, content: written.clone() });
                    history.0 = messages;
                    return Ok(written);
                }
                Err(Fault::Final(why)) => {
                    last = Some(why);
                    break;
                }
                Err(fault) => {
                    warn!(server = endpoint.number(), "a server that writes answers failed: {fault}");
                    endpoint.failed(matches!(fault, Fault::Busy(_)), Instant::now());
                    last = Some(fault.to_string());
                }
            }
        }
        Err(anyhow::Error::msg(last.unwrap_or_default())).context("no server writes answers now")
    }
}
