//! The connection to Discord's gateway, kept up for as long as the daemon runs.
//!
//! serenity's client speaks the protocol: heartbeats, RESUME, IDENTIFY. Three things about it are put right here:
//! - It starts a task for every event, which loses their order. So it runs on a thread of its own, where tasks begin in the
//!   order in which they were started, and each event is put into its lane in its first step, without waiting. Nothing
//!   else runs on that thread, so nothing can hold up the heartbeat.
//! - When a connection breaks and the first attempt to resume it fails, it reads from the dead connection in a circle
//!   until the next heartbeat is due, up to a minute. [`session`] notices that and cuts it off.
//! - It takes the real gateway when the address of the gateway cannot be asked for. So it is asked for here, and again
//!   until there is an answer.

mod handler;
mod line;
mod session;

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use reqwest::Method;
use serde::Deserialize;
use serenity::http::Route;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub use self::handler::{Arrived, Handler};
pub use self::line::Line;
use self::session::End;
use super::DiscordSettings;
use super::rest::{BAD_TOKEN, Call, Problem, Rest};
use super::shard::Shard;
use crate::adapters::token::Token;
use crate::desk::health::{Connection, Health};

/// How long to wait before a person may have mended the token or the intents. Discord allows 1,000 logins a day.
const MENDED_AFTER: Duration = Duration::from_mins(5);
/// The shortest and the longest wait before the next attempt after a break.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// What is told where an intent is switched off.
pub const INTENTS_OFF: &str = "Discord refuses the connection, because an intent is switched off; switch on “Message \
     Content Intent” at https://discord.com/developers/applications → Bot → Privileged Gateway Intents; Colega tries \
     again every five minutes";

/// What a connection needs.
pub struct Gateway {
    /// Asks for the gateway's address.
    pub rest: Rest,
    /// Where the API is.
    pub api_url: String,
    /// Logs in.
    pub token: Token,
    /// Over which of the bot's connections.
    pub shard: Shard,
    /// Is told everything.
    pub handler: Arc<Handler>,
    /// How the connection is doing.
    pub health: Arc<Health>,
}

#[derive(Deserialize)]
struct Address {
    url: String,
}

impl Gateway {
    /// A gateway of which `handler` is told.
    pub fn new(settings: &DiscordSettings, token: Token, rest: Rest, handler: Handler, health: Arc<Health>) -> Self {
        let api_url = settings.api_url.trim_end_matches('/').to_owned();
        Self { rest, api_url, token, shard: settings.shard, handler: Arc::new(handler), health }
    }

    /// Stays connected until `stop`.
    pub async fn run(&self, stop: &CancellationToken) {
        let mut backoff = waits();
        while !stop.is_cancelled() {
            let end = match self.address().await {
                Ok(url) => session::run(self, url, stop).await,
                Err(problem) if problem.is_unauthorized() => End::Refused(BAD_TOKEN),
                Err(problem) => End::Broken(problem.to_string()),
            };
            let wait = match end {
                End::Stopped => return,
                End::Refused(words) => {
                    warn!("{words}");
                    self.health.set(Connection::Down(Some(words.into())));
                    MENDED_AFTER
                }
                End::Broken(why) => {
                    let was_up = self.handler.line().take_was_up();
                    if was_up {
                        backoff = waits();
                    }
                    let wait = backoff.next().unwrap_or(BACKOFF.1);
                    info!("the connection to Discord ended ({why}); the next attempt is in {wait:.1?}");
                    self.health.set(Connection::Down(None));
                    wait
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn address(&self) -> Result<String, Problem> {
        let address: Address = self.rest.fetch(Call::new(Method::GET, Route::Gateway)).await?;
        Ok(address.url)
    }
}

fn waits() -> backon::ExponentialBackoff {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(BACKOFF.0)
        .with_max_delay(BACKOFF.1)
        .without_max_times()
        .build()
}
