//! Reactions that were given or taken back while nobody listened: the thumbs on recent answers are counted anew.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serenity::all::{ChannelId, Message, MessageId as DiscordMessageId, ReactionType, User, UserId as DiscordUserId};
use serenity::http::Route;
use tokio::time::sleep;
use tracing::{debug, warn};

use super::catch_up::BREATH;
use super::hear::{Listener, reaction};
use super::intake::Intake;
use super::rest::{Call, Problem, code};
use super::snowflake::now_ms;
use crate::desk::{Event, Holder, Incoming, UpdateId};
use crate::feedback::Vote;
use crate::place::{MessageId, Person, Place};
use crate::question::UserId;

/// How far back answers are looked at.
const HOURS: u64 = 24;
/// How many of them, the latest first.
const MOST_ANSWERS: usize = 1_000;
/// How often it is looked for more.
const ROUNDS: usize = 4;
/// People that Discord gives at once.
const PAGE: usize = 100;
/// How many times that many.
const MOST_PAGES: usize = 10;
/// How often an answer is counted again because somebody reacted in the meantime, or Discord did not answer.
const TRIES: usize = 3;

/// The thumbs on one answer: those on any of its messages.
#[derive(Default)]
struct Found {
    by_person: BTreeMap<DiscordUserId, Vec<Vote>>,
    /// Whether somebody may be missing.
    is_cut: bool,
}

/// Counts the thumbs on the answers of the last day anew; gives on how many answers. Those that a crash had left unfinished come
/// meanwhile, with thumbs that nobody heard: after all others it is looked for them.
pub async fn recent<I: Intake>(listener: &Listener<I>) -> usize {
    let mut looked_at = BTreeSet::new();
    let mut counted = 0;
    for _ in 0..ROUNDS {
        let mut answers = match listener.parts().intake.recent_answers(HOURS).await {
            Ok(answers) => answers,
            Err(why) => {
                warn!("the latest answers cannot be looked up: {why:#}");
                break;
            }
        };
        answers.retain(|(_, messages)| looked_at.insert(messages.iter().filter_map(number).max()));
        if answers.is_empty() {
            break;
        }
        counted += all_of(listener, answers).await;
    }
    counted
}

/// Counts the thumbs on these answers anew, the latest first; gives on how many.
async fn all_of<I: Intake>(listener: &Listener<I>, mut left: Vec<(Place, Vec<MessageId>)>) -> usize {
    // Numbers rise with time.
    left.sort_by_key(|(_, messages)| std::cmp::Reverse(messages.iter().filter_map(number).max()));
    left.truncate(MOST_ANSWERS);
    let mut counted = 0;
    for _ in 0..TRIES {
        for (place, messages) in std::mem::take(&mut left) {
            match again(listener, &place, &messages).await {
                Ok(true) => counted += 1,
                Ok(false) => left.push((place, messages)),
                Err(problem) => {
                    debug!("the reactions to an answer cannot be counted: {problem}");
                    if problem.passes() {
                        left.push((place, messages));
                    }
                }
            }
            sleep(BREATH).await;
        }
    }
    counted
}

fn number(message: &MessageId) -> Option<DiscordMessageId> {
    message.0.parse().ok()
}

/// Counts the thumbs on one answer anew; false if somebody reacted meanwhile. Its messages are counted together, since
/// whoever reacts to one of them is missing below the others.
async fn again<I: Intake>(listener: &Listener<I>, place: &Place, messages: &[MessageId]) -> Result<bool, Problem> {
    let (Ok(channel), Some(last)) = (place.chat.0.parse(), messages.last()) else { return Ok(true) };
    let ids: Vec<_> = messages.iter().filter_map(number).collect();
    let latest = || ids.iter().map(|id| listener.latest_reaction(*id)).collect::<Vec<_>>();
    let (before, at_ms) = (latest(), now_ms());
    let mut found = Found::default();
    for &id in &ids {
        match count(listener, channel, id, &mut found).await {
            // What was on a message that somebody has removed is not known.
            Err(problem) if problem.is(code::GONE) => found.is_cut = true,
            counted => counted?,
        }
    }
    // What they did may be missing here.
    if latest() != before {
        return Ok(false);
    }
    hand_in(listener, place, last, found, at_ms).await?;
    Ok(true)
}

/// Adds the thumbs on one message to those found.
async fn count<I: Intake>(
    listener: &Listener<I>,
    channel: ChannelId,
    message: DiscordMessageId,
    found: &mut Found,
) -> Result<(), Problem> {
    let rest = listener.parts().discord.rest();
    let route = Route::ChannelMessage { channel_id: channel, message_id: message };
    let shown: Message = rest.patiently(Call::new(Method::GET, route)).await?;
    for reaction in shown.reactions.iter().filter(|reaction| reaction.count > 0) {
        let Some(thumb) = reaction::thumb(&reaction.reaction_type) else { continue };
        let (people, is_cut) = people(listener, channel, message, &reaction.reaction_type).await?;
        found.is_cut |= is_cut;
        for person in people {
            let held = found.by_person.entry(person).or_default();
            if !held.contains(&thumb) {
                held.push(thumb);
            }
        }
    }
    Ok(())
}

/// The people behind one emoji, and whether there are more.
async fn people<I: Intake>(
    listener: &Listener<I>,
    channel: ChannelId,
    message: DiscordMessageId,
    emoji: &ReactionType,
) -> Result<(Vec<DiscordUserId>, bool), Problem> {
    let (rest, emoji) = (listener.parts().discord.rest(), emoji.as_data());
    let (mut people, mut last) = (Vec::new(), None::<DiscordUserId>);
    for _ in 0..MOST_PAGES {
        let route = Route::ChannelMessageReactionEmoji { channel_id: channel, message_id: message, reaction: &emoji };
        let mut call = Call::new(Method::GET, route).query("limit", PAGE);
        if let Some(last) = last {
            call = call.query("after", last);
        }
        let page: Vec<User> = rest.patiently(call).await?;
        let is_last = page.len() < PAGE;
        last = page.last().map(|user| user.id);
        people.extend(page.iter().filter(|user| !user.bot).map(|user| user.id));
        if is_last {
            return Ok((people, false));
        }
        sleep(BREATH).await;
    }
    Ok((people, true))
}

async fn hand_in<I: Intake>(
    listener: &Listener<I>,
    place: &Place,
    message: &MessageId,
    found: Found,
    at_ms: u64,
) -> Result<(), Problem> {
    let guild = place.guild.as_ref().and_then(|guild| guild.parse().ok());
    let mut holders = Vec::new();
    for (person, thumbs) in found.by_person {
        let roles = listener.roles(guild, person).await?;
        holders.push(Holder { person: Person { id: UserId(person.to_string()), roles, language: None }, thumbs });
    }
    let nobody = Person { id: UserId(String::new()), roles: Vec::new(), language: None };
    let id = UpdateId(format!("c{}-{at_ms}", message.0));
    let event = Event::Recounted { message: message.clone(), holders, is_complete: !found.is_cut };
    listener.hand_in(Incoming { id, at_ms, from: nobody, place: place.clone(), event }).await;
    Ok(())
}
