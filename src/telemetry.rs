//! Logs, on standard error. Identifiers and counts only: what people write is never logged.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// What is logged and how, section `[log]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,colega::retrieve=debug`.
    pub filter: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text }
    }
}

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For log collectors, one object a line.
    Json,
}

/// Starts logging. `quiet` keeps everything below warnings out of commands whose output people read.
pub fn start(settings: &LogSettings, quiet: bool) -> Result<()> {
    let wanted = if quiet { "warn" } else { &settings.filter };
    // The engine warns of its own internals at every start, which nobody can do anything about.
    let wanted = &format!("qdrant_edge=error,{wanted}");
    let filter = EnvFilter::try_new(wanted)
        .with_context(|| format!("log.filter “{wanted}” is no filter; write error, warn, info, debug or trace"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match settings.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
