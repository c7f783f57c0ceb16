//! What is told without having been asked for: the weekly list of gaps, and what operators should know.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tracing::error;

use super::hearing::conversation;
use super::messenger::{Keyboard, Messenger};
use super::outbox::Shown;
use super::{Desk, now_ms};
use crate::delivery::{OutKey, Outgoing, Role, State};
use crate::place::{Place, Pseudonym};
use crate::question::Language;
use crate::render::chat;
use crate::render::document::Document;

/// How often it is looked whether the list of gaps is due.
const LOOK_FOR_GAPS: Duration = Duration::from_hours(1);

/// What operators should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A new index answers the goldset worse than the live one, which stays.
    IndexRefused {
        /// What is worse, line by line.
        why: Vec<String>,
    },
}

impl<M: Messenger> Desk<M> {
    pub(super) async fn post_notices(&self, mut notices: broadcast::Receiver<Notice>) {
        loop {
            match notices.recv().await {
                Ok(notice) => {
                    if let Err(failure) = self.post_notice(&notice).await.context("a notice was not posted") {
                        error!("{failure:#}");
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    pub(super) async fn post_gaps_weekly(&self) {
        let mut tick = tokio::time::interval(LOOK_FOR_GAPS);
        loop {
            tick.tick().await;
            // Weeks since a Monday, so that the list comes on Mondays (UTC); 1970 began on a Thursday.
            let days = now_ms() / (24 * 60 * 60 * 1000);
            if (days + 3).is_multiple_of(7)
                && let Err(failure) = self.post_gaps((days + 3) / 7).await.context("the list of gaps was not posted")
            {
                error!("{failure:#}");
            }
        }
    }

    /// Posts the gaps of the last month where a setting says so, once a week. `week` counts weeks since 1970.
    async fn post_gaps(&self, week: u64) -> Result<()> {
        let Some(place) = self.front.policy.load_full().gaps_place() else { return Ok(()) };
        let language = self.language_at(&place);
        self.post(place, &format!("gaps{week}"), || self.gaps(language)).await
    }

    /// Tells operators something where the list of gaps goes, too.
    async fn post_notice(&self, notice: &Notice) -> Result<()> {
        let Some(place) = self.front.policy.load_full().gaps_place() else { return Ok(()) };
        let language = self.language_at(&place);
        let document = match notice {
            Notice::IndexRefused { why } => chat::index_refused(language, why),
        };
        self.post(place, &format!("notice{}", now_ms()), || async { Ok(document) }).await
    }

    fn language_at(&self, place: &Place) -> Language {
        self.front.policy.load().language(place).unwrap_or(self.default_language())
    }

    /// Posts what `document` gives, once for each `name`.
    async fn post<F>(&self, place: Place, name: &str, document: impl FnOnce() -> F) -> Result<()>
    where
        F: Future<Output = Result<Document>>,
    {
        let key = OutKey(format!("{}.{}.{name}", M::ORIGIN.name(), place.chat.0));
        let known = self.front.delivery.outgoing(&key).await?;
        if known.as_ref().is_some_and(|known| known.state == State::Whole) {
            return Ok(());
        }
        let document = document().await?;
        let nobody = Pseudonym(String::new());
        let mut outgoing = known.unwrap_or_else(|| Outgoing {
            conversation: conversation(M::ORIGIN, &place, &nobody),
            asker: nobody,
            place,
            reply_to: None,
            answer: None,
            role: Role::Command,
            follows: None,
            slots: Vec::new(),
            state: State::Writing,
            update: name.to_owned(),
            at_ms: now_ms(),
        });
        let shown = Shown::new(self.messenger().parts(&document), Keyboard::None);
        self.show(&key, &mut outgoing, &shown, None).await?;
        outgoing.state = State::Whole;
        self.front.delivery.save(&key, &outgoing).await
    }
}
