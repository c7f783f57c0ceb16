//! A model of this machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use colega::answer::{Block, Engine};
use colega::generate::local::{LocalSettings, LocalWriter};
use colega::generate::writer::Writer;
use colega::support;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::gguf::{self, Parts};
use super::{ENGLISH, SPANISH, agent, agent_with, ask};

const SYSTEM: &str = "You write one part of an answer.";

async fn tiny() -> (tempfile::TempDir, LocalWriter) {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("tiny.gguf");
    Parts::new(1).write(&model);
    let writer = load(&model).await;
    (folder, writer)
}

async fn load(model: &Path) -> LocalWriter {
    let settings = LocalSettings { model: model.to_owned(), temperature: 0.0, seed: 7 };
    let writer = LocalWriter::start(settings).expect("a good file");
    writer.loaded().await.expect("it loads");
    writer
}

/// What is written to `text` in a conversation of its own.
async fn said(writer: &LocalWriter, text: &str) -> String {
    let mut memory = writer.begin(SYSTEM).await.expect("begun");
    writer.say(&mut memory, text, 24, |_| true).await.expect("written")
}

#[tokio::test]
async fn nonsense_is_thrown_out_and_the_quotes_stand_in_both_languages() {
    let (_folder, writer) = tiny().await;
    let agent = agent(Writer::Local(writer), 48);
    for question in [ENGLISH, SPANISH] {
        let (answer, shown) = ask(&agent, question).await;
        let quoted = ask(&agent_with(None), question).await.0;
        assert_eq!((&answer.sections, &answer.citations), (&quoted.sections, &quoted.citations), "{question}");
        assert_eq!((answer.engine, shown.len()), (Engine::Extractive, 1));
    }
}

#[tokio::test]
async fn what_is_written_depends_on_nothing_but_what_is_said() {
    let (_folder, writer) = tiny().await;
    let questions: Vec<String> =
        (0..6).map(|number| format!("{} marker-{number}", "words ".repeat(number * 40))).collect();
    let mut alone = Vec::new();
    for question in &questions {
        alone.push(said(&writer, question).await);
    }
    let others = alone.iter().filter(|text| **text != alone[0]).count();
    assert!(others > 0, "other questions, other texts");
    // In another order, two at a time, and after each other in one conversation.
    for (question, expected) in questions.iter().zip(&alone).rev() {
        let (again, other) = tokio::join!(said(&writer, question), said(&writer, "something else"));
        assert_eq!(again, *expected, "nobody's context is in another's");
        drop(other);
    }
    let mut memory = writer.begin(SYSTEM).await.expect("begun");
    let first = writer.say(&mut memory, &questions[1], 24, |_| true).await.expect("written");
    let second = writer.say(&mut memory, &questions[1], 24, |_| true).await.expect("written");
    assert_eq!(first, alone[1]);
    assert_ne!(second, alone[1], "a conversation remembers what was said in it");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_is_read() {
    let (_folder, writer) = tiny().await;
    let mut memory = writer.begin(SYSTEM).await.expect("begun");
    let too_long = "word ".repeat(gguf::CONTEXT as usize);
    let error = writer.say(&mut memory, &too_long, 24, |_| true).await.expect_err("too long").to_string();
    assert!(error.contains(&gguf::CONTEXT.to_string()), "{error}");
    let same = writer.say(&mut memory, "word", 24, |_| true).await.expect("written");
    assert_eq!(same, said(&writer, "word").await, "nothing of it was read");
    assert!(writer.is_ready());
}

#[tokio::test]
async fn a_text_ends_where_it_is_told_to() {
    let (_folder, writer) = tiny().await;
    let whole = said(&writer, "a b c").await;
    let mut memory = writer.begin(SYSTEM).await.expect("begun");
    let cut = writer.say(&mut memory, "a b c", 24, |_| false).await.expect("written");
    assert!(whole.starts_with(&cut) && cut.len() < whole.len(), "{cut:?} of {whole:?}");
    writer.say(&mut memory, "a b c", 24, |_| true).await.expect("the conversation goes on");
}

/// In a process of its own: what other tests load would count as grown, and so would the symbols of the whole program, which a
/// panic reads to tell where it was.
#[test]
fn three_hundred_answers_with_a_third_cancelled_leave_nothing_behind() {
    let own = std::env::current_exe().expect("known");
    let name = "writing::local::three_hundred_answers_alone";
    let run = std::process::Command::new(own)
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("it starts");
    let says = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success() && says.contains("1 passed"), "{says}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it"]
async fn three_hundred_answers_alone() {
    let (_folder, writer) = tiny().await;
    let agent = agent(Writer::Local(writer.clone()), 24);
    let quoted = ask(&agent_with(None), ENGLISH).await.0;
    let mut chance = StdRng::seed_from_u64(3);
    let mut settled = 0;
    for round in 0..300 {
        if round == 100 {
            settled = resident();
        }
        if round == 150 {
            writer.kill().await;
            // The first to notice has it loaded again.
            let (answer, _) = ask(&agent, ENGLISH).await;
            assert_eq!(answer.sections, quoted.sections);
            writer.loaded().await.expect("it is loaded again");
            assert!(writer.is_ready());
        }
        let question = if round % 2 == 0 { ENGLISH } else { SPANISH };
        let asking = ask(&agent, question);
        if round % 3 == 0 {
            let wait = Duration::from_millis(chance.random_range(0..40));
            let _ = tokio::time::timeout(wait, asking).await;
        } else {
            tokio::time::timeout(Duration::from_mins(1), asking).await.expect("nobody is stuck");
        }
    }
    let grown = resident().saturating_sub(settled);
    // Told and not held against it: the panic above reads the symbols of the whole program, which stay in memory.
    eprintln!("{settled} bytes grew by {grown}");
    assert_eq!((agent.waiting(), agent.running()), (0, 0));
}

fn resident() -> usize {
    memory_stats::memory_stats().map_or(0, |memory| memory.physical_mem)
}

#[tokio::test]
async fn a_real_model_words_what_the_sources_say() {
    let Some(model) = std::env::var_os("COLEGA_TEST_GGUF").map(PathBuf::from) else {
        eprintln!("skipped: COLEGA_TEST_GGUF names no model");
        return;
    };
    let agent = agent(Writer::Local(load(&model).await), 128);
    let (answer, _) = ask(&agent, ENGLISH).await;
    let quoted = ask(&agent_with(None), ENGLISH).await.0;
    assert_eq!(answer.sections.len(), quoted.sections.len());
    for sentence in answer.sections.iter().flat_map(|section| &section.blocks).flat_map(Block::sentences) {
        let passages: Vec<_> = crate::harness::passages();
        let texts = passages.iter().map(|passage| passage.text.as_str());
        let evidence = support::Evidence::new(texts, answer.language);
        assert!(support::judge(&sentence.text, &evidence).score >= 0.65, "{}", sentence.text);
    }
}
