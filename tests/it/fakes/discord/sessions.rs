//! Sessions of the gateway: who is connected, what was sent, and what a RESUME replays
//! (<https://discord.com/developers/docs/events/gateway#resuming>).

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::ids::ChannelId;
use super::settings::{self, permission};
use super::state::State;
use super::wire;

/// Sessions that are kept; older ones are forgotten.
const KEPT: usize = 4;

/// What a connection is to do.
#[derive(Debug, Clone)]
pub enum Frame {
    /// Send this text.
    Text(Arc<str>),
    /// Close with this code.
    Close(u16, &'static str),
    /// Break the connection off without a word.
    Cut,
}

/// Which sessions hear of an event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// Any of these intents; 0 for everybody.
    pub intent: u64,
    /// The bot must see this channel.
    pub channel: Option<ChannelId>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Discord's name for it.
    pub name: &'static str,
    /// Its data.
    pub data: Value,
    /// Who hears of it.
    pub scope: Scope,
    /// The text in it is empty without the intent for messages' content.
    pub hides_content: bool,
}

impl Event {
    /// A channel or thread that is new or changed.
    pub fn channel(name: &'static str, data: Value) -> Self {
        Self { name, data, scope: Scope { intent: settings::GUILDS, channel: None }, hides_content: false }
    }

    /// A guild that came into view.
    pub fn guild(data: Value) -> Self {
        Self::channel("GUILD_CREATE", data)
    }

    /// Somebody joined a guild.
    pub fn member_joined(data: Value) -> Self {
        let scope = Scope { intent: settings::GUILD_MEMBERS, channel: None };
        Self { name: "GUILD_MEMBER_ADD", data, scope, hides_content: false }
    }
}

impl Event {
    /// The connection over which it is told, of so many: that of its guild, or the first.
    fn shard(&self, shards: u64) -> u64 {
        let guild = if self.name == "GUILD_CREATE" { &self.data["id"] } else { &self.data["guild_id"] };
        let guild = guild.as_u64().or_else(|| guild.as_str().and_then(|id| id.parse().ok()));
        guild.map_or(0, |guild| of_guild(guild, shards))
    }
}

/// <https://discord.com/developers/docs/events/gateway#sharding-sharding-formula>
fn of_guild(guild: u64, shards: u64) -> u64 {
    (guild >> 22) % shards
}

/// One session of a bot.
#[derive(Debug)]
pub struct Session {
    /// Its name.
    pub id: String,
    intents: u64,
    shard: u64,
    /// The number of the last event.
    pub seq: u64,
    sent: VecDeque<(u64, Arc<str>)>,
    link: Option<(u64, mpsc::Sender<Frame>)>,
}

/// All sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    sessions: VecDeque<Session>,
    made: u64,
}

impl Sessions {
    /// Whether a bot hears of what happens right now.
    pub fn is_connected(&self) -> bool {
        self.sessions.iter().any(|session| session.link.is_some())
    }

    /// Sends `frame` over every connection.
    pub fn order(&self, frame: &Frame) {
        for (_, link) in self.sessions.iter().filter_map(|session| session.link.as_ref()) {
            // A full queue belongs to a connection that is about to be broken off anyway.
            let _ = link.try_send(frame.clone());
        }
    }

    /// Forgets every session, so that none can be resumed.
    pub fn forget(&mut self) {
        self.sessions.clear();
    }

    /// The connection with this number ended; `is_final` if the client said that it will not come back.
    pub fn left(&mut self, connection: u64, is_final: bool) {
        let is_its = |session: &Session| session.link.as_ref().is_some_and(|(own, _)| *own == connection);
        if is_final {
            self.sessions.retain(|session| !is_its(session));
        } else if let Some(session) = self.sessions.iter_mut().find(|session| is_its(session)) {
            session.link = None;
        }
    }

    /// A number for a new connection.
    pub fn next_connection(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}

impl Session {
    fn push(&mut self, name: &str, data: &Value, buffer: usize) {
        self.seq += 1;
        let text: Arc<str> = json!({ "op": 0, "t": name, "s": self.seq, "d": data }).to_string().into();
        self.sent.push_back((self.seq, Arc::clone(&text)));
        while self.sent.len() > buffer {
            self.sent.pop_front();
        }
        // A client that does not read fast enough is thrown out; it may resume.
        if let Some((_, link)) = &self.link
            && link.try_send(Frame::Text(text)).is_err()
        {
            self.link = None;
        }
    }
}

impl State {
    /// Tells every session that should hear of `event`.
    pub(super) fn dispatch(&mut self, event: &Event) {
        let hidden = event.scope.channel.and_then(|channel| self.channels.get(&channel));
        if hidden.is_some_and(|channel| channel.permissions & permission::VIEW_CHANNEL == 0) {
            return;
        }
        let buffer = self.settings.resume_buffer;
        let times = 1 + usize::from(self.faults.duplicates_event());
        let shard = event.shard(self.settings.shards);
        for session in self.sessions.sessions.iter_mut().filter(|session| session.shard == shard) {
            if event.scope.intent != 0 && session.intents & event.scope.intent == 0 {
                continue;
            }
            for _ in 0..times {
                if event.hides_content && session.intents & settings::MESSAGE_CONTENT == 0 {
                    let mut data = event.data.clone();
                    wire::hide_content(&mut data);
                    session.push(event.name, &data, buffer);
                } else {
                    session.push(event.name, &event.data, buffer);
                }
            }
        }
        self.disturb_gateway();
    }

    /// A new session for a connection: READY, then the guilds.
    pub(super) fn identify(
        &mut self,
        connection: u64,
        intents: u64,
        shard: u64,
        link: mpsc::Sender<Frame>,
        url: &str,
    ) -> String {
        if self.sessions.sessions.iter().any(|session| session.link.is_some() && session.shard == shard) {
            self.ledger.violation("two gateway sessions at the same time: every event is dealt with twice".to_owned());
        }
        self.ledger.counts.identifies += 1;
        let id = format!("{:032x}", self.next_id());
        let shards = self.settings.shards;
        let own: Vec<_> = self.guilds.keys().copied().filter(|id| of_guild(id.0, shards) == shard).collect();
        let guilds: Vec<Value> = own.iter().map(|id| json!({ "id": id, "unavailable": true })).collect();
        let flags = application_flags(self.settings.portal_intents);
        let mut user = wire::user(self, self.bot);
        (user["verified"], user["mfa_enabled"], user["email"], user["flags"]) =
            (json!(true), json!(true), Value::Null, json!(0));
        let ready = json!({
            "v": 10, "user": user, "guilds": guilds, "session_id": id, "resume_gateway_url": url,
            "shard": [shard, shards],
            "session_type": "normal", "application": { "id": self.bot, "flags": flags }, "private_channels": [],
            "presences": [], "relationships": [], "user_settings": {}, "_trace": [],
        });
        let mut session =
            Session { id: id.clone(), intents, shard, seq: 0, sent: VecDeque::new(), link: Some((connection, link)) };
        let buffer = self.settings.resume_buffer;
        session.push("READY", &ready, buffer);
        if intents & settings::GUILDS != 0 {
            let guilds: Vec<Value> = own.iter().map(|&id| wire::guild(self, id)).collect();
            for guild in &guilds {
                session.push("GUILD_CREATE", guild, buffer);
            }
        }
        self.sessions.sessions.push_back(session);
        while self.sessions.sessions.len() > KEPT {
            self.sessions.sessions.pop_front();
        }
        id
    }

    /// Goes on with a session after event `seq`. `Err`: what to do instead.
    pub(super) fn resume(
        &mut self,
        connection: u64,
        session: &str,
        seq: u64,
        link: mpsc::Sender<Frame>,
    ) -> Result<(), Frame> {
        let invalid = || Frame::Text(json!({ "op": 9, "d": false }).to_string().into());
        let buffer = self.settings.resume_buffer;
        let found = self.sessions.sessions.iter_mut().find(|own| own.id == session).ok_or_else(invalid)?;
        if seq > found.seq {
            return Err(Frame::Close(4007, "Invalid seq."));
        }
        if found.sent.front().is_some_and(|(first, _)| *first > seq + 1) {
            return Err(invalid());
        }
        for (_, text) in found.sent.iter().filter(|(own, _)| *own > seq) {
            link.try_send(Frame::Text(Arc::clone(text))).map_err(|_| Frame::Cut)?;
        }
        if let Some((_, older)) = found.link.replace((connection, link)) {
            let _ = older.try_send(Frame::Close(4000, "Unknown error."));
        }
        found.push("RESUMED", &json!({ "_trace": [] }), buffer);
        self.ledger.counts.resumes += 1;
        Ok(())
    }
}

/// Flags of the application: which privileged intents are switched on in the portal, as for a bot in few guilds.
pub fn application_flags(portal: u64) -> u64 {
    let flag = |intent: u64, bit: u64| if portal & intent == 0 { 0 } else { 1 << bit };
    flag(settings::GUILD_PRESENCES, 13)
        | flag(settings::GUILD_MEMBERS, 15)
        | flag(settings::MESSAGE_CONTENT, 19)
        | 1 << 23
}
