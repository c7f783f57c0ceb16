//! Progress of long work: a bar on a terminal, plain lines elsewhere. On standard error, so that results stay clean.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::knowledge::ingest::Progress;

/// Plain lines are at least this far apart.
const BETWEEN_LINES: Duration = Duration::from_secs(2);

/// Shows how far reading the sources is.
pub struct Reading {
    bar: Option<ProgressBar>,
    last_line: Instant,
}

impl Reading {
    /// Nothing shown yet.
    pub fn new() -> Self {
        Self { bar: stderr().is_terminal().then(bar), last_line: Instant::now() }
    }

    /// Shows `progress`.
    pub fn show(&mut self, progress: &Progress<'_>) {
        let is_done = progress.done == progress.total;
        if let Some(bar) = &self.bar {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
            if is_done {
                bar.finish_and_clear();
            }
        } else if self.last_line.elapsed() >= BETWEEN_LINES {
            eprintln!("reading sources: {} of {}", progress.done, progress.total);
            self.last_line = Instant::now();
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("reading sources {bar:30} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
