//! Logs, on standard error, and spans for a collector. Identifiers and counts only: what people write stands in neither.

pub mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
pub mod span;

#[cfg(not(feature = "otlp"))]
use anyhow::bail;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

/// What is logged and how, section `[log]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,colega::retrieve=debug`.
    pub filter: String,
    /// `text` or `json`.
    pub format: LogFormat,
    /// Where a collector takes spans over OTLP/HTTP, such as `http://127.0.0.1:4318`; none are sent without.
    pub otlp: Option<String>,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text, otlp: None }
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

/// Libraries that log what people write at all levels below errors; they are not heard below, whatever filter is set.
const TALKATIVE: [&str; 3] = ["serenity", "tungstenite", "tokio_tungstenite"];

/// What must live as long as the program: with it, the last spans are sent.
#[derive(Default)]
#[must_use = "spans are sent for as long as it lives"]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    _spans: Option<otlp::Spans>,
}

/// Starts logging, and sending spans. `quiet` keeps everything below warnings out of commands whose output people read.
///
/// # Errors
/// The filter is none, or spans cannot be sent where the settings say.
pub fn start(settings: &LogSettings, quiet: bool) -> Result<Telemetry> {
    let wanted = if quiet { "warn" } else { &settings.filter };
    let wanted = &without_words(wanted);
    let filter = EnvFilter::try_new(wanted)
        .with_context(|| format!("log.filter “{wanted}” is no filter; write error, warn, info, debug or trace"))?;
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match settings.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let logs = tracing_subscriber::registry().with(lines.with_filter(filter));
    let Some(collector) = settings.otlp.as_ref().filter(|_| !quiet) else {
        logs.init();
        return Ok(Telemetry::default());
    };
    #[cfg(feature = "otlp")]
    {
        let (spans, layer) = otlp::layer(collector)?;
        logs.with(layer).init();
        Ok(Telemetry { _spans: Some(spans) })
    }
    #[cfg(not(feature = "otlp"))]
    bail!(
        "log.otlp is “{collector}”, but this program was built without the feature `otlp`; build it with, or unset it"
    )
}

/// `wanted` without what would bring people's words into the logs.
fn without_words(wanted: &str) -> String {
    // The engine warns of its own internals at every start, which nobody can do anything about.
    // A text that is ended on purpose is an error there, and at its lowest level it logs what is written.
    // Spans are for collectors, and would stand before each line.
    let mut directives = ["qdrant_edge=error", "kalosm_llama=off", "colega_spans=off"].map(str::to_owned).to_vec();
    let is_talkative = |directive: &str| {
        let target = directive.trim().split(['=', '[', ':']).next().unwrap_or_default();
        TALKATIVE.contains(&target)
    };
    directives.extend(wanted.split(',').filter(|directive| !is_talkative(directive)).map(str::to_owned));
    directives.extend(TALKATIVE.map(|library| format!("{library}=error")));
    directives.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_brings_peoples_words_into_the_logs() {
        let filter = without_words("trace, serenity::gateway=trace,tungstenite[x]=info,colega=debug");
        assert!(!filter.contains("serenity::gateway") && !filter.contains("[x]"), "{filter}");
        assert!(filter.contains("trace,colega=debug") && filter.ends_with("tokio_tungstenite=error"), "{filter}");
        assert!(EnvFilter::try_new(&filter).is_ok());
    }
}
