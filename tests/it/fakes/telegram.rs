//! A Bot API server on loopback with people in its chats: what a real bot library sends is checked as the real server
//! checks it, and what people do arrives by long polling.
//!
//! ```ignore
//! let telegram = FakeTelegram::start().await;
//! let ana = telegram.person("Ana", "es");
//! let team = telegram.supergroup("Backend", &[ana]);
//! let question = telegram.say(team, ana, "/ask what is JWT?");
//! let answer = telegram.wait_for("an answer", |world| world.answer_to(team, question)).await;
//! telegram.press(team, answer, ana, "👍");
//! assert_eq!(telegram.violations(), [""; 0]);
//! ```

mod acts;
mod bring;
mod calls;
mod faults;
mod groups;
pub mod html;
mod limits;
mod markup;
mod message;
mod methods;
mod people;
mod poll;
mod refusal;
mod routes;
mod transcript;
mod wire;
pub mod world;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::faults::Faults;
pub use self::limits::Limits;
pub use self::world::{Author, Counters, World};

/// The token that the server knows.
pub const TOKEN: &str = "4242:fake-token-of-colega";
/// How long [`FakeTelegram::wait_for`] waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server. Dropping it stops it.
pub struct FakeTelegram {
    shared: Arc<Shared>,
    address: std::net::SocketAddr,
    listening: Mutex<CancellationToken>,
}

/// What requests and people share.
struct Shared {
    world: Mutex<World>,
    faults: Mutex<Faults>,
    changes: watch::Sender<u64>,
    /// Cancelled while the server is down; waiting requests end then.
    down: Mutex<CancellationToken>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test panics while it holds the world")
    }

    /// Changes the world, and wakes who waits for a change.
    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let done = change(&mut self.world());
        self.changes.send_modify(|version| *version += 1);
        done
    }
}

impl FakeTelegram {
    /// A server with nobody on it, which limits rates as the real one does.
    pub async fn start() -> Self {
        Self::start_with(Limits::default()).await
    }

    /// A server with other limits.
    pub async fn start_with(limits: Limits) -> Self {
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(limits)),
            faults: Mutex::new(Faults::default()),
            changes: watch::channel(0).0,
            down: Mutex::new(CancellationToken::new()),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let listening = routes::listen(listener, Arc::clone(&shared));
        Self { shared, address, listening: Mutex::new(listening) }
    }

    /// What `telegram.api_url` is set to.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts all connections and refuses new ones.
    pub fn go_down(&self) {
        self.shared.down.lock().expect("unpoisoned").cancel();
        self.listening.lock().expect("unpoisoned").cancel();
    }

    /// Takes connections again at the same address.
    pub async fn come_up(&self) {
        *self.shared.down.lock().expect("unpoisoned") = CancellationToken::new();
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        *self.listening.lock().expect("unpoisoned") = routes::listen(listener, Arc::clone(&self.shared));
    }

    /// From now on the server fails like this.
    pub fn fail(&self, faults: Faults) {
        *self.shared.faults.lock().expect("unpoisoned") = faults;
    }

    /// Looks at the world.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.shared.world())
    }

    /// What the bot did that the real server or its rules would not have.
    pub fn violations(&self) -> Vec<String> {
        self.look(|world| world.violations.clone())
    }

    /// What the bot asked for, by method.
    pub fn counters(&self) -> Counters {
        self.look(|world| world.counters.clone())
    }

    /// Waits until `look` finds something; panics with all transcripts when it does not for long.
    pub async fn wait_for<T>(&self, what: &str, look: impl Fn(&World) -> Option<T>) -> T {
        let mut changes = self.shared.changes.subscribe();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                changes.borrow_and_update();
                if let Some(found) = self.look(&look) {
                    return found;
                }
                changes.changed().await.expect("the server is there");
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("no {what} after {PATIENCE:?}\n{}", self.look(World::transcripts)))
    }

    /// What stands in a chat, for snapshots.
    pub fn transcript(&self, chat: i64) -> String {
        self.look(|world| world.transcript(chat))
    }
}

impl Drop for FakeTelegram {
    fn drop(&mut self) {
        self.go_down();
    }
}
