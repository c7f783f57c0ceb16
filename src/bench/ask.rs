//! `colega bench ask`: asks in a closed loop, each client its next question as soon as it has the answer to the last.

mod questions;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::task::JoinSet;

use super::memory;
use crate::agent::Agent;
use crate::eval::table;
use crate::question::{Origin, Question, UserId};
use crate::retrieve::retriever::Retriever;

pub use questions::{about, read};

/// What to measure.
#[derive(Debug, Clone)]
pub struct Task {
    /// How many ask at the same time, from 1 to [`MOST_CLIENTS`].
    pub clients: usize,
    /// For how long answers are counted; a warm-up of a tenth of it, at most two seconds, comes before.
    pub duration: Duration,
    /// What they ask, in turn, each client from another place on; see [`read`] and [`about`].
    pub questions: Vec<String>,
}

/// The most clients that one process can play with any use.
pub const MOST_CLIENTS: usize = 10_000;
const LONGEST: Duration = Duration::from_hours(24);
const LONGEST_WARM_UP: Duration = Duration::from_secs(2);
/// Decimal digits that the histogram keeps of each time.
const DIGITS: u8 = 3;

/// What came of it. Times are those of whole questions, from asking to having the reply.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Replies a second, of all clients together.
    pub answers_per_s: f64,
    /// Median time in microseconds.
    pub p50_us: u64,
    /// 90th percentile of the time in microseconds.
    pub p90_us: u64,
    /// 99th percentile of the time in microseconds.
    pub p99_us: u64,
    /// The longest time in microseconds.
    pub max_us: u64,
    /// Number of replies.
    pub answers: u64,
    /// Share of the replies by kind, named as in [`Reply::name`](crate::answer::Reply::name).
    pub shares: BTreeMap<&'static str, f64>,
    /// Clients that asked at the same time.
    pub clients: usize,
    /// How long replies were counted, in seconds.
    pub seconds: f64,
    /// Number of different questions.
    pub questions: usize,
    /// Passages in the index.
    pub passages: u32,
    /// The engine of the index.
    pub engine: &'static str,
    /// Cores that the process may use.
    pub cores: usize,
    /// Memory that the process held at the end, in bytes, where the system tells.
    pub resident_bytes: Option<u64>,
    /// The most memory that it ever held, in bytes, where the system tells.
    pub peak_bytes: Option<u64>,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |microseconds: u64| table::milliseconds(Duration::from_micros(microseconds).as_secs_f64() * 1000.0);
        let shares = self.shares.iter().map(|(kind, share)| (*kind, table::share(*share)));
        let mut rows = vec![
            ("replies a second", format!("{:.0}", self.answers_per_s)),
            ("time, median", time(self.p50_us)),
            ("time, 90%", time(self.p90_us)),
            ("time, 99%", time(self.p99_us)),
            ("time, longest", time(self.max_us)),
            ("memory", table::megabytes(self.resident_bytes)),
            ("memory, peak", table::megabytes(self.peak_bytes)),
            ("clients", self.clients.to_string()),
            ("seconds", format!("{:.1}", self.seconds)),
            ("questions", self.questions.to_string()),
            ("passages", self.passages.to_string()),
            ("engine", self.engine.to_owned()),
            ("cores", self.cores.to_string()),
            ("replies", self.answers.to_string()),
        ];
        rows.extend(shares);
        table::write(f, &rows)
    }
}

/// Lets the task's clients ask `agent` for the task's time.
pub async fn run(task: Task, agent: &Agent) -> Result<Scores> {
    let Task { clients, duration, questions } = task;
    ensure!((1..=MOST_CLIENTS).contains(&clients), "{clients} clients cannot ask; take 1 to {MOST_CLIENTS}");
    ensure!(!duration.is_zero(), "nothing can be measured in 0 seconds; 10 are enough");
    ensure!(duration <= LONGEST, "{} seconds are more than a day; 10 are enough", duration.as_secs());
    ensure!(!questions.is_empty(), "there is no question to ask");
    let questions: Arc<[String]> = questions.into();
    let counted_from = Instant::now() + (duration / 10).min(LONGEST_WARM_UP);
    let window = Window { counted_from, until: counted_from + duration };
    let mut running = JoinSet::new();
    for client in 0..clients {
        let first = client * questions.len() / clients;
        running.spawn(ask_on(agent.clone(), Arc::clone(&questions), (client, first), window));
    }
    let mut all = Counted::new(counted_from)?;
    while let Some(counted) = running.join_next().await {
        all.add(&counted??)?;
    }
    all.scores(clients, questions.len(), &agent.live())
}

/// When replies count.
#[derive(Debug, Clone, Copy)]
struct Window {
    counted_from: Instant,
    until: Instant,
}

/// One `client` asks, a person of its own, from the question at `first` on.
async fn ask_on(
    agent: Agent,
    questions: Arc<[String]>,
    (client, first): (usize, usize),
    window: Window,
) -> Result<Counted> {
    let user = UserId(client.to_string());
    let mut counted = Counted::new(window.counted_from)?;
    for text in questions.iter().cycle().skip(first) {
        let asked = Instant::now();
        if asked >= window.until {
            break;
        }
        let question = Question { user: user.clone(), ..Question::new(text, Origin::Measurement) };
        let reply = agent.ask(question, asked).await?.reply;
        if asked >= window.counted_from {
            counted.reply(reply.name(), asked, Instant::now())?;
        }
    }
    Ok(counted)
}

/// Replies that count.
struct Counted {
    from: Instant,
    /// When the last one came.
    last: Instant,
    microseconds: Histogram<u64>,
    kinds: BTreeMap<&'static str, u64>,
}

impl Counted {
    fn new(from: Instant) -> Result<Self> {
        Ok(Self { from, last: from, microseconds: Histogram::new(DIGITS)?, kinds: BTreeMap::new() })
    }

    fn reply(&mut self, kind: &'static str, asked: Instant, came: Instant) -> Result<()> {
        let microseconds = came.duration_since(asked).as_micros();
        self.microseconds.record(u64::try_from(microseconds)?)?;
        *self.kinds.entry(kind).or_default() += 1;
        self.last = came;
        Ok(())
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        self.microseconds.add(&other.microseconds)?;
        for (kind, count) in &other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.last = self.last.max(other.last);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of replies are far below 2^53")]
    fn scores(&self, clients: usize, questions: usize, live: &Retriever) -> Result<Scores> {
        let answers = self.microseconds.len();
        ensure!(answers > 0, "no reply came in time; measure for longer");
        // The last questions are asked just before the end and answered after it.
        let seconds = self.last.duration_since(self.from).as_secs_f64();
        Ok(Scores {
            answers_per_s: answers as f64 / seconds,
            p50_us: self.microseconds.value_at_quantile(0.5),
            p90_us: self.microseconds.value_at_quantile(0.9),
            p99_us: self.microseconds.value_at_quantile(0.99),
            max_us: self.microseconds.max(),
            answers,
            shares: self.kinds.iter().map(|(&kind, &count)| (kind, count as f64 / answers as f64)).collect(),
            clients,
            seconds,
            questions,
            passages: live.statistics.passages,
            engine: live.index.engine_name(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            resident_bytes: memory::resident(),
            peak_bytes: memory::peak(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::ranking::RankingSettings;

    #[test]
    fn scores_are_over_the_replies_of_all_clients() {
        let from = Instant::now();
        let at = |millis| from + Duration::from_millis(millis);
        let mut clients = [Counted::new(from).expect("three digits"), Counted::new(from).expect("three digits")];
        for second in 0..9 {
            clients[0].reply("answer", at(second * 1000), at(second * 1000 + 10)).expect("short");
        }
        clients[1].reply("no_evidence", at(0), at(20_000)).expect("short");
        let mut all = Counted::new(from).expect("three digits");
        for client in &clients {
            all.add(client).expect("of one kind");
        }
        let scores = all
            .scores(2, 10, &RankingSettings::default().retriever(Vec::new()).expect("no model"))
            .expect("ten replies");
        let about = |found: u64, millis: u64| assert!(found.abs_diff(millis * 1000) <= millis, "{found} µs");
        about(scores.p50_us, 10);
        about(scores.p90_us, 10);
        about(scores.p99_us, 20_000);
        about(scores.max_us, 20_000);
        assert_eq!((scores.answers, scores.passages), (10, 0));
        assert_eq!(scores.shares, BTreeMap::from([("answer", 0.9), ("no_evidence", 0.1)]));
        assert!((scores.seconds - 20.0).abs() < 1e-9 && (scores.answers_per_s - 0.5).abs() < 1e-9, "{scores}");
    }
}
