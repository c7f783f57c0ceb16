//! What can go wrong on the way to Discord and back.

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use super::Discord;
use super::routes::Route;
use super::sessions::Frame;
use super::state::State;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// 429 for the route: come back after so long.
    Throttled(Duration),
    /// 429 for the whole bot.
    ThrottledGlobally(Duration),
    /// 500, 502, 503 …; the request was not accepted.
    Unavailable(u16),
    /// The request is accepted, but the connection breaks before the answer.
    Lost,
    /// The connection breaks before the request is accepted.
    Cut,
    /// The request is accepted, and the answer comes late.
    Slow(Duration),
    /// 401, as after the token was reset.
    Unauthorized,
}

/// A random mix of faults: how likely each is, from 0 to 1, for every request or event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Storm {
    /// The same seed gives the same sequence of faults.
    pub seed: u64,
    /// 429 with a wait of up to 300 ms.
    pub throttled: f64,
    /// 500 or 502.
    pub unavailable: f64,
    /// Accepted, answer lost.
    pub lost: f64,
    /// Broken off before it was accepted.
    pub cut: f64,
    /// Answered up to 400 ms late.
    pub slow: f64,
    /// An event is sent twice.
    pub duplicate: f64,
    /// The gateway's connection breaks after an event.
    pub drop_gateway: f64,
    /// The gateway asks to reconnect (op 7) after an event.
    pub reconnect: f64,
    /// The gateway ends the session (op 9 `false`) after an event.
    pub invalidate: f64,
}

/// Faults that are switched on.
#[derive(Debug, Default)]
pub struct Faults {
    planned: VecDeque<(Route, Fault)>,
    storm: Option<(Storm, Box<StdRng>)>,
    pub(super) mutes_heartbeats: bool,
}

impl Faults {
    /// What is to go wrong with a request to `route`.
    pub(super) fn strike(&mut self, route: Route) -> Option<Fault> {
        if let Some(at) = self.planned.iter().position(|(own, _)| *own == route) {
            return self.planned.remove(at).map(|(_, fault)| fault);
        }
        let (storm, random) = self.storm.as_mut()?;
        let mut chance = random.random::<f64>();
        let millis = random.random_range(50..300);
        let status = if random.random_bool(0.5) { 500 } else { 502 };
        let wait = Duration::from_millis(millis);
        let faults = [
            (storm.throttled, Fault::Throttled(wait)),
            (storm.unavailable, Fault::Unavailable(status)),
            (storm.lost, Fault::Lost),
            (storm.cut, Fault::Cut),
            (storm.slow, Fault::Slow(wait)),
        ];
        for (likely, fault) in faults {
            if chance < likely {
                return Some(fault);
            }
            chance -= likely;
        }
        None
    }

    fn happens(&mut self, likely: impl Fn(&Storm) -> f64) -> bool {
        self.storm.as_mut().is_some_and(|(storm, random)| random.random_bool(likely(storm).clamp(0.0, 1.0)))
    }

    pub(super) fn duplicates_event(&mut self) -> bool {
        self.happens(|storm| storm.duplicate)
    }
}

impl State {
    /// What a storm does to the gateway after an event.
    pub(super) fn disturb_gateway(&mut self) {
        if self.faults.happens(|storm| storm.drop_gateway) {
            self.sessions.order(&Frame::Cut);
        } else if self.faults.happens(|storm| storm.reconnect) {
            self.sessions.order(&reconnect());
        } else if self.faults.happens(|storm| storm.invalidate) {
            self.invalidate(false);
        }
    }

    fn invalidate(&mut self, is_resumable: bool) {
        self.sessions.order(&Frame::Text(json!({ "op": 9, "d": is_resumable }).to_string().into()));
        if !is_resumable {
            self.sessions.forget();
        }
    }
}

fn reconnect() -> Frame {
    Frame::Text(json!({ "op": 7, "d": null }).to_string().into())
}

impl Discord {
    /// The next request to `route` meets `fault`. Several of them are met one after the other.
    pub fn next(&self, route: Route, fault: Fault) {
        self.server.change(|state| state.faults.planned.push_back((route, fault)));
    }

    /// From now on, faults happen at random.
    pub fn storm(&self, storm: Storm) {
        let random = Box::new(StdRng::seed_from_u64(storm.seed));
        self.server.change(|state| state.faults.storm = Some((storm, random)));
    }

    /// Ends the storm, planned faults, and silence.
    pub fn calm(&self) {
        self.server.change(|state| state.faults = Faults::default());
        self.server.door.refuse(false);
    }

    /// Breaks the gateway's connection off.
    pub fn drop_gateway(&self) {
        self.server.change(|state| state.sessions.order(&Frame::Cut));
    }

    /// Asks the bot to connect anew and resume (op 7).
    pub fn reconnect(&self) {
        self.server.change(|state| state.sessions.order(&reconnect()));
    }

    /// Says that the session is invalid (op 9).
    pub fn invalidate(&self, is_resumable: bool) {
        self.server.change(|state| state.invalidate(is_resumable));
    }

    /// Closes the gateway's connection with `code`.
    pub fn close(&self, code: u16) {
        self.server.change(|state| state.sessions.order(&Frame::Close(code, "")));
    }

    /// Refuses every new connection, and breaks those off that there are; or lets them in again.
    pub fn refuse_connections(&self, refuse: bool) {
        self.server.door.refuse(refuse);
        if refuse {
            self.drop_gateway();
        }
    }

    /// Leaves heartbeats without an answer.
    pub fn mute_heartbeats(&self, mute: bool) {
        self.server.change(|state| state.faults.mutes_heartbeats = mute);
    }

    /// Resets the token, as in the developer portal: the bot's is wrong from now on.
    pub fn revoke_token(&self) {
        self.server.change(|state| "another.token".clone_into(&mut state.settings.token));
        self.close(4004);
    }
}
