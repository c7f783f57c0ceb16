//! Spans: a question from its arrival to its reply, and the steps in between. For collectors alone; logs do not show them.

use tracing::{Span, debug_span, field};

use super::metrics::Step;

/// What spans are known by, whatever module they are opened in.
pub const TARGET: &str = "colega_spans";

/// A question, named by its answer's identifier, which `/why` shows, too.
pub fn question(answer: &str, origin: &'static str) -> Span {
    debug_span!(target: TARGET, "question", answer, origin, outcome = field::Empty)
}

/// A step of the question whose span is open.
pub fn step(step: Step) -> Span {
    debug_span!(target: TARGET, "step", otel.name = step.name())
}
