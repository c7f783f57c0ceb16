//! The agent: one question in, one checked reply out.

pub mod citations;
pub mod queue;

mod audit;
mod conversation;
mod refining;
mod search;
mod source;
mod work;

pub use self::source::InSource;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use arc_swap::ArcSwap;
use tokio::sync::{Semaphore, watch};
use tokio::task;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span, info};

use crate::answer::{Answer, Reply};
use crate::generate::Generator;
use crate::generate::refine::Refiner;
use crate::guard::{self, Guard, Screened, SecretKind};
use crate::language;
use crate::limit::Limiter;
use crate::passage::{ChunkId, Passage};
use crate::question::{Language, Origin, Question, Reach};
use crate::retrieve::evidence::EvidenceSettings;
use crate::retrieve::retriever::Retriever;
use crate::retrieve::{Hit, SearchError};
use crate::telemetry::metrics::{self, Step};
use crate::telemetry::span;
use crate::trace::{Asked, Trace};

use self::queue::{Full, Place, Queue, QueueSettings, Turn};
use self::work::{Work, Worked};

/// Answers questions. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Agent {
    parts: Arc<Parts>,
    queue: Queue,
    /// Answers that wait for a model; they have been shown already, as they were quoted.
    refining: Queue,
    /// Whose turn it is to look around in the index.
    browsing: Arc<Semaphore>,
}

/// What an agent is made of.
pub struct Parts {
    /// Judges questions and answers; a reload of the configuration swaps it.
    pub guard: ArcSwap<Guard>,
    /// Holds back who asks too much.
    pub limiter: Limiter,
    /// The live index; swapped whole by a re-index, never locked.
    pub live: Arc<ArcSwap<Retriever>>,
    /// Writes.
    pub generator: Generator,
    /// Puts what was written into fluent words.
    pub refiner: Option<Refiner>,
    /// Who waits for it, and how many.
    pub queue: QueueSettings,
    /// When evidence is enough.
    pub evidence: EvidenceSettings,
    /// Language of questions that give no sign of theirs.
    pub default_language: Language,
}

impl Agent {
    /// An agent made of `parts`.
    pub fn new(parts: Parts) -> Self {
        let refining = refining::queue(parts.refiner.as_ref());
        Self {
            queue: Queue::new(parts.queue.clone()),
            refining,
            browsing: Arc::new(Semaphore::new(1)),
            parts: Arc::new(parts),
        }
    }

    /// Answers `question`, asked at `now`: limit, screen, queue, retrieve and rerank, gather, generate, verify and release,
    /// refine where there is a model, reply.
    pub async fn ask(&self, question: Question, now: Instant) -> Result<Asked> {
        self.ask_watched(question, now, &watch::Sender::default()).await
    }

    /// The same, while `stage` shows how far it is. Dropping the future leaves the queue, or stops the work.
    pub async fn ask_watched(&self, question: Question, now: Instant, stage: &watch::Sender<Stage>) -> Result<Asked> {
        let span = span::question(&question.id.0, question.origin.name());
        self.ask_in_span(question, now, stage).instrument(span).await
    }

    async fn ask_in_span(&self, question: Question, now: Instant, stage: &watch::Sender<Stage>) -> Result<Asked> {
        let (origin, id) = (question.origin, question.id.clone());
        let admitted = span::step(Step::Screen).in_scope(|| self.parts.admit(&question, now));
        metrics::step(origin, Step::Screen, now.elapsed());
        let asked = match admitted {
            Ok(screened) => self.queue_and_answer(question, screened, now, stage).await?,
            Err(reply) => self.parts.turned_away(&question, reply, now),
        };
        audit::decided(&id, origin, &asked);
        let (outcome, elapsed) = (asked.reply.name(), now.elapsed());
        metrics::answered(origin, outcome, elapsed);
        Span::current().record("outcome", outcome);
        info!(id = id.0, outcome, elapsed_ms = elapsed.as_secs_f64() * 1000.0, "answered");
        Ok(asked)
    }

    async fn queue_and_answer(
        &self,
        question: Question,
        screened: Screened,
        now: Instant,
        stage: &watch::Sender<Stage>,
    ) -> Result<Asked> {
        let person = (question.origin, question.user.clone());
        let waiting = match self.queue.enter(person.clone(), question.origin != Origin::Measurement) {
            Ok(waiting) => waiting,
            Err(Full { before }) => {
                let reply = Reply::Busy { language: screened.language(), position: before };
                return Ok(self.parts.turned_away(&question, reply, now));
            }
        };
        let entered = Instant::now();
        let turn = waiting
            .turn(|Place { before, estimate }| {
                stage.send_replace(Stage::Waiting { before, estimate });
            })
            .instrument(span::step(Step::Wait))
            .await?;
        metrics::step(question.origin, Step::Wait, entered.elapsed());
        stage.send_if_modified(|stage| {
            let has_waited = matches!(stage, Stage::Waiting { .. });
            if has_waited {
                *stage = Stage::Waiting { before: 0, estimate: turn.average() };
            }
            has_waited
        });
        let cancel = CancellationToken::new();
        // Cancels when this future is dropped.
        let _stop = cancel.clone().drop_guard();
        let work = Arc::new(Work { question, screened, now, stage: stage.clone(), cancel });
        let worked = self.work(Arc::clone(&work), turn).await?;
        self.refine(&work, worked, person).await
    }

    /// Searching and writing are busy work; the runtime's threads stay free for connections. The work holds its turn until
    /// it is done, even when nobody waits for it any more.
    async fn work(&self, work: Arc<Work>, turn: Turn) -> Result<Worked> {
        let parts = Arc::clone(&self.parts);
        let run = move || {
            let worked = work.run(&parts)?;
            turn.answered();
            Ok(worked)
        };
        let span = Span::current();
        task::spawn_blocking(move || span.in_scope(run)).await?
    }

    /// The passage named `id` with its `neighbours` on either side, if somebody of this `reach` may see it.
    pub async fn in_source(&self, id: ChunkId, reach: Reach, neighbours: usize) -> Result<Option<InSource>> {
        let parts = Arc::clone(&self.parts);
        Ok(task::spawn_blocking(move || parts.in_source(&id, reach, neighbours)).await??)
    }

    /// The source files that somebody of this `reach` may see, sorted, with the number of their passages.
    pub async fn documents(&self, reach: Reach) -> Result<Vec<(String, usize)>> {
        self.browse(move |parts| parts.documents(reach)).await
    }

    /// Of one source file, the passages from number `from` on, at most `count`, as far as somebody of this `reach` may see them,
    /// and how many there are in all; none if there is no such file.
    pub async fn document(
        &self,
        source_file: String,
        reach: Reach,
        from: usize,
        count: usize,
    ) -> Result<(Vec<Arc<Passage>>, usize)> {
        self.browse(move |parts| parts.document(&source_file, reach, from, count)).await
    }

    /// The best `limit` passages for `text`, as they are found for a question; `language` is that of words that give no sign
    /// of theirs.
    pub async fn find_passages(
        &self,
        text: String,
        language: Language,
        reach: Reach,
        limit: usize,
    ) -> Result<Vec<Hit>> {
        self.browse(move |parts| parts.find_passages(&text, language, reach, limit)).await
    }

    /// Looks around in the index, one look at a time: the threads for busy work are few, and answers must not wait for whoever
    /// looks around much.
    async fn browse<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Parts) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.browsing).acquire_owned().await?;
        let parts = Arc::clone(&self.parts);
        let look = move || {
            let _turn = turn;
            look(&parts)
        };
        Ok(task::spawn_blocking(look).await??)
    }

    /// The language of a question that comes first, if its words tell, by themselves or by where in the knowledge base they stand.
    pub fn language_of(&self, question: &str) -> Option<Language> {
        language::of_question(question).or_else(|| self.live().statistics.language_of(question))
    }

    /// Has questions and answers judged by `guard` from now on.
    pub fn judge_by(&self, guard: Guard) {
        self.parts.guard.store(Arc::new(guard));
    }

    /// How many questions wait for their turn.
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// How many questions are worked on.
    pub fn running(&self) -> usize {
        self.queue.running()
    }

    /// The live index.
    pub fn live(&self) -> arc_swap::Guard<Arc<Retriever>> {
        self.parts.live.load()
    }

    /// Name of the live generation of the index.
    pub fn generation(&self) -> String {
        self.live().generation.clone()
    }
}

/// Kinds of secret that must be revoked once others may have read them, for people.
fn leaked(secrets: &[SecretKind]) -> Vec<String> {
    secrets.iter().filter(|kind| kind.is_credential()).map(|kind| kind.label().to_owned()).collect()
}

/// How far a question is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Stage {
    /// It waits for its turn.
    #[default]
    Arrived,
    /// Others are before it.
    Waiting {
        /// How many, those that are worked on included; 0 when its turn has come.
        before: usize,
        /// How long until its turn, or once that has come until its answer, if all take as long as the last ones did.
        estimate: Duration,
    },
    /// This much of the answer has been written and checked.
    Writing(Arc<Answer>),
    /// It is whole, and a model is putting it into other words; whoever does not want to wait has an answer.
    Refining(Arc<Asked>),
}

impl Stage {
    /// Waits for an answer that is whole, and that a model is putting into other words; `None` if it never comes that far.
    pub async fn quoted(stages: &mut watch::Receiver<Self>) -> Option<Arc<Asked>> {
        let stage = stages.wait_for(|stage| matches!(stage, Self::Refining(_))).await.ok()?;
        let Self::Refining(asked) = &*stage else { return None };
        Some(Arc::clone(asked))
    }
}

impl Parts {
    /// Lets a question in, unless its asker asks too much or it is one that Colega does not help with.
    ///
    /// The limit comes first, because asking it costs next to nothing, and because a question that is refused counts,
    /// too: refusals are no way around the limit. Reading the question takes a fraction of a millisecond, little enough
    /// to do where the connections are served; so nobody waits in the queue to be refused.
    fn admit(&self, question: &Question, now: Instant) -> Result<Screened, Reply> {
        let language = self.language_of(question);
        self.limiter
            .check(question.origin, &question.user, &question.chat, now)
            .map_err(|retry_after| Reply::SlowDown { language, retry_after })?;
        self.guard.load().screen(question, language).map_err(Reply::Refused)
    }

    /// The language to answer in: the one that is set, the question's own, that of the turns before it, or that of the passages which
    /// use its words.
    fn language_of(&self, question: &Question) -> Language {
        let of_earlier = || question.earlier.iter().rev().find_map(|turn| language::detect(&turn.question));
        let asked_for =
            || (!question.earlier.is_empty()).then(|| conversation::asked_language(&question.text)).flatten();
        question
            .language
            .or_else(asked_for)
            .or_else(|| language::of_question(&question.text))
            .or_else(of_earlier)
            .or_else(|| self.live.load().statistics.language_of(&question.text))
            .unwrap_or(self.default_language)
    }

    /// A reply to a question that nothing was searched for.
    fn turned_away(&self, question: &Question, reply: Reply, now: Instant) -> Asked {
        let without_secrets = guard::redact(&question.text).0;
        let leaked = leaked(&guard::marked(&without_secrets));
        let trace = Trace {
            question: without_secrets.into_owned(),
            searched: None,
            language: self.language_of(question),
            found: Vec::new(),
            dropped: 0,
            warnings: Vec::new(),
            leaked,
            generation: self.live.load().generation.clone(),
            elapsed_ms: now.elapsed().as_secs_f64() * 1000.0,
        };
        Asked { reply, trace }
    }
}
