//! What the guard decides, for operators: counted, and logged under the name of the question, without its words.
//!
//! `/why` and the feedback that is kept tell the same of one question; the log tells it of all, in order, and can be sent to where
//! such things are collected: `log.filter = "warn,colega::audit=info"` leaves little else in it.

use tracing::info;

use crate::answer::Reply;
use crate::guard;
use crate::question::{AnswerId, Origin};
use crate::rule_policy::Action;
use crate::telemetry::metrics;
use crate::trace::Asked;

/// The target of the events.
const TARGET: &str = "colega::audit";

/// A question has got its reply. What Colega asks itself does not count.
pub(super) fn decided(id: &AnswerId, origin: Origin, asked: &Asked) {
    if origin == Origin::Measurement {
        return;
    }
    if let Reply::Refused(refusal) = &asked.reply {
        metrics::refused(&refusal.rule);
        tell(id, origin, &refusal.rule, Action::Block.name());
    }
    for rule in &asked.trace.warnings {
        metrics::warned(rule);
        tell(id, origin, rule, Action::Warn.name());
    }
    for kind in guard::marked(&asked.trace.question) {
        metrics::redacted(kind.label());
        tell(id, origin, kind.label(), "redact");
    }
}

fn tell(id: &AnswerId, origin: Origin, rule: &str, action: &str) {
    info!(target: TARGET, id = id.0, origin = origin.name(), rule, action, "the guard has decided");
}
