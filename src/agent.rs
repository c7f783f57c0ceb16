//! The agent: one question in, one checked reply out.

pub mod citations;

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anyhow::Result;
use arc_swap::ArcSwap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task;
use tracing::info;

use crate::answer::{Answer, AnswerId, Reply, Suggestions};
use crate::generate::Generator;
use crate::guard::{self, Guard, Screened};
use crate::language;
use crate::limit::Limiter;
use crate::passage::{ChunkId, Passage};
use crate::question::{Language, Question};
use crate::retrieve::evidence::{self, Evidence, EvidenceSettings, Verdict};
use crate::retrieve::retriever::Retriever;
use crate::retrieve::{Filter, SearchError};

use self::citations::Cited;

/// How many passages are retrieved for a question.
const RETRIEVED: usize = 20;

/// How many questions may be under way or wait for a free core; those beyond are told to come back.
const MOST_AT_ONCE: usize = 512;

/// Answers questions. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Agent {
    parts: Arc<Parts>,
    /// One permit a core: more answers at a time would only take more memory.
    cores: Arc<Semaphore>,
    /// One permit for each question that may be under way, those that wait for a core included.
    places: Arc<Semaphore>,
}

/// What an agent is made of.
pub struct Parts {
    /// Judges questions and answers.
    pub guard: Guard,
    /// Holds back who asks too much.
    pub limiter: Limiter,
    /// The live index; swapped whole by a re-index, never locked.
    pub live: Arc<ArcSwap<Retriever>>,
    /// Writes.
    pub generator: Generator,
    /// When evidence is enough.
    pub evidence: EvidenceSettings,
    /// Language of questions that give no sign of theirs.
    pub default_language: Language,
}

/// A passage in its source: what stands before it and behind it.
pub struct InSource {
    /// The passage.
    pub passage: Arc<Passage>,
    /// The passages just before it, in order.
    pub before: Vec<Arc<Passage>>,
    /// The passages just behind it, in order.
    pub after: Vec<Arc<Passage>>,
}

impl Agent {
    /// An agent made of `parts`.
    pub fn new(parts: Parts) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            parts: Arc::new(parts),
            cores: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(MOST_AT_ONCE)),
        }
    }

    /// Answers `question`, asked at `now`: screen, limit, retrieve and rerank, gather, generate, verify, release, reply.
    pub async fn ask(&self, question: Question, now: Instant) -> Result<Reply> {
        let reply = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => self.answer(question, now, place).await?,
            Err(_) => Reply::Busy { language: self.parts.language_of(&question), position: MOST_AT_ONCE },
        };
        info!(outcome = reply.name(), elapsed_ms = now.elapsed().as_secs_f64() * 1000.0, "answered");
        Ok(reply)
    }

    async fn answer(&self, question: Question, now: Instant, place: OwnedSemaphorePermit) -> Result<Reply> {
        let core = Arc::clone(&self.cores).acquire_owned().await?;
        let parts = Arc::clone(&self.parts);
        // Searching and writing are busy work; the runtime's threads stay free for connections. The work holds its place
        // and its core until it is done, even when nobody waits for it any more.
        let work = move || {
            let _held = (place, core);
            parts.answer(&question, now)
        };
        task::spawn_blocking(work).await?
    }

    /// The passage named `id` with its `neighbours` on either side, if somebody who may see `scopes` may see it.
    pub async fn in_source(&self, id: ChunkId, scopes: Vec<String>, neighbours: usize) -> Result<Option<InSource>> {
        let parts = Arc::clone(&self.parts);
        Ok(task::spawn_blocking(move || parts.in_source(&id, scopes, neighbours)).await??)
    }

    /// The live index.
    pub fn live(&self) -> arc_swap::Guard<Arc<Retriever>> {
        self.parts.live.load()
    }
}

impl Parts {
    fn answer(&self, question: &Question, now: Instant) -> Result<Reply> {
        let language = self.language_of(question);
        let screened = self.guard.screen(question, language);
        // A question that will be refused counts too: refusals are no way around the limit.
        if let Err(retry_after) = self.limiter.check(question.origin, &question.user, &question.chat, now) {
            return Ok(Reply::SlowDown { language, retry_after });
        }
        let screened = match screened {
            Ok(screened) => screened,
            Err(refusal) => return Ok(Reply::Refused(refusal)),
        };
        let evidence = match self.find(&screened)? {
            Verdict::Enough(evidence) => evidence,
            Verdict::TooLittle { nearest } => return Ok(Reply::NoEvidence(Suggestions { language, nearest })),
        };
        let draft = self.generator.generate(&evidence);
        let passages: Vec<_> = evidence.passages.iter().map(|evidence| Arc::clone(&evidence.reading.passage)).collect();
        let cited = Cited::check(draft, &passages, |text| self.guard.release_text(text).is_ok());
        Ok(reply(cited, evidence, language, now))
    }

    /// The language to answer in.
    fn language_of(&self, question: &Question) -> Language {
        question.language.or_else(|| language::detect(&question.text)).unwrap_or(self.default_language)
    }

    fn find(&self, screened: &Screened) -> Result<Verdict, SearchError> {
        let retriever = self.live.load();
        let filter = Filter { scopes: screened.scopes().to_vec(), ..Filter::default() };
        let found = retriever.retrieve(screened.text(), screened.language(), &filter, RETRIEVED)?;
        evidence::gather(found, &retriever, &filter, &self.evidence)
    }

    /// The passage as it may be shown: without credentials that got into the sources.
    fn released(&self, passage: Arc<Passage>) -> Arc<Passage> {
        if self.guard.release_text(&passage.text).is_ok() {
            return passage;
        }
        let text = guard::redact(&passage.text).0.into_owned();
        Arc::new(Passage { text, ..Passage::clone(&passage) })
    }

    fn in_source(&self, id: &ChunkId, scopes: Vec<String>, neighbours: usize) -> Result<Option<InSource>, SearchError> {
        let retriever = self.live.load();
        let filter = Filter { scopes, ..Filter::default() };
        let Some(passage) = retriever.index.passage(id)?.filter(|passage| filter.admits(passage)) else {
            return Ok(None);
        };
        let mut before = retriever.index.document(&passage.source_file)?;
        before.retain(|neighbour| filter.admits(neighbour));
        let at = before.iter().position(|neighbour| neighbour.chunk_id == passage.chunk_id).unwrap_or_default();
        let after: Vec<_> = before.iter().skip(at + 1).take(neighbours).cloned().collect();
        before.truncate(at);
        before.drain(..at.saturating_sub(neighbours));
        let release =
            |passages: Vec<Arc<Passage>>| passages.into_iter().map(|passage| self.released(passage)).collect();
        Ok(Some(InSource { passage: self.released(passage), before: release(before), after: release(after) }))
    }
}

/// The answer that is left after all checks, or that there is none.
fn reply(cited: Cited, evidence: Evidence, language: Language, asked: Instant) -> Reply {
    if cited.is_empty() {
        return Reply::NoEvidence(Suggestions { language, nearest: vec![evidence.subject] });
    }
    let (sections, citations, engine) = cited.into_parts();
    let cited = |passage: &Passage| citations.iter().any(|citation| citation.chunk_id == passage.chunk_id);
    let mut passages = evidence.passages.iter().map(|from| &from.reading.passage);
    let source = passages.find(|passage| cited(passage)).map(|passage| passage.lang);
    Reply::Answer(Answer {
        id: AnswerId::random(),
        language,
        source_language: source.filter(|&source| source != language),
        subject: evidence.subject,
        sections,
        citations,
        engine,
        elapsed_ms: asked.elapsed().as_secs_f64() * 1000.0,
    })
}
