//! `colega serve`: the chat platforms, the page, and a prompt on a terminal.

mod control;
mod healing;
mod platforms;
mod reload;
mod sources;
mod upkeep;

use std::io::{IsTerminal as _, stdin};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use self::platforms::{Given, Started};
use self::sources::Sources;
use self::upkeep::Backups;
use super::{progress, runtime};
use crate::adapters::terminal;
use crate::adapters::web::figures::Figures;
use crate::adapters::web::{self, SourcesState, Status, WebState};
use crate::answer::Engine;
use crate::app::{App, Running, Start};
use crate::backup::Store;
use crate::delivery::Delivery;
use crate::feedback::Feedback;
use crate::heap;
use crate::reindex::EngineChoice;
use crate::reindex::generation::Manifest;
use crate::reindex::schedule::Schedule;
use crate::retrieve::retriever::Retriever;
use crate::shutdown;
use crate::telemetry::metrics::{self, Recorder};

/// How often the pointer to the live generation is looked at: another process may have made a new one.
const LOOK_FOR_GENERATION: Duration = Duration::from_secs(2);
/// After how many looks it is seen to it again that what lies on servers has a copy here.
const LOOKS_UNTIL_COPY: u64 = 30;
/// Notices that may wait for a platform that is away.
const NOTICES: usize = 16;

pub fn run(app: App, file: Option<PathBuf>) -> Result<ExitCode> {
    let app = Arc::new(app);
    app.generations.clean()?;
    let mut reading = progress::Reading::new();
    let (running, built) = app.run(Start::AtOnce, |progress| reading.show(&progress))?;
    if let Some(report) = built.as_ref().and_then(|outcome| outcome.report.as_ref()) {
        eprint!("{report}");
    }
    let is_behind = built.is_none() || app.embedder()?.is_some();
    let runtime = runtime()?;
    let served = runtime.block_on(serve(Arc::clone(&app), file, running, is_behind));
    // A blocked read of standard input must not hold the program up.
    runtime.shutdown_timeout(Duration::from_millis(200));
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(app: Arc<App>, file: Option<PathBuf>, running: Running, is_behind: bool) -> Result<()> {
    let stop = shutdown::on_signal();
    let tasks = TaskTracker::new();
    let feedback = healing::opened(&app, Store::Feedback, &app.feedback_folder(), |folder| {
        Feedback::open(folder, app.settings.feedback.clone())
    })?;
    let listener = bind(app.settings.web.socket_address()).await?;
    let status = Arc::new(ArcSwap::from_pointee(status(&running.manifest)));
    let delivery = healing::opened(&app, Store::Delivery, &app.delivery_folder(), |folder| Delivery::open(folder))?;
    let address = listener.local_addr()?;
    eprintln!("Colega answers at http://{address} ({} passages)", running.manifest.passages);
    let (notices, _) = broadcast::channel(NOTICES);
    let given = Given {
        notices: notices.clone(),
        agent: running.agent.clone(),
        delivery: delivery.clone(),
        feedback: feedback.clone(),
        stop: stop.clone(),
    };
    let recorder = Recorder::install()?;
    let Started { rules, healths } = platforms::start(&app, &given, &tasks)?;
    tasks.spawn(upkeep::of_figures(recorder.clone(), stop.clone()));
    tell_live(&running.manifest);
    // A daemon without sources answers from what another one builds.
    let index = &app.settings.index;
    let is_follower = index.engine == EngineChoice::Server && (index.server.follow || !app.has_sources());
    let schedule = Schedule::reindex(&app.settings.schedule)?.filter(|_| !is_follower);
    let wanted = (!is_follower).then(Arc::<Notify>::default);
    let page = WebState {
        agent: running.agent.clone(),
        feedback: feedback.clone(),
        review: app.review(feedback.clone()),
        reports: app.reports_folder(),
        status: Arc::clone(&status),
        figures: Some(Figures { recorder, platforms: healths }),
        sources: Some(SourcesState {
            watched: app.watched.clone(),
            generations: app.generations.clone(),
            schedule: schedule.clone(),
            wanted: wanted.clone(),
        }),
        started: Instant::now(),
        counted: Arc::default(),
        stop: stop.clone(),
    };
    let page = tasks.spawn(async move {
        let stop = page.stop.clone();
        let served = web::serve(listener, page).await;
        // Without its page the program is of no use.
        stop.cancel();
        served
    });
    if stdin().is_terminal() {
        tasks.spawn(terminal::run(running.agent.clone(), stop.clone()));
    }
    tasks.spawn(reload::on_hangup(file, app.settings.clone(), rules, running.agent.clone(), stop.clone()));
    let backups = Arc::new(Backups { app: Arc::clone(&app), feedback: feedback.clone(), delivery: delivery.clone() });
    tasks.spawn(upkeep::hourly(app.settings.clone(), feedback, delivery, stop.clone()));
    let sources = Arc::new(Sources::new(Arc::clone(&app), notices, stop.clone()));
    if is_behind && !is_follower {
        tasks.spawn(Arc::clone(&sources).refresh());
    }
    if let Some(wanted) = wanted {
        tasks.spawn(upkeep::on_demand(wanted, stop.clone(), {
            let sources = Arc::clone(&sources);
            move || Arc::clone(&sources).refresh()
        }));
    }
    if let Some(schedule) = schedule {
        tasks.spawn(upkeep::on_schedule(schedule, stop.clone(), move || Arc::clone(&sources).refresh()));
    }
    if let Some(schedule) = Schedule::backup(&app.settings.schedule)? {
        let backups = Arc::clone(&backups);
        tasks.spawn(upkeep::on_schedule(schedule, stop.clone(), move || Arc::clone(&backups).one_more()));
    }
    let (var, listening, tracker) = (app.settings.paths.var.clone(), stop.clone(), tasks.clone());
    tasks.spawn(async move { control::listen(&var, backups, tracker, listening).await });
    tasks.spawn(follow_generations(app, running, status, stop.clone()));
    stop.cancelled().await;
    shutdown::drain(tasks).await;
    if page.is_finished() { page.await?.context("the page ended") } else { Ok(()) }
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; stop the program that holds it, or set web.port (COLEGA__WEB__PORT=8788)")
    })
}

fn tell_live(live: &Manifest) {
    metrics::live(&live.name, live.passages as u64, live.made_at);
}

fn status(live: &Manifest) -> Status {
    Status { passages: live.passages as u64, generation: live.name.clone(), engine: Engine::Extractive }
}

/// The live generation ready to be searched, if it is another than `known`.
fn newer_than(app: &App, known: &str) -> Result<Option<(Retriever, Manifest)>> {
    let Some(announced) = app.generations.announced()?.filter(|announced| announced != known) else { return Ok(None) };
    app.generations.open_named(&announced)?.map(|opened| app.retriever(opened)).transpose()
}

/// Makes each new generation live as soon as it is there, whoever built it.
async fn follow_generations(app: Arc<App>, running: Running, shown: Arc<ArcSwap<Status>>, stop: CancellationToken) {
    let mut open = running.manifest.name;
    let (mut last_trouble, mut looks) = (None, 0_u64);
    let mut tick = tokio::time::interval(LOOK_FOR_GENERATION);
    keep_copy(&app);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let (looking, known) = (Arc::clone(&app), open.clone());
        let newer = tokio::task::spawn_blocking(move || newer_than(&looking, &known));
        match newer.await.map_err(anyhow::Error::from).and_then(|newer| newer) {
            Ok(newer) => {
                last_trouble = None;
                looks += 1;
                if looks % LOOKS_UNTIL_COPY == 0 {
                    keep_copy(&app);
                }
                let Some((retriever, manifest)) = newer else { continue };
                info!(generation = manifest.name, passages = manifest.passages, "answering from a new index");
                running.live.store(Arc::new(retriever));
                shown.store(Arc::new(status(&manifest)));
                tell_live(&manifest);
                open = manifest.name;
                keep_copy(&app);
                // What the index before it held is free by now, unless somebody is still reading.
                tokio::task::spawn_blocking(heap::give_back);
            }
            Err(error) => {
                let trouble = format!("{error:#}");
                // Looked at every two seconds, and told once.
                if last_trouble.as_ref() != Some(&trouble) {
                    warn!("a new index cannot be opened: {trouble}");
                }
                last_trouble = Some(trouble);
            }
        }
    }
}

/// Copies what lies on Qdrant servers in the background, to answer from while they are away.
fn keep_copy(app: &Arc<App>) {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = app.generations.keep_copy() {
            warn!("the index of the Qdrant server has no copy here: {error:#}");
        }
    });
}
