//! Events, sessions and intents.

use std::time::Duration;

use serenity::all::{GatewayIntents, ReactionType};
use serenity::gateway::GatewayError;

use super::super::discord::{Counts, Discord, Settings};
use super::{Bot, Heard};

#[tokio::test]
async fn a_bot_hears_what_people_do() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let role = discord.role("oncall");
    discord.grant(ana, role);
    let bot = Bot::start(&discord).await;
    let said = discord.say(ana, backend, "@Colega hello, @everyone and @oncall");
    let heard = bot.hears(|heard| if let Heard::Said(message) = heard { Some(message.clone()) } else { None }).await;
    assert_eq!((heard.id.get(), heard.author.name.as_str(), heard.mentions.len()), (said.0, "ana", 1));
    assert!(heard.mention_everyone && heard.mention_roles.len() == 1 && heard.guild_id.is_some());
    assert_eq!(heard.member.as_ref().map(|member| member.roles.len()), Some(1), "roles come with the message");
    discord.edit(ana, said, "@Colega hello again");
    let edited = bot.hears(|heard| if let Heard::Edited(update) = heard { Some(update.clone()) } else { None }).await;
    assert!(edited.content.is_some_and(|text| text.ends_with("hello again")) && edited.edited_timestamp.is_some());
    discord.react(ana, said, "👍");
    discord.unreact(ana, said, "👍");
    let reacted =
        bot.hears(|heard| if let Heard::Reacted(reaction) = heard { Some(reaction.clone()) } else { None }).await;
    assert_eq!((reacted.emoji, reacted.user_id.map(u64::from)), (ReactionType::Unicode("👍".into()), Some(ana.0)));
    bot.hears(|heard| matches!(heard, Heard::Unreacted).then_some(())).await;
    let thread = discord.create_thread(ana, said, "Hello");
    let heard = bot.hears(|heard| if let Heard::Thread(thread) = heard { Some(thread.clone()) } else { None }).await;
    assert_eq!((heard.id.get(), heard.parent_id.map(u64::from)), (thread.0, Some(backend.0)));
    discord.say(ana, thread, "inside");
    assert_eq!(bot.hears_text().await, "inside");
    discord.dm(ana, "between us");
    assert_eq!(bot.hears_text().await, "between us");
    discord.delete(said);
    assert_eq!(bot.hears(|heard| if let Heard::Deleted(id) = heard { Some(*id) } else { None }).await, said.0);
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_missed_comes_after_a_break() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let bot = Bot::start(&discord).await;
    let breaks: [fn(&Discord); 4] =
        [Discord::drop_gateway, Discord::reconnect, |discord| discord.close(4000), |discord| discord.invalidate(true)];
    for (at, broken) in breaks.into_iter().enumerate() {
        broken(&discord);
        let text = format!("missed {at}");
        discord.say(ana, backend, &text);
        assert_eq!(bot.hears_text().await, text);
        discord.connected().await;
    }
    let counts = discord.counts();
    assert_eq!((counts.identifies, discord.violations()), (1, Vec::new()), "{counts:?}");
    assert!(counts.resumes >= 3, "{counts:?}");
}

#[tokio::test]
async fn a_session_that_is_over_begins_anew() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let bot = Bot::start(&discord).await;
    discord.invalidate(false);
    discord.say(ana, backend, "lost");
    bot.hears(|heard| matches!(heard, Heard::Ready).then_some(())).await;
    discord.say(ana, backend, "heard");
    assert_eq!(bot.hears_text().await, "heard");
    assert_eq!((discord.counts().identifies, discord.counts().resumes), (2, 0));
}

#[tokio::test]
async fn what_the_portal_does_not_allow_ends_the_bot() {
    let discord = Discord::start_with(Settings { portal_intents: 0, ..Settings::default() }).await;
    let mut bot = Bot::with(&discord, GatewayIntents::MESSAGE_CONTENT).await;
    let ended = (&mut bot.running).await.expect("no panic").expect_err("not allowed");
    assert!(matches!(ended, serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents)), "{ended}");
}

#[tokio::test]
async fn a_token_that_is_reset_ends_the_bot() {
    let discord = Discord::start().await;
    let mut bot = Bot::start(&discord).await;
    discord.revoke_token();
    let ended = (&mut bot.running).await.expect("no panic").expect_err("not the token any more");
    assert!(matches!(ended, serenity::Error::Gateway(GatewayError::InvalidAuthentication)), "{ended}");
}

#[tokio::test]
async fn a_gateway_that_stays_silent_is_left() {
    let discord = Discord::start_with(Settings { heartbeat: Duration::from_millis(300), ..Settings::default() }).await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let bot = Bot::start(&discord).await;
    discord.mute_heartbeats(true);
    // Serenity begins a new session then, so what happens in between is lost to it.
    let again = |counts: &Counts| counts.identifies + counts.resumes > 1;
    discord.wait_for("second session", |state| again(&state.ledger.counts).then_some(())).await;
    discord.mute_heartbeats(false);
    discord.say(ana, backend, "still there?");
    assert_eq!(bot.hears_text().await, "still there?");
}

#[tokio::test]
async fn texts_that_are_not_for_the_bot_need_the_intent() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let bot = Bot::with(&discord, GatewayIntents::non_privileged()).await;
    bot.hears(|heard| matches!(heard, Heard::Ready).then_some(())).await;
    discord.say(ana, backend, "to everybody");
    assert_eq!(bot.hears_text().await, "");
    discord.say(ana, backend, "@Colega to the bot");
    assert!(bot.hears_text().await.ends_with("to the bot"));
    discord.dm(ana, "directly");
    assert_eq!(bot.hears_text().await, "directly");
}

#[tokio::test]
async fn hundreds_of_people_fit_into_little_memory() {
    let discord = Discord::start_with(Settings { history: 50, ..Settings::default() }).await;
    let people: Vec<_> = (0..200).map(|at| discord.person(&format!("person{at}"))).collect();
    let channels: Vec<_> = (0..20).map(|at| discord.channel(&format!("channel{at}"))).collect();
    let bot = Bot::start(&discord).await;
    for round in 0..10 {
        for (at, person) in people.iter().enumerate() {
            discord.say(*person, channels[at % channels.len()], &format!("@Colega question {round}"));
        }
        for _ in &people {
            bot.hears_text().await;
        }
    }
    let kept: usize = discord.look(|state| state.channels.values().map(|channel| channel.messages.len()).sum());
    assert_eq!(kept, 50 * channels.len());
}
