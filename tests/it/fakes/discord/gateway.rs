//! The gateway's side of one connection (<https://discord.com/developers/docs/events/gateway>).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Server;
use super::sessions::Frame;
use super::settings::{KNOWN_INTENTS, PRIVILEGED};

/// Frames that may wait for a connection that reads slowly.
const WAITING: usize = 8_192;
/// Bytes of a client's message, at most.
const PAYLOAD: usize = 4_096;
/// Messages of a client a minute, at most.
const A_MINUTE: usize = 120;

struct Connection {
    server: Arc<Server>,
    number: u64,
    /// Until the session has it: when a session lets its connection go, the queue of frames ends.
    link: Option<mpsc::Sender<Frame>>,
    session: Option<String>,
    heard: VecDeque<Instant>,
}

/// Talks to a client until one of both has enough.
pub async fn talk(mut socket: WebSocket, server: Arc<Server>) {
    let (link, mut frames) = mpsc::channel(WAITING);
    let (number, heartbeat) = server.change(|state| {
        state.ledger.counts.connections += 1;
        (state.sessions.next_connection(), state.settings.heartbeat)
    });
    let mut connection = Connection { server, number, link: Some(link), session: None, heard: VecDeque::new() };
    let hello = json!({ "op": 10, "d": { "heartbeat_interval": heartbeat.as_millis(), "_trace": [] } });
    let mut is_final = false;
    let mut alive = tokio::time::Instant::now();
    if socket.send(Message::text(hello.to_string())).await.is_ok() {
        loop {
            let stop = connection.server.stop.clone();
            let next = tokio::select! {
                () = stop.cancelled() => Frame::Cut,
                frame = frames.recv() => frame.unwrap_or(Frame::Cut),
                () = tokio::time::sleep_until(alive + heartbeat * 2 + Duration::from_secs(1)) => Frame::Close(4009, "Session timed out."),
                message = socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => {
                        alive = tokio::time::Instant::now();
                        match connection.take(&text) {
                            Ok(Some(answer)) => answer,
                            Ok(None) => continue,
                            Err(close) => close,
                        }
                    }
                    Some(Ok(Message::Close(frame))) => {
                        // A client that says goodbye properly gives its session up.
                        is_final = frame.is_some_and(|frame| matches!(frame.code, 1000 | 1001));
                        break;
                    }
                    Some(Ok(Message::Binary(_))) => Frame::Close(4002, "Error while decoding payload."),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Err(_)) | None => break,
                },
            };
            let sent = match next {
                Frame::Text(text) => socket.send(Message::text(text.to_string())).await,
                Frame::Cut => break,
                Frame::Close(code, reason) => {
                    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
                    break;
                }
            };
            if sent.is_err() {
                break;
            }
        }
    }
    connection.server.change(|state| state.sessions.left(number, is_final));
}

impl Connection {
    /// What to do about a client's message; `Err` ends the connection.
    fn take(&mut self, text: &str) -> Result<Option<Frame>, Frame> {
        let now = Instant::now();
        self.heard.retain(|at| now.duration_since(*at) < Duration::from_mins(1));
        self.heard.push_back(now);
        if self.heard.len() > A_MINUTE {
            return Err(self.punish(4008, "You are being rate limited."));
        }
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let Some(op) = value["op"].as_u64().filter(|_| text.len() <= PAYLOAD) else {
            return Err(self.punish(4002, "Error while decoding payload."));
        };
        match op {
            1 => Ok(self.beat(&value["d"])),
            2 => self.identify(&value["d"]).map(|()| None),
            6 => self.resume(&value["d"]),
            _ if self.session.is_none() => Err(self.punish(4003, "Not authenticated.")),
            3 => Ok(None),
            _ => Err(self.punish(4001, "Unknown opcode.")),
        }
    }

    /// Closes, and notes that the client was wrong.
    fn punish(&self, code: u16, reason: &'static str) -> Frame {
        self.server.change(|state| state.ledger.violation(format!("the gateway closed with {code}: {reason}")));
        Frame::Close(code, reason)
    }

    fn beat(&self, seq: &Value) -> Option<Frame> {
        let is_number = seq.is_null() || seq.is_u64();
        self.server.change(|state| {
            state.ledger.counts.heartbeats += 1;
            if !is_number {
                state.ledger.violation(format!("a heartbeat without a sequence number: {seq}"));
            }
            let ack = json!({ "op": 11 }).to_string();
            (!state.faults.mutes_heartbeats).then(|| Frame::Text(ack.into()))
        })
    }

    fn identify(&mut self, data: &Value) -> Result<(), Frame> {
        if self.session.is_some() {
            return Err(self.punish(4005, "Already authenticated."));
        }
        let (Some(token), Some(intents), true) =
            (data["token"].as_str(), data["intents"].as_u64(), data["properties"].is_object())
        else {
            return Err(self.punish(4002, "Error while decoding payload."));
        };
        let shard = if data["shard"].is_null() { json!([0, 1]) } else { data["shard"].clone() };
        let shards = self.server.change(|state| state.settings.shards);
        let Some(shard) = (0..shards).find(|number| shard == json!([number, shards])) else {
            return Err(self.punish(4010, "Invalid shard."));
        };
        let url = format!("ws://{}", self.server.address);
        let number = self.number;
        let link = self.link.clone().ok_or(Frame::Cut)?;
        let begun = self.server.change(|state| {
            if token.strip_prefix("Bot ").unwrap_or(token) != state.settings.token {
                return Err(Frame::Close(4004, "Authentication failed."));
            }
            if intents & !KNOWN_INTENTS != 0 {
                return Err(Frame::Close(4013, "Invalid intent(s)."));
            }
            if intents & PRIVILEGED & !state.settings.portal_intents != 0 {
                return Err(Frame::Close(4014, "Disallowed intent(s)."));
            }
            Ok(state.identify(number, intents, shard, link, &url))
        });
        self.session = Some(begun?);
        self.link = None;
        Ok(())
    }

    fn resume(&mut self, data: &Value) -> Result<Option<Frame>, Frame> {
        if self.session.is_some() {
            return Err(self.punish(4005, "Already authenticated."));
        }
        let (Some(token), Some(session), Some(seq)) =
            (data["token"].as_str(), data["session_id"].as_str(), data["seq"].as_u64())
        else {
            return Err(self.punish(4002, "Error while decoding payload."));
        };
        let number = self.number;
        let link = self.link.clone().ok_or(Frame::Cut)?;
        let resumed = self.server.change(|state| {
            if token.strip_prefix("Bot ").unwrap_or(token) != state.settings.token {
                return Err(Frame::Close(4004, "Authentication failed."));
            }
            state.resume(number, session, seq, link)
        });
        match resumed {
            Ok(()) => {
                self.session = Some(session.to_owned());
                self.link = None;
                Ok(None)
            }
            // The client may identify on this connection now.
            Err(invalid @ Frame::Text(_)) => Ok(Some(invalid)),
            Err(close) => Err(close),
        }
    }
}
