//! What Colega knows of Discord's servers: their channels, the bot's own roles, and the roles of people who were heard of
//! lately. Learnt from the gateway; what is missing is asked for once. No name and no text is kept.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use reqwest::Method;
use serenity::all::{
    Channel as AnyChannel, ChannelId, ChannelType, Guild, GuildChannel, GuildId, Member, MessageId, PartialChannel,
    Role, RoleId, UserId,
};
use serenity::http::Route;
use tracing::debug;

use super::messenger::Me;
use super::rest::{Call, Problem, Rest};
use crate::place::{Place, PlaceKind};
use crate::question::ChatId;

/// How many people's roles are remembered, and for how long: a role that is taken away counts for no longer.
const MOST_PEOPLE: u64 = 10_000;
const ROLES_HOLD: Duration = Duration::from_mins(10);
/// How many channels are remembered that the gateway did not tell of.
const MOST_STRANGERS: u64 = 10_000;

/// A channel, as far as it is of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The server; `None` for a DM.
    pub guild: Option<GuildId>,
    /// The channel that a thread belongs to.
    pub parent: Option<ChannelId>,
    /// What kind of place it is.
    pub kind: PlaceKind,
    /// The latest message in it, when it was heard of.
    pub latest: Option<MessageId>,
    /// Whether Colega may read what was said in it.
    pub is_readable: bool,
}

/// Servers, channels and roles. A cheap handle: clones share everything.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    rest: Rest,
    me: Me,
    known: Mutex<Known>,
    strangers: Cache<ChannelId, Channel>,
    roles: Cache<(GuildId, UserId), Arc<[String]>>,
}

#[derive(Default)]
struct Known {
    guilds: HashSet<GuildId>,
    channels: HashMap<ChannelId, Channel>,
    own_roles: HashMap<RoleId, GuildId>,
}

impl Directory {
    /// One in which nothing stands yet.
    pub fn new(rest: Rest, me: Me) -> Self {
        Self(Arc::new(Inner {
            rest,
            me,
            known: Mutex::default(),
            strangers: Cache::builder().max_capacity(MOST_STRANGERS).build(),
            roles: Cache::builder().max_capacity(MOST_PEOPLE).time_to_live(ROLES_HOLD).build(),
        }))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a server.
    pub fn add_guild(&self, guild: &Guild) {
        let own = guild.members.get(&self.0.me.user);
        let mut known = self.known();
        known.guilds.insert(guild.id);
        for channel in guild.channels.values() {
            known.channels.insert(channel.id, Channel::of(channel, guild.id, is_readable(guild, channel, own)));
        }
        for thread in &guild.threads {
            let parent = thread.parent_id.and_then(|parent| guild.channels.get(&parent));
            let is_readable = parent.is_none_or(|parent| is_readable(guild, parent, own));
            known.channels.insert(thread.id, Channel::of(thread, guild.id, is_readable));
        }
        drop(known);
        guild.roles.values().for_each(|role| self.add_role(role));
    }

    /// Forgets a server.
    pub fn remove_guild(&self, guild: GuildId) {
        let mut known = self.known();
        known.guilds.remove(&guild);
        known.channels.retain(|_, channel| channel.guild != Some(guild));
        known.own_roles.retain(|_, of| *of != guild);
    }

    /// Takes in a channel or thread that is new or has changed.
    pub fn add_channel(&self, channel: &GuildChannel) {
        let mut known = self.known();
        // Permissions are worked out anew with the next connection.
        let is_readable = known.channels.get(&channel.id).is_none_or(|channel| channel.is_readable);
        known.channels.insert(channel.id, Channel::of(channel, channel.guild_id, is_readable));
    }

    /// Forgets a channel or thread.
    pub fn remove_channel(&self, channel: ChannelId) {
        self.known().channels.remove(&channel);
    }

    /// Takes in a role: the bot's own can be mentioned in its place.
    pub fn add_role(&self, role: &Role) {
        if role.tags.bot_id == Some(self.0.me.user) {
            self.known().own_roles.insert(role.id, role.guild_id);
        }
    }

    /// The roles that stand for the bot itself.
    pub fn own_roles(&self) -> Vec<RoleId> {
        self.known().own_roles.keys().copied().collect()
    }

    /// Discord is about to tell of all servers anew. What is known of their channels stays until then.
    pub fn expect_guilds(&self) {
        self.known().guilds.clear();
    }

    /// Whether Discord has told of all these servers.
    pub fn knows(&self, guilds: &[GuildId]) -> bool {
        let known = self.known();
        guilds.iter().all(|guild| known.guilds.contains(guild))
    }

    /// All channels and threads that messages can be read in.
    pub fn readable(&self) -> Vec<(ChannelId, Channel)> {
        let known = self.known();
        known.channels.iter().filter(|(_, channel)| channel.is_readable).map(|(id, it)| (*id, it.clone())).collect()
    }

    /// Where something in `channel` happens. `guild` as the event tells it: none means a DM.
    pub async fn place(&self, channel: ChannelId, guild: Option<GuildId>) -> Place {
        let Some(guild) = guild else {
            return place(channel, &Channel { kind: PlaceKind::Direct, ..Channel::group(None) });
        };
        let known = self.known().channels.get(&channel).cloned().or_else(|| self.0.strangers.get(&channel));
        if let Some(known) = known {
            return place(channel, &known);
        }
        let call = Call::new(Method::GET, Route::Channel { channel_id: channel });
        let asked = match self.0.rest.fetch::<AnyChannel>(call).await {
            Ok(AnyChannel::Guild(found)) => Channel::of(&found, guild, true),
            Ok(_) => Channel::group(Some(guild)),
            Err(problem) => {
                debug!(channel = channel.get(), "a channel cannot be asked for: {problem}");
                return place(channel, &Channel::group(Some(guild)));
            }
        };
        self.0.strangers.insert(channel, asked.clone());
        place(channel, &asked)
    }

    /// Where an interaction happens, of which Discord tells the channel.
    pub async fn place_of(&self, channel: Option<&PartialChannel>, id: ChannelId, guild: Option<GuildId>) -> Place {
        match (channel, guild) {
            (Some(channel), Some(guild)) => {
                let is_thread = is_thread(channel.kind);
                let parent = channel.parent_id.filter(|_| is_thread);
                place(id, &Channel { parent, kind: kind(is_thread), ..Channel::group(Some(guild)) })
            }
            _ => self.place(id, guild).await,
        }
    }

    /// Keeps the roles of somebody.
    pub fn remember_roles(&self, guild: GuildId, user: UserId, roles: &[RoleId]) -> Vec<String> {
        let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
        self.0.roles.insert((guild, user), roles.as_slice().into());
        roles
    }

    /// The roles of somebody of whom an event tells none.
    pub async fn roles(&self, guild: GuildId, user: UserId) -> Result<Vec<String>, Problem> {
        if let Some(roles) = self.0.roles.get(&(guild, user)) {
            return Ok(roles.to_vec());
        }
        let call = Call::new(Method::GET, Route::GuildMember { guild_id: guild, user_id: user });
        match self.0.rest.patiently::<Member>(call).await {
            Ok(member) => Ok(self.remember_roles(guild, user, &member.roles)),
            Err(problem) if problem.passes() => Err(problem),
            // They have left the server.
            Err(problem) => {
                debug!(guild = guild.get(), "somebody's roles are not told: {problem}");
                Ok(Vec::new())
            }
        }
    }
}

impl Channel {
    fn of(channel: &GuildChannel, guild: GuildId, is_readable: bool) -> Self {
        let is_thread = is_thread(channel.kind);
        let holds_messages =
            is_thread || matches!(channel.kind, ChannelType::Text | ChannelType::News | ChannelType::Voice);
        Self {
            guild: Some(guild),
            // A channel's own parent is a category, which is nothing to people's settings.
            parent: channel.parent_id.filter(|_| is_thread),
            kind: kind(is_thread),
            latest: channel.last_message_id,
            is_readable: is_readable && holds_messages,
        }
    }

    const fn group(guild: Option<GuildId>) -> Self {
        Self { guild, parent: None, kind: PlaceKind::Group, latest: None, is_readable: true }
    }
}

/// The place that `channel` is.
pub fn place(id: ChannelId, channel: &Channel) -> Place {
    Place {
        chat: ChatId(id.to_string()),
        topic: None,
        parent: channel.parent.map(|parent| ChatId(parent.to_string())),
        guild: channel.guild.map(|guild| guild.to_string()),
        kind: channel.kind,
    }
}

const fn kind(is_thread: bool) -> PlaceKind {
    if is_thread { PlaceKind::Thread } else { PlaceKind::Group }
}

fn is_thread(kind: ChannelType) -> bool {
    matches!(kind, ChannelType::PublicThread | ChannelType::PrivateThread | ChannelType::NewsThread)
}

/// Whether the bot may read back in a channel. Where Discord does not tell who the bot is there, trying shows.
fn is_readable(guild: &Guild, channel: &GuildChannel, own: Option<&Member>) -> bool {
    own.is_none_or(|own| {
        let permissions = guild.user_permissions_in(channel, own);
        permissions.view_channel() && permissions.read_message_history()
    })
}
