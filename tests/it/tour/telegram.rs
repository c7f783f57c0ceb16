//! Telegram, from the first "/start" to the last thumb.

mod asking;
mod changing;
mod commanding;
mod voting;

use std::time::Duration;

use colega::adapters::telegram::{TelegramSettings, run};
use colega::adapters::token::Token;
use colega::agent::Agent;
use colega::delivery;
use colega::desk::Front;
use colega::feedback::kept::Exchange;
use colega::place::MessageId;
use colega::question::{ChatId, Origin};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::house::{House, QUESTION, SPANISH, steady, until};
use crate::fakes::telegram::world::Standing;
use crate::fakes::telegram::{FakeTelegram, TOKEN};
use crate::harness;

/// A group with people in it, and a daemon.
struct Tour {
    telegram: FakeTelegram,
    house: House,
    settings: TelegramSettings,
    daemon: Option<Daemon>,
    ana: u64,
    ben: u64,
    eva: u64,
    group: i64,
}

/// A running daemon, on threads of its own so that it can be ended at any moment.
struct Daemon {
    threads: Runtime,
    front: Front,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Tour {
    async fn start() -> Self {
        Self::of(harness::agent()).await
    }

    /// Each part of an answer takes `pace` to write.
    async fn slow(pace: Duration) -> Self {
        Self::of(harness::slow_agent(pace)).await
    }

    async fn of(agent: Agent) -> Self {
        let telegram = FakeTelegram::start().await;
        let (ana, ben, eva) =
            (telegram.person("Ana", "en"), telegram.person("Ben", "en"), telegram.person("Eva", "es"));
        let group = telegram.supergroup("Backend", &[ana, ben, eva]);
        telegram.set_standing(group, Standing::Administrator);
        // A short poll, so that a stop does not wait for a long one.
        let settings = TelegramSettings { api_url: telegram.url(), poll_seconds: 1, ..TelegramSettings::default() };
        let mut tour = Self { telegram, house: House::new(agent), settings, daemon: None, ana, ben, eva, group };
        tour.begin().await;
        tour
    }

    /// Starts the daemon.
    async fn begin(&mut self) {
        let front = self.house.open(Origin::Telegram, self.settings.policy()).await;
        let threads = Runtime::new().expect("a runtime");
        let (settings, handed, stop) = (self.settings.clone(), front.clone(), front.stop.clone());
        let running = threads.spawn(async move { run(&settings, Token::new(TOKEN), handed, stop).await });
        self.daemon = Some(Daemon { threads, front, running });
    }

    /// Stops the daemon as a signal does.
    async fn stop(&mut self) {
        let Daemon { threads, front, running } = self.daemon.take().expect("a running daemon");
        front.stop.cancel();
        running.await.expect("no panic").expect("ends well");
        drop(front);
        threads.shutdown_background();
    }

    /// Ends the daemon in the midst of everything, as a power cut does.
    fn crash(&mut self) {
        let Daemon { threads, running, .. } = self.daemon.take().expect("a running daemon");
        running.abort();
        threads.shutdown_background();
    }

    /// Stops the daemon; it has done nothing that Telegram would punish.
    async fn end(mut self) {
        self.stop().await;
        assert_eq!(self.telegram.violations(), Vec::<String>::new());
    }

    fn front(&self) -> &Front {
        &self.daemon.as_ref().expect("a running daemon").front
    }

    /// Waits for the whole answer to `asked`, until it is on disk that it is one; gives the message with the buttons.
    async fn answer(&self, chat: i64, asked: i32) -> i32 {
        let answer = self.telegram.wait_for("answer", |world| world.answer_to(chat, asked)).await;
        let (at, message) = (ChatId(chat.to_string()), MessageId(answer.to_string()));
        let is_noted = async || {
            let found = self.front().delivery.by_message(Origin::Telegram, &at, &message).await.expect("read");
            found.is_some_and(|(_, outgoing)| outgoing.state == delivery::State::Whole)
        };
        until("note of an answer", is_noted).await;
        answer
    }

    /// Waits for what Colega says next after `message`, and gives it with its markup.
    async fn next(&self, chat: i64, message: i32) -> String {
        let next = |world: &crate::fakes::telegram::World| {
            world.of_bot(chat).into_iter().find(|own| own.id > message).map(|own| own.source.clone())
        };
        self.telegram.wait_for("word", next).await
    }

    /// Asks directly and waits for the answer.
    async fn ask(&self, person: u64, question: &str) -> (i32, i32) {
        let chat = self.telegram.direct(person);
        let asked = self.telegram.say(chat, person, question);
        (asked, self.answer(chat, asked).await)
    }

    /// Gives a command directly, and reads what comes back.
    async fn command(&self, person: u64, command: &str) -> String {
        let chat = self.telegram.direct(person);
        let given = self.telegram.command(chat, person, command);
        steady(&self.next(chat, given).await)
    }

    /// What is kept of the only question.
    async fn exchange(&self) -> Exchange {
        let mut all = self.front().feedback.exchanges(0).await.expect("read");
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    /// Waits until the only answer has so many thumbs up and down.
    async fn votes(&self, expected: (u64, u64)) {
        let counted = async || {
            let exchange = self.exchange().await;
            (exchange.up, exchange.down)
        };
        until("votes", async || counted().await == expected).await;
    }

    /// Asks in the group by command and waits for the answer.
    async fn ask_all(&self, person: u64, question: &str) -> (i32, i32) {
        let asked = self.telegram.command(self.group, person, &format!("/ask@colega_bot {question}"));
        (asked, self.answer(self.group, asked).await)
    }

    fn transcript(&self, chat: i64) -> String {
        steady(&self.telegram.transcript(chat))
    }

    fn text(&self, chat: i64, message: i32) -> String {
        self.telegram.look(|world| world.message(chat, message).expect("a message").text.clone())
    }
}
