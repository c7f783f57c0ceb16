//! The prompt of `serve` on a terminal.
#![allow(clippy::print_stdout, reason = "it talks with a person there")]

use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::agent::{Agent, Stage};
use crate::answer::Reply;
use crate::question::{Origin, Question};
use crate::render::leak_warning;
use crate::render::terminal::{Layout, render};
use crate::trace::Asked;

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
        answer(&agent, Question::new(line, Origin::Terminal)).await;
    }
}

/// Prints the answer: the quoted one at once, and the parts that a model has worded better when they are there.
async fn answer(agent: &Agent, question: Question) {
    let (stage, mut stages) = watch::channel(Stage::default());
    let agent = agent.clone();
    let asking = async move { agent.ask_watched(question, Instant::now(), &stage).await };
    let mut asking = AbortOnDropHandle::new(tokio::spawn(asking));
    let quoted = tokio::select! {
        biased;
        Some(quoted) = Stage::quoted(&mut stages) => quoted,
        asked = &mut asking => return print(flat(asked)),
    };
    println!("\n{}\n…", render(&quoted.reply, &Layout::of(true)));
    let worded = flat(asking.await);
    if !matches!(&worded, Ok(asked) if !is_reworded(&quoted.reply, &asked.reply)) {
        print(worded);
    }
}

fn flat(asked: Result<Result<Asked>, JoinError>) -> Result<Asked> {
    asked?
}

fn print(asked: Result<Asked>) {
    match asked {
        Ok(Asked { reply, trace }) => {
            println!("\n{}", render(&reply, &Layout::of(true)));
            if let Some(warning) = leak_warning(&trace.leaked, trace.language) {
                println!("\n{warning}");
            }
        }
        Err(error) => eprintln!("colega: {error:#}"),
    }
}

fn is_reworded(quoted: &Reply, worded: &Reply) -> bool {
    match (quoted, worded) {
        (Reply::Answer(quoted), Reply::Answer(worded)) => quoted.sections != worded.sections,
        _ => false,
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
