//! The adapter for Discord against a fake Discord: what it makes of what people do, what it sends, and how it heals.
//! [`desk::Taken`] stands in for the desk.

mod connection;
mod desk;
mod hearing;
mod missed;
mod sending;
mod setup;

use std::sync::Arc;

use colega::adapters::discord::messenger::Discord as Messenger;
use colega::adapters::discord::rest::Rest;
use colega::adapters::discord::{DiscordSettings, attend, identify};
use colega::adapters::token::Token;
use colega::desk::health::Health;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::desk::Taken;
use crate::fakes::discord::Discord;

/// A running adapter.
struct Bot {
    desk: Taken,
    messenger: Messenger,
    health: Arc<Health>,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Bot {
    /// Starts the adapter and waits until it is connected.
    async fn start(fake: &Discord) -> Self {
        Self::start_with(fake, Taken::default(), |_| {}).await
    }

    async fn start_with(fake: &Discord, desk: Taken, change: impl FnOnce(&mut DiscordSettings)) -> Self {
        let bot = Self::start_unconnected(fake, desk, change).await;
        fake.connected().await;
        bot
    }

    async fn start_unconnected(fake: &Discord, desk: Taken, change: impl FnOnce(&mut DiscordSettings)) -> Self {
        let mut settings = settings(fake);
        change(&mut settings);
        desk.set_policy(settings.policy());
        let (token, health) = (Token::new(fake.token()), Arc::new(Health::default()));
        let rest = Rest::new(&settings, &token, Arc::clone(&health)).expect("a client");
        let messenger = Messenger::new(rest.clone(), identify(&rest).await);
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let (messenger, desk) = (messenger.clone(), desk.clone());
            let (health, stop) = (Arc::clone(&health), stop.clone());
            async move { attend(&settings, token, messenger, desk, health, stop).await }
        });
        Self { desk, messenger, health, stop, running }
    }

    /// Stops the adapter, as the end of the daemon does; what it took stays with the desk.
    async fn stop(self) -> Taken {
        self.stop.cancel();
        self.running.await.expect("no panic").expect("ends well");
        self.desk
    }
}

fn settings(fake: &Discord) -> DiscordSettings {
    DiscordSettings { api_url: fake.url(), ..DiscordSettings::default() }
}
