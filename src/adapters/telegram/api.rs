//! Requests to the Bot API: teloxide's payloads, sent once, with a timeout, and with their status left visible.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::{Client, Url, redirect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use teloxide::Bot;
use teloxide::requests::Payload;

use crate::adapters::token::Token;

/// How long a request may take, unless the caller says otherwise.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long making a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A bot's access to the Bot API. A cheap handle: clones share their connections.
#[derive(Clone)]
pub struct Api {
    bot: Bot,
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No connection was made: the request did not arrive.
    NoConnection(String),
    /// The request may have arrived, but no answer came that can be read.
    Lost(String),
    /// The server answered, and said no.
    Refusal(Refusal),
}

/// What the server said, <https://core.telegram.org/bots/api#making-requests>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// As in HTTP.
    pub code: u16,
    /// In the server's words.
    pub description: String,
    /// How long to wait before the request may be repeated (code 429).
    pub retry_after: Option<Duration>,
    /// The supergroup that the group has become.
    pub migrated_to: Option<i64>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConnection(reason) => write!(f, "no connection: {reason}"),
            Self::Lost(reason) => write!(f, "the answer was lost: {reason}"),
            Self::Refusal(refusal) => write!(f, "{} {}", refusal.code, refusal.description),
        }
    }
}

/// The frame of every answer.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
struct Envelope<T> {
    ok: bool,
    #[serde(default)]
    result: Option<T>,
    #[serde(default)]
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Api {
    /// Access to the server at `url` as the bot with this token. Nothing is sent yet.
    pub fn new(url: &str, token: &Token) -> Result<Self> {
        let url: Url = url.parse().with_context(|| format!("telegram.api_url “{url}” is no address"))?;
        let bot = Bot::with_client(token.reveal(), client()?).set_api_url(url);
        Ok(Self { bot })
    }

    /// The same access over new connections: a connection that went bad is not used again.
    #[must_use]
    pub fn reconnected(&self) -> Self {
        let Ok(client) = client() else { return self.clone() };
        Self { bot: Bot::with_client(self.bot.token(), client).set_api_url(self.bot.api_url()) }
    }

    /// Sends a request and gives its result.
    pub async fn call<P>(&self, payload: &P) -> Result<P::Output, Fault>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        self.call_for(payload, TIMEOUT).await
    }

    /// Sends a request that may take as long as `timeout` and gives of its result what `T` has room for.
    pub async fn call_for<P, T>(&self, payload: &P, timeout: Duration) -> Result<T, Fault>
    where
        P: Payload + Serialize + Sync,
        T: DeserializeOwned,
    {
        let request = self.bot.client().post(self.address(P::NAME)).json(payload).timeout(timeout);
        let response = request.send().await.map_err(unanswered)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unanswered)?;
        match serde_json::from_slice::<Envelope<T>>(&body) {
            Ok(Envelope { ok: true, result: Some(result), .. }) => Ok(result),
            Ok(Envelope { ok: false, error_code, description, parameters, .. }) => Err(Fault::Refusal(Refusal {
                code: error_code.unwrap_or(status.as_u16()),
                description,
                retry_after: parameters.retry_after.map(Duration::from_secs),
                migrated_to: parameters.migrate_to_chat_id,
            })),
            // A proxy in between says no, or leads elsewhere, in HTML.
            Err(_) if !status.is_success() => Err(Fault::Refusal(Refusal {
                code: status.as_u16(),
                description: status.canonical_reason().unwrap_or_default().to_owned(),
                retry_after: None,
                migrated_to: None,
            })),
            Ok(_) => Err(Fault::Lost("it has no result".to_owned())),
            Err(error) => Err(Fault::Lost(format!("it is not what it should be ({:?})", error.classify()))),
        }
    }

    /// `<api_url>/bot<token>/<method>`.
    fn address(&self, method: &str) -> Url {
        let mut address = self.bot.api_url();
        let path = format!("{}/bot{}/{method}", address.path().trim_end_matches('/'), self.bot.token());
        address.set_path(&path);
        address
    }
}

fn client() -> Result<Client> {
    // A redirect is not followed: where it leads would be told the address that it came from, and so the token.
    let client =
        Client::builder().connect_timeout(CONNECT_TIMEOUT).tcp_nodelay(true).redirect(redirect::Policy::none());
    client.build().context("the HTTP client cannot be made")
}

/// What became of a request without an answer. The address is left out of the words, since it holds the token.
fn unanswered(error: reqwest::Error) -> Fault {
    let is_unsent = error.is_connect() || error.is_builder();
    let is_late = error.is_timeout();
    let error = anyhow::Error::new(error.without_url());
    match (is_unsent, is_late) {
        (true, _) => Fault::NoConnection(format!("{error:#}")),
        (false, true) => Fault::Lost("it took too long".to_owned()),
        (false, false) => Fault::Lost(format!("{error:#}")),
    }
}
