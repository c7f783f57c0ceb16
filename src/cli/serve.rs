//! `colega serve`: the chat platforms, the page, and a prompt on a terminal.

mod platforms;
mod reload;
mod upkeep;

use std::io::{IsTerminal as _, stdin};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use self::platforms::Given;
use super::{progress, runtime};
use crate::adapters::terminal;
use crate::adapters::web::{self, Status, WebState};
use crate::answer::Engine;
use crate::app::{App, Running, Start};
use crate::delivery::Delivery;
use crate::desk::Notice;
use crate::feedback::Feedback;
use crate::reindex::Reuse;
use crate::reindex::generation::Manifest;
use crate::reindex::schedule::Schedule;
use crate::retrieve::retriever::Retriever;
use crate::shutdown;

/// How often the pointer to the live generation is looked at: another process may have made a new one.
const LOOK_FOR_GENERATION: Duration = Duration::from_secs(2);
/// How often it is looked whether the sources are due.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);
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
    let feedback = Feedback::open(app.feedback_folder(), app.settings.feedback.clone())?;
    let listener = bind(app.settings.web.socket_address()).await?;
    let status = Arc::new(ArcSwap::from_pointee(status(&running.manifest)));
    let delivery = Delivery::open(app.delivery_folder())?;
    let review = app.review(feedback.clone());
    let page = WebState {
        agent: running.agent.clone(),
        feedback: feedback.clone(),
        review,
        reports: app.reports_folder(),
        status: Arc::clone(&status),
    };
    let address = listener.local_addr()?;
    eprintln!("Colega answers at http://{address} ({} passages)", running.manifest.passages);

    let stop_page = stop.clone();
    let page = tasks.spawn(async move {
        let served = web::serve(listener, page, stop_page.clone()).await;
        // Without its page the program is of no use.
        stop_page.cancel();
        served
    });
    if stdin().is_terminal() {
        tasks.spawn(terminal::run(running.agent.clone(), stop.clone()));
    }
    let (notices, _) = broadcast::channel(NOTICES);
    let given = Given {
        notices: notices.clone(),
        agent: running.agent.clone(),
        delivery: delivery.clone(),
        feedback: feedback.clone(),
        stop: stop.clone(),
    };
    let rules = platforms::start(&app, &given, &tasks)?;
    tasks.spawn(reload::on_hangup(file, app.settings.clone(), rules, stop.clone()));
    tasks.spawn(upkeep::hourly(app.settings.clone(), feedback, delivery, stop.clone()));
    if is_behind {
        tasks.spawn(refresh(Arc::clone(&app), notices.clone(), stop.clone()));
    }
    if let Some(schedule) = Schedule::new(&app.settings.schedule)? {
        tasks.spawn(on_schedule(schedule, Arc::clone(&app), notices.clone(), stop.clone()));
    }
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

fn status(live: &Manifest) -> Status {
    Status { passages: live.passages as u64, generation: live.name.clone(), engine: Engine::Extractive }
}

/// Looks through the sources whenever they are due, one time after the other.
async fn on_schedule(schedule: Schedule, app: Arc<App>, notices: broadcast::Sender<Notice>, stop: CancellationToken) {
    let mut last = SystemTime::now();
    while let Some(due) = schedule.due_after(last) {
        let due = due + schedule.jitter();
        // Looked at now and then: the clock may be set, and a machine that sleeps does not count its sleep.
        while let Ok(wait) = due.duration_since(SystemTime::now()) {
            if stop.run_until_cancelled(tokio::time::sleep(wait.min(LOOK_AT_CLOCK))).await.is_none() {
                return;
            }
        }
        last = SystemTime::now();
        refresh(Arc::clone(&app), notices.clone(), stop.clone()).await;
    }
}

/// Takes in what has changed in the sources since the last run, while the old index answers.
async fn refresh(app: Arc<App>, notices: broadcast::Sender<Notice>, stop: CancellationToken) {
    let work = tokio::task::spawn_blocking(move || app.reindexer()?.reindex(Reuse::Unchanged, |_| ()));
    let outcome = tokio::select! {
        () = stop.cancelled() => return,
        outcome = work => outcome,
    };
    match outcome.map_err(anyhow::Error::from).and_then(|outcome| outcome) {
        Ok(outcome) => {
            if let Some(why) = outcome.refused {
                warn!("the new index is worse and does not go live; `colega history` says why");
                // Nobody may be listening.
                let _ = notices.send(Notice::IndexRefused { why });
            }
            let skipped = outcome.report.map_or(0, |report| report.skipped.len());
            if skipped > 0 {
                warn!(skipped, "some sources could not be read; `colega ingest` says which and why");
            }
        }
        Err(error) => warn!("the sources could not be looked through for changes: {error:#}"),
    }
}

/// The live generation ready to be searched, if it is another than `known`.
fn newer_than(app: &App, known: &str) -> Result<Option<(Retriever, Manifest)>> {
    if app.generations.current()?.is_none_or(|current| current == known) {
        return Ok(None);
    }
    app.generations.open()?.map(|opened| app.retriever(opened)).transpose()
}

/// Makes each new generation live as soon as it is there, whoever built it.
async fn follow_generations(app: Arc<App>, running: Running, shown: Arc<ArcSwap<Status>>, stop: CancellationToken) {
    let mut open = running.manifest.name;
    let mut tick = tokio::time::interval(LOOK_FOR_GENERATION);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let (app, known) = (Arc::clone(&app), open.clone());
        let newer = tokio::task::spawn_blocking(move || newer_than(&app, &known));
        match newer.await.map_err(anyhow::Error::from).and_then(|newer| newer) {
            Ok(Some((retriever, manifest))) => {
                info!(generation = manifest.name, passages = manifest.passages, "answering from a new index");
                running.live.store(Arc::new(retriever));
                shown.store(Arc::new(status(&manifest)));
                open = manifest.name;
            }
            Ok(None) => {}
            Err(error) => warn!("a new index cannot be opened: {error:#}"),
        }
    }
}
