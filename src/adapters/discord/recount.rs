//! Reactions that were given or taken back while nobody listened: the thumbs on recent answers are counted anew.

use std::collections::BTreeMap;

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
const MOST_MESSAGES: usize = 200;
/// People that Discord gives at once.
const PAGE: usize = 100;
/// How many times that many.
const MOST_PAGES: usize = 10;
/// How often a message is counted again because somebody reacted in the meantime.
const TRIES: usize = 3;

/// The thumbs on one message.
#[derive(Default)]
struct Found {
    by_person: BTreeMap<DiscordUserId, Vec<Vote>>,
    /// Whether somebody may be missing.
    is_cut: bool,
}

/// Counts the thumbs on the answers of the last day anew; gives on how many messages.
pub async fn recent<I: Intake>(listener: &Listener<I>) -> usize {
    let mut answers = match listener.parts().intake.recent_answers(HOURS).await {
        Ok(answers) => answers,
        Err(why) => {
            warn!("the latest answers cannot be looked up: {why:#}");
            return 0;
        }
    };
    // Numbers rise with time.
    answers.sort_by_key(|(_, message)| std::cmp::Reverse(message.0.parse::<u64>().unwrap_or_default()));
    answers.truncate(MOST_MESSAGES);
    let mut counted = 0;
    for (place, message) in answers {
        match again(listener, &place, &message).await {
            Ok(()) => counted += 1,
            Err(problem) if problem.is(code::GONE) => {}
            Err(problem) => debug!("the reactions to an answer cannot be counted: {problem}"),
        }
        sleep(BREATH).await;
    }
    counted
}

/// Counts the thumbs on one message anew.
async fn again<I: Intake>(listener: &Listener<I>, place: &Place, message: &MessageId) -> Result<(), Problem> {
    let ids = (place.chat.0.parse().ok(), message.0.parse().ok());
    let (Some(channel), Some(id)) = ids else { return Ok(()) };
    for _ in 0..TRIES {
        let (before, at_ms) = (listener.latest_reaction(id), now_ms());
        let found = thumbs(listener, channel, id).await?;
        // Somebody reacted while the others were counted; what they did may be missing here.
        if listener.latest_reaction(id) == before {
            return hand_in(listener, place, message, found, at_ms).await;
        }
    }
    Ok(())
}

async fn thumbs<I: Intake>(
    listener: &Listener<I>,
    channel: ChannelId,
    message: DiscordMessageId,
) -> Result<Found, Problem> {
    let rest = listener.parts().discord.rest();
    let route = Route::ChannelMessage { channel_id: channel, message_id: message };
    let shown: Message = rest.patiently(Call::new(Method::GET, route)).await?;
    let mut found = Found::default();
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
    Ok(found)
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
