//! The composition root: what the commands are made of is put together here, from the configuration.

mod shadow;
pub mod trials;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use tracing::warn;

use crate::adapters::token::{self, Token};
use crate::agent::{Agent, Parts};
use crate::config::Settings;
use crate::desk::policy::ChannelSettings;
use crate::embed::dense::Embedder;
use crate::eval::retrieval::RankingSettings;
use crate::feedback::Feedback;
use crate::generate::extractive::ExtractiveSettings;
use crate::generate::refine::Refiner;
use crate::generate::{EngineChoice, Generator};
use crate::goldset::{Goldset, Review};
use crate::guard::Guard;
use crate::knowledge::ingest::Progress;
use crate::knowledge::topic::Topics;
use crate::limit::Limiter;
use crate::models::Models;
use crate::reading::Readings;
use crate::reindex::generation::{Generations, Manifest, Opened};
use crate::reindex::watched::Watched;
use crate::reindex::{EngineChoice as IndexEngine, Outcome, Reindexer, Reuse};
use crate::retrieve::evidence::EvidenceSettings;
use crate::retrieve::glossary::Glossary;
use crate::retrieve::retriever::Retriever;
use crate::retrieve::server::collections::Collections;

/// Folder of generations below `paths.var`.
const INDEX_FOLDER: &str = "index";
/// Folder of models that were fetched, below `paths.var`.
const MODELS_FOLDER: &str = "models";
/// The variable, and the systemd credential, with the key to the servers of `generate.remote`.
const REMOTE_KEY: &str = "COLEGA_REMOTE_KEY";
const REMOTE_CREDENTIAL: &str = "remote_key";
/// The same for the Qdrant servers of `index.server.urls`.
const QDRANT_KEY: &str = "QDRANT_API_KEY";
const QDRANT_CREDENTIAL: &str = "qdrant_api_key";

/// Everything that the commands are made of.
#[derive(Clone)]
pub struct App {
    /// The configuration.
    pub settings: Settings,
    /// The generations of the index.
    pub generations: Generations,
    /// What re-indexes are doing.
    pub watched: Watched,
    glossary: Arc<Glossary>,
    /// The model of the configuration, once it is loaded; the inner `None` if there is none.
    embedder: OnceLock<Option<Arc<Embedder>>>,
}

/// How much is waited for before the first question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Until passages can be found by everything that is configured.
    Complete,
    /// Until they can be found by their words; a model embeds them later.
    AtOnce,
}

/// An agent over the live generation, and the handle that swaps it.
pub struct Running {
    /// Answers.
    pub agent: Agent,
    /// What is live. Storing another retriever here makes it live at once.
    pub live: Arc<ArcSwap<Retriever>>,
    /// What the live generation said of itself when it was opened.
    pub manifest: Manifest,
}

impl App {
    /// Wires what does not depend on the index.
    pub fn new(settings: Settings) -> Result<Self> {
        let glossary = match &settings.paths.glossary {
            Some(path) => Glossary::load(path)?,
            None => Glossary::built_in(),
        };
        let mut generations = Generations::new(settings.paths.var.join(INDEX_FOLDER), settings.index.clone());
        if settings.index.engine == IndexEngine::Server {
            generations = generations.on(servers(&settings)?);
        }
        Ok(Self {
            settings,
            generations,
            watched: Watched::default(),
            glossary: Arc::new(glossary),
            embedder: OnceLock::new(),
        })
    }

    /// The Qdrant servers of the configuration, whether they are searched or not.
    ///
    /// # Errors
    /// There are none.
    pub fn servers(&self) -> Result<Collections> {
        servers(&self.settings)
    }

    /// What embeds passages and questions, if the configuration names a model; loaded when first asked for.
    ///
    /// # Errors
    /// It cannot be loaded; see [`Embedder::load`].
    pub fn embedder(&self) -> Result<Option<Arc<Embedder>>> {
        if let Some(embedder) = self.embedder.get() {
            return Ok(embedder.clone());
        }
        let loaded = Embedder::load(&self.settings.embed)?.map(Arc::new);
        Ok(self.embedder.get_or_init(|| loaded).clone())
    }

    /// What re-indexes.
    pub fn reindexer(&self) -> Result<Reindexer> {
        Ok(Reindexer { embedder: self.embedder()?, ..self.reindexer_of_words()? })
    }

    /// What re-indexes without a model.
    fn reindexer_of_words(&self) -> Result<Reindexer> {
        Ok(Reindexer {
            raw: self.settings.paths.raw.clone(),
            ingest: self.settings.ingest.clone(),
            topics: self.topics()?,
            bm25: self.settings.bm25.clone(),
            embedder: None,
            generations: self.generations.clone(),
            gate: self.gate(),
            watched: self.watched.clone(),
        })
    }

    /// The topics that passages are labelled with.
    pub fn topics(&self) -> Result<Topics> {
        match &self.settings.paths.topics {
            Some(path) => Topics::load(path),
            None => Ok(Topics::built_in()),
        }
    }

    /// The synonyms.
    pub fn glossary(&self) -> &Glossary {
        &self.glossary
    }

    /// What decides a ranking, for measuring on other corpora.
    pub fn ranking(&self) -> Result<RankingSettings> {
        Ok(RankingSettings {
            bm25: self.settings.bm25.clone(),
            embedder: self.embedder()?,
            retrieve: self.settings.retrieve.clone(),
            glossary: Arc::clone(&self.glossary),
        })
    }

    /// Opens the live generation and puts an agent over it; before the first generation, or where that lacks what `start`
    /// waits for, one is built from the sources.
    pub fn run(&self, start: Start, progress: impl FnMut(Progress<'_>)) -> Result<(Running, Option<Outcome>)> {
        let embedder = self.embedder()?;
        let is_embedded = |opened: &Opened| opened.manifest.embedder.as_ref() == embedder.as_deref().map(Embedder::id);
        let mut outcome = None;
        let opened = match self.generations.open()? {
            Some(opened) if start == Start::AtOnce || is_embedded(&opened) => opened,
            found => {
                // The engine's folder must be free for whoever looks whether it can be used again.
                drop(found);
                let reindexer = match start {
                    Start::Complete => self.reindexer()?,
                    Start::AtOnce => self.reindexer_of_words()?,
                };
                outcome = Some(reindexer.reindex(Reuse::Unchanged, progress)?);
                self.generations.open()?.context("the index that was just built is gone")?
            }
        };
        let (retriever, manifest) = self.retriever(opened)?;
        let live = Arc::new(ArcSwap::from_pointee(retriever));
        let refiner = self.refiner(start)?;
        let agent = self.agent(Arc::clone(&live), self.settings.evidence.clone(), &self.settings.answer, refiner)?;
        Ok((Running { agent, live, manifest }, outcome))
    }

    /// What puts answers into fluent words, if anything is configured that does. What the daemon cannot use it does without,
    /// as long as nobody insists.
    fn refiner(&self, start: Start) -> Result<Option<Refiner>> {
        let key = token::find(REMOTE_KEY, None, REMOTE_CREDENTIAL)?.map(|key| key.reveal().to_owned());
        let is_wanted = self.settings.generate.engine != EngineChoice::Auto;
        let refiner = match self.settings.generate.refiner(key) {
            Err(error) if !is_wanted => {
                warn!("answers are quoted from the sources: {error:#}");
                None
            }
            refiner => refiner?,
        };
        if let (Some(refiner), Start::Complete) = (&refiner, start) {
            let loaded = tokio::runtime::Builder::new_current_thread().build()?.block_on(refiner.writer().loaded());
            if is_wanted {
                loaded?;
            }
        }
        Ok(refiner)
    }

    /// A generation ready to be searched; by meaning, too, if it was embedded by the model of the configuration.
    pub fn retriever(&self, opened: Opened) -> Result<(Retriever, Manifest)> {
        let embedder = self.embedder()?.filter(|embedder| opened.manifest.embedder.as_ref() == Some(embedder.id()));
        let retriever = Retriever {
            index: opened.index,
            statistics: opened.statistics,
            encoder: opened.manifest.encoder.clone(),
            embedder,
            glossary: Arc::clone(&self.glossary),
            settings: self.settings.retrieve.clone(),
            readings: Readings::default(),
            generation: opened.manifest.name.clone(),
        };
        Ok((retriever, opened.manifest))
    }

    /// The models that can be fetched.
    pub fn models(&self) -> Result<Models> {
        Models::load(self.settings.paths.models.as_deref(), self.settings.paths.var.join(MODELS_FOLDER))
    }

    /// Where questions and votes are kept.
    pub fn feedback_folder(&self) -> std::path::PathBuf {
        self.settings.paths.var.join("feedback.sled")
    }

    /// The review of `feedback` for the goldset.
    pub fn review(&self, feedback: Feedback) -> Review {
        Review::new(feedback, Goldset::new(&self.settings.paths.goldset))
    }

    /// Where the inbox and the outbox are kept.
    pub fn delivery_folder(&self) -> std::path::PathBuf {
        self.settings.paths.var.join("delivery.sled")
    }

    /// Where backups are kept.
    pub fn backup_folder(&self) -> std::path::PathBuf {
        self.settings.backup.folder.clone().unwrap_or_else(|| self.settings.paths.var.join("backups"))
    }

    /// Where the reports of `colega eval` are kept.
    pub fn reports_folder(&self) -> std::path::PathBuf {
        self.settings.paths.var.join("reports")
    }

    /// Whether the folder of sources is there.
    pub fn has_sources(&self) -> bool {
        Path::new(&self.settings.paths.raw).is_dir()
    }

    fn agent(
        &self,
        live: Arc<ArcSwap<Retriever>>,
        evidence: EvidenceSettings,
        answer: &ExtractiveSettings,
        refiner: Option<Refiner>,
    ) -> Result<Agent> {
        Ok(Agent::new(Parts {
            guard: ArcSwap::from_pointee(guard(&self.settings)?),
            limiter: Limiter::new(&self.settings.limits)?,
            live,
            generator: Generator::new(&self.settings.generate, answer),
            refiner,
            queue: self.settings.queue.clone(),
            evidence,
            default_language: self.settings.language.default,
        }))
    }
}

/// The guard that `settings` describe.
///
/// # Errors
/// Its rules cannot be used, or a policy, its own or that of a channel, names a rule that there is not.
pub fn guard(settings: &Settings) -> Result<Guard> {
    let guard = Guard::new(&settings.guard).context("[guard]")?;
    let of = |section, channels: &[ChannelSettings]| {
        channels.iter().try_for_each(|channel| {
            guard.check_policy(&channel.guard).with_context(|| format!("[[{section}]] {}: its `guard`", channel.id))
        })
    };
    of("discord.channel", &settings.discord.channel)?;
    of("telegram.chat", &settings.telegram.chat)?;
    Ok(guard)
}

fn servers(settings: &Settings) -> Result<Collections> {
    let key = token::find(QDRANT_KEY, None, QDRANT_CREDENTIAL)?;
    Collections::new(&settings.index.server, key.as_ref().map(Token::reveal))
}
