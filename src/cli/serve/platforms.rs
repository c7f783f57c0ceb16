//! The chat platforms that have a token.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use arc_swap::ArcSwap;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;

use crate::adapters::token::Token;
use crate::agent::Agent;
use crate::app::{self, App};
use crate::cli::tokens::{discord_token, telegram_token};
use crate::config::Settings;
use crate::delivery::Delivery;
use crate::desk::health::Health;
use crate::desk::policy::Policy;
use crate::desk::{Front, House, Notice};
use crate::feedback::Feedback;
use crate::question::Origin;

/// What the platforms are given.
pub(super) struct Given {
    pub notices: broadcast::Sender<Notice>,
    pub agent: Agent,
    pub delivery: Delivery,
    pub feedback: Feedback,
    pub stop: CancellationToken,
}

/// The rules of the platforms, to be swapped by a reload.
#[derive(Clone)]
pub(super) struct Rules {
    discord: Arc<ArcSwap<Policy>>,
    telegram: Arc<ArcSwap<Policy>>,
}

impl Rules {
    fn new(settings: &Settings) -> Self {
        Self {
            discord: Arc::new(ArcSwap::from_pointee(settings.discord.policy())),
            telegram: Arc::new(ArcSwap::from_pointee(settings.telegram.policy())),
        }
    }

    /// Puts the rules of `settings` in place of those that hold, in the places of the platforms and in the guard of `agent`.
    ///
    /// # Errors
    /// The guard cannot be made of them; then nothing is changed.
    pub(super) fn swap(&self, settings: &Settings, agent: &Agent) -> Result<()> {
        agent.judge_by(app::guard(settings)?);
        self.discord.store(Arc::new(settings.discord.policy()));
        self.telegram.store(Arc::new(settings.telegram.policy()));
        Ok(())
    }
}

/// What is known of the platforms that were started.
pub(super) struct Started {
    pub rules: Rules,
    pub healths: Vec<(Origin, Arc<Health>)>,
}

/// Starts an adapter for each platform that has a token.
///
/// # Errors
/// A token that cannot be read. A token that a platform does not take is told in the log and by `doctor`, and the rest of
/// the daemon goes on.
pub(super) fn start(app: &App, given: &Given, tasks: &TaskTracker) -> Result<Started> {
    let settings = &app.settings;
    let rules = Rules::new(settings);
    let tokens = Tokens::find(settings)?;
    let healths = tokens.origins().map(|origin| (origin, Arc::<Health>::default())).collect::<Vec<_>>();
    let house = Arc::new(House {
        reindexer: Arc::new(app.reindexer()?),
        healths: healths.clone(),
        notices: given.notices.clone(),
        started: Instant::now(),
        settings: settings.chat.clone(),
        default_language: settings.language.default,
    });
    for (origin, health) in healths.clone() {
        let policy = if origin == Origin::Discord { &rules.discord } else { &rules.telegram };
        let front = Front {
            agent: given.agent.clone(),
            delivery: given.delivery.clone(),
            feedback: given.feedback.clone(),
            policy: Arc::clone(policy),
            health,
            house: Arc::clone(&house),
            stop: given.stop.clone(),
        };
        tokens.serve(origin, settings, front, tasks);
    }
    Ok(Started { rules, healths })
}

/// The tokens that there are.
struct Tokens {
    discord: Option<Token>,
    telegram: Option<Token>,
}

impl Tokens {
    fn find(settings: &Settings) -> Result<Self> {
        Ok(Self { discord: discord_token(settings)?, telegram: telegram_token(settings)? })
    }

    fn origins(&self) -> impl Iterator<Item = Origin> {
        let discord = self.discord.as_ref().map(|_| Origin::Discord);
        discord.into_iter().chain(self.telegram.as_ref().map(|_| Origin::Telegram))
    }

    /// Serves one platform, beside everything else, until the daemon stops.
    fn serve(&self, origin: Origin, settings: &Settings, front: Front, tasks: &TaskTracker) {
        let token = if origin == Origin::Discord { &self.discord } else { &self.telegram };
        let (Some(token), settings) = (token.clone(), settings.clone()) else { return };
        tasks.spawn(async move {
            let served = match origin {
                Origin::Discord => serve_discord(&settings, token, front).await,
                _ => serve_telegram(&settings, token, front).await,
            };
            // One platform that ends does not end the others.
            if let Err(failure) = served {
                error!(origin = origin.name(), "the adapter ended: {failure:#}");
            }
        });
    }
}

#[cfg(feature = "discord")]
async fn serve_discord(settings: &Settings, token: Token, front: Front) -> Result<()> {
    let stop = front.stop.clone();
    crate::adapters::discord::run(&settings.discord, token, front, stop).await
}

#[cfg(feature = "telegram")]
async fn serve_telegram(settings: &Settings, token: Token, front: Front) -> Result<()> {
    let stop = front.stop.clone();
    crate::adapters::telegram::run(&settings.telegram, token, front, stop).await
}

#[cfg(not(feature = "discord"))]
#[expect(clippy::unused_async, reason = "like the one that serves")]
async fn serve_discord(_: &Settings, _: Token, _: Front) -> Result<()> {
    anyhow::bail!("there is a token, but this program was built without Discord")
}

#[cfg(not(feature = "telegram"))]
#[expect(clippy::unused_async, reason = "like the one that serves")]
async fn serve_telegram(_: &Settings, _: Token, _: Front) -> Result<()> {
    anyhow::bail!("there is a token, but this program was built without Telegram")
}
