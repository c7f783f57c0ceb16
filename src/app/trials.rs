//! The goldset asked under settings that are being tried out, in memory and beside everything that is live.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use tokio::runtime::Runtime;

use super::App;
use crate::embed::bm25::Bm25Settings;
use crate::eval::judge::points::Matcher;
use crate::eval::judge::verdict::Verdict;
use crate::eval::judge::{self};
use crate::eval::ranking::RankingSettings;
use crate::eval::tune::{self, Tunable};
use crate::goldset::Case;
use crate::knowledge::chunk::ChunkLimits;
use crate::knowledge::ingest::{self, IngestSettings};
use crate::passage::Passage;
use crate::retrieve::retriever::Retriever;

/// Asks cases under one setting after the other.
pub struct Trials<'a> {
    app: &'a App,
    runtime: &'a Runtime,
    /// The cases, labelled for the passages of the configuration.
    cases: Vec<Case>,
    /// The passages of the configuration.
    own: Vec<Arc<Passage>>,
    /// Judges; the same for every try, so that only the answers differ.
    matcher: Matcher,
    cut: Option<Cut>,
    built: Option<Built>,
}

/// The passages for some limits, and the cases labelled for them.
struct Cut {
    limits: ChunkLimits,
    passages: Vec<Arc<Passage>>,
    cases: Vec<Case>,
}

/// An index over them.
struct Built {
    limits: ChunkLimits,
    bm25: Bm25Settings,
    retriever: Retriever,
}

impl<'a> Trials<'a> {
    /// Trials on `cases` with the sources of `app`.
    pub fn new(app: &'a App, runtime: &'a Runtime, cases: Vec<Case>) -> Result<Self> {
        let own = passages(app, &app.settings.ingest.chunk)?;
        let retriever = app.ranking()?.retriever(own.clone())?;
        let statistics = Arc::new(retriever.statistics.of_documents());
        let matcher = Matcher::new(&app.glossary, statistics, app.settings.support.clone());
        Ok(Self { app, runtime, cases, own, matcher, cut: None, built: None })
    }

    /// What the configuration says now.
    pub fn configured(&self) -> Tunable {
        let settings = &self.app.settings;
        Tunable {
            chunk: settings.ingest.chunk.clone(),
            bm25: settings.bm25.clone(),
            retrieve: settings.retrieve.clone(),
            evidence: settings.evidence.clone(),
            answer: settings.answer.clone(),
            without_synonyms: Vec::new(),
        }
    }

    /// The verdicts on all cases under `settings`.
    pub fn ask(&mut self, settings: &Tunable) -> Result<Vec<Verdict>> {
        self.cut(settings)?;
        let mut retriever = self.retriever(settings)?;
        retriever.settings = settings.retrieve.clone();
        retriever.glossary = Arc::new(self.app.glossary.without(&settings.without_synonyms));
        let live = Arc::new(ArcSwap::from_pointee(retriever));
        let agent = self.app.agent(Arc::clone(&live), settings.evidence.clone(), &settings.answer, None)?;
        let cases = &self.cut.as_ref().context("passages were just cut")?.cases;
        let verdicts = self.runtime.block_on(judge::run(&agent, cases, &self.matcher))?;
        drop(agent);
        // Nobody asks any more; if somebody still did, the next try would build the index again.
        let retriever = Arc::into_inner(live).and_then(|live| Arc::into_inner(live.into_inner()));
        self.built =
            retriever.map(|retriever| Built { limits: settings.chunk.clone(), bm25: settings.bm25.clone(), retriever });
        Ok(verdicts)
    }

    fn cut(&mut self, settings: &Tunable) -> Result<()> {
        if self.cut.as_ref().is_some_and(|cut| cut.limits == settings.chunk) {
            return Ok(());
        }
        let passages = passages(self.app, &settings.chunk)?;
        let cases = self.cases.iter().map(|case| tune::relabelled(case, &self.own, &passages)).collect();
        self.cut = Some(Cut { limits: settings.chunk.clone(), passages, cases });
        Ok(())
    }

    fn retriever(&mut self, settings: &Tunable) -> Result<Retriever> {
        let fits = |built: &Built| built.limits == settings.chunk && built.bm25 == settings.bm25;
        if let Some(built) = self.built.take_if(|built| fits(built)) {
            return Ok(built.retriever);
        }
        let passages = self.cut.as_ref().context("passages were just cut")?.passages.clone();
        let ranking = RankingSettings { bm25: settings.bm25.clone(), ..self.app.ranking()? };
        ranking.retriever(passages)
    }
}

fn passages(app: &App, limits: &ChunkLimits) -> Result<Vec<Arc<Passage>>> {
    let settings = IngestSettings { chunk: limits.clone(), ..app.settings.ingest.clone() };
    let ingested = ingest::ingest(&app.settings.paths.raw, &settings, &app.topics()?, |_| {})?;
    Ok(ingested.passages.into_iter().map(Arc::new).collect())
}
