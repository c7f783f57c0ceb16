//! The agent: one question in, one checked reply out.

pub mod citations;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use arc_swap::ArcSwap;
use tokio::sync::Semaphore;
use tokio::task;
use tracing::info;

use crate::answer::{Answer, AnswerId, Reply, Suggestions};
use crate::generate::Generator;
use crate::guard::{Guard, Screened};
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

/// How many questions may wait for a free core; those beyond are told to come back.
const MOST_WAITING: usize = 512;

/// Answers questions. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Agent {
    parts: Arc<Parts>,
    /// One permit a core: more answers at a time would only take more memory.
    cores: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
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
        Self { parts: Arc::new(parts), cores: Arc::new(Semaphore::new(cores)), waiting: Arc::default() }
    }

    /// Answers `question`, asked at `now`: screen, limit, retrieve and rerank, gather, generate, verify, release, reply.
    pub async fn ask(&self, question: Question, now: Instant) -> Result<Reply> {
        let position = self.waiting.fetch_add(1, Ordering::Relaxed);
        let reply = if position < MOST_WAITING {
            self.answer(question, now).await
        } else {
            Ok(Reply::Busy { language: self.parts.language_of(&question), position })
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let reply = reply?;
        info!(outcome = reply.name(), elapsed_ms = now.elapsed().as_secs_f64() * 1000.0, "answered");
        Ok(reply)
    }

    async fn answer(&self, question: Question, now: Instant) -> Result<Reply> {
        let _core = self.cores.acquire().await?;
        let parts = Arc::clone(&self.parts);
        // Searching and writing are busy work; the runtime's threads stay free for connections.
        task::spawn_blocking(move || parts.answer(&question, now)).await?
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
        let language = question.language.or_else(|| language::detect(&question.text)).unwrap_or(self.default_language);
        let screened = match self.guard.screen(question, language) {
            Ok(screened) => screened,
            Err(refusal) => return Ok(Reply::Refused(refusal)),
        };
        if let Err(retry_after) = self.limiter.check(question.origin, &question.user, &question.chat, now) {
            return Ok(Reply::SlowDown { language, retry_after });
        }
        let evidence = match self.find(&screened)? {
            Verdict::Enough(evidence) => evidence,
            Verdict::TooLittle { nearest } => return Ok(Reply::NoEvidence(Suggestions { language, nearest })),
        };
        let draft = self.generator.generate(&evidence);
        let passages: Vec<_> = evidence.passages.iter().map(|evidence| Arc::clone(&evidence.reading.passage)).collect();
        let cited = Cited::check(draft, &passages);
        let released = cited.retain(|text| self.guard.release_text(text).is_ok());
        Ok(reply(released, evidence, language, now))
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

    fn in_source(&self, id: &ChunkId, scopes: Vec<String>, neighbours: usize) -> Result<Option<InSource>, SearchError> {
        let retriever = self.live.load();
        let filter = Filter { scopes, ..Filter::default() };
        let Some(passage) = retriever.index.passage(id)?.filter(|passage| filter.admits(passage)) else {
            return Ok(None);
        };
        let mut before = retriever.index.document(&passage.source_file)?;
        before.retain(|neighbour| filter.admits(neighbour));
        let at = before.iter().position(|neighbour| neighbour.chunk_id == *id).unwrap_or_default();
        let after = before.iter().skip(at + 1).take(neighbours).cloned().collect();
        before.truncate(at);
        before.drain(..at.saturating_sub(neighbours));
        Ok(Some(InSource { passage, before, after }))
    }
}

/// The answer that is left after all checks, or that there is none.
fn reply(cited: Cited, evidence: Evidence, language: Language, asked: Instant) -> Reply {
    if cited.is_empty() {
        return Reply::NoEvidence(Suggestions { language, nearest: vec![evidence.subject] });
    }
    let (sections, citations, engine) = cited.into_parts();
    let source = evidence.passages.first().map(|first| first.reading.passage.lang);
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
