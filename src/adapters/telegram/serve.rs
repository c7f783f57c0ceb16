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
        let beside = api.clone();
        let menu =
            tokio::spawn(stop.clone().run_until_cancelled_owned(async move { start::publish_commands(&beside).await }));
        match hook {
            Some(hook) => receive(hook, &desk, &api, &me, &stop).await?,
            None => fetch(settings, &desk, &api, &me, &stop).await?,
        }
        menu.await?;
    }
    desk.drain().await;
    health.set(Connection::Down(None));
    Ok(())
}

/// Takes updates that Telegram brings, until `stop`.
async fn receive(hook: Hook, desk: &Desk<Telegram>, api: &Api, me: &Identity, stop: &CancellationToken) -> Result<()> {
    let (desk_of, api_of, me_of) = (desk.clone(), api.clone(), me.clone());
    let take_one = move |update: Update| {
        let (desk, api, me) = (desk_of.clone(), api_of.clone(), me_of.clone());
        async move {
            let batch = [update];
            take(&desk, &me, &batch).await?;
            let_go(&api, &batch).await;
            Ok(())
        }
    };
    hook.receive(api, &desk.front().health, stop, take_one).await
}

/// Fetches updates, until `stop`.
async fn fetch(
    settings: &TelegramSettings,
    desk: &Desk<Telegram>,
    api: &Api,
    me: &Identity,
    stop: &CancellationToken,
) -> Result<()> {
    let poll = Duration::from_secs(settings.poll_seconds);
    let offset = desk.front().delivery.cursor(Origin::Telegram, &cursor(me)).await?;
    let updates = Updates::new(api, poll, offset.and_then(|offset| offset.parse().ok()));
    stop.run_until_cancelled(attend(desk, api, me, updates)).await;
    Ok(())
}

/// The name of the offset: another bot's updates have other numbers.
fn cursor(me: &Identity) -> String {
    format!("offset.{}", me.id)
}

/// Takes updates for ever. Dropped when the daemon stops: what was not confirmed is told again at the next start.
async fn attend(desk: &Desk<Telegram>, api: &Api, me: &Identity, mut updates: Updates) {
    let front = desk.front();
    loop {
        let batch = updates.next(&front.health).await;
        if batch.is_empty() {
            continue;
        }
        keep(desk, me, &batch).await;
        if let Some(offset) = updates.confirm(&batch)
            && let Err(fault) = front.delivery.set_cursor(Origin::Telegram, &cursor(me), &offset.to_string()).await
        {
            // Losing it costs only that the last updates are told once more.
            warn!("the place up to which Telegram was read cannot be kept: {fault:#}");
        }
        let_go(api, &batch).await;
    }
}

/// Hands a batch to the desk, as often as it takes to have all of it on disk.
async fn keep(desk: &Desk<Telegram>, me: &Identity, batch: &[Update]) {
    let health = &desk.front().health;
    let mut has_failed = false;
    while let Err(fault) = take(desk, me, batch).await {
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
async fn take(desk: &Desk<Telegram>, me: &Identity, batch: &[Update]) -> Result<()> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    for update in batch {
        match incoming(update, me, now_ms) {
            Some(incoming) => desk.take(incoming).await?,
            None => mention(update),
        }
    }
    Ok(())
}

/// Logs what concerns who runs Colega and nobody else.
fn mention(update: &Update) {
    match &update.kind {
        UpdateKind::MyChatMember(ChatMemberUpdated { chat, new_chat_member, .. }) if !chat.is_private() => {
            info!(chat = chat.id.0, present = new_chat_member.is_present(), "membership of a Telegram group changed");
        }
        UpdateKind::Message(message) => {
            if let Some(to) = message.migrate_to_chat_id() {
                warn!(
                    from = message.chat.id.0,
                    to = to.0,
                    "a Telegram group became a supergroup and has a new number; write it in [telegram] in place of the old one"
                );
            }
        }
        UpdateKind::Error(_) => {
            warn!(update = update.id.0, "an update from Telegram has a form that is not known yet; it is passed over");
        }
        _ => {}
    }
}
