//! After each new session with the gateway: what was said and which reactions were given while nobody listened.
//!
//! A session that is resumed needs none of this, since Discord then tells what was missed. Everything found here is handed
//! in like news; what had been dealt with before is known by its name.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serenity::all::{ChannelId, GuildId, Message, MessageId};
use serenity::http::Route;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::directory::{Channel, Directory, place};
use super::gateway::Arrived;
use super::hear::{Heard, Listener, Parts};
use super::intake::Intake;
use super::lanes::Lanes;
use super::recount;
use super::rest::{Call, Problem, code};
use super::seen::{Gap, save};
use super::snowflake::{now_ms, snowflake_at};
use crate::desk::policy::Policy;
use crate::place::Place;

/// How long to wait for the gateway to tell of all servers.
const GUILDS_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked whether it has.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How many channels are read, those with the latest messages first.
const MOST_CHANNELS: usize = 100;
/// How many times 100 messages are read in one channel.
const MOST_PAGES: usize = 5;
/// Messages that Discord gives at once.
const PAGE: usize = 100;
/// How long until it is tried again what Discord could not give, at first and at the longest.
const AGAIN_FIRST: Duration = Duration::from_secs(10);
const AGAIN_LONGEST: Duration = Duration::from_mins(5);
/// The wait between two requests, so that answers get through.
pub(super) const BREATH: Duration = Duration::from_millis(100);

/// What catching up needs.
pub struct CatchUp<I> {
    /// Hears what is found.
    pub listener: Listener<I>,
    /// The ways to it.
    pub lanes: Lanes,
    /// How old a message may be, in minutes.
    pub missed_minutes: u64,
}

impl<I: Intake> CatchUp<I> {
    /// Catches up after each new session, until `stop`.
    pub async fn run(self, mut arrived: watch::Receiver<Arrived>, stop: CancellationToken) {
        let work = async {
            let mut again = AGAIN_FIRST;
            while arrived.changed().await.is_ok() {
                let now = arrived.borrow_and_update().clone();
                let is_complete = self.after(&now).await;
                self.lanes.settled().await;
                if arrived.has_changed().unwrap_or(false) {
                    // Another session begins another gap, which includes this one.
                } else if is_complete {
                    again = AGAIN_FIRST;
                    let Parts { seen, intake, .. } = self.listener.parts();
                    seen.close_gap();
                    save(seen, intake).await;
                    // Takes its time; what was said since comes first.
                    tokio::select! {
                        answers = recount::recent(&self.listener) => {
                            info!(answers, "counted the reactions to the latest answers on Discord");
                        }
                        _ = arrived.changed() => arrived.mark_changed(),
                    }
                } else {
                    // At the latest when there is a new session; what was found before is known by its name.
                    let _ = timeout(again, arrived.changed()).await;
                    again = (2 * again).min(AGAIN_LONGEST);
                    arrived.mark_changed();
                }
            }
        };
        stop.run_until_cancelled(work).await;
    }

    /// Looks for what was missed; false if some of it could not be looked for now.
    async fn after(&self, arrived: &Arrived) -> bool {
        let parts = self.listener.parts();
        let all_known = async {
            while !parts.directory.knows(&arrived.guilds) {
                sleep(LOOK_AGAIN).await;
            }
        };
        if timeout(GUILDS_WITHIN, all_known).await.is_err() {
            info!("Discord has not told of all servers yet; missed messages are looked for in the others");
        }
        let gap = parts.seen.gap().unwrap_or_default();
        let (mut found, mut is_complete) = (0, true);
        for (channel, guild, after) in self.targets(&gap) {
            match self.read(channel, guild, after).await {
                Ok(messages) => found += messages,
                Err(problem) if problem.is(code::GONE) => {}
                Err(problem) => {
                    warn!(channel = channel.get(), "missed messages cannot be read: {problem}");
                    is_complete &= !problem.passes();
                }
            }
        }
        info!(messages = found, is_complete, "caught up with Discord");
        is_complete
    }

    /// The channels in which something may have been missed, and after which message.
    fn targets(&self, gap: &Gap) -> Vec<(ChannelId, Option<GuildId>, MessageId)> {
        let parts = self.listener.parts();
        let oldest_ms = now_ms().saturating_sub(self.missed_minutes.saturating_mul(60_000)).max(gap.began_ms);
        let oldest = MessageId::new(snowflake_at(oldest_ms).max(1));
        let policy = parts.intake.policy();
        let after = |channel: &ChannelId| gap.marks.get(channel).map_or(oldest, |mark| mark.message.max(oldest));
        let mut targets = news(&parts.directory, &policy, after);
        // Discord lists no DMs, so those in which something was said before are looked at.
        let direct = gap.marks.iter().filter(|(_, mark)| mark.is_direct);
        let mut direct: Vec<_> = direct.map(|(id, mark)| (*id, None, mark.message)).collect();
        direct.sort_by_key(|(.., latest)| std::cmp::Reverse(*latest));
        targets
            .extend(direct.into_iter().take(MOST_CHANNELS).map(|(id, guild, latest)| (id, guild, latest.max(oldest))));
        if self.missed_minutes == 0 {
            targets.clear();
        }
        targets
    }

    /// Hands in what was said in a channel after a message; gives how many messages that were.
    async fn read(&self, channel: ChannelId, guild: Option<GuildId>, after: MessageId) -> Result<usize, Problem> {
        let rest = self.listener.parts().discord.rest();
        let (mut after, mut read) = (after, 0);
        for _ in 0..MOST_PAGES {
            let route = Route::ChannelMessages { channel_id: channel };
            let call = Call::new(Method::GET, route).query("limit", PAGE).query("after", after);
            let mut page: Vec<Message> = rest.patiently(call).await?;
            page.sort_by_key(|message| message.id);
            let (count, last) = (page.len(), page.last().map(|message| message.id));
            read += count;
            for mut message in page {
                // Unlike the gateway, the REST API does not tell the server.
                message.guild_id = guild;
                self.lanes.put_when_free(Heard::Message(Box::new(message))).await;
            }
            sleep(BREATH).await;
            match last {
                Some(last) if count == PAGE => after = last,
                _ => break,
            }
        }
        Ok(read)
    }
}

/// Channels in which Colega may be asked and something was said after the message that `after` gives, the latest first.
fn news(
    directory: &Directory,
    policy: &Arc<Policy>,
    after: impl Fn(&ChannelId) -> MessageId,
) -> Vec<(ChannelId, Option<GuildId>, MessageId)> {
    let mut channels: Vec<(ChannelId, Channel)> = directory.readable();
    channels.retain(|(id, channel)| {
        channel.latest.is_some_and(|latest| latest > after(id)) && is_allowed(policy, &place(*id, channel))
    });
    channels.sort_by_key(|(_, channel)| std::cmp::Reverse(channel.latest));
    channels.truncate(MOST_CHANNELS);
    channels.into_iter().map(|(id, channel)| (id, channel.guild, after(&id))).collect()
}

/// Whether anybody may ask there.
fn is_allowed(policy: &Policy, place: &Place) -> bool {
    let chats = [Some(&place.chat), place.parent.as_ref()];
    let chat = policy.chats.is_empty() || chats.iter().flatten().any(|chat| policy.chats.contains(&chat.0));
    let guild = policy.guilds.is_empty() || place.guild.as_ref().is_some_and(|guild| policy.guilds.contains(guild));
    // Administrators may ask everywhere.
    (chat && guild) || !policy.admins.is_empty()
}
