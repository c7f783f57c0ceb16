//! A desk on a folder, with a platform that outlives it.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use colega::agent::Agent;
use colega::answer::AnswerId;
use colega::delivery::Delivery;
use colega::desk::policy::Policy;
use colega::desk::{ChatSettings, Desk, Event, Front, Incoming, UpdateId};
use colega::feedback::kept::Correction;
use colega::feedback::{Feedback, FeedbackSettings};
use colega::place::{Person, Place, PlaceKind};
use colega::question::{ChatId, Language, UserId};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::platform::{Platform, answer_of};
use crate::harness;

pub const QUESTION: &str = "What is an idempotency key?";

/// Everything that outlives a crash: the folder and the platform.
pub struct House {
    folder: TempDir,
    pub platform: Platform,
    agent: Agent,
    stores: std::sync::Mutex<Option<Feedback>>,
}

impl House {
    pub fn new() -> Self {
        Self::with(harness::agent())
    }

    /// Answers are written part by part, at a pace that can be watched.
    pub fn slow() -> Self {
        Self::with(harness::slow_agent(Duration::from_millis(150)))
    }

    fn with(agent: Agent) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, platform: Platform::default(), agent, stores: std::sync::Mutex::default() }
    }

    pub async fn open(&self) -> Desk<Platform> {
        self.open_with(|_| ()).await
    }

    pub async fn open_with(&self, rules: impl FnOnce(&mut Policy)) -> Desk<Platform> {
        let mut policy = Policy::default();
        rules(&mut policy);
        let feedback = harness::patiently(|| {
            Feedback::open(self.folder.path().join("feedback.sled"), FeedbackSettings::default())
        })
        .await;
        let delivery = harness::patiently(|| Delivery::open(self.folder.path().join("delivery.sled"))).await;
        *self.stores.lock().expect("no panic") = Some(feedback.clone());
        let house = colega::desk::House {
            reindexer: harness::reindexer(self.folder.path()),
            healths: Vec::new(),
            notices: tokio::sync::broadcast::channel(4).0,
            started: Instant::now(),
            settings: ChatSettings::default(),
            default_language: Language::English,
        };
        let front = Front {
            agent: self.agent.clone(),
            delivery,
            feedback,
            policy: Arc::new(ArcSwap::from_pointee(policy)),
            health: Arc::default(),
            house: Arc::new(house),
            stop: CancellationToken::new(),
        };
        let desk = Desk::new(front, self.platform.clone());
        desk.resume().await.expect("resumed");
        desk
    }

    /// Ends the desk when it has dealt with everything.
    pub async fn close(&self, desk: Desk<Platform>) {
        desk.front().stop.cancel();
        desk.drain().await;
        drop(desk);
        self.let_go();
    }

    /// Lets the store go, so that it can be opened again.
    pub fn let_go(&self) {
        self.stores.lock().expect("no panic").take();
    }

    /// Waits until there are `count` whole answers.
    pub async fn until_whole(&self, what: &str, count: usize) {
        self.platform
            .until(what, |state| state.messages.values().filter(|sent| answer_of(sent).is_some()).count() == count)
            .await;
    }

    pub async fn until_votes(&self, answer: &AnswerId, expected: (u64, u64)) {
        for _ in 0..1_000 {
            if self.votes(answer).await == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.votes(answer).await, expected);
    }

    async fn votes(&self, answer: &AnswerId) -> (u64, u64) {
        let exchanges = self.feedback().exchanges(0).await.expect("read");
        let exchange = exchanges.iter().find(|exchange| exchange.kept.id == *answer).expect("kept");
        (exchange.up, exchange.down)
    }

    pub async fn corrections(&self, answer: &AnswerId) -> Vec<Correction> {
        let exchanges = self.feedback().exchanges(0).await.expect("read");
        exchanges.into_iter().find(|exchange| exchange.kept.id == *answer).expect("kept").corrections
    }

    /// Everything in the store of feedback.
    pub async fn export(&self) -> String {
        let feedback = harness::patiently(|| {
            Feedback::open(self.folder.path().join("feedback.sled"), FeedbackSettings::default())
        })
        .await;
        harness::export(&feedback).await
    }

    fn feedback(&self) -> Feedback {
        self.stores.lock().expect("no panic").clone().expect("open")
    }
}

pub fn place(kind: PlaceKind, chat: &str) -> Place {
    Place { chat: ChatId(chat.into()), topic: None, parent: None, guild: None, kind }
}

pub fn incoming(update: &str, person: &str, event: Event) -> Incoming {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    Incoming {
        id: UpdateId(update.into()),
        at_ms: u64::try_from(since.as_millis()).expect("not that late"),
        from: Person { id: UserId(person.into()), roles: Vec::new(), language: Some(Language::English) },
        place: place(PlaceKind::Group, "team"),
        event,
    }
}
