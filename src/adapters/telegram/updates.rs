//! Long polling (<https://core.telegram.org/bots/api#getupdates>) that heals by itself.
//!
//! An update is confirmed by asking for those after it. [`Updates::confirm`] is called once a batch is on disk, so an
//! update that was under way when the process ended is told again.

pub(super) mod parse;
pub mod presses;

use std::time::{Duration, Instant};

use backon::ExponentialBackoff;
use rand::Rng as _;
use serde_json::Value;
use teloxide::payloads::{GetUpdates, GetUpdatesSetters as _};
use teloxide::types::{AllowedUpdate, Update};
use tokio::time::sleep;
use tracing::{debug, info, warn};

use super::api::{Api, Fault};
use super::failure::{is_bad_token, is_webhook, words};
use super::start::{remove_webhook, waits};
use crate::desk::health::{Connection, Health};

/// What Colega wants to be told. The server keeps the list of the last request, and reactions are not in its own: so
/// the list goes with every request.
pub(super) const WANTED: [AllowedUpdate; 5] = [
    AllowedUpdate::Message,
    AllowedUpdate::EditedMessage,
    AllowedUpdate::CallbackQuery,
    AllowedUpdate::MessageReaction,
    AllowedUpdate::MyChatMember,
];

/// How long the answer to a poll may be under way beside the time for which the server holds it.
const SLACK: Duration = Duration::from_secs(10);

/// The stream of updates.
pub struct Updates {
    api: Api,
    poll: Duration,
    offset: Option<i32>,
    failing: Option<Failing>,
}

/// A row of failed polls.
struct Failing {
    waits: ExponentialBackoff,
    late_waits: ExponentialBackoff,
}

impl Failing {
    fn begin() -> Self {
        Self {
            waits: waits(Duration::from_millis(300), Duration::from_secs(30)),
            late_waits: waits(Duration::from_secs(15), Duration::from_mins(5)),
        }
    }
}

impl Updates {
    /// The updates from `offset` on, or from the first that was not confirmed. The server holds a request for `poll`.
    pub fn new(api: &Api, poll: Duration, offset: Option<i32>) -> Self {
        // Polling blocks a connection for long; it has its own.
        Self { api: api.reconnected(), poll, offset, failing: None }
    }

    /// The next updates; none if there were none for a while. Waits through every fault, and keeps in `health` what is
    /// wrong. Dropping it loses nothing.
    pub async fn next(&mut self, health: &Health) -> Vec<Update> {
        loop {
            match self.ask().await {
                Ok(updates) => {
                    self.recover(health);
                    return updates;
                }
                Err(fault) => {
                    let wait = self.note(&fault, health);
                    if is_webhook(&fault)
                        && let Err(fault) = remove_webhook(&self.api).await
                    {
                        // The next poll finds it again.
                        debug!("the webhook could not be removed: {fault}");
                    }
                    sleep(wait).await;
                    self.api = self.api.reconnected();
                }
            }
        }
    }

    /// Keeps that `updates` need not be told again. Gives the offset that the next request will name.
    pub fn confirm(&mut self, updates: &[Update]) -> Option<i32> {
        if let Some(last) = updates.last() {
            self.offset = Some(last.id.as_offset());
        }
        self.offset
    }

    async fn ask(&self) -> Result<Vec<Update>, Fault> {
        let seconds = u32::try_from(self.poll.as_secs()).unwrap_or(u32::MAX);
        let mut request = GetUpdates::new().timeout(seconds).allowed_updates(WANTED);
        request.offset = self.offset;
        let updates: Vec<Value> = self.api.call_for(&request, self.poll + SLACK).await?;
        Ok(updates.into_iter().filter_map(parse::parse).collect())
    }

    fn recover(&mut self, health: &Health) {
        if self.failing.take().is_some() {
            Health::count(&health.reconnects);
            health.set(Connection::Up(Instant::now()));
            info!("Telegram: messages arrive again");
        }
    }

    /// Counts a failed poll and gives how long to wait before the next.
    fn note(&mut self, fault: &Fault, health: &Health) -> Duration {
        let words = words(fault);
        if self.failing.is_none() {
            warn!("Telegram: {words}");
        }
        health.set(Connection::Down(Some(words)));
        Health::count(&health.retries);
        let failing = self.failing.get_or_insert_with(Failing::begin);
        let wait = match fault {
            fault if is_bad_token(fault) => failing.late_waits.next(),
            fault if is_webhook(fault) => {
                Health::count(&health.conflicts);
                failing.waits.next()
            }
            Fault::Refusal(refusal) if refusal.code == 409 => {
                Health::count(&health.conflicts);
                // An own request that was cut off may still be held by the server: outlive it, at a time of one's own.
                Some(self.poll.mul_f64(rand::rng().random_range(1.2..1.8)))
            }
            Fault::Refusal(refusal) if refusal.code == 429 => {
                Health::count(&health.throttled);
                refusal.retry_after.or_else(|| failing.waits.next())
            }
            _ => failing.waits.next(),
        };
        wait.unwrap_or(SLACK)
    }
}
