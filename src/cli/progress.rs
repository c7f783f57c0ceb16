//! Progress of long work: a bar on a terminal, plain lines elsewhere. On standard error, so that results stay clean.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::eval::tune::Try;
use crate::knowledge::ingest::Progress;
use crate::models::Fetched;

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

/// Shows how far fetching files is.
pub struct Fetching {
    bar: Option<ProgressBar>,
    last_line: Instant,
}

impl Fetching {
    /// Nothing shown yet.
    pub fn new() -> Self {
        let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}, {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = || ProgressBar::new(0).with_style(style);
        Self { bar: stderr().is_terminal().then(bar), last_line: Instant::now() }
    }

    /// Shows how far a file is.
    pub fn show(&mut self, fetched: &Fetched<'_>) {
        if let Some(bar) = &self.bar {
            bar.set_message(fetched.file.to_owned());
            bar.set_length(fetched.of.unwrap_or_default());
            bar.set_position(fetched.bytes);
        } else if self.last_line.elapsed() >= BETWEEN_LINES {
            eprintln!("{}: {} MB", fetched.file, fetched.bytes / 1_000_000);
            self.last_line = Instant::now();
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows what is tried.
pub struct Tries(ProgressBar);

impl Tries {
    /// Nothing tried yet.
    pub fn new() -> Self {
        // Hidden by itself where there is no terminal.
        Self(ProgressBar::new_spinner())
    }

    /// Shows the last one.
    pub fn show(&self, step: &Try) {
        let Try { key, value, goal, .. } = step;
        if step.is_kept {
            self.0.suspend(|| eprintln!("{key} = {value}: goal {goal:.4}"));
        }
        self.0.set_message(format!("{key} = {value}: {goal:.4}"));
        self.0.tick();
    }
}

impl Drop for Tries {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("reading sources {bar:30} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
