//! Stands in for the desk: keeps what it is handed, and does nothing about it.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use colega::adapters::discord::intake::Intake;
use colega::desk::policy::Policy;
use colega::desk::{Event, Incoming};
use colega::place::{MessageId, Place};
use colega::question::ChatId;
use tokio::sync::watch;

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// What was taken, in order, each update once.
#[derive(Clone)]
pub struct Taken(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    taken: Vec<Incoming>,
    known: HashSet<String>,
    own: HashSet<(ChatId, MessageId)>,
    answers: Vec<(Place, Vec<MessageId>)>,
    cursors: BTreeMap<String, String>,
    policy: Arc<Policy>,
}

impl Default for Taken {
    fn default() -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), changes: watch::Sender::new(0) }))
    }
}

impl Taken {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_policy(&self, policy: Policy) {
        self.state().policy = Arc::new(policy);
    }

    /// From now on, `message` is one of Colega's, and an answer.
    pub fn answered(&self, place: &Place, message: &MessageId) {
        let mut state = self.state();
        state.own.insert((place.chat.clone(), message.clone()));
        state.answers.push((place.clone(), vec![message.clone()]));
    }

    /// Waits until it is written down how far a channel and a DM have been read.
    pub async fn wrote_down(&self) {
        let wrote = |prefix: &str| self.state().cursors.keys().any(|name| name.starts_with(prefix));
        self.wait_until("cursors", |_| (wrote("seen.") && wrote("dm.")).then_some(())).await;
    }

    /// Everything that was taken so far.
    pub fn all(&self) -> Vec<Incoming> {
        self.state().taken.clone()
    }

    /// Waits for the first update for which `found` finds something.
    pub async fn wait_for<T>(&self, what: &str, found: impl Fn(&Incoming) -> Option<T>) -> T {
        self.wait_until(what, |taken| taken.iter().find_map(&found)).await
    }

    /// Waits until `found` finds something in all that was taken.
    pub async fn wait_until<T>(&self, what: &str, found: impl Fn(&[Incoming]) -> Option<T>) -> T {
        let mut changes = self.0.changes.subscribe();
        let looking = async {
            loop {
                if let Some(found) = found(&self.all()) {
                    return found;
                }
                changes.changed().await.expect("still there");
            }
        };
        let Ok(found) = tokio::time::timeout(PATIENCE, looking).await else {
            panic!("no {what} within {PATIENCE:?} among {:#?}", self.all())
        };
        found
    }

    /// Waits until something with this text was said.
    pub async fn said(&self, wanted: &str) -> Incoming {
        self.wait_for(wanted, |incoming| {
            matches!(&incoming.event, Event::Said { text, .. } if text == wanted).then(|| incoming.clone())
        })
        .await
    }

    /// How often something with this text was taken.
    pub fn times_said(&self, wanted: &str) -> usize {
        let is_it = |incoming: &&Incoming| matches!(&incoming.event, Event::Said { text, .. } if text == wanted);
        self.state().taken.iter().filter(is_it).count()
    }
}

impl Intake for Taken {
    async fn take(&self, incoming: Incoming) -> Result<()> {
        let mut state = self.state();
        if state.known.insert(incoming.id.0.clone()) {
            state.taken.push(incoming);
        }
        drop(state);
        self.0.changes.send_modify(|changes| *changes += 1);
        Ok(())
    }

    async fn is_own(&self, chat: &ChatId, message: &MessageId) -> Result<bool> {
        Ok(self.state().own.contains(&(chat.clone(), message.clone())))
    }

    async fn was_asked(&self, chat: &ChatId, wanted: &MessageId) -> Result<bool> {
        let is_it = |incoming: &Incoming| {
            matches!(&incoming.event, Event::Said { message, .. } if message == wanted) && incoming.place.chat == *chat
        };
        Ok(self.state().taken.iter().any(is_it))
    }

    async fn is_own_thread(&self, thread: &Place) -> Result<bool> {
        let root = MessageId(thread.chat.0.clone());
        Ok(thread.parent.as_ref().is_some_and(|parent| self.state().own.contains(&(parent.clone(), root))))
    }

    async fn recent_answers(&self, _hours: u64) -> Result<Vec<(Place, Vec<MessageId>)>> {
        Ok(self.state().answers.clone())
    }

    fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.state().policy)
    }

    async fn cursors(&self) -> Result<Vec<(String, String)>> {
        Ok(self.state().cursors.clone().into_iter().collect())
    }

    async fn set_cursor(&self, name: &str, value: &str) -> Result<()> {
        self.state().cursors.insert(name.to_owned(), value.to_owned());
        self.0.changes.send_modify(|changes| *changes += 1);
        Ok(())
    }
}
