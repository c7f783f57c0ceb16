//! Answers that a model puts into fluent words: a model of this machine, through the code that loads and runs real ones (a tiny
//! one of random weights is made here, and where `COLEGA_TEST_GGUF` names a real one, that is asked too), and servers.

#[cfg(feature = "models")]
mod gguf;
#[cfg(feature = "models")]
mod hostile;
#[cfg(feature = "models")]
mod local;
#[cfg(feature = "remote")]
mod remote;
#[cfg(feature = "remote")]
mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use colega::agent::queue::QueueSettings;
use colega::agent::{Agent, Parts, Stage};
use colega::answer::{Answer, Engine, Reply};
use colega::eval::ranking::RankingSettings;
use colega::generate::Generator;
use colega::generate::extractive::ExtractiveSettings;
use colega::generate::prompt::Prompts;
use colega::generate::refine::{RefineSettings, Refiner};
use colega::generate::writer::{Script, Writer};
use colega::guard::{Guard, GuardSettings};
use colega::limit::{LimitSettings, Limiter, Rate};
use colega::question::{Language, Origin, Question, UserId};
use colega::retrieve::evidence::EvidenceSettings;
use colega::trace::Asked;
use tokio::sync::watch;

use crate::harness;
use crate::page::server::Page;

const ENGLISH: &str = "What is an idempotency key?";
#[cfg(feature = "models")]
const SPANISH: &str = "¿Qué es una clave de idempotencia?";

/// An agent over the sample, with a model.
fn agent(writer: Writer, max_tokens: u32) -> Agent {
    let settings = RefineSettings { max_tokens, time: Duration::from_mins(2), min_support: 0.65, places: 300 };
    agent_with(Some(Refiner::new(writer, Prompts::built_in().expect("what ships"), settings)))
}

fn agent_with(refiner: Option<Refiner>) -> Agent {
    let off = Rate { burst: 0, per_minute: 0 };
    let retriever = RankingSettings::default().retriever(harness::passages()).expect("no model");
    Agent::new(Parts {
        guard: ArcSwap::from_pointee(Guard::new(&GuardSettings::default()).expect("built-in rules")),
        limiter: Limiter::new(&LimitSettings { per_user: off, per_chat: off, global: off }).expect("no limits"),
        live: Arc::new(ArcSwap::from_pointee(retriever)),
        generator: Generator::Extractive(ExtractiveSettings::default()),
        refiner,
        queue: QueueSettings::default(),
        evidence: EvidenceSettings::default(),
        default_language: Language::English,
    })
}

/// What `text` is answered, and the answers that were shown on the way.
async fn ask(agent: &Agent, text: &str) -> (Answer, Vec<Answer>) {
    ask_a(agent, Question { user: UserId("ana".to_owned()), ..Question::new(text, Origin::Discord) }).await
}

async fn ask_a(agent: &Agent, question: Question) -> (Answer, Vec<Answer>) {
    let (sender, mut stages) = watch::channel(Stage::default());
    let agent = agent.clone();
    let asked = tokio::spawn(async move { agent.ask_watched(question, Instant::now(), &sender).await });
    let mut shown = Vec::new();
    while stages.changed().await.is_ok() {
        if let Stage::Refining(asked) = &*stages.borrow_and_update() {
            shown.push(answer(asked).clone());
        }
    }
    let asked = asked.await.expect("no panic").expect("no fault");
    (answer(&asked).clone(), shown)
}

#[track_caller]
fn answer(asked: &Asked) -> &Answer {
    match &asked.reply {
        Reply::Answer(answer) => answer,
        other => panic!("{} is no answer", other.name()),
    }
}

/// The first sentence of an answer.
fn first(answer: &Answer) -> &str {
    let sentence = answer.sections[0].blocks.iter().flat_map(colega::answer::Block::sentences).next();
    &sentence.expect("a sentence").text
}

fn scripted(texts: &[&str], pace: Duration) -> Writer {
    Writer::Scripted(Script::new(texts.iter().copied(), pace))
}

#[tokio::test]
async fn the_quoted_answer_is_shown_first_and_then_in_the_words_of_the_model() {
    let words = "A client attaches an idempotency key, a unique value, to a request.";
    let quoted = ask(&agent_with(None), ENGLISH).await.0;
    let (worded, shown) = ask(&agent(scripted(&[words, "", "", ""], Duration::from_millis(20)), 64), ENGLISH).await;
    assert_eq!((first(&shown[0]), shown[0].engine), (first(&quoted), Engine::Extractive));
    assert_eq!((first(&worded), worded.engine), (words, Engine::Kalosm));
    assert_eq!(worded.sections[1..], quoted.sections[1..], "the rest stands as it was quoted");
    let cited = &worded.citations[0];
    assert_eq!(cited.quote, first(&quoted), "the quote is what the passage says, not what the model does");
}

#[tokio::test]
async fn who_asks_in_a_language_that_the_sources_lack_gets_quotes_and_no_model_is_asked() {
    let agent = agent(scripted(&[""; 4], Duration::ZERO), 64);
    let in_spanish = Question { language: Some(Language::Spanish), ..Question::new("Evil scripts?", Origin::Discord) };
    let (answer, shown) = ask_a(&agent, in_spanish).await;
    assert_eq!((answer.source_language, shown.len()), (Some(Language::English), 0));
}

#[tokio::test]
async fn the_page_shows_quotes_at_once_and_better_words_in_their_place() {
    let words = "A client attaches an idempotency key, a unique value, to a request.";
    let folder = tempfile::tempdir().expect("a folder");
    let page =
        Page::start_with(agent(scripted(&[words, "", "", ""], Duration::from_millis(50)), 64), folder.path()).await;
    let parts = page.parts(ENGLISH).await;
    let of = |name: &str| parts.iter().filter(|(part, _)| part == name).map(|(_, html)| html).collect::<Vec<_>>();
    let [quoted, worded] = of("definition")[..] else { panic!("the definition twice: {parts:?}") };
    assert!(!quoted.contains(words) && worded.contains(words));
    let sources = of("sources");
    assert!(!sources[0].contains("form class=\"vote\"") && sources[sources.len() - 1].contains("form class=\"vote\""));
    let progress = of("progress");
    assert!(progress[0].contains("better wording") && progress[progress.len() - 1].is_empty());
    page.close().await;
}

#[tokio::test]
async fn a_page_without_scripts_does_not_wait_for_a_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = Page::start_with(agent(scripted(&["", "", "", ""], Duration::from_mins(10)), 64), folder.path()).await;
    let text = page.page_of(ENGLISH).await;
    assert!(text.contains("An idempotency key is a unique value") && text.contains("form class=\"vote\""), "{text}");
    page.close().await;
}

#[tokio::test]
async fn only_so_many_wait_for_the_model_and_the_others_keep_their_quotes() {
    let writer = scripted(&[""; 9], Duration::from_mins(10));
    let settings = RefineSettings { max_tokens: 64, time: Duration::from_mins(30), min_support: 0.65, places: 2 };
    let agent = agent_with(Some(Refiner::new(writer, Prompts::built_in().expect("what ships"), settings)));
    let mut asked = Vec::new();
    for number in 0..5 {
        let (agent, user) = (agent.clone(), UserId(number.to_string()));
        let question = Question { user, ..Question::new(ENGLISH, Origin::Discord) };
        asked.push(tokio::spawn(async move { agent.ask(question, Instant::now()).await }));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let done: Vec<bool> = asked.iter().map(tokio::task::JoinHandle::is_finished).collect();
    assert_eq!(done, [false, false, false, true, true], "one is worded, two wait");
    asked.iter().for_each(tokio::task::JoinHandle::abort);
}
