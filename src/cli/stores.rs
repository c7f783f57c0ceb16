//! The stores, for commands of a moment. One process at a time holds a store, and mostly that is the daemon.

use std::path::Path;

use anyhow::{Error, Result, anyhow};

use crate::app::App;
use crate::delivery::Delivery;
use crate::feedback::Feedback;

/// What a store says of itself when another process holds it. The words are all there is to tell this from damage.
const HELD: &str = "is in use by another process";

/// Opens the feedback. `meanwhile`: what can be done while the daemon holds it.
pub(super) fn feedback(app: &App, meanwhile: Option<&str>) -> Result<Feedback> {
    let folder = app.feedback_folder();
    Feedback::open(&folder, app.settings.feedback.clone()).map_err(|error| why_not(error, &folder, meanwhile))
}

/// Opens the inbox and the outbox. `meanwhile`: what can be done while the daemon holds them.
pub(super) fn delivery(app: &App, meanwhile: Option<&str>) -> Result<Delivery> {
    let folder = app.delivery_folder();
    Delivery::open(&folder).map_err(|error| why_not(error, &folder, meanwhile))
}

/// Another folder, which a store advises, would hold nothing of what the command is about; the daemon is what is in the way.
fn why_not(error: Error, folder: &Path, meanwhile: Option<&str>) -> Error {
    if !error.to_string().contains(HELD) {
        return error;
    }
    let meanwhile = meanwhile.map(|way| format!("{way}, or ")).unwrap_or_default();
    anyhow!("a running `colega serve` holds {}; {meanwhile}stop it for a moment", folder.display())
}
