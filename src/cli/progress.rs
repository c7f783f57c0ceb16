//! Progress of long work: a bar on a terminal, plain lines elsewhere. On standard error, so that results stay clean.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::eval::tune::Try;
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
