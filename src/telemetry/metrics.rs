//! Figures for Prometheus (<https://prometheus.io/docs/practices/naming/>). Counted where things happen, as logs are written
//! there; nothing is kept unless [`Recorder::install`] was called, which `serve` does. Labels come from closed sets, and none
//! holds what people write.

use std::time::Duration;

use anyhow::{Context as _, Result};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::question::Origin;

const QUESTIONS: &str = "colega_questions_total";
const REFUSALS: &str = "colega_refusals_total";
const REDACTIONS: &str = "colega_redactions_total";
const WARNINGS: &str = "colega_guard_warnings_total";
const ANSWER: &str = "colega_answer_seconds";
const STAGE: &str = "colega_stage_seconds";
const VOTES: &str = "colega_votes_total";
const REINDEXES: &str = "colega_reindexes_total";
const REINDEX: &str = "colega_reindex_seconds";
const GATE: &str = "colega_gate_figure";
const WAITING: &str = "colega_questions_waiting";
const RUNNING: &str = "colega_questions_running";
const PASSAGES: &str = "colega_index_passages";
const MADE: &str = "colega_index_made_timestamp_seconds";
const GENERATION: &str = "colega_index_generation";
const ADAPTER: &str = "colega_adapter_up";
const PLATFORM: &str = "colega_platform_requests_total";
const MEMORY: &str = "process_resident_memory_bytes";

/// Upper bounds of the classes of times, in seconds: from an answer quoted in memory to one that a slow model words.
const TIMES: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0];

/// How far a question has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Until it was let in.
    Screen,
    /// Until its turn came.
    Wait,
    /// Until its passages were found and judged.
    Search,
    /// Until its answer was written and checked.
    Write,
    /// Until a model had worded it.
    Refine,
}

impl Step {
    /// As it stands in figures and spans.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Wait => "wait",
            Self::Search => "search",
            Self::Write => "write",
            Self::Refine => "refine",
        }
    }
}

/// What became of a look through the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// A new generation went live.
    Live,
    /// Nothing had changed.
    Unchanged,
    /// The new generation was worse.
    Refused,
    /// It could not be done.
    Failed,
}

impl Run {
    const ALL: [Self; 4] = [Self::Live, Self::Unchanged, Self::Refused, Self::Failed];

    const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// A question got its reply. What Colega asks itself does not count.
pub fn answered(origin: Origin, outcome: &'static str, elapsed: Duration) {
    if origin != Origin::Measurement {
        counter!(QUESTIONS, "origin" => origin.name(), "outcome" => outcome).increment(1);
        histogram!(ANSWER, "outcome" => outcome).record(elapsed);
    }
}

/// A question was refused by a rule.
pub fn refused(rule: &str) {
    counter!(REFUSALS, "rule" => rule.to_owned()).increment(1);
}

/// A rule held for a question that was answered all the same.
pub fn warned(rule: &str) {
    counter!(WARNINGS, "rule" => rule.to_owned()).increment(1);
}

/// A secret or a person's data was taken out of a question.
pub fn redacted(kind: &'static str) {
    counter!(REDACTIONS, "kind" => kind).increment(1);
}

/// A question took so long for one step.
pub fn step(origin: Origin, step: Step, elapsed: Duration) {
    if origin != Origin::Measurement {
        histogram!(STAGE, "stage" => step.name()).record(elapsed);
    }
}

/// A vote was counted, changed or taken back.
pub fn voted(vote: &'static str) {
    counter!(VOTES, "vote" => vote).increment(1);
}

/// The sources were looked through.
pub fn reindexed(run: Run, elapsed: Duration) {
    counter!(REINDEXES, "outcome" => run.name()).increment(1);
    histogram!(REINDEX, "outcome" => run.name()).record(elapsed);
}

/// A figure of the goldset, as the generation that was judged last reached it.
pub fn judged(figure: &str, value: f64) {
    gauge!(GATE, "figure" => figure.to_owned()).set(value);
}

/// The index that answers.
pub fn live(generation: &str, passages: u64, made_at: u64) {
    #[expect(clippy::cast_precision_loss, reason = "a count of passages and a time are far below 2^53")]
    let (passages, made_at) = (passages as f64, made_at as f64);
    gauge!(PASSAGES).set(passages);
    gauge!(MADE).set(made_at);
    // Their names begin with their numbers.
    let number: Option<u32> = generation.split('-').next().and_then(|number| number.parse().ok());
    gauge!(GENERATION).set(f64::from(number.unwrap_or_default()));
}

/// What is so at the moment of asking.
pub struct Now {
    /// Questions that wait for their turn.
    pub waiting: usize,
    /// Questions that are worked on.
    pub running: usize,
    /// Each chat platform.
    pub platforms: Vec<PlatformNow>,
}

/// How a chat platform is doing.
pub struct PlatformNow {
    /// Which.
    pub origin: Origin,
    /// Whether it is connected.
    pub is_up: bool,
    /// How often each of these happened since the start.
    pub counts: [(&'static str, u64); 5],
}

/// Keeps all figures and writes them down.
#[derive(Clone)]
pub struct Recorder(PrometheusHandle);

impl Recorder {
    /// Begins to count.
    ///
    /// # Errors
    /// Somebody counts already.
    pub fn install() -> Result<Self> {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &TIMES)
            .context("the classes of times")?;
        let handle = builder.install_recorder().context("figures are counted already")?;
        describe();
        // A counter that is not there before its first event cannot be seen to rise.
        for run in Run::ALL {
            counter!(REINDEXES, "outcome" => run.name()).increment(0);
        }
        Ok(Self(handle))
    }

    /// Sorts what was counted into its classes; to be called now and then, so that what waits for it does not pile up.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }

    /// All figures, in Prometheus' text format.
    pub fn text(&self, now: &Now) -> String {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let number = |count: u64| count as f64;
        gauge!(WAITING).set(number(now.waiting as u64));
        gauge!(RUNNING).set(number(now.running as u64));
        for PlatformNow { origin, is_up, counts } in &now.platforms {
            gauge!(ADAPTER, "platform" => origin.name()).set(if *is_up { 1.0 } else { 0.0 });
            for (what, count) in counts {
                counter!(PLATFORM, "platform" => origin.name(), "what" => *what).absolute(*count);
            }
        }
        if let Some(memory) = memory_stats::memory_stats() {
            gauge!(MEMORY).set(number(memory.physical_mem as u64));
        }
        self.tidy();
        self.0.render()
    }
}

fn describe() {
    describe_counter!(QUESTIONS, "Questions by where they were asked and what they got.");
    describe_counter!(REFUSALS, "Questions that were refused, by rule.");
    describe_counter!(WARNINGS, "Questions that were answered although a rule held for them that only warns, by rule.");
    describe_counter!(REDACTIONS, "Secrets and data of people that were taken out of questions, by kind.");
    describe_histogram!(ANSWER, Unit::Seconds, "Time from a question to its reply.");
    describe_histogram!(STAGE, Unit::Seconds, "Time that a question took for each of its steps.");
    describe_counter!(VOTES, "Votes that were given, changed or taken back.");
    describe_counter!(REINDEXES, "Looks through the sources, by what became of them.");
    describe_histogram!(REINDEX, Unit::Seconds, "Time of a look through the sources.");
    describe_gauge!(GATE, "Figures of the goldset that the index that was judged last reached.");
    describe_gauge!(WAITING, "Questions that wait for their turn.");
    describe_gauge!(RUNNING, "Questions that are worked on.");
    describe_gauge!(PASSAGES, "Passages of the live index.");
    describe_gauge!(MADE, Unit::Seconds, "When the live index was made, in seconds since 1970.");
    describe_gauge!(GENERATION, "Number of the generation of the index that is live.");
    describe_gauge!(ADAPTER, "Whether a chat platform is connected.");
    describe_counter!(PLATFORM, "What happened to requests to a chat platform.");
    describe_gauge!(MEMORY, Unit::Bytes, "Resident memory.");
}
