//! `colega doctor`: what is configured, found and missing, each with its mend.

use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

use super::Output;
use crate::app::App;
use crate::config::{DEFAULT_FILE, Settings};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// Works without.
    Absent,
    Bad,
}

impl Finding {
    fn good(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, state: State::Good, says: says.into(), mend: None }
    }

    fn absent(what: &'static str, says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Absent, says: says.into(), mend: Some(mend.into()) }
    }

    fn bad(what: &'static str, says: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Bad, says: says.into(), mend: Some(mend.into()) }
    }
}

/// Prints all findings; the exit status is 1 if something is bad.
pub fn run(config: Option<&Path>, output: Output) -> Result<ExitCode> {
    let findings = findings(config);
    output.print(&findings, || findings.iter().map(line).collect::<Vec<_>>().join("\n"))?;
    let is_bad = findings.iter().any(|finding| finding.state == State::Bad);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(finding: &Finding) -> String {
    let mark = match finding.state {
        State::Good => "ok",
        State::Absent => "--",
        State::Bad => "!!",
    };
    let mend = finding.mend.as_ref().map(|mend| format!("\n{:16}→ {mend}", "")).unwrap_or_default();
    format!("{mark} {:12} {}{mend}", finding.what, finding.says)
}

fn findings(config: Option<&Path>) -> Vec<Finding> {
    let file = config.map_or(DEFAULT_FILE.into(), |file| file.display().to_string());
    let app = match Settings::load(config).and_then(App::new) {
        Ok(app) => app,
        Err(error) => return vec![Finding::bad("configuration", format!("{error:#}"), format!("mend {file}"))],
    };
    let configuration = if Path::new(&file).exists() {
        Finding::good("configuration", file)
    } else {
        Finding::absent("configuration", "defaults only", format!("copy {DEFAULT_FILE} to change something"))
    };
    vec![configuration, sources(&app), index(&app), state(&app), page(&app), engine()]
}

fn sources(app: &App) -> Finding {
    let raw = app.settings.paths.raw.display();
    if app.has_sources() {
        Finding::good("sources", format!("{raw}"))
    } else {
        Finding::bad(
            "sources",
            format!("there is no folder {raw}"),
            "make it and put documents there, or set paths.raw",
        )
    }
}

fn index(app: &App) -> Finding {
    match app.generations.manifest() {
        Ok(Some(live)) => Finding::good(
            "index",
            format!("generation {}: {} passages from {} documents", live.name, live.passages, live.documents),
        ),
        Ok(None) => Finding::absent(
            "index",
            "none yet",
            "`colega serve` builds it at its first start; `colega reindex` does it now",
        ),
        Err(error) => Finding::bad("index", format!("{error:#}"), "run `colega reindex --full`"),
    }
}

fn state(app: &App) -> Finding {
    let var = &app.settings.paths.var;
    match std::fs::create_dir_all(var).and_then(|()| tempfile::tempfile_in(var).map(drop)) {
        Ok(()) => Finding::good("state", format!("{} can be written", var.display())),
        Err(error) => Finding::bad(
            "state",
            format!("{} cannot be written: {error}", var.display()),
            "give its owner the right to write, or set paths.var",
        ),
    }
}

fn page(app: &App) -> Finding {
    let address = app.settings.web.socket_address();
    match TcpListener::bind(address) {
        Ok(_) => Finding::good("page", format!("http://{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Finding::absent(
            "page",
            format!("http://{address} is taken, perhaps by a Colega that runs already"),
            "stop the other program, or set web.port",
        ),
        Err(error) => Finding::bad("page", format!("http://{address}: {error}"), "set web.address and web.port"),
    }
}

fn engine() -> Finding {
    Finding::good("answers", "chosen from your documents (extractive); no model is needed")
}
