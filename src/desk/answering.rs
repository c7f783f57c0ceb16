//! From a question to its answer on the platform.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, error, info, warn};

use super::earlier::turn;
use super::event::Button;
use super::job::Job;
use super::messenger::{Failure, Keyboard, Messenger};
use super::outbox::{Shown, Undeliverable};
use super::patience::Patience;
use super::running::{Since, Stopped, Writing, cancel_name};
use super::{Desk, now_ms};
use crate::agent::Stage;
use crate::answer::{RefusalReason, Reply};
use crate::commit::Flushing;
use crate::delivery::{OutKey, Outgoing, Role, State};
use crate::feedback::kept::{Kept, Outcome};
use crate::guard;
use crate::place::{Interaction, Person, Place, PlaceKind, Pseudonym};
use crate::question::{Language, Question};
use crate::render::chat::{self, Withdrawal};
use crate::render::document::Document;
use crate::trace::Asked;

/// The agent failed; asking again at once would fail again.
#[derive(Debug, thiserror::Error)]
#[error("a question could not be answered")]
struct Unanswerable(#[source] anyhow::Error);

impl<M: Messenger> Desk<M> {
    /// Answers a question, or finishes answering it.
    pub(super) async fn answer(&self, job: Job) -> Result<()> {
        let asker = self.front.feedback.pseudonym(M::ORIGIN, &job.from.id);
        let (mut outgoing, since) = self.begin(&job, &asker).await?;
        if outgoing.state != State::Writing && outgoing.update == job.update.0 {
            return Ok(());
        }
        if outgoing.update != job.update.0 {
            outgoing.update.clone_from(&job.update.0);
            outgoing.state = State::Writing;
            // After a crash it must be known that it was begun.
            self.front.delivery.save(&job.key, &outgoing).await?;
        }
        let language = self.wording(&job.from, &job.place, &job.text);
        if self.is_too_old(job.at_ms) {
            return self.withdraw(&job.key, outgoing, Withdrawal::TooLate, language, job.interaction.as_ref()).await;
        }
        // Stays on the list until its messages are as they are to be.
        let mut writing = self.running.enter(&job.key, &job.conversation, &asker, job.at_ms, since);
        match self.write(&job, &mut outgoing, &mut writing, language).await {
            Ok(Err(Stopped::Changed)) if outgoing.is_unsent() => {
                // What follows need not look for what was not sent.
                outgoing.slots.clear();
                self.front.delivery.save(&job.key, &outgoing).await
            }
            Ok(Ok(()) | Err(Stopped::Changed)) => Ok(()),
            Ok(Err(Stopped::Cancelled)) => {
                self.withdraw(&job.key, outgoing, Withdrawal::Cancelled, language, job.interaction.as_ref()).await
            }
            Ok(Err(Stopped::Superseded)) => {
                self.withdraw(&job.key, outgoing, Withdrawal::Superseded, language, job.interaction.as_ref()).await
            }
            Err(error) if error.is::<Undeliverable>() => {
                warn!(origin = M::ORIGIN.name(), "an answer was given up: {error:#}");
                outgoing.state = State::Withdrawn;
                self.front.delivery.save(&job.key, &outgoing).await
            }
            Err(error) if error.is::<Unanswerable>() => {
                error!(origin = M::ORIGIN.name(), "{error:#}");
                self.withdraw(&job.key, outgoing, Withdrawal::Failed, language, job.interaction.as_ref()).await
            }
            Err(error) => Err(error),
        }
    }

    /// What has been sent for a question, and since when its asker waits.
    async fn begin(&self, job: &Job, asker: &Pseudonym) -> Result<(Outgoing, Since)> {
        if let Some(begun) = self.front.delivery.outgoing(&job.key).await? {
            let since = if begun.update == job.update.0 { Since::Restart } else { Since::Begun(now_ms()) };
            return Ok((begun, since));
        }
        let outgoing = Outgoing {
            place: job.place.clone(),
            asker: asker.clone(),
            reply_to: job.reply_to.clone(),
            answer: None,
            role: Role::Reply,
            conversation: job.conversation.clone(),
            follows: job.follows.clone(),
            slots: Vec::new(),
            state: State::Writing,
            update: job.update.0.clone(),
            at_ms: job.at_ms,
        };
        Ok((outgoing, Since::Begun(now_ms())))
    }

    /// Asks the agent and shows how far it is, then what it says. The inner error says why it stopped before that.
    async fn write(
        &self,
        job: &Job,
        outgoing: &mut Outgoing,
        writing: &mut Writing<'_>,
        language: Language,
    ) -> Result<Result<(), Stopped>> {
        let _alive = self.signs_of_life(job, outgoing).await;
        let announcing = self.announce_up_to(1, &job.key, outgoing).await?;
        let question = self.question(job, language).await?;
        let (stage, mut stages) = watch::channel(Stage::default());
        let agent = self.front.agent.clone();
        // A task of its own, so that the answer is written while the platform is slow; gone when this future is.
        let asking = async move { agent.ask_watched(question, Instant::now(), &stage).await };
        let mut asking = AbortOnDropHandle::new(tokio::spawn(asking));
        // Nothing is sent before it is known for after a crash that it may have been.
        if let Some(announcing) = announcing {
            announcing.on_disk().await?;
        }
        let asked = match self.watch(job, outgoing, &mut asking, &mut stages, writing).await? {
            Ok(asked) => asked,
            Err(stopped) => return Ok(Err(stopped)),
        };
        // What is being sent is sent to its end: half an answer helps nobody.
        self.finish_answer(job, outgoing, &asked).await.map(Ok)
    }

    /// Waits for the agent, or until the answer is to stop; meanwhile shows the place in the queue, and what has been
    /// written so far. A draft that is being shown is shown to its end: one that is broken off may still arrive, over what
    /// has been shown since.
    async fn watch(
        &self,
        job: &Job,
        outgoing: &mut Outgoing,
        asking: &mut AbortOnDropHandle<Result<Asked>>,
        stages: &mut watch::Receiver<Stage>,
        writing: &mut Writing<'_>,
    ) -> Result<Result<Asked, Stopped>> {
        let chat = self.chat(&job.place.chat);
        let mut next_show = tokio::time::Instant::now() + self.messenger().pace(&job.place);
        let mut is_changed = false;
        loop {
            tokio::select! {
                biased;
                asked = &mut *asking => return answered(asked).map(Ok),
                stopped = writing.stopped() => return Ok(whole_already(&stages.borrow(), stopped)),
                changed = stages.changed(), if !is_changed => match changed {
                    Ok(()) => is_changed = true,
                    // The agent is about to return.
                    Err(_) => return answered(asking.await).map(Ok),
                },
                () = tokio::time::sleep_until(next_show), if is_changed => {
                    let pace = self.messenger().pace(&job.place);
                    if let Err(later) = chat.draft(pace) {
                        next_show = later.into();
                        continue;
                    }
                    is_changed = false;
                    let stage = stages.borrow_and_update().clone();
                    self.show_stage(job, outgoing, &stage).await?;
                    next_show = tokio::time::Instant::now() + pace;
                }
            }
        }
    }

    async fn show_stage(&self, job: &Job, outgoing: &mut Outgoing, stage: &Stage) -> Result<()> {
        let language = self.wording(&job.from, &job.place, &job.text);
        let (document, language) = match stage {
            Stage::Arrived => return Ok(()),
            Stage::Waiting { before, estimate } => (chat::waiting(language, *before, *estimate), language),
            Stage::Writing(answer) => (asked_for(job, chat::draft(answer)), answer.language),
            Stage::Refining(asked) => match &asked.reply {
                Reply::Answer(answer) => (asked_for(job, chat::refining(answer)), answer.language),
                _ => return Ok(()),
            },
        };
        let labels = chat::labels(language);
        let label = if matches!(stage, Stage::Refining(_)) { labels.keep } else { labels.cancel };
        let cancel = (Button::Cancel(cancel_name(&job.key)), label.to_owned());
        let parts = self.messenger().parts(&document);
        // Tried once: a draft must not hold up what replaces it.
        let shown = Shown { parts, keyboard: Keyboard::Row(vec![cancel]), patience: Patience::NONE };
        match self.show(&job.key, outgoing, &shown, job.interaction.as_ref()).await {
            Err(error) => match error.downcast::<Undeliverable>() {
                Ok(Undeliverable(Failure::RetryAfter(wait))) => {
                    self.chat(&job.place.chat).hold_drafts(wait);
                    Ok(())
                }
                Ok(Undeliverable(failure)) => {
                    debug!(%failure, "a draft could not be shown");
                    Ok(())
                }
                Err(error) => Err(error),
            },
            Ok(()) => Ok(()),
        }
    }

    /// Keeps and shows the reply.
    async fn finish_answer(&self, job: &Job, outgoing: &mut Outgoing, asked: &Asked) -> Result<()> {
        if let Reply::SlowDown { retry_after, .. } = &asked.reply
            && job.interaction.is_none()
            && outgoing.is_unsent()
            && !self.is_first_warning(&outgoing.asker, *retry_after)
        {
            // Said once; more would only be noise.
            outgoing.slots.clear();
            outgoing.state = State::Withdrawn;
            return self.front.delivery.save(&job.key, outgoing).await;
        }
        let kept = self.to_keep(job, outgoing, asked);
        // Of an edited question, the earlier answer stands here no more.
        outgoing.answer = kept.as_ref().map(|kept| kept.id.clone());
        // People see the answer, and vote on it, before the platform has confirmed it. The disk may come later: the update
        // is finished after it, and what a crash loses before that is made again, under the same name; votes wait for it.
        let keeping = self.keep(job, kept.as_ref()).await?;
        if !outgoing.is_unsent() {
            // Votes on messages that are there are about this answer from now on.
            self.front.delivery.save(&job.key, outgoing).await?;
        }
        let shown = self.shown(job, asked);
        self.show(&job.key, outgoing, &shown, job.interaction.as_ref()).await?;
        if let Some(keeping) = keeping {
            keeping.on_disk().await?;
        }
        outgoing.state = State::Whole;
        self.front.delivery.save(&job.key, outgoing).await?;
        info!(origin = M::ORIGIN.name(), outcome = asked.reply.name(), parts = shown.parts.len(), "replied");
        Ok(())
    }

    /// The reply as it is shown in the end.
    fn shown(&self, job: &Job, asked: &Asked) -> Shown {
        let keyboard = match &asked.reply {
            Reply::Answer(answer) => {
                let labels = chat::labels(answer.language);
                Keyboard::Row(vec![
                    (Button::Up(answer.id.clone()), labels.up.to_owned()),
                    (Button::Down(answer.id.clone()), labels.down.to_owned()),
                ])
            }
            _ => Keyboard::None,
        };
        let document = match &asked.reply {
            reply @ (Reply::Answer(_) | Reply::NoEvidence(_)) => asked_for(job, chat::reply(reply)),
            reply => chat::reply(reply),
        };
        let document = chat::with_leak_warning(document, &asked.trace.leaked);
        Shown::new(self.messenger().parts(&document), keyboard)
    }

    /// The question with its reply as it is kept for votes, `/why` and follow-ups, under its name.
    fn to_keep(&self, job: &Job, outgoing: &Outgoing, asked: &Asked) -> Option<Arc<Kept>> {
        let outcome = match &asked.reply {
            Reply::Answer(answer) => Outcome::Answered { answer: Some(Box::new(answer.clone())) },
            Reply::NoEvidence(suggestions) => Outcome::NoEvidence { nearest: suggestions.nearest.clone() },
            Reply::Refused(refusal) if refusal.reason == RefusalReason::Malformed => return None,
            Reply::Refused(refusal) => Outcome::Refused { rule: refusal.rule.clone() },
            Reply::SlowDown { .. } | Reply::Busy { .. } => return None,
        };
        Some(Arc::new(Kept {
            id: job.answer_id(),
            origin: M::ORIGIN,
            is_direct: job.place.kind == PlaceKind::Direct,
            is_scoped: !self.front.policy.load().reach(&job.place).scopes.is_empty(),
            asker: outgoing.asker.clone(),
            at_ms: job.at_ms,
            trace: Some(asked.trace.clone()),
            outcome,
        }))
    }

    /// Begins to keep the question with its reply, and as a turn of its conversation.
    async fn keep(&self, job: &Job, kept: Option<&Arc<Kept>>) -> Result<Option<Flushing>> {
        let Some(kept) = kept else { return Ok(None) };
        self.recent.insert(kept.id.clone(), Arc::clone(kept));
        let keeping = self.front.feedback.begin_to_keep(kept).await?;
        if let Some(turn) = turn(kept) {
            self.front.delivery.add_turn(&job.conversation, &kept.asker, &job.key, &turn, job.at_ms).await?;
        }
        Ok(Some(keeping))
    }

    /// The question as the agent takes it.
    async fn question(&self, job: &Job, language: Language) -> Result<Question> {
        let policy = self.front.policy.load();
        let earlier = self.earlier(job).await?;
        let fixed = policy.language(&job.place);
        let unsure = earlier.is_empty() && self.front.agent.language_of(&job.text).is_none();
        Ok(Question {
            id: job.answer_id(),
            text: job.text.clone(),
            origin: M::ORIGIN,
            user: job.from.id.clone(),
            chat: job.place.chat.clone(),
            language: fixed.or(unsure.then_some(language)),
            reach: policy.reach(&job.place),
            rules: policy.rules(&job.place),
            earlier,
        })
    }

    /// Takes back what was sent, with a few words where something was seen.
    pub(super) async fn withdraw(
        &self,
        key: &OutKey,
        mut outgoing: Outgoing,
        why: Withdrawal,
        language: Language,
        interaction: Option<&Interaction>,
    ) -> Result<()> {
        outgoing.state = State::Withdrawn;
        outgoing.answer = None;
        let was_seen = interaction.is_some() || outgoing.slots.iter().any(|slot| slot.message.is_some());
        let says_so = match why {
            Withdrawal::Deleted => interaction.is_some(),
            Withdrawal::Cancelled | Withdrawal::Failed => true,
            Withdrawal::Superseded | Withdrawal::TooLate => was_seen,
        };
        if says_so {
            let parts = self.messenger().parts(&chat::withdrawn(language, why));
            let shown = Shown::new(parts, Keyboard::None);
            if let Err(error) = self.show(key, &mut outgoing, &shown, interaction).await
                && !error.is::<Undeliverable>()
            {
                return Err(error);
            }
        } else {
            self.remove_from(key, &mut outgoing, 0).await?;
        }
        self.front.delivery.save(key, &outgoing).await
    }

    /// The language of words that are not an answer.
    pub(super) fn wording(&self, from: &Person, place: &Place, text: &str) -> Language {
        let fixed = self.front.policy.load().language(place);
        fixed.or_else(|| self.front.agent.language_of(text)).or(from.language).unwrap_or(self.default_language())
    }

    pub(super) fn is_too_old(&self, at_ms: u64) -> bool {
        now_ms().saturating_sub(at_ms) > self.settings().max_age_minutes.saturating_mul(60_000)
    }
}

/// What became of a question that was handed to the agent. One whose task was ended was not answered yet.
fn answered(asked: Result<Result<Asked>, JoinError>) -> Result<Asked> {
    match asked {
        Ok(asked) => asked.map_err(|error| Unanswerable(error).into()),
        Err(ended) if ended.is_cancelled() => Err(ended.into()),
        Err(panicked) => Err(Unanswerable(panicked.into()).into()),
    }
}

/// Whoever does not want to wait for better words has an answer; a question that was changed has none.
fn whole_already(stage: &Stage, stopped: Stopped) -> Result<Asked, Stopped> {
    match stage {
        Stage::Refining(asked) if stopped != Stopped::Changed => Ok(Asked::clone(asked)),
        _ => Err(stopped),
    }
}

/// A reply that stands below no question begins with it, so that others know what it is about.
fn asked_for(job: &Job, document: Document) -> Document {
    if job.reply_to.is_some() { document } else { chat::to_question(&guard::redact(&job.text).0, document) }
}
