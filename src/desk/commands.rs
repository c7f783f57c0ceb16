//! What the commands do.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Result;
use tracing::{error, info};

use super::event::{Command, Incoming};
use super::hearing::{conversation, key_of};
use super::job::Job;
use super::messenger::{Keyboard, Messenger};
use super::outbox::Shown;
use super::patience::patiently;
use super::policy::Admission;
use super::running::Stopped;
use super::{Desk, now_ms};
use crate::answer::AnswerId;
use crate::delivery::OutKey;
use crate::feedback::kept::{Kept, Outcome};
use crate::goldset::gaps;
use crate::place::{Interaction, MessageId, Pseudonym};
use crate::question::Language;
use crate::reindex::Reuse;
use crate::render::chat::{self, AdapterShown, GapShown, StatsShown};
use crate::render::document::Document;

/// How far back `/gaps` looks, in days.
const GAPS_DAYS: u64 = 30;
/// How long answers under way may take to stop; a platform that is slow holds them up.
const STOPPING: Duration = Duration::from_secs(10);
/// How many gaps are shown in a chat.
pub(super) const GAPS_SHOWN: usize = 10;

impl<M: Messenger> Desk<M> {
    /// Does what a command says.
    pub(super) async fn commanded(
        &self,
        incoming: &Incoming,
        command: &Command,
        message: Option<&MessageId>,
        target: Option<&MessageId>,
        interaction: Option<&Interaction>,
    ) -> Result<()> {
        let language = self.wording(&incoming.from, &incoming.place, "");
        let is_paired = self.front.delivery.is_paired(M::ORIGIN, &incoming.from.id).await?;
        let admission = self.front.policy.load().admits(&incoming.from, &incoming.place, is_paired);
        let reply = Reply { incoming, message, interaction };
        if self.is_too_old(incoming.at_ms) && !matches!(command, Command::Forget | Command::Ask { .. }) {
            return Ok(());
        }
        match (admission, command) {
            // Everybody may be forgotten, and be told what Colega is.
            (_, Command::Forget | Command::Help) | (Admission::Granted, _) => {}
            (Admission::NeedsPairing, _) => {
                let code = self.front.delivery.pairing_code(M::ORIGIN, &incoming.from.id, now_ms()).await?;
                return self.reply(&reply, &chat::pairing(language, code.as_deref())).await;
            }
            (Admission::Denied, _) if interaction.is_some() => {
                return self.reply(&reply, &chat::short(language, chat::labels(language).not_allowed)).await;
            }
            (Admission::Denied, _) => return Ok(()),
        }
        match command {
            Command::Ask { text } if text.trim().is_empty() => self.reply(&reply, &chat::ask_how(language)).await,
            Command::Ask { text } => self.asked_by_command(&reply, text).await,
            Command::Reindex => self.reindex(&reply, language).await,
            Command::Forget => self.forget(&reply, language).await,
            _ => {
                let document = self.report(incoming, command, target, language).await?;
                self.reply(&reply, &document).await
            }
        }
    }

    /// What commands that only look or forget have to say.
    async fn report(
        &self,
        incoming: &Incoming,
        command: &Command,
        target: Option<&MessageId>,
        language: Language,
    ) -> Result<Document> {
        let is_admin = self.front.policy.load().is_admin(&incoming.from.id);
        Ok(match command {
            Command::Why => match self.target(incoming, target).await? {
                Some(kept) => chat::why(&kept, language),
                None => chat::nothing_to_explain(language, M::ORIGIN),
            },
            Command::Sources => match self.target(incoming, target).await?.as_deref() {
                Some(Kept { outcome: Outcome::Answered { answer: Some(answer) }, .. }) => chat::sources(answer),
                _ => chat::nothing_to_explain(language, M::ORIGIN),
            },
            Command::Stats => chat::stats(&self.stats(is_admin).await?, language),
            Command::Gaps => self.gaps(language).await?,
            Command::Pair { code } if is_admin => {
                chat::paired(language, self.front.delivery.pair(code.trim(), now_ms()).await?)
            }
            Command::Pair { .. } => chat::short(language, chat::labels(language).administrators_only),
            Command::Help | Command::Ask { .. } | Command::Reindex | Command::Forget => {
                chat::help(language, M::ORIGIN, is_admin)
            }
        })
    }

    /// The answer that a command is about: that of the message it replies to, or the last one of the conversation.
    async fn target(&self, incoming: &Incoming, target: Option<&MessageId>) -> Result<Option<Arc<Kept>>> {
        let Incoming { from, place, .. } = incoming;
        let found = if let Some(target) = target {
            let found = self.front.delivery.by_message(M::ORIGIN, &place.chat, target).await?;
            // The question may have been meant.
            let question = key_of(M::ORIGIN, place, target);
            if found.is_some() {
                found
            } else {
                self.front.delivery.outgoing(&question).await?.map(|of| (question, of))
            }
        } else {
            let person = self.front.feedback.pseudonym(M::ORIGIN, &from.id);
            self.front.delivery.last_answer(&conversation(M::ORIGIN, place, &person)).await?
        };
        match found.and_then(|(_, outgoing)| outgoing.answer) {
            Some(answer) => self.kept(&answer).await,
            None => Ok(None),
        }
    }

    /// What is kept of an answer. Those in DMs are known for an hour only.
    pub(super) async fn kept(&self, answer: &AnswerId) -> Result<Option<Arc<Kept>>> {
        if let Some(kept) = self.recent.get(answer) {
            return Ok(Some(kept));
        }
        Ok(self.front.feedback.kept(answer).await?.map(Arc::new))
    }

    async fn asked_by_command(&self, reply: &Reply<'_>, text: &str) -> Result<()> {
        let Incoming { id, at_ms, from, place, .. } = reply.incoming;
        let key = match reply.message {
            Some(message) => key_of(M::ORIGIN, place, message),
            None => OutKey(format!("{}.{}.i{}", M::ORIGIN.name(), place.chat.0, id.0)),
        };
        let job = Job {
            key,
            update: id.clone(),
            at_ms: *at_ms,
            from: from.clone(),
            place: place.clone(),
            text: text.trim().to_owned(),
            reply_to: reply.message.cloned(),
            conversation: conversation(M::ORIGIN, place, &self.front.feedback.pseudonym(M::ORIGIN, &from.id)),
            follows: None,
            interaction: reply.interaction.cloned(),
        };
        self.answer(job).await
    }

    async fn reindex(&self, reply: &Reply<'_>, language: Language) -> Result<()> {
        if !self.front.policy.load().is_admin(&reply.incoming.from.id) {
            return self.reply(reply, &chat::short(language, chat::labels(language).administrators_only)).await;
        }
        self.reply(reply, &chat::reindexing(language)).await?;
        let reindexer = Arc::clone(&self.front.house.reindexer);
        let outcome = tokio::task::spawn_blocking(move || reindexer.reindex(Reuse::Unchanged, |_| ())).await?;
        let document = match outcome {
            Ok(outcome) => {
                info!(generation = outcome.live.name, "the sources were read on demand");
                let skipped = outcome.report.as_ref().map_or(0, |report| report.skipped.len());
                if let Some(why) = &outcome.refused {
                    return self.reply_again(reply, &chat::index_refused(language, why)).await;
                }
                chat::reindexed(language, outcome.live.passages, outcome.live.documents, skipped)
            }
            Err(failure) => {
                error!("the sources could not be read: {failure:#}");
                chat::reindex_failed(language)
            }
        };
        self.reply_again(reply, &document).await
    }

    /// Removes everything of the person who says it.
    async fn forget(&self, reply: &Reply<'_>, language: Language) -> Result<()> {
        let user = &reply.incoming.from.id;
        let person = self.front.feedback.pseudonym(M::ORIGIN, user);
        self.stop_writing_to(&person).await;
        let forgotten = self.front.feedback.forget(&person).await?;
        let removed = self.front.delivery.forget(M::ORIGIN, user, &person).await?;
        let asker = person.clone();
        self.recent.invalidate_entries_if(move |_, kept| kept.asker == asker)?;
        self.reply(reply, &chat::forgotten(language, &forgotten, &removed)).await?;
        // That this was said is known of them now, where it is a message.
        self.front.delivery.forget(M::ORIGIN, user, &person).await.map(drop)
    }

    /// Stops the answers that somebody waits for, so that none of them is kept after what there was has been removed.
    async fn stop_writing_to(&self, person: &Pseudonym) {
        let begin = Instant::now();
        while self.running.stop_all_of(person, Stopped::Cancelled) && begin.elapsed() < STOPPING {
            tokio::time::sleep(STOPPING / 200).await;
        }
    }

    async fn stats(&self, is_admin: bool) -> Result<StatsShown> {
        let house = &self.front.house;
        let totals = self.front.feedback.totals(now_ms().saturating_sub(24 * 60 * 60 * 1000)).await?;
        let adapters = house.healths.iter().filter(|_| is_admin);
        let live = self.front.agent.live();
        Ok(StatsShown {
            uptime: house.started.elapsed(),
            answers: totals.answers,
            answers_today: totals.answers_since,
            unanswered: totals.unanswered,
            up: totals.votes.up,
            down: totals.votes.down,
            passages: live.statistics.passages as usize,
            generation: live.generation.clone(),
            waiting: self.front.agent.waiting(),
            memory: memory_stats::memory_stats().map(|memory| memory.physical_mem as u64),
            adapters: adapters
                .map(|(origin, health)| AdapterShown {
                    origin: *origin,
                    connection: health.connection().into(),
                    reconnects: health.reconnects.load(Ordering::Relaxed),
                    conflicts: health.conflicts.load(Ordering::Relaxed),
                    retries: health.retries.load(Ordering::Relaxed),
                    throttled: health.throttled.load(Ordering::Relaxed),
                    failures: health.failures.load(Ordering::Relaxed),
                })
                .collect(),
        })
    }

    /// What the knowledge base lacks, as far as can be told from questions.
    pub(super) async fn gaps(&self, language: Language) -> Result<Document> {
        let since_ms = now_ms().saturating_sub(GAPS_DAYS * 24 * 60 * 60 * 1000);
        let gaps = gaps::gaps_since(&self.front.feedback, since_ms).await?;
        let shown = gaps.into_iter().take(GAPS_SHOWN).map(|gap| GapShown {
            example: gap.example,
            asks: gap.asks,
            dislikes: gap.dislikes,
            nearest: gap.nearest,
        });
        let gaps: Vec<_> = shown.collect();
        Ok(chat::gaps(&gaps, language))
    }

    /// Replies to a command: privately where the platform can, as a message otherwise.
    async fn reply(&self, reply: &Reply<'_>, document: &Document) -> Result<()> {
        match reply.interaction {
            Some(interaction) => self.respond(interaction, document).await,
            None => self.say(reply.incoming, reply.message, document).await,
        }
    }

    /// Says something after a first reply.
    async fn reply_again(&self, reply: &Reply<'_>, document: &Document) -> Result<()> {
        if let Some(interaction) = reply.interaction {
            return self.respond(interaction, document).await;
        }
        let key = super::hearing::words_key(M::ORIGIN, reply.incoming);
        let Some(mut outgoing) = self.front.delivery.outgoing(&key).await? else { return Ok(()) };
        let shown = Shown::new(self.messenger().parts(document), Keyboard::None);
        self.show(&key, &mut outgoing, &shown, None).await
    }

    async fn respond(&self, interaction: &Interaction, document: &Document) -> Result<()> {
        let parts = self.messenger().parts(document);
        if let Err(failure) = patiently(self.health(), || self.messenger().respond(interaction, &parts)).await {
            tracing::debug!(%failure, "a command could not be replied to");
        }
        Ok(())
    }
}

/// Where the reply to a command goes.
struct Reply<'a> {
    incoming: &'a Incoming,
    message: Option<&'a MessageId>,
    interaction: Option<&'a Interaction>,
}
