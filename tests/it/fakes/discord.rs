//! A Discord on loopback: REST and gateway, version 10, stateful, and as strict as the real one.
//!
//! ```ignore
//! let discord = Discord::start().await;
//! let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
//! // … start the bot with `api_url = discord.url()` and the token `discord.token()` …
//! discord.connected().await;
//! let asked = discord.say(ana, backend, "@Colega What is an idempotency key?");
//! let answer = discord.wait_for("an answer", |state| state.replies(asked).first().map(|reply| reply.id)).await;
//! let pressed = discord.press(ana, answer, "up:");
//! assert!(matches!(discord.saw(pressed).await, Saw::Message { private: true, .. }));
//! insta::assert_snapshot!(discord.transcript(backend));
//! assert_eq!(discord.violations(), Vec::<String>::new());
//! ```
//!
//! - **The world.** There is one guild, "Team"; [`Discord::person`], [`Discord::channel`] and [`Discord::role`] make what is not
//!   there yet, by name. [`Discord::dm`] writes to the bot directly.
//! - **People act** ([`people`], [`interact`]): `say`, `reply`, `edit`, `delete`, `react`, `unreact`, `create_thread`, `join`;
//!   `press`, `slash`, `context_menu` and `submit_modal` give an [`InteractionId`], and [`Discord::saw`] waits for what the
//!   person saw. In texts that people write, `@name` becomes a mention where somebody has that name.
//! - **Waiting.** [`Discord::wait_for`] looks at the [`State`] whenever it changes; a test that waits too long fails with all
//!   that was said.
//! - **Looking.** [`Discord::transcript`] for snapshots; [`Discord::violations`] for what the real server would have punished;
//!   [`Discord::look`] for the rest: messages, counts, refusals, signs of life.
//! - **Faults** ([`faults`]): [`Discord::next`] for one request, [`Discord::storm`] for a random mix with a seed,
//!   [`Discord::drop_gateway`], [`Discord::reconnect`], [`Discord::invalidate`], [`Discord::close`],
//!   [`Discord::refuse_connections`], [`Discord::mute_heartbeats`], [`Discord::revoke_token`].
//! - **Time.** [`Discord::advance`] moves the clock by which tokens, nonces and limits expire.

pub mod commands;
pub mod faults;
pub mod ids;
pub mod interact;
pub mod interactions;
pub mod ledger;
pub mod message;
pub mod people;
pub mod sessions;
pub mod settings;
pub mod state;

mod acts;
mod components;
mod embeds;
mod form;
mod gateway;
mod listener;
mod mentions;
mod refusal;
mod rest;
mod routes;
mod throttle;
mod transcript;
mod wire;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::faults::{Fault, Storm};
pub use self::ids::{ChannelId, GuildId, InteractionId, MessageId, RoleId, UserId};
pub use self::interactions::Saw;
pub use self::ledger::{Ack, Counts, Refused};
pub use self::routes::Route;
pub use self::settings::{Settings, permission};
pub use self::state::State;

/// A running fake. Clones are the same one; it ends with the last.
#[derive(Clone)]
pub struct Discord {
    server: Arc<Server>,
    _running: Arc<DropGuard>,
}

/// What requests, the gateway and tests share.
struct Server {
    state: Mutex<State>,
    address: SocketAddr,
    /// Counts changes of the state.
    changes: watch::Sender<u64>,
    door: Arc<listener::Door>,
    stop: CancellationToken,
}

impl Server {
    /// The state, to look at.
    fn look(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and tells those who wait.
    fn change<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        let result = with(&mut self.look());
        self.changes.send_modify(|changes| *changes = changes.wrapping_add(1));
        result
    }
}

impl Discord {
    /// Starts a fake with the usual settings.
    pub async fn start() -> Self {
        Self::start_with(Settings::default()).await
    }

    /// Starts a fake.
    pub async fn start_with(settings: Settings) -> Self {
        let (listener, address, door) = listener::Port::open().await;
        let mut state = State::new(settings);
        state.add_guild("Team");
        let stop = CancellationToken::new();
        let server = Arc::new(Server {
            state: Mutex::new(state),
            address,
            changes: watch::Sender::new(0),
            door,
            stop: stop.clone(),
        });
        tokio::spawn(rest::serve(listener, Arc::clone(&server)));
        Self { server, _running: Arc::new(stop.drop_guard()) }
    }

    /// Where the fake listens, without a slash at the end; `/api/v10` comes behind it.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// The bot's token.
    pub fn token(&self) -> String {
        self.look(|state| state.settings.token.clone())
    }

    /// Looks at the state.
    pub fn look<T>(&self, at: impl FnOnce(&State) -> T) -> T {
        at(&self.server.look())
    }

    /// Changes the settings, from the next request on.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        self.server.change(|state| change(&mut state.settings));
    }

    /// Moves the clock of tokens, nonces and limits forward.
    pub fn advance(&self, by: Duration) {
        self.server.change(|state| state.advance(by));
    }

    /// Waits until `found` finds something, looking whenever the state changes.
    ///
    /// # Panics
    /// When that takes longer than [`Settings::patience`], with everything that was said.
    pub async fn wait_for<T>(&self, what: &str, found: impl Fn(&State) -> Option<T>) -> T {
        let patience = self.look(|state| state.settings.patience);
        let mut changes = self.server.changes.subscribe();
        let looking = async {
            loop {
                if let Some(found) = self.look(&found) {
                    return found;
                }
                // Interactions run out without a change of the state.
                let _ = tokio::time::timeout(Duration::from_millis(250), changes.changed()).await;
            }
        };
        let found = tokio::time::timeout(patience, looking).await;
        found.unwrap_or_else(|_| panic!("no {what} within {patience:?}:\n{}", self.look(State::report)))
    }

    /// Waits until a bot is connected to the gateway.
    pub async fn connected(&self) {
        self.wait_for("connected bot", |state| state.sessions.is_connected().then_some(())).await;
    }

    /// What the real server would have refused or punished, and whom the bot would have pinged. Empty for a good bot.
    pub fn violations(&self) -> Vec<String> {
        self.look(|state| state.ledger.violations.iter().cloned().collect())
    }

    /// How many requests there were, by route and status.
    pub fn counts(&self) -> Counts {
        self.look(|state| state.ledger.counts.clone())
    }

    /// For every question, how soon the person saw that the bot is at it.
    pub fn acks(&self) -> Vec<Ack> {
        self.look(|state| state.ledger.acks.iter().cloned().collect())
    }

    /// What stands in `channel`, as people read it.
    pub fn transcript(&self, channel: ChannelId) -> String {
        self.look(|state| state.transcript(channel))
    }
}
