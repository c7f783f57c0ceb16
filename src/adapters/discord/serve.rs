//! The adapter put together.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use backon::{ExponentialBuilder, Retryable as _};
use reqwest::Method;
use serde::Deserialize;
use serenity::all::{ApplicationId, UserId};
use serenity::http::Route;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::catch_up::CatchUp;
use super::directory::Directory;
use super::gateway::{Gateway, Handler};
use super::hear::{Listener, Parts};
use super::intake::Intake;
use super::lanes::Lanes;
use super::messenger::{Discord, Me};
use super::rest::{Call, Problem, Rest};
use super::seen::{Seen, save};
use super::snowflake::now_ms;
use super::{DiscordSettings, commands};
use crate::adapters::token::Token;
use crate::desk::health::Health;
use crate::desk::{Desk, Front};

/// How often it is written down how far channels have been read.
const SAVE_EVERY: Duration = Duration::from_secs(15);
/// The shortest and the longest wait before Discord is asked again who Colega is.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(2));

/// Answers on Discord until `stop`. What goes wrong with Discord is repeated until it works, and stands in `front.health`.
///
/// # Errors
/// The token cannot be a token, or what Colega keeps on disk cannot be read.
pub async fn run(settings: &DiscordSettings, token: Token, front: Front, stop: CancellationToken) -> Result<()> {
    let health = Arc::clone(&front.health);
    let rest = Rest::new(settings, &token, Arc::clone(&health))?;
    let Some(me) = stop.run_until_cancelled(identify(&rest)).await else { return Ok(()) };
    let discord = Discord::new(rest, me);
    let desk = Desk::new(front, discord.clone());
    desk.resume().await?;
    attend(settings, token, discord, desk.clone(), health, stop).await?;
    desk.drain().await;
    Ok(())
}

/// Who Colega is, asked for until Discord tells.
pub async fn identify(rest: &Rest) -> Me {
    let backoff = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(ASK_AGAIN.0)
        .with_max_delay(ASK_AGAIN.1)
        .without_max_times();
    let tell = |problem: &Problem, wait: Duration| {
        warn!("Discord does not tell who Colega is ({problem}); again in {wait:.1?}");
    };
    loop {
        if let Ok(me) = (|| who_am_i(rest)).retry(backoff).notify(tell).await {
            return me;
        }
    }
}

#[derive(Deserialize)]
struct Bot {
    id: UserId,
}

#[derive(Deserialize)]
struct Application {
    id: ApplicationId,
}

async fn who_am_i(rest: &Rest) -> Result<Me, Problem> {
    let bot: Bot = rest.fetch(Call::new(Method::GET, Route::UserMe)).await?;
    let application: Application = rest.fetch(Call::at(Method::GET, APPLICATION)).await?;
    Ok(Me { user: bot.id, application: application.id })
}

/// The application that the token belongs to; serenity has no route for it.
pub const APPLICATION: &str = "/api/v10/applications/@me";

/// Hands everything that happens on Discord to `intake`, until `stop`.
pub async fn attend<I: Intake>(
    settings: &DiscordSettings,
    token: Token,
    discord: Discord,
    intake: I,
    health: Arc<Health>,
    stop: CancellationToken,
) -> Result<()> {
    let rest = discord.rest().clone();
    let me = discord.me();
    let (directory, seen) = (Directory::new(rest.clone(), me), Seen::load(&intake, settings.shard, now_ms()).await?);
    let parts = Parts {
        intake: intake.clone(),
        directory: directory.clone(),
        seen: seen.clone(),
        discord,
        health: Arc::clone(&health),
    };
    let (listener, tasks) = (Listener::new(parts), TaskTracker::new());
    // What came in before the stop is still handed in after it, so the lanes end last.
    let closed = CancellationToken::new();
    let lanes = Lanes::new(&listener, &closed, &tasks);
    let handler = Handler::new(lanes.clone(), directory, seen.clone(), Arc::clone(&health));
    let catch_up = CatchUp { listener, lanes, missed_minutes: settings.missed_minutes };
    tasks.spawn(catch_up.run(handler.arrived.subscribe(), stop.clone()));
    tasks.spawn(stop.clone().run_until_cancelled_owned(register(rest.clone(), me)));
    tasks.spawn(stop.clone().run_until_cancelled_owned(save_now_and_then(seen.clone(), intake.clone())));
    Gateway::new(settings, token, rest, handler, health).run(&stop).await;
    closed.cancel();
    tasks.close();
    tasks.wait().await;
    seen.save(&intake).await
}

async fn register(rest: Rest, me: Me) {
    match commands::register(&rest, me.application).await {
        Ok(true) => {}
        Ok(false) => info!("Discord knows the commands already"),
        Err(problem) => warn!("Discord cannot be told the commands: {problem}; mentions and DMs work without"),
    }
}

async fn save_now_and_then(seen: Seen, intake: impl Intake) {
    let mut ticks = interval(SAVE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        save(&seen, &intake).await;
    }
}
