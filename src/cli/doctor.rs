//! `colega doctor`: what is configured, found and missing, each with its mend.

mod platforms;

use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use super::Output;
use crate::adapters::finding::{Finding, State};
use crate::app::App;
use crate::config::{DEFAULT_FILE, Settings};
use crate::embed::dense::Embedder;
use crate::generate::EngineChoice;
use crate::generate::local::gguf::GgufModel;
use crate::reindex::EngineChoice as IndexEngine;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Line {
    what: &'static str,
    #[serde(flatten)]
    finding: Finding,
}

impl Line {
    fn of(what: &'static str, finding: Finding) -> Self {
        Self { what, finding }
    }
}

/// Prints all findings; the exit status is 1 if something is bad.
pub fn run(config: Option<&Path>, output: Output) -> Result<ExitCode> {
    let lines = lines(config);
    output.print(&lines, || lines.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    let is_bad = lines.iter().any(|line| line.finding.state == State::Bad);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(Line { what, finding }: &Line) -> String {
    let mark = match finding.state {
        State::Good => "ok",
        State::Absent => "--",
        State::Bad => "!!",
    };
    let mend = finding.mend.as_ref().map(|mend| format!("\n{:16}→ {mend}", "")).unwrap_or_default();
    format!("{mark} {what:12} {}{mend}", finding.says)
}

fn lines(config: Option<&Path>) -> Vec<Line> {
    let file = config.map_or(DEFAULT_FILE.into(), |file| file.display().to_string());
    let app = match Settings::load(config).and_then(App::new) {
        Ok(app) => app,
        Err(error) => {
            return vec![Line::of("configuration", Finding::bad(format!("{error:#}"), format!("mend {file}")))];
        }
    };
    let configuration = if Path::new(&file).exists() {
        Finding::good(file)
    } else {
        Finding::absent("defaults only", format!("copy {DEFAULT_FILE} to change something"))
    };
    let mut lines = vec![
        Line::of("configuration", configuration),
        Line::of("sources", sources(&app)),
        Line::of("index", index(&app)),
        Line::of("model", model(&app)),
        Line::of("state", state(&app)),
        Line::of("page", page(&app)),
        Line::of("answers", engine(&app)),
    ];
    if is_shared(&app) {
        lines.push(Line::of("servers", servers(&app)));
    }
    lines.extend(platforms::look(&app.settings));
    lines
}

fn sources(app: &App) -> Finding {
    let raw = app.settings.paths.raw.display();
    if app.has_sources() {
        Finding::good(format!("{raw}"))
    } else if is_shared(app) {
        Finding::absent(
            format!("there is no folder {raw}: this Colega answers from what others index"),
            "make it and put documents there to index them here",
        )
    } else {
        Finding::bad(format!("there is no folder {raw}"), "make it and put documents there, or set paths.raw")
    }
}

/// Whether the index lies on servers.
fn is_shared(app: &App) -> bool {
    app.settings.index.engine == IndexEngine::Server
}

fn servers(app: &App) -> Finding {
    let addresses = app.settings.index.server.urls.join(", ");
    match app.servers().and_then(|servers| Ok(servers.live()?)) {
        Ok(Some(live)) => Finding::good(format!("{addresses}: generation {live} is live")),
        Ok(None) => Finding::absent(
            format!("{addresses}: reached, without an index"),
            "`colega reindex` makes one there; `colega index push` brings the one here",
        ),
        Err(error) => {
            let mend = "see [index.server] in the configuration; the copy here, if there is one, answers meanwhile";
            Finding::bad(format!("{error:#}"), mend)
        }
    }
}

fn index(app: &App) -> Finding {
    match app.generations.manifest() {
        Ok(Some(live)) => Finding::good(format!(
            "generation {}: {} passages from {} documents",
            live.name, live.passages, live.documents
        )),
        Ok(None) => {
            Finding::absent("none yet", "`colega serve` builds it at its first start; `colega reindex` does it now")
        }
        Err(error) => Finding::bad(format!("{error:#}"), "run `colega reindex --full`"),
    }
}

fn model(app: &App) -> Finding {
    let Some(folder) = &app.settings.embed.model else {
        return Finding::absent(
            "none: passages are found by their words",
            "name one in embed.model to find them by meaning, too",
        );
    };
    let live = app.generations.manifest().ok().flatten().and_then(|live| live.embedder);
    match app.embedder() {
        Ok(embedder) => {
            let id = embedder.as_deref().map(Embedder::id);
            let languages: Vec<&str> =
                id.into_iter().flat_map(|id| &id.languages).map(|language| language.code()).collect();
            let is_embedded = live.as_ref() == id;
            let says = format!("{} ({})", folder.display(), languages.join(", "));
            if is_embedded {
                Finding::good(says)
            } else {
                Finding::absent(
                    format!("{says}; the index is not embedded by it"),
                    "`colega serve` does it beside answering; `colega reindex` does it now",
                )
            }
        }
        Err(error) => Finding::bad(format!("{error:#}"), "mend embed.model, or leave it out"),
    }
}

fn state(app: &App) -> Finding {
    let var = &app.settings.paths.var;
    match std::fs::create_dir_all(var).and_then(|()| tempfile::tempfile_in(var).map(drop)) {
        Ok(()) => Finding::good(format!("{} can be written", var.display())),
        Err(error) => Finding::bad(
            format!("{} cannot be written: {error}", var.display()),
            "give its owner the right to write, or set paths.var",
        ),
    }
}

fn page(app: &App) -> Finding {
    let address = app.settings.web.socket_address();
    match TcpListener::bind(address) {
        Ok(_) => Finding::good(format!("http://{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Finding::absent(
            format!("http://{address} is taken, perhaps by a Colega that runs already"),
            "stop the other program, or set web.port",
        ),
        Err(error) => Finding::bad(format!("http://{address}: {error}"), "set web.address and web.port"),
    }
}

fn engine(app: &App) -> Finding {
    let settings = &app.settings.generate;
    match (settings.engine, &settings.model) {
        (EngineChoice::Auto | EngineChoice::Kalosm, Some(model)) => match GgufModel::check(model) {
            Ok(file) => {
                let name = file.name.as_deref().unwrap_or("a model");
                let memory = file.memory() / 1_000_000;
                Finding::good(format!("quoted at once, then worded by {name} ({}), about {memory} MB", model.display()))
            }
            Err(error) => Finding::bad(
                format!("the chat model cannot be used: {error:#}"),
                "`colega models list` names models that work; or leave generate.model out",
            ),
        },
        (EngineChoice::Auto | EngineChoice::Remote, _) if !settings.remote.is_empty() => {
            Finding::good(format!("quoted at once, then worded by {} server(s)", settings.remote.len()))
        }
        _ => Finding::good("chosen from your documents (extractive); no model is needed"),
    }
}
