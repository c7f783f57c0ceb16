//! What the guard decides, for operators: counted, and logged under the name of the question, without its words.
//!
//! `/why` and the feedback that is kept tell the same of one question; the log tells it of all, in order, and can be sent to where
//! such things are collected: `log.filter = "warn,colega::audit=info"` leaves little else in it.

use tracing::info;

use crate::answer::Refusal;
use crate::guard::Screened;
use crate::question::{AnswerId, Origin};
use crate::rule_policy::Action;
use crate::telemetry::metrics;

/// The target of the events.
const TARGET: &str = "colega::audit";

/// A question was let in: with which warnings, and without which secrets. What Colega asks itself does not count.
pub(super) fn let_in(id: &AnswerId, origin: Origin, screened: &Screened) {
    if origin == Origin::Measurement {
        return;
    }
    for rule in screened.warnings() {
        metrics::warned(rule);
        tell(id, origin, rule, Action::Warn.name());
    }
    for kind in screened.redactions() {
        metrics::redacted(kind.label());
        tell(id, origin, kind.label(), "redact");
    }
}

/// A question was refused.
pub(super) fn refused(id: &AnswerId, origin: Origin, refusal: &Refusal) {
    if origin != Origin::Measurement {
        metrics::refused(&refusal.rule);
        tell(id, origin, &refusal.rule, Action::Block.name());
    }
}

fn tell(id: &AnswerId, origin: Origin, rule: &str, action: &str) {
    info!(target: TARGET, id = id.0, origin = origin.name(), rule, action, "the guard has decided");
}
