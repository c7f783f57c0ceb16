//! The prompt of `serve` on a terminal.
#![allow(clippy::print_stdout, reason = "it talks with a person there")]

use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::thread;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::agent::Agent;
use crate::question::{Origin, Question};
use crate::render::terminal::{Layout, render};

/// Reads a question a line and prints its answer, until the input ends or `stop` is cancelled.
pub async fn run(agent: Agent, stop: CancellationToken) {
    let mut lines = lines();
    loop {
        print!("\n? ");
        let _ = stdout().flush();
        let line = tokio::select! {
            () = stop.cancelled() => break,
            line = lines.recv() => line,
        };
        let Some(line) = line else { break };
        if line.trim().is_empty() {
            continue;
        }
        match agent.ask(Question::new(line, Origin::Terminal), Instant::now()).await {
            Ok(asked) => println!("\n{}", render(&asked.reply, &Layout::of(true))),
            Err(error) => eprintln!("colega: {error:#}"),
        }
    }
}

/// Lines of standard input. They are read on a thread of their own, since such a read cannot be cancelled.
fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    thread::spawn(move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
