//! How the connection to the gateway heals, and what a person is told who must help.

use std::sync::Arc;

use colega::adapters::discord::shard::Shard;
use colega::desk::Incoming;
use colega::desk::health::{Connection, Health};

use super::desk::Taken;
use super::{Bot, Discord};
use crate::fakes::discord::{Fault, GuildId, Route, Settings, Storm};

/// Waits until the state of the connection is one that `found` looks for.
async fn connection<T>(health: &Arc<Health>, found: impl Fn(&Connection) -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = found(&health.connection()) {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), looking).await.expect("the connection changes")
}

fn is_up(connection: &Connection) -> Option<()> {
    matches!(connection, Connection::Up(_)).then_some(())
}

fn words(connection: &Connection) -> Option<String> {
    match connection {
        Connection::Down(words) => words.clone(),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_resumed_and_nothing_is_missed() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person("ana"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;
    connection(&bot.health, is_up).await;
    for (round, question) in ["one?", "two?"].into_iter().enumerate() {
        if round == 0 {
            fake.drop_gateway();
        } else {
            fake.reconnect();
        }
        fake.say(ana, backend, &format!("@Colega {question}"));
        bot.desk.said(question).await;
    }
    assert_eq!((fake.counts().identifies, fake.counts().resumes), (1, 2));
    // What was missed comes before the word that the session goes on.
    let both = |health: &Arc<Health>| (Health::read(&health.reconnects) == 2).then_some(());
    connection(&bot.health, |connection| is_up(connection).and_then(|()| both(&bot.health))).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_session_is_begun_anew_and_what_was_said_meanwhile_is_heard_once() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person("ana"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;
    fake.say(ana, backend, "@Colega before?");
    bot.desk.said("before?").await;
    fake.invalidate(false);
    fake.say(ana, backend, "@Colega meanwhile?");
    bot.desk.said("meanwhile?").await;
    assert_eq!(fake.counts().identifies, 2);
    assert_eq!((bot.desk.times_said("before?"), bot.desk.times_said("meanwhile?")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_waited_out() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person("ana"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;
    fake.say(ana, backend, "@Colega before?");
    bot.desk.said("before?").await;
    fake.refuse_connections(true);
    connection(&bot.health, |connection| matches!(connection, Connection::Down(_)).then_some(())).await;
    fake.say(ana, backend, "@Colega meanwhile?");
    fake.refuse_connections(false);
    bot.desk.said("meanwhile?").await;
    connection(&bot.health, is_up).await;
    assert!(Health::read(&bot.health.reconnects) >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_that_is_off_and_a_token_that_was_reset_are_told_in_words() {
    let fake = Discord::start_with(Settings { portal_intents: 0, ..Settings::default() }).await;
    let bot = Bot::start_unconnected(&fake, Taken::default(), |_| {}).await;
    let told = connection(&bot.health, words).await;
    assert!(told.contains("Message Content Intent") && told.contains("discord.com/developers"), "{told}");
    bot.stop().await;

    let fake = Discord::start().await;
    let bot = Bot::start(&fake).await;
    fake.revoke_token();
    let told = connection(&bot.health, words).await;
    assert!(told.contains("DISCORD_TOKEN"), "{told}");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_cannot_be_asked_for_is_asked_for_again() {
    let fake = Discord::start().await;
    fake.next(Route::Gateway, Fault::Unavailable(502));
    fake.next(Route::Gateway, Fault::Cut);
    let bot = Bot::start(&fake).await;
    assert!(fake.counts().of(Route::Gateway) >= 3);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stormy_connection_loses_nothing_and_doubles_nothing() {
    const QUESTIONS: usize = 40;
    let fake = Discord::start().await;
    let (ana, channels) = (fake.person("ana"), ["backend", "apis", "tests"].map(|name| fake.channel(name)));
    let bot = Bot::start(&fake).await;
    fake.storm(Storm {
        seed: 7,
        throttled: 0.05,
        unavailable: 0.05,
        cut: 0.05,
        duplicate: 0.2,
        drop_gateway: 0.05,
        reconnect: 0.05,
        invalidate: 0.03,
        ..Storm::default()
    });
    let question = |number: usize| format!("question {number}?");
    for number in 0..QUESTIONS {
        fake.say(ana, channels[number % channels.len()], &format!("@Colega {}", question(number)));
        tokio::task::yield_now().await;
    }
    for number in 0..QUESTIONS {
        bot.desk.said(&question(number)).await;
    }
    fake.calm();
    assert_eq!(bot.desk.all().len(), QUESTIONS, "each once");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn daemons_that_share_a_token_share_its_servers_and_the_first_has_the_dms() {
    let fake = Discord::start_with(Settings { shards: 2, ..Settings::default() }).await;
    let shard_of = |guild: GuildId| u32::try_from((guild.0 >> 22) % 2).expect("0 or 1");
    let mut guilds = vec![fake.guild()];
    while guilds.iter().all(|guild| shard_of(*guild) == shard_of(guilds[0])) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        guilds.push(fake.add_guild(&format!("Team {}", guilds.len())));
    }
    let ana = fake.person("ana");
    let start = |number| Bot::start_with(&fake, Taken::default(), move |own| own.shard = Shard { number, of: 2 });
    let bots = [start(0).await, start(1).await];
    for bot in &bots {
        connection(&bot.health, is_up).await;
    }
    for guild in [guilds[0], *guilds.last().expect("guilds")] {
        let question = format!("what about {guild}?");
        let channel = fake.channel_in(guild, "backend");
        if guild != guilds[0] {
            fake.join(ana, guild);
        }
        fake.say(ana, channel, &format!("@Colega {question}"));
        bots[shard_of(guild) as usize].desk.said(&question).await;
        let other = &bots[1 - shard_of(guild) as usize];
        let is_told = |taken: &Incoming| format!("{:?}", taken.event).contains(&question);
        assert!(!other.desk.all().iter().any(is_told), "told to one of them alone");
    }
    fake.dm(ana, "and directly?");
    bots[0].desk.said("and directly?").await;
    assert_eq!(fake.violations(), Vec::<String>::new());
    for bot in bots {
        bot.stop().await;
    }
}
