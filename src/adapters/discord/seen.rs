//! How far channels have been read, so that after a pause what was missed can be looked for.
//!
//! While that goes on, nothing is written down: messages that come in live lie behind the gap, and a mark that jumped over
//! it would lose the gap for good if the process ended now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serenity::all::{ChannelId, MessageId};
use tracing::warn;

use super::intake::Intake;
use super::shard::Shard;

/// What the cursor of a server's channel is called, before its number.
const CHANNEL: &str = "seen.";
/// What the cursor of a DM is called; Discord does not list DMs when a bot connects.
const DIRECT: &str = "dm.";
/// The cursor that holds when Colega first came to Discord, in milliseconds since 1970.
const BEGAN: &str = "began";
/// The cursor that holds which shard was read.
const SHARD: &str = "shard";
/// Older than every message.
const UNREAD: MessageId = MessageId::new(1);

/// How far a channel has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The latest message that was seen.
    pub message: MessageId,
    /// Whether it is a DM.
    pub is_direct: bool,
}

/// How far everything had been read when a gap began.
#[derive(Debug, Clone, Default)]
pub struct Gap {
    /// Channels in which something was seen.
    pub marks: HashMap<ChannelId, Mark>,
    /// When Colega first came to Discord, in milliseconds since 1970; nothing older is for it.
    pub began_ms: u64,
}

/// How far channels have been read. A cheap handle: clones share everything.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    marks: HashMap<ChannelId, Mark>,
    unsaved: HashMap<ChannelId, Mark>,
    began_ms: u64,
    gap: Option<Gap>,
}

impl Seen {
    /// What was written down before; `now_ms` counts as the beginning where nothing was, and where another shard was read: others
    /// have answered what was said in the servers that come from them.
    pub async fn load(intake: &impl Intake, shard: Shard, now_ms: u64) -> Result<Self> {
        let mut state = State::default();
        let mut began_ms = None;
        let mut read_before = Shard::default();
        for (name, value) in intake.cursors().await? {
            if name == SHARD {
                read_before = value.parse().unwrap_or_default();
            }
            let Ok(number) = value.parse::<u64>() else { continue };
            if name == BEGAN {
                began_ms = Some(number);
            }
            let channel = [(CHANNEL, false), (DIRECT, true)]
                .into_iter()
                .find_map(|(prefix, is_direct)| Some((name.strip_prefix(prefix)?.parse::<u64>().ok()?, is_direct)));
            if let Some((channel, is_direct)) = channel.filter(|(channel, _)| *channel > 0 && number > 0) {
                state.marks.insert(ChannelId::new(channel), Mark { message: MessageId::new(number), is_direct });
            }
        }
        if read_before != shard {
            began_ms = None;
            intake.set_cursor(SHARD, &shard.to_string()).await?;
        }
        if began_ms.is_none() {
            // At once: after a crash in the first minute, what was said in that minute is still for Colega.
            intake.set_cursor(BEGAN, &now_ms.to_string()).await?;
        }
        state.began_ms = began_ms.unwrap_or(now_ms);
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    /// Writes down that there is a DM, when something is said in it for the first time: Discord does not list DMs, so that
    /// after a crash nobody would look there. How far it has been read stays open, so that then all of it is looked at.
    pub async fn meet(&self, channel: ChannelId, intake: &impl Intake) -> Result<()> {
        if self.state().marks.contains_key(&channel) {
            return Ok(());
        }
        let unread = Mark { message: UNREAD, is_direct: true };
        intake.set_cursor(&format!("{DIRECT}{channel}"), &unread.message.to_string()).await?;
        self.state().marks.entry(channel).or_insert(unread);
        Ok(())
    }

    /// Keeps that a message has been dealt with.
    pub fn mark(&self, channel: ChannelId, message: MessageId, is_direct: bool) {
        let mut state = self.state();
        if state.marks.get(&channel).is_none_or(|mark| mark.message < message) {
            let mark = Mark { message, is_direct };
            state.marks.insert(channel, mark);
            state.unsaved.insert(channel, mark);
        }
    }

    /// A gap begins, if none is open. To be called before anything that lies behind it is marked.
    pub fn open_gap(&self) {
        let mut state = self.state();
        if state.gap.is_none() {
            state.gap = Some(Gap { marks: state.marks.clone(), began_ms: state.began_ms });
        }
    }

    /// The gap that is open.
    pub fn gap(&self) -> Option<Gap> {
        self.state().gap.clone()
    }

    /// What lay in the gap has been dealt with.
    pub fn close_gap(&self) {
        self.state().gap = None;
    }

    /// Writes down what has changed, unless a gap is open.
    pub async fn save(&self, intake: &impl Intake) -> Result<()> {
        let unsaved = {
            let mut state = self.state();
            if state.gap.is_some() {
                return Ok(());
            }
            std::mem::take(&mut state.unsaved)
        };
        for (channel, mark) in unsaved {
            let prefix = if mark.is_direct { DIRECT } else { CHANNEL };
            intake.set_cursor(&format!("{prefix}{channel}"), &mark.message.to_string()).await?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes down what has changed; what cannot be is written with the next change.
pub async fn save(seen: &Seen, intake: &impl Intake) {
    if let Err(why) = seen.save(intake).await {
        warn!("how far Discord has been read cannot be written down: {why:#}");
    }
}
