//! The fake of Discord, driven by the real serenity: what a client takes for Discord is enough like it.

mod faults;
mod gateway;
mod interactions;
mod requests;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client as Web, Method};
use serde_json::{Value, json};
use serenity::all::{
    ClientBuilder, Context, EventHandler, GatewayIntents, GuildChannel, Http, HttpBuilder, Interaction, Message,
    MessageUpdateEvent, Reaction, Ready, ResumedEvent,
};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use super::discord::Discord;

/// What a bot heard.
#[derive(Debug)]
enum Heard {
    Ready,
    Resumed,
    Said(Box<Message>),
    Edited(Box<MessageUpdateEvent>),
    Deleted(u64),
    Reacted(Box<Reaction>),
    Unreacted,
    Thread(Box<GuildChannel>),
    Interaction(Box<Interaction>),
}

struct Ears(mpsc::UnboundedSender<Heard>);

impl Ears {
    fn hear(&self, heard: Heard) {
        let _ = self.0.send(heard);
    }
}

#[serenity::async_trait]
impl EventHandler for Ears {
    async fn ready(&self, _: Context, _: Ready) {
        self.hear(Heard::Ready);
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        self.hear(Heard::Resumed);
    }

    async fn message(&self, _: Context, message: Message) {
        self.hear(Heard::Said(Box::new(message)));
    }

    async fn message_update(&self, _: Context, _: Option<Message>, _: Option<Message>, update: MessageUpdateEvent) {
        self.hear(Heard::Edited(Box::new(update)));
    }

    async fn message_delete(
        &self,
        _: Context,
        _: serenity::all::ChannelId,
        message: serenity::all::MessageId,
        _: Option<serenity::all::GuildId>,
    ) {
        self.hear(Heard::Deleted(message.get()));
    }

    async fn reaction_add(&self, _: Context, reaction: Reaction) {
        self.hear(Heard::Reacted(Box::new(reaction)));
    }

    async fn reaction_remove(&self, _: Context, _: Reaction) {
        self.hear(Heard::Unreacted);
    }

    async fn thread_create(&self, _: Context, thread: GuildChannel) {
        self.hear(Heard::Thread(Box::new(thread)));
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        self.hear(Heard::Interaction(Box::new(interaction)));
    }
}

/// A bot on serenity, without any sense of its own.
struct Bot {
    http: Arc<Http>,
    heard: Mutex<mpsc::UnboundedReceiver<Heard>>,
    running: JoinHandle<serenity::Result<()>>,
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Bot {
    /// Connects with every intent.
    async fn start(discord: &Discord) -> Self {
        let bot = Self::with(discord, GatewayIntents::all()).await;
        discord.connected().await;
        bot.hears(|heard| matches!(heard, Heard::Ready).then_some(())).await;
        bot
    }

    async fn with(discord: &Discord, intents: GatewayIntents) -> Self {
        let http = HttpBuilder::new(discord.token()).proxy(discord.url()).ratelimiter_disabled(true).build();
        let (ears, heard) = mpsc::unbounded_channel();
        let client = ClientBuilder::new_with_http(http, intents).event_handler(Ears(ears));
        let mut client = client.await.expect("a client");
        let http = Arc::clone(&client.http);
        let running = tokio::spawn(async move { client.start().await });
        Self { http, heard: Mutex::new(heard), running }
    }

    /// Waits for the next thing that `is_it` is looking for; what comes before is dropped.
    async fn hears<T>(&self, is_it: impl Fn(&Heard) -> Option<T>) -> T {
        let mut heard = self.heard.lock().await;
        let hearing = async {
            loop {
                let next = heard.recv().await.expect("the bot runs");
                if let Some(found) = is_it(&next) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), hearing).await.expect("the bot heard it")
    }

    /// Waits for the next message that a person says.
    async fn hears_text(&self) -> String {
        self.hears(|heard| match heard {
            Heard::Said(message) if !message.author.bot => Some(message.content.clone()),
            _ => None,
        })
        .await
    }

    async fn hears_interaction(&self) -> Interaction {
        self.hears(|heard| match heard {
            Heard::Interaction(interaction) => Some((**interaction).clone()),
            _ => None,
        })
        .await
    }
}

/// Sends a request as the bot does, and gives status and JSON.
async fn request(discord: &Discord, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let response = raw(discord, method, path, body).await.expect("answered");
    let status = response.status().as_u16();
    let text = response.text().await.expect("text");
    (status, serde_json::from_str(&text).unwrap_or(json!(text)))
}

async fn raw(discord: &Discord, method: Method, path: &str, body: Option<Value>) -> reqwest::Result<reqwest::Response> {
    let client = Web::builder().no_proxy().build().expect("a client");
    let request = client
        .request(method, format!("{}/api/v10{path}", discord.url()))
        .header("authorization", format!("Bot {}", discord.token()))
        .header("user-agent", "DiscordBot (https://example.org, 1)");
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}
