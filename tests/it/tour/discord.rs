//! Discord, from the mention to the last thumb.

mod asking;
mod changing;
mod commanding;
mod following;
mod stopping;
mod voting;

use std::time::Duration;

use colega::adapters::discord::{DiscordSettings, run};
use colega::adapters::token::Token;
use colega::agent::Agent;
use colega::delivery;
use colega::desk::Front;
use colega::feedback::kept::Exchange;
use colega::question::{ChatId, Origin};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::house::{House, PATIENCE, QUESTION, SPANISH, steady, until};
use crate::fakes::discord::{ChannelId, Discord, InteractionId, MessageId, Saw, Settings, State, UserId};
use crate::harness;

/// A server with people in it, and a daemon.
struct Tour {
    discord: Discord,
    house: House,
    settings: DiscordSettings,
    daemon: Option<Daemon>,
    ana: UserId,
    ben: UserId,
    eva: UserId,
    backend: ChannelId,
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
        let discord = Discord::start_with(Settings { patience: PATIENCE, ..Settings::default() }).await;
        let (ana, ben) = (discord.person("ana"), discord.person("ben"));
        let eva = discord.person_with_locale("eva", "es-ES");
        let backend = discord.channel("backend");
        let settings = DiscordSettings { api_url: discord.url(), ..DiscordSettings::default() };
        let mut tour = Self { discord, house: House::new(agent), settings, daemon: None, ana, ben, eva, backend };
        tour.begin().await;
        tour
    }

    /// Starts the daemon.
    async fn begin(&mut self) {
        let connections = self.discord.counts().connections;
        let front = self.house.open(Origin::Discord, self.settings.policy()).await;
        let threads = Runtime::new().expect("a runtime");
        let (settings, token) = (self.settings.clone(), Token::new(self.discord.token()));
        let (handed, stop) = (front.clone(), front.stop.clone());
        let running = threads.spawn(async move { run(&settings, token, handed, stop).await });
        self.daemon = Some(Daemon { threads, front, running });
        let is_up = |state: &State| {
            let knows_commands = !state.registry.names(None).is_empty();
            (state.ledger.counts.connections > connections && knows_commands).then_some(())
        };
        self.discord.wait_for("connection", is_up).await;
        self.discord.connected().await;
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
    async fn crash(&mut self) {
        let Daemon { threads, running, .. } = self.daemon.take().expect("a running daemon");
        running.abort();
        threads.shutdown_background();
        let is_gone = |state: &State| (!state.sessions.is_connected()).then_some(());
        self.discord.wait_for("end of the connection", is_gone).await;
    }

    /// Stops the daemon; it has done nothing that Discord would punish.
    async fn end(mut self) {
        self.stop().await;
        assert_eq!(self.discord.violations(), Vec::<String>::new());
    }

    fn front(&self) -> &Front {
        &self.daemon.as_ref().expect("a running daemon").front
    }

    /// Waits for the whole answer to `asked`; gives the message with the buttons.
    async fn answer(&self, asked: MessageId) -> MessageId {
        let whole =
            |state: &State| state.replies(asked).iter().find(|own| own.button("up:").is_some()).map(|own| own.id);
        self.noted(self.discord.wait_for("answer", whole).await).await
    }

    /// Waits for a reply to `asked`, and gives its words.
    async fn reply(&self, asked: MessageId) -> String {
        let first = |state: &State| state.replies(asked).first().map(|own| own.content.clone());
        self.discord.wait_for("reply", first).await
    }

    /// Waits for the whole answer to a command.
    async fn answered(&self, command: InteractionId) -> MessageId {
        let whole = |state: &State| {
            let all = state.responses(command);
            all.into_iter().find(|id| state.message(*id).is_some_and(|own| own.button("up:").is_some()))
        };
        self.noted(self.discord.wait_for("answer to a command", whole).await).await
    }

    /// Waits until it is on disk that `answer` is one: the fake shows it to people, who act at once, before it has told Colega
    /// which number the message has.
    async fn noted(&self, answer: MessageId) -> MessageId {
        let channel = self.discord.look(|state| state.message(answer).expect("a message").channel);
        let (chat, message) = (ChatId(channel.to_string()), colega::place::MessageId(answer.to_string()));
        let is_noted = async || {
            let found = self.front().delivery.by_message(Origin::Discord, &chat, &message).await.expect("read");
            found.is_some_and(|(_, outgoing)| outgoing.state == delivery::State::Whole)
        };
        until("note of an answer", is_noted).await;
        answer
    }

    /// Asks in the channel and waits for the answer.
    async fn ask(&self, user: UserId, question: &str) -> (MessageId, MessageId) {
        let asked = self.discord.say(user, self.backend, &format!("@Colega {question}"));
        (asked, self.answer(asked).await)
    }

    /// Gives a command in the channel and reads what only its person sees.
    async fn command(&self, user: UserId, name: &str) -> String {
        let given = self.discord.slash(user, self.backend, name, &[], None);
        match self.discord.saw(given).await {
            Saw::Message { text, private: true, .. } => steady(&text),
            saw => panic!("/{name} was answered with {saw:?}"),
        }
    }

    /// What only the person of a press or a form sees.
    async fn told(&self, interaction: InteractionId) -> String {
        match self.discord.saw(interaction).await {
            Saw::Message { text, private: true, .. } => text,
            saw => panic!("a press was answered with {saw:?}"),
        }
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

    fn transcript(&self) -> String {
        steady(&self.discord.transcript(self.backend))
    }
}
