//! One connection, from login to end, on a thread of its own.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serenity::all::{ConnectionStage, GatewayIntents, OnlineStatus, ShardId};
use serenity::client::ClientBuilder;
use serenity::gateway::{GatewayError, ShardManager};
use serenity::http::HttpBuilder;
use tokio::runtime;
use tokio::sync::{Mutex, oneshot};
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;

use super::{BAD_TOKEN, Gateway, INTENTS_OFF};
use crate::adapters::discord::shard::Shard;

/// What Colega is told of: messages with their text and reactions, in servers and in DMs.
const INTENTS: GatewayIntents = GatewayIntents::GUILDS
    .union(GatewayIntents::GUILD_MESSAGES)
    .union(GatewayIntents::GUILD_MESSAGE_REACTIONS)
    .union(GatewayIntents::DIRECT_MESSAGES)
    .union(GatewayIntents::DIRECT_MESSAGE_REACTIONS)
    .union(GatewayIntents::MESSAGE_CONTENT);
/// How long making the client may take; it makes a request without a timeout.
const PREPARED_WITHIN: Duration = Duration::from_secs(15);
/// How long serenity may try to come back by itself.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);
/// How often the thread gives a sign of life, and how many may be missed.
const BEAT: Duration = Duration::from_secs(1);
const MISSED_BEATS: u32 = 3;

/// How a connection ended.
pub enum End {
    /// The daemon stops.
    Stopped,
    /// A person must mend something, told in words.
    Refused(&'static str),
    /// Everything else, with the reason.
    Broken(String),
}

/// What the outside needs to reach the connection's thread.
type Reach = Arc<Mutex<Option<Arc<ShardManager>>>>;

/// Connects to `url` and stays connected for as long as that goes well.
pub async fn run(gateway: &Gateway, url: String, stop: &CancellationToken) -> End {
    let line = Arc::clone(gateway.handler.line());
    line.begin(Instant::now());
    let reach = Reach::default();
    let (ended, mut end) = oneshot::channel();
    // The thread ends with this future, also when that is dropped.
    let stop = stop.child_token();
    let _leave = stop.clone().drop_guard();
    let connection = Connection {
        url,
        api_url: gateway.api_url.clone(),
        token: gateway.token.reveal().to_owned(),
        shard: gateway.shard,
        handler: Arc::clone(&gateway.handler),
        reach: Arc::clone(&reach),
        stop: stop.clone(),
    };
    let started = thread::Builder::new().name("discord-gateway".into()).spawn(move || {
        // Whoever waits may have given up.
        let _ = ended.send(connection.run_to_end());
    });
    if let Err(error) = started {
        return End::Broken(format!("no thread: {error}"));
    }
    let mut ticks = interval(BEAT);
    let (mut pulse, mut missed) = (line.pulse(), 0);
    loop {
        tokio::select! {
            end = &mut end => return end.unwrap_or_else(|_| End::Broken("its thread ended".into())),
            () = stop_and_leave(&stop) => return End::Stopped,
            _ = ticks.tick() => {}
        }
        missed = if line.pulse() == pulse { missed + 1 } else { 0 };
        pulse = line.pulse();
        if missed >= MISSED_BEATS {
            line.cut();
            free(&reach, gateway.shard).await;
        }
    }
}

/// Waits for the stop, and then as long as a goodbye may take: a thread that turns in circles does not hear of it.
async fn stop_and_leave(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GOODBYE + BEAT).await;
}

/// Makes a thread stop that reads from a dead connection in a circle: sending over that connection fails, which ends the
/// circle. Over a live one it does nothing but repeat that Colega is there.
async fn free(reach: &Reach, shard: Shard) {
    let Some(manager) = reach.lock().await.clone() else { return };
    if let Ok(runners) = timeout(BEAT, manager.runners.lock()).await
        && let Some(runner) = runners.get(&ShardId(shard.number))
    {
        runner.runner_tx.set_presence(None, OnlineStatus::Online);
    }
}

struct Connection {
    url: String,
    api_url: String,
    token: String,
    shard: Shard,
    handler: Arc<super::Handler>,
    reach: Reach,
    stop: CancellationToken,
}

impl Connection {
    fn run_to_end(self) -> End {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return End::Broken(format!("no runtime: {error}")),
        };
        let end = runtime.block_on(self.run());
        // With the runtime go all tasks that serenity started.
        runtime.shutdown_background();
        end
    }

    async fn run(self) -> End {
        let mut client = match self.client().await {
            Ok(client) => client,
            Err(why) => return End::Broken(format!("{why:#}")),
        };
        let manager = Arc::clone(&client.shard_manager);
        *self.reach.lock().await = Some(Arc::clone(&manager));
        tokio::select! {
            ended = client.start_shard(self.shard.number, self.shard.of) => end_of(ended),
            () = self.stop.cancelled() => {
                let _ = timeout(GOODBYE, manager.shutdown_all()).await;
                End::Stopped
            }
            why = given_up(&self.handler, &manager, self.shard) => End::Broken(why),
        }
    }

    async fn client(&self) -> Result<serenity::Client> {
        let http = HttpBuilder::new(&self.token).proxy(&self.api_url).ratelimiter_disabled(true).build();
        let builder = ClientBuilder::new_with_http(http, INTENTS).event_handler_arc(Arc::clone(&self.handler));
        let client = timeout(PREPARED_WITHIN, builder).await.context("Discord does not answer")??;
        self.url.clone_into(&mut *client.ws_url.lock().await);
        Ok(client)
    }
}

/// Gives signs of life and looks whether there is a connection, until there has been none for too long; gives the reason.
async fn given_up(handler: &super::Handler, manager: &ShardManager, shard: Shard) -> String {
    let (line, mut ticks) = (handler.line(), interval(BEAT));
    loop {
        ticks.tick().await;
        line.beat();
        // serenity does not tell when it begins anew after a failed attempt to resume.
        let stage = manager.runners.lock().await.get(&ShardId(shard.number)).map(|runner| runner.stage);
        if stage != Some(ConnectionStage::Connected) {
            handler.disconnected();
        }
        if line.is_cut() {
            return "it was dead".into();
        }
        if line.down_since().is_some_and(|since| since.elapsed() > PATIENCE) {
            return format!("none for {PATIENCE:?}");
        }
    }
}

fn end_of(ended: serenity::Result<()>) -> End {
    match ended {
        Err(serenity::Error::Gateway(GatewayError::InvalidAuthentication)) => End::Refused(BAD_TOKEN),
        Err(serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents)) => {
            End::Refused(INTENTS_OFF)
        }
        Err(error) => End::Broken(error.to_string()),
        Ok(()) => End::Broken("closed".into()),
    }
}
