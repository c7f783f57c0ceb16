//! Everything that the gateway tells, put where it belongs, without ever waiting.

use std::sync::Arc;
use std::time::Instant;

use serenity::all::{
    ChannelId, ConnectionStage, Context, EventHandler, Guild, GuildChannel, GuildId, Interaction, Message, MessageId,
    MessageUpdateEvent, PartialGuildChannel, Reaction, Ready, ResumedEvent, Role, ShardStageUpdateEvent,
    ThreadListSyncEvent, UnavailableGuild,
};
use serenity::async_trait;
use tokio::sync::watch;
use tracing::{error, info};

use super::line::Line;
use crate::adapters::discord::directory::Directory;
use crate::adapters::discord::hear::Heard;
use crate::adapters::discord::lanes::Lanes;
use crate::adapters::discord::seen::Seen;
use crate::desk::health::{Connection, Health};

/// A new session with the gateway: what happened before it was not told.
#[derive(Debug, Clone, Default)]
pub struct Arrived {
    /// How many sessions there have been.
    pub count: u64,
    /// The servers that Colega is in; each is told of in a moment.
    pub guilds: Vec<GuildId>,
}

/// Is told everything.
pub struct Handler {
    /// Where what people do goes.
    pub lanes: Lanes,
    /// Learns of servers and channels.
    pub directory: Directory,
    /// Knows how far channels have been read.
    pub seen: Seen,
    /// Is told of each new session.
    pub arrived: watch::Sender<Arrived>,
    /// How the connection is doing.
    pub health: Arc<Health>,
    line: Arc<Line>,
}

impl Handler {
    /// A handler that fills `lanes` and `directory`.
    pub fn new(lanes: Lanes, directory: Directory, seen: Seen, health: Arc<Health>) -> Self {
        let (arrived, _) = watch::channel(Arrived::default());
        Self { lanes, directory, seen, arrived, health, line: Arc::default() }
    }

    /// Whether the connection stands.
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    fn put(&self, heard: Heard) {
        if self.lanes.put(heard).is_err() {
            Health::count(&self.health.failures);
            error!("too much waits to be written to disk; something that was said on Discord is lost");
        }
    }

    /// There is no connection.
    pub fn disconnected(&self) {
        if self.line.down(Instant::now()) {
            self.health.set(Connection::Down(None));
        }
    }

    fn connected(&self) {
        if self.line.up() {
            Health::count(&self.health.reconnects);
        }
        self.health.set(Connection::Up(Instant::now()));
    }
}

#[async_trait]
impl EventHandler for Handler {
    async fn ready(&self, _: Context, ready: Ready) {
        // Before any message of this session is marked as seen.
        self.seen.open_gap();
        self.directory.expect_guilds();
        self.connected();
        info!(guilds = ready.guilds.len(), "connected to Discord");
        self.arrived.send_modify(|arrived| {
            arrived.count += 1;
            arrived.guilds = ready.guilds.iter().map(|guild| guild.id).collect();
        });
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        self.connected();
    }

    async fn shard_stage_update(&self, _: Context, event: ShardStageUpdateEvent) {
        if event.new != ConnectionStage::Connected {
            self.disconnected();
        }
    }

    async fn message(&self, _: Context, message: Message) {
        self.put(Heard::Message(Box::new(message)));
    }

    async fn message_update(&self, _: Context, _: Option<Message>, _: Option<Message>, event: MessageUpdateEvent) {
        self.put(Heard::Edited(Box::new(event)));
    }

    async fn message_delete(&self, _: Context, channel: ChannelId, message: MessageId, guild: Option<GuildId>) {
        self.put(Heard::Deleted(channel, guild, vec![message]));
    }

    async fn message_delete_bulk(
        &self,
        _: Context,
        channel: ChannelId,
        messages: Vec<MessageId>,
        guild: Option<GuildId>,
    ) {
        self.put(Heard::Deleted(channel, guild, messages));
    }

    async fn reaction_add(&self, _: Context, reaction: Reaction) {
        self.put(Heard::Reacted(Box::new(reaction), true));
    }

    async fn reaction_remove(&self, _: Context, reaction: Reaction) {
        self.put(Heard::Reacted(Box::new(reaction), false));
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        self.put(Heard::Interaction(Box::new(interaction)));
    }

    async fn guild_create(&self, _: Context, guild: Guild, _: Option<bool>) {
        self.directory.add_guild(&guild);
    }

    async fn guild_delete(&self, _: Context, guild: UnavailableGuild, _: Option<Guild>) {
        self.directory.remove_guild(guild.id);
    }

    async fn guild_role_create(&self, _: Context, role: Role) {
        self.directory.add_role(&role);
    }

    async fn channel_create(&self, _: Context, channel: GuildChannel) {
        self.directory.add_channel(&channel);
    }

    async fn channel_update(&self, _: Context, _: Option<GuildChannel>, channel: GuildChannel) {
        self.directory.add_channel(&channel);
    }

    async fn channel_delete(&self, _: Context, channel: GuildChannel, _: Option<Vec<Message>>) {
        self.directory.remove_channel(channel.id);
    }

    async fn thread_create(&self, _: Context, thread: GuildChannel) {
        self.directory.add_channel(&thread);
    }

    async fn thread_update(&self, _: Context, _: Option<GuildChannel>, thread: GuildChannel) {
        self.directory.add_channel(&thread);
    }

    async fn thread_delete(&self, _: Context, thread: PartialGuildChannel, _: Option<GuildChannel>) {
        self.directory.remove_channel(thread.id);
    }

    async fn thread_list_sync(&self, _: Context, sync: ThreadListSyncEvent) {
        sync.threads.iter().for_each(|thread| self.directory.add_channel(thread));
    }
}
