//! Before the first update: who the bot is, and nothing in the way of polling.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use serde::Deserialize;
use teloxide::payloads::{DeleteWebhook, GetMe, GetWebhookInfo};
use tokio::time::sleep;
use tracing::{info, warn};

use super::api::{Api, Fault};
use super::failure::{WEBHOOK, is_bad_token, words};
use super::menu;
use crate::desk::health::{Connection, Health};

/// How long a request of the start may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Who the bot is, <https://core.telegram.org/bots/api#user>.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Identity {
    /// Its number.
    pub id: u64,
    /// Its name without `@`.
    pub username: String,
    /// Whether privacy mode is off, so that it is told of every message in its groups.
    #[serde(rename = "can_read_all_group_messages", default)]
    pub reads_everything: bool,
    /// Whether it may be added to groups.
    #[serde(rename = "can_join_groups", default)]
    pub joins_groups: bool,
}

/// How updates come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// They are fetched, by long polling.
    Fetched,
    /// Telegram brings them, to a webhook.
    Brought,
}

/// Whether a webhook is set, <https://core.telegram.org/bots/api#webhookinfo>.
#[derive(Debug, Deserialize)]
pub(super) struct Webhook {
    /// Empty if none is.
    #[serde(default)]
    pub url: String,
    /// Updates that wait to be brought there.
    #[serde(default)]
    pub pending_update_count: u32,
    /// What went wrong when one was brought the last time that something did.
    #[serde(default)]
    pub last_error_message: Option<String>,
}

/// Asks who the bot is.
pub(super) async fn identity(api: &Api) -> Result<Identity, Fault> {
    api.call_for(&GetMe::new(), TIMEOUT).await
}

/// Asks whether a webhook is set.
pub(super) async fn webhook(api: &Api) -> Result<Webhook, Fault> {
    api.call_for(&GetWebhookInfo::new(), TIMEOUT).await
}

/// Removes a webhook. What it was not told of stays for polling.
pub(super) async fn remove_webhook(api: &Api) -> Result<(), Fault> {
    api.call(&DeleteWebhook::new()).await.map(drop)
}

/// Waits that double from `least` to `most`, each shortened or lengthened by chance, without an end.
pub(super) fn waits(least: Duration, most: Duration) -> ExponentialBackoff {
    ExponentialBuilder::default().with_min_delay(least).with_max_delay(most).with_jitter().without_max_times().build()
}

/// Says who the bot is once the server can be reached and knows the token; until then `health` says what to mend.
/// Where updates are fetched, it removes a webhook, beside which that is not possible. Ends only when it has succeeded: drop
/// it to stop.
pub async fn prepare(api: &Api, health: &Health, arrival: Arrival) -> Identity {
    let mut soon = waits(Duration::from_millis(500), Duration::from_secs(30));
    // The server is not to be asked often about a token that it does not know.
    let mut late = waits(Duration::from_secs(15), Duration::from_mins(5));
    loop {
        let fault = match begin(api, arrival).await {
            Ok(identity) => {
                health.set(Connection::Up(Instant::now()));
                return identity;
            }
            Err(fault) => fault,
        };
        let words = words(&fault);
        warn!("Telegram: {words}");
        health.set(Connection::Down(Some(words)));
        let wait = match &fault {
            fault if is_bad_token(fault) => late.next(),
            Fault::Refusal(refusal) => refusal.retry_after.or_else(|| soon.next()),
            Fault::NoConnection(_) | Fault::Lost(_) => soon.next(),
        };
        Health::count(&health.retries);
        sleep(wait.unwrap_or(TIMEOUT)).await;
    }
}

async fn begin(api: &Api, arrival: Arrival) -> Result<Identity, Fault> {
    let identity = identity(api).await?;
    if arrival == Arrival::Fetched && !webhook(api).await?.url.is_empty() {
        warn!("Telegram: {WEBHOOK}");
        remove_webhook(api).await?;
    }
    let privacy =
        if identity.reads_everything { "off" } else { "on: in groups, commands and replies arrive, mentions do not" };
    info!(bot = identity.username, privacy_mode = privacy, "logged in to Telegram");
    Ok(identity)
}

/// Tells Telegram the commands that its clients offer. People can be answered without.
pub async fn publish_commands(api: &Api) {
    for request in menu::requests() {
        if let Err(fault) = api.call(&request).await {
            warn!("Telegram: the menu of commands could not be set ({fault}); it is tried again at the next start");
            return;
        }
    }
}
