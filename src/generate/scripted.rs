//! An engine that takes its time: the extractive answer, handed out part by part. For trying out how slow engines feel,
//! and for tests of streaming, waiting and cancelling.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::Draft;
use super::extractive::{self, ExtractiveSettings};
use crate::retrieve::evidence::Evidence;

/// What is written, and how slowly.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptedSettings {
    /// Time that each section takes.
    pub per_section: Duration,
    /// How long answers may be.
    pub answer: ExtractiveSettings,
}

/// Writes a draft from `evidence`, showing it to `growing` after each section but the last; `None` once `cancel` is
/// cancelled. Must be called on a thread of a runtime that may block.
pub fn write(
    evidence: &Evidence,
    settings: &ScriptedSettings,
    cancel: &CancellationToken,
    growing: &mut dyn FnMut(Draft),
) -> Option<Draft> {
    let draft = extractive::write(evidence, &settings.answer);
    let runtime = Handle::current();
    for written in 1..=draft.sections.len() {
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                () = time::sleep(settings.per_section) => Some(()),
            }
        })?;
        if written < draft.sections.len() {
            growing(Draft { sections: draft.sections[..written].to_vec(), ..draft });
        }
    }
    Some(draft)
}
