//! What is noted down about the bot: what it did wrong, how much it asked for, and how soon it showed a sign of life.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::ids::{ChannelId, MessageId};
use super::refusal::Refusal;
use super::routes::Route;

/// Notes of a kind that are kept.
const KEPT: usize = 1_000;
/// Signs of life that are kept.
const ACKS: usize = 100_000;

/// The notes.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What a real server would have refused or punished.
    pub violations: VecDeque<String>,
    /// Requests that were refused, whoever's fault it was; faults on purpose are not among them.
    pub refused: VecDeque<Refused>,
    /// How much there was of everything.
    pub counts: Counts,
    /// Questions to which the bot showed a sign of life.
    pub acks: VecDeque<Ack>,
    waiting: HashMap<ChannelId, Vec<(u64, Instant)>>,
}

/// A request that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it went.
    pub route: Option<Route>,
    /// The HTTP status.
    pub status: u16,
    /// Discord's code.
    pub code: u32,
    /// Discord's words.
    pub message: String,
}

/// How much there was of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests by route.
    pub routes: BTreeMap<Route, u64>,
    /// Answers by status; lost ones count with the status that was lost.
    pub statuses: BTreeMap<u16, u64>,
    /// Connections to the gateway.
    pub connections: u64,
    /// Sessions begun.
    pub identifies: u64,
    /// Sessions gone on with.
    pub resumes: u64,
    /// Heartbeats.
    pub heartbeats: u64,
    /// Requests to a limit that the bot had been told of, before its time was up.
    pub hasty: u64,
}

impl Counts {
    /// Requests to `route`.
    pub fn of(&self, route: Route) -> u64 {
        self.routes.get(&route).copied().unwrap_or(0)
    }
}

/// The first sign of life after a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The message or interaction.
    pub question: u64,
    /// How long the person saw nothing.
    pub after: Duration,
    /// What they saw.
    pub sign: Sign,
}

/// Signs of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// "… is typing".
    Typing,
    /// A message, or the response to an interaction.
    Message,
}

impl Ledger {
    /// Notes a violation.
    pub fn violation(&mut self, what: String) {
        push(&mut self.violations, what, KEPT);
    }

    /// Notes a refusal; a bot's own fault is a violation.
    pub fn refuse(&mut self, route: Option<Route>, request: &str, refusal: &Refusal) {
        if refusal.is_fault {
            let errors = refusal.errors.as_ref().map(|errors| format!(" {errors}")).unwrap_or_default();
            self.violation(format!("{request}: {} {} {}{errors}", refusal.status, refusal.code, refusal.message));
        }
        let Refusal { status, code, .. } = *refusal;
        push(&mut self.refused, Refused { route, status, code, message: refusal.message.clone() }, KEPT);
    }

    /// Somebody waits for the bot.
    pub fn asked(&mut self, question: u64, channel: ChannelId) {
        let waiting = self.waiting.entry(channel).or_default();
        waiting.push((question, Instant::now()));
        if waiting.len() > KEPT {
            waiting.remove(0);
        }
    }

    /// The bot types.
    pub fn typed(&mut self, channel: ChannelId) {
        self.sign(channel, |_| true, Sign::Typing);
    }

    /// The bot said something: to whom it replied, or else to all who wait there.
    pub fn spoke(&mut self, channel: ChannelId, reply_to: Option<MessageId>) {
        self.sign(channel, |question| reply_to.is_none_or(|to| to.0 == question), Sign::Message);
    }

    /// The bot responded to an interaction.
    pub fn responded(&mut self, channel: ChannelId, interaction: u64) {
        self.sign(channel, |question| question == interaction, Sign::Message);
    }

    fn sign(&mut self, channel: ChannelId, is_for: impl Fn(u64) -> bool, sign: Sign) {
        let Some(waiting) = self.waiting.get_mut(&channel) else { return };
        for (question, since) in waiting.extract_if(.., |(question, _)| is_for(*question)) {
            push(&mut self.acks, Ack { question, after: since.elapsed(), sign }, ACKS);
        }
        if waiting.is_empty() {
            self.waiting.remove(&channel);
        }
    }

    /// Questions to which the bot showed no sign of life yet.
    pub fn waiting(&self) -> Vec<u64> {
        self.waiting.values().flatten().map(|(question, _)| *question).collect()
    }
}

fn push<T>(list: &mut VecDeque<T>, value: T, most: usize) {
    list.push_back(value);
    while list.len() > most {
        list.pop_front();
    }
}
