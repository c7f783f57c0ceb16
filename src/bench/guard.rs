//! `colega bench guard`: what the guard costs a question, and a passage when sources are read.

use std::fmt;
use std::hint;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::eval::table;
use crate::guard::{Guard, secrets};
use crate::language;
use crate::passage::Passage;
use crate::question::{Language, Origin, Question};

/// Decimal digits that the histograms keep of each time.
const DIGITS: u8 = 3;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Screening a question: secrets, rules and the model.
    pub questions: Times,
    /// Looking through a passage: secrets, and orders to whoever answers.
    pub passages: Times,
    /// Cores that the process may use; one is at work.
    pub cores: usize,
}

/// Times of many texts, one after the other, in microseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Times {
    /// Number of texts.
    pub texts: usize,
    /// Letters of the longest.
    pub longest: usize,
    /// Median.
    pub p50_us: f64,
    /// 99th percentile.
    pub p99_us: f64,
    /// The longest time.
    pub max_us: f64,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |times: &Times| {
            let Times { texts, longest, p50_us, p99_us, max_us } = times;
            format!(
                "{p50_us:.0} µs p50, {p99_us:.0} µs p99, {max_us:.0} µs at most ({texts} texts, up to {longest} letters)"
            )
        };
        let rows =
            [("a question", of(&self.questions)), ("a passage", of(&self.passages)), ("cores", self.cores.to_string())];
        table::write(f, &rows)
    }
}

/// Screens each of `questions` and looks through each of `passages`, `repeat` times.
pub fn run(guard: &Guard, questions: &[String], passages: &[&Passage], repeat: usize) -> Result<Scores> {
    ensure!(!questions.is_empty() && !passages.is_empty() && repeat > 0, "there is nothing to measure");
    let screen = |text: &str| {
        let language = language::detect(text).unwrap_or(Language::English);
        let _ = hint::black_box(guard.screen(&Question::new(text, Origin::Measurement), language));
    };
    let look_through = |text: &str| {
        hint::black_box((secrets::redact(text), guard.orders_in(text).count()));
    };
    let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
    let questions: Vec<&str> = questions.iter().map(String::as_str).collect();
    Ok(Scores {
        questions: times(&questions, repeat, screen)?,
        passages: times(&texts, repeat, look_through)?,
        cores: thread::available_parallelism().map_or(1, usize::from),
    })
}

fn times(texts: &[&str], repeat: usize, work: impl Fn(&str)) -> Result<Times> {
    // Once for nothing, so that every expression is compiled and every table in the caches.
    for text in texts {
        work(text);
    }
    let mut nanoseconds = Histogram::<u64>::new(DIGITS)?;
    for text in (0..repeat).flat_map(|_| texts) {
        let begin = Instant::now();
        work(text);
        nanoseconds.record(u64::try_from(begin.elapsed().as_nanos())?)?;
    }
    let micros = |nanoseconds| Duration::from_nanos(nanoseconds).as_secs_f64() * 1e6;
    Ok(Times {
        texts: texts.len(),
        longest: texts.iter().map(|text| text.chars().count()).max().unwrap_or_default(),
        p50_us: micros(nanoseconds.value_at_quantile(0.5)),
        p99_us: micros(nanoseconds.value_at_quantile(0.99)),
        max_us: micros(nanoseconds.max()),
    })
}
