//! From the start to the stop of the adapter.

use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use teloxide::types::{ChatMemberUpdated, Update, UpdateKind};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::TelegramSettings;
use super::api::Api;
use super::messenger::Telegram;
use super::renamed::Renamed;
use super::start::{self, Arrival, Identity};
use super::translate::incoming;
use super::updates::Updates;
use super::updates::presses::let_go;
use super::webhook::Hook;
use crate::adapters::token::Token;
use crate::desk::health::Connection;
use crate::desk::{Desk, Front};
use crate::question::Origin;

/// How long to wait before updates are taken once more that could not be kept.
const DISK_WAIT: Duration = Duration::from_secs(5);

/// Answers on Telegram until `stop`. A server that cannot be reached and a token that it does not know are no errors:
/// they are told in `front`'s health, and tried again.
///
/// # Errors
/// The settings make no sense, or what was left unfinished cannot be read.
pub async fn run(settings: &TelegramSettings, token: Token, front: Front, stop: CancellationToken) -> Result<()> {
    let api = Api::new(&settings.api_url, &token)?;
    let desk = Desk::new(front, Telegram::new(api.clone()));
    let health = &desk.front().health;
    let hook = Hook::open(settings, &token).await?;
    let arrival = if hook.is_some() { Arrival::Brought } else { Arrival::Fetched };
    let prepared = stop.run_until_cancelled(start::prepare(&api, health, arrival)).await;
    if let Some(me) = prepared {
        desk.resume().await?;
        let ears = Ears { desk: desk.clone(), me, renamed: Renamed::load(&desk.front().delivery).await? };
        let beside = api.clone();
        let menu =
            tokio::spawn(stop.clone().run_until_cancelled_owned(async move { start::publish_commands(&beside).await }));
        match hook {
            Some(hook) => receive(hook, &ears, &api, &stop).await?,
            None => fetch(settings, &ears, &api, &stop).await?,
        }
        menu.await?;
    }
    desk.drain().await;
    health.set(Connection::Down(None));
    Ok(())
}

/// What updates are handed to the desk with.
#[derive(Clone)]
struct Ears {
    desk: Desk<Telegram>,
    me: Identity,
    renamed: Renamed,
}

/// Takes updates that Telegram brings, until `stop`.
async fn receive(hook: Hook, ears: &Ears, api: &Api, stop: &CancellationToken) -> Result<()> {
    let (own, own_api) = (ears.clone(), api.clone());
    let take_one = move |update: Update| {
        let (ears, api) = (own.clone(), own_api.clone());
        async move {
            let batch = [update];
            ears.take(&batch).await?;
            let_go(&api, &batch).await;
            Ok(())
        }
    };
    hook.receive(api, &ears.desk.front().health, stop, take_one).await
}

/// Fetches updates, until `stop`.
async fn fetch(settings: &TelegramSettings, ears: &Ears, api: &Api, stop: &CancellationToken) -> Result<()> {
    let poll = Duration::from_secs(settings.poll_seconds);
    let offset = ears.desk.front().delivery.cursor(Origin::Telegram, &cursor(&ears.me)).await?;
    let updates = Updates::new(api, poll, offset.and_then(|offset| offset.parse().ok()));
    stop.run_until_cancelled(attend(ears, api, updates)).await;
    Ok(())
}

/// The name of the offset: another bot's updates have other numbers.
fn cursor(me: &Identity) -> String {
    format!("offset.{}", me.id)
}

/// Takes updates for ever. Dropped when the daemon stops: what was not confirmed is told again at the next start.
async fn attend(ears: &Ears, api: &Api, mut updates: Updates) {
    let front = ears.desk.front();
    loop {
        let batch = updates.next(&front.health).await;
        if batch.is_empty() {
            continue;
        }
        ears.keep(&batch).await;
        if let Some(offset) = updates.confirm(&batch)
            && let Err(fault) =
                front.delivery.set_cursor(Origin::Telegram, &cursor(&ears.me), &offset.to_string()).await
        {
            // Losing it costs only that the last updates are told once more.
            warn!("the place up to which Telegram was read cannot be kept: {fault:#}");
        }
        let_go(api, &batch).await;
    }
}

impl Ears {
    /// Hands a batch to the desk, as often as it takes to have all of it on disk.
    async fn keep(&self, batch: &[Update]) {
        let health = &self.desk.front().health;
        let mut has_failed = false;
        while let Err(fault) = self.take(batch).await {
            error!("an update from Telegram cannot be kept, so it is not confirmed: {fault:#}");
            health.set(Connection::Down(Some(format!(
                "what people write cannot be kept on disk ({fault:#}); look at the space and the rights of paths.var"
            ))));
            has_failed = true;
            sleep(DISK_WAIT).await;
        }
        if has_failed {
            // Polling did not fail, so nothing else would say that all is well again.
            health.set(Connection::Up(Instant::now()));
        }
    }

    /// Hands a batch to the desk, in order.
    async fn take(&self, batch: &[Update]) -> Result<()> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        for update in batch {
            match incoming(update, &self.me, now_ms) {
                Some(mut incoming) => {
                    incoming.place.parent = self.renamed.before(&incoming.place.chat, incoming.place.kind);
                    self.desk.take(incoming).await?;
                }
                None => self.mention(update).await?,
            }
        }
        Ok(())
    }

    /// Notes what concerns who runs Colega and nobody else.
    async fn mention(&self, update: &Update) -> Result<()> {
        match &update.kind {
            UpdateKind::MyChatMember(ChatMemberUpdated { chat, new_chat_member, .. }) if !chat.is_private() => {
                info!(
                    chat = chat.id.0,
                    present = new_chat_member.is_present(),
                    "membership of a Telegram group changed"
                );
            }
            UpdateKind::Message(message) => {
                if let Some(to) = message.migrate_to_chat_id() {
                    self.renamed.note(message.chat.id.0, to.0).await?;
                }
            }
            UpdateKind::Error(_) => {
                warn!(
                    update = update.id.0,
                    "an update from Telegram has a form that is not known yet; it is passed over"
                );
            }
            _ => {}
        }
        Ok(())
    }
}
