//! The busy part of answering: search, gather, write, check.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, bail};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::answer::{Answer, Engine, Reply, Suggestions};
use crate::generate::Draft;
use crate::generate::refine::Refiner;
use crate::guard::Screened;
use crate::passage::Passage;
use crate::question::Question;
use crate::retrieve::Filter;
use crate::retrieve::evidence::{Evidence, Verdict};
use crate::telemetry::metrics::{self, Step};
use crate::telemetry::span;
use crate::trace::{Asked, Fate, Found, Trace};

use super::citations::{self, Cited};
use super::search::{Search, Searcher};
use super::{Parts, Stage};

/// What was made of a question.
pub(super) struct Worked {
    /// The reply, as far as it goes without a model.
    pub asked: Asked,
    /// What a model could put into other words.
    pub quoted: Option<Quoted>,
}

/// An answer that was quoted from the passages.
pub(super) struct Quoted {
    /// What of it may go out.
    pub draft: Draft,
    /// What it was quoted from.
    pub evidence: Evidence,
    /// What was known before it was written.
    trace: Trace,
}

impl Quoted {
    /// The passages that the draft cites by number.
    pub(super) fn passages(&self) -> Vec<Arc<Passage>> {
        self.evidence.passages.iter().map(|from| Arc::clone(&from.reading.passage)).collect()
    }
}

/// A question whose turn has come.
pub(super) struct Work {
    pub question: Question,
    pub screened: Screened,
    /// When it was asked.
    pub now: Instant,
    /// Who watches the answer grow.
    pub stage: watch::Sender<Stage>,
    /// Cancelled when nobody waits for the answer any more.
    pub cancel: CancellationToken,
}

impl Work {
    /// Searches, gathers, writes and checks, for as long as somebody waits for it.
    pub(super) fn run(&self, parts: &Parts) -> Result<Worked> {
        self.go_on()?;
        let begun = Instant::now();
        let retriever = parts.live.load();
        let filter = Filter { reach: self.screened.reach().clone(), ..Filter::default() };
        let language = self.screened.language();
        let searcher = Searcher { retriever: &retriever, settings: &parts.evidence, filter: &filter, language };
        let find = || searcher.find(self.screened.text(), &self.question.earlier);
        let Search { verdict, hits, searched } = span::step(Step::Search).in_scope(find)?;
        metrics::step(self.question.origin, Step::Search, begun.elapsed());
        self.go_on()?;
        let found = hits.iter().map(|hit| found(&hit.passage, hit.score)).collect();
        let mut trace = Trace {
            question: self.screened.text().to_owned(),
            searched,
            language,
            found,
            dropped: 0,
            warnings: self.screened.warnings().to_vec(),
            leaked: super::leaked(self.screened.redactions()),
            generation: retriever.generation.clone(),
            elapsed_ms: 0.0,
        };
        match (self.refused_as_a_whole(parts, &mut trace), verdict) {
            (Some(refused), _) => Ok(self.unwritten(refused, trace)),
            (None, Verdict::Enough(evidence)) => {
                let begun = Instant::now();
                let worked = span::step(Step::Write).in_scope(|| self.write(parts, evidence, trace));
                metrics::step(self.question.origin, Step::Write, begun.elapsed());
                worked
            }
            (None, Verdict::TooLittle { nearest }) => {
                Ok(self.unwritten(Reply::NoEvidence(Suggestions { language, nearest }), trace))
            }
        }
    }

    /// A reply for which nothing had to be written.
    fn unwritten(&self, reply: Reply, trace: Trace) -> Worked {
        let trace = Trace { elapsed_ms: self.elapsed_ms(), ..trace };
        Worked { asked: Asked { reply, trace }, quoted: None }
    }

    /// A continuation is screened once more, spelt out: two harmless halves can make a whole that is not.
    fn refused_as_a_whole(&self, parts: &Parts, trace: &mut Trace) -> Option<Reply> {
        let whole = Question { text: trace.searched.clone()?, ..self.question.clone() };
        match parts.guard.load().screen(&whole, trace.language) {
            Err(refusal) => Some(Reply::Refused(refusal)),
            Ok(screened) => {
                let new = screened.warnings().iter().filter(|rule| !self.screened.warnings().contains(rule));
                trace.warnings.extend(new.cloned());
                None
            }
        }
    }

    /// Writes the answer and checks it, what is shown on the way included.
    fn write(&self, parts: &Parts, evidence: Evidence, trace: Trace) -> Result<Worked> {
        let mut quoted = Quoted { draft: Draft { sections: Vec::new(), engine: Engine::Extractive }, evidence, trace };
        let mut growing = |draft: Draft| {
            if let Reply::Answer(answer) = self.checked(parts, draft, 0, &quoted).reply {
                self.stage.send_replace(Stage::Writing(Arc::new(answer)));
            }
        };
        let Some(draft) = parts.generator.generate(&quoted.evidence, &self.cancel, &mut growing) else {
            return self.stopped();
        };
        if parts.refiner.is_none() {
            return Ok(Worked { asked: self.checked(parts, draft, 0, &quoted), quoted: None });
        }
        quoted.draft = citations::released(&draft, |text| parts.guard.load().release_text(text).is_ok());
        let asked = self.checked(parts, draft, 0, &quoted);
        Ok(Worked { asked, quoted: Some(quoted) })
    }

    /// What is left of `draft` after all checks; `unsupported` sentences were dropped before.
    pub(super) fn checked(&self, parts: &Parts, draft: Draft, unsupported: usize, quoted: &Quoted) -> Asked {
        let passages = quoted.passages();
        let min_support = parts.refiner.as_ref().map_or(1.0, Refiner::min_support);
        let cited = Cited::check(draft, &passages, min_support, |text| parts.guard.load().release_text(text).is_ok());
        let mut trace = quoted.trace.clone();
        trace.dropped = cited.dropped() + unsupported;
        let answer = self.answer(cited, &quoted.evidence);
        tell_fates(&mut trace.found, &passages, answer.as_ref());
        trace.elapsed_ms = self.elapsed_ms();
        let nothing = || Suggestions { language: trace.language, nearest: vec![quoted.evidence.subject.clone()] };
        Asked { reply: answer.map_or_else(|| Reply::NoEvidence(nothing()), Reply::Answer), trace }
    }

    /// The answer that is left after all checks, if any.
    fn answer(&self, cited: Cited, evidence: &Evidence) -> Option<Answer> {
        if cited.is_empty() {
            return None;
        }
        let language = self.screened.language();
        let (sections, citations, engine) = cited.into_parts();
        let is_cited = |passage: &Passage| citations.iter().any(|citation| citation.chunk_id == passage.chunk_id);
        let mut passages = evidence.passages.iter().map(|from| &from.reading.passage);
        let source = passages.find(|passage| is_cited(passage)).map(|passage| passage.lang);
        Some(Answer {
            id: self.question.id.clone(),
            language,
            source_language: source.filter(|&source| source != language),
            subject: evidence.subject.clone(),
            sections,
            citations,
            engine,
            elapsed_ms: self.elapsed_ms(),
        })
    }

    fn elapsed_ms(&self) -> f64 {
        self.now.elapsed().as_secs_f64() * 1000.0
    }

    fn go_on(&self) -> Result<()> {
        if self.cancel.is_cancelled() { self.stopped() } else { Ok(()) }
    }

    fn stopped<T>(&self) -> Result<T> {
        bail!("question {} was stopped, since nobody waits for its answer", self.question.id.0)
    }
}

/// A passage as the trace names it, before it is known what becomes of it.
fn found(passage: &Passage, score: f32) -> Found {
    Found {
        chunk_id: passage.chunk_id.clone(),
        title: passage.breadcrumb(),
        source_file: passage.source_file.clone(),
        span: passage.source_span,
        score,
        fate: Fate::Dropped,
    }
}

/// Tells what became of each passage of the evidence, and adds those that are cited without having been found themselves.
fn tell_fates(all: &mut Vec<Found>, evidence: &[Arc<Passage>], answer: Option<&Answer>) {
    let citations = answer.map(|answer| answer.citations.as_slice()).unwrap_or_default();
    for passage in evidence {
        let is_cited = citations.iter().any(|citation| citation.chunk_id == passage.chunk_id);
        let fate = if is_cited { Fate::Cited } else { Fate::Unused };
        match all.iter_mut().find(|found| found.chunk_id == passage.chunk_id) {
            Some(known) => known.fate = fate,
            None if is_cited => all.push(Found { fate, ..found(passage, 0.0) }),
            None => {}
        }
    }
}
