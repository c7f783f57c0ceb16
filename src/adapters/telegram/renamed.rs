//! Groups that have become supergroups, and so have other numbers
//! (<https://core.telegram.org/bots/api#message>, `migrate_to_chat_id`). The settings still name the number that they had: what
//! is said there counts as said in the old one, too. What is sent without having been asked for (`gaps_to`) needs the new number.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Result;
use tracing::warn;

use crate::delivery::Delivery;
use crate::place::PlaceKind;
use crate::question::{ChatId, Origin};

/// What the names of the notes begin with; behind it stands the new number.
const NOTE: &str = "was.";

/// Old numbers by the new ones. A cheap handle: clones share everything.
#[derive(Clone)]
pub(super) struct Renamed {
    delivery: Delivery,
    known: Arc<RwLock<HashMap<String, ChatId>>>,
}

impl Renamed {
    /// What was noted before.
    pub(super) async fn load(delivery: &Delivery) -> Result<Self> {
        let notes = delivery.cursors(Origin::Telegram).await?.into_iter();
        let known = notes.filter_map(|(name, old)| Some((name.strip_prefix(NOTE)?.to_owned(), ChatId(old))));
        Ok(Self { delivery: delivery.clone(), known: Arc::new(RwLock::new(known.collect())) })
    }

    /// The group `old` has the number `new` now. Telegram tells it once, so it is on disk when this returns.
    ///
    /// # Errors
    /// The disk failed.
    pub(super) async fn note(&self, old: i64, new: i64) -> Result<()> {
        warn!(from = old, to = new, "a Telegram group became a supergroup; its rules hold for the new number, too");
        self.delivery.set_cursor(Origin::Telegram, &format!("{NOTE}{new}"), &old.to_string()).await?;
        self.delivery.flushed().await?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(new.to_string(), ChatId(old.to_string()));
        Ok(())
    }

    /// The number that a group had before, for its rules.
    pub(super) fn before(&self, chat: &ChatId, kind: PlaceKind) -> Option<ChatId> {
        if kind == PlaceKind::Direct {
            return None;
        }
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&chat.0).cloned()
    }
}
