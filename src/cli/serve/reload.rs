//! SIGHUP: the configuration is read again. A file with a fault changes nothing.

use std::path::PathBuf;

use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::platforms::Rules;
use crate::agent::Agent;
use crate::config::Settings;

/// Reads the configuration again at each SIGHUP and swaps `rules` and what `agent` judges by, until `stop`.
#[cfg(unix)]
pub(super) async fn on_hangup(
    file: Option<PathBuf>,
    started: Settings,
    rules: Rules,
    agent: Agent,
    stop: CancellationToken,
) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = match signal(SignalKind::hangup()) {
        Ok(hangup) => hangup,
        Err(error) => return warn!("SIGHUP cannot be watched for ({error}); a restart reads the configuration again"),
    };
    while stop.run_until_cancelled(hangup.recv()).await.flatten().is_some() {
        let loaded = Settings::load(file.as_deref());
        match loaded.and_then(|settings| rules.swap(&settings, &agent).map(|()| settings)) {
            Ok(settings) => {
                let waits = needs_restart(&started, &settings);
                if waits.is_empty() {
                    info!("the configuration has been read again");
                } else {
                    let waits = waits.join(", ");
                    warn!("the configuration has been read again; what changes with the next start: {waits}");
                }
            }
            Err(error) => error!("the configuration stays as it was, since the file has a fault: {error:#}"),
        }
    }
}

/// Windows has no such signal.
#[cfg(not(unix))]
pub(super) async fn on_hangup(_: Option<PathBuf>, _: Settings, _: Rules, _: Agent, stop: CancellationToken) {
    stop.cancelled().await;
}

/// Keys of the platforms that are taken at the start alone. The others are rules, which are swapped.
const AT_START: [&str; 7] =
    ["api_url", "token_file", "missed_minutes", "shard", "poll_seconds", "webhook", "webhook_listen"];

/// What differs from what the daemon was started with and is not taken over while it runs: whole sections, and keys of the
/// platforms.
fn needs_restart(started: &Settings, new: &Settings) -> Vec<String> {
    let values = |settings: &Settings| serde_json::to_value(settings).unwrap_or_default();
    let (started, new) = (values(started), values(new));
    let mut waits = Vec::new();
    for (section, value) in new.as_object().into_iter().flatten() {
        let before = &started[section.as_str()];
        if matches!(section.as_str(), "discord" | "telegram") {
            let changed = AT_START.into_iter().filter(|key| before.get(key) != value.get(key));
            waits.extend(changed.map(|key| format!("{section}.{key}")));
        } else if section != "guard" && before != value {
            waits.push(format!("[{section}]"));
        }
    }
    waits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_the_next_start_takes_over_is_named() {
        let started = Settings::default();
        let mut new = started.clone();
        assert_eq!(needs_restart(&started, &new), Vec::<String>::new());
        new.discord.admins = vec!["1".to_owned()];
        new.telegram.language = Some(crate::question::Language::Spanish);
        assert_eq!(needs_restart(&started, &new), Vec::<String>::new(), "rules are taken over");
        new.guard.max_question_chars += 1;
        assert_eq!(needs_restart(&started, &new), Vec::<String>::new(), "so is the guard");
        new.discord.missed_minutes += 1;
        new.discord.token_file = Some("token".into());
        new.telegram.poll_seconds += 1;
        new.telegram.api_url = "http://localhost".to_owned();
        new.web.port += 1;
        let mut waits = needs_restart(&started, &new);
        waits.sort_unstable();
        assert_eq!(
            waits,
            ["[web]", "discord.missed_minutes", "discord.token_file", "telegram.api_url", "telegram.poll_seconds"]
        );
    }
}
