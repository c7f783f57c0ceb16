//! What outlives the daemon: its folder and its knowledge base.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use colega::agent::Agent;
use colega::delivery::Delivery;
use colega::desk::health::Health;
use colega::desk::policy::Policy;
use colega::desk::{ChatSettings, Front};
use colega::feedback::{Feedback, FeedbackSettings};
use colega::question::{Language, Origin};
use regex::Regex;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::harness;

/// How long people wait for Colega before they give up.
pub const PATIENCE: Duration = Duration::from_secs(45);
pub const QUESTION: &str = "What is an idempotency key?";
pub const SPANISH: &str = "¿Qué es una clave de idempotencia?";

pub struct House {
    folder: TempDir,
    agent: Agent,
}

impl House {
    pub fn new(agent: Agent) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), agent }
    }

    /// Opens the stores, as the start of the daemon does, for the platform `origin` with these rules.
    pub async fn open(&self, origin: Origin, policy: Policy) -> Front {
        let at = |name: &str| self.folder.path().join(name);
        let feedback = harness::patiently(|| Feedback::open(at("feedback.sled"), FeedbackSettings::default())).await;
        let delivery = harness::patiently(|| Delivery::open(at("delivery.sled"))).await;
        let health = Arc::new(Health::default());
        let house = colega::desk::House {
            reindexer: harness::reindexer(self.folder.path()),
            healths: vec![(origin, Arc::clone(&health))],
            notices: tokio::sync::broadcast::channel(4).0,
            started: Instant::now(),
            settings: ChatSettings::default(),
            default_language: Language::English,
        };
        Front {
            agent: self.agent.clone(),
            delivery,
            feedback,
            policy: Arc::new(ArcSwap::from_pointee(policy)),
            health,
            house: Arc::new(house),
            stop: CancellationToken::new(),
        }
    }
}

/// Waits until something holds that no message shows.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let looking = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("no {what} within {PATIENCE:?}"));
}

/// `text` without what differs from run to run: times, memory and the identifiers of answers.
pub fn steady(text: &str) -> String {
    let numbers = Regex::new(r"\d+(\.\d+)?( |\u{a0})(ms|s|MB)\b").expect("a pattern");
    let identifiers = Regex::new(r"\b[0-9a-f]{16}\b").expect("a pattern");
    identifiers.replace_all(&numbers.replace_all(text, "… $3"), "<id>").into_owned()
}
