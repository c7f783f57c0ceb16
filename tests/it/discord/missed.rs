//! What happened while Colega was away.

use colega::desk::{Event, Holder, Messenger as _};
use colega::feedback::Vote;
use colega::place::Person;
use colega::question::UserId;

use super::desk::Taken;
use super::sending::{id, message, place_of};
use super::{Bot, Discord};
use crate::fakes::discord::Route;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_while_away_is_heard_once_and_in_order() {
    let fake = Discord::start().await;
    let (ana, backend, apis) = (fake.person("ana"), fake.channel("backend"), fake.channel("apis"));
    let bot = Bot::start(&fake).await;
    fake.say(ana, backend, "@Colega before?");
    fake.dm(ana, "before, directly?");
    bot.desk.said("before?").await;
    bot.desk.said("before, directly?").await;
    bot.desk.wrote_down().await;
    let desk = bot.stop().await;
    let before = desk.all().len();

    let first = fake.say(ana, backend, "@Colega first?");
    fake.say(ana, backend, "just talking");
    fake.say(ana, backend, "@Colega second?");
    fake.say(ana, apis, "@Colega third?");
    fake.dm(ana, "fourth?");
    let bot = Bot::start_with(&fake, desk, |_| {}).await;
    for question in ["first?", "second?", "third?", "fourth?"] {
        bot.desk.said(question).await;
    }
    let all = bot.desk.all();
    assert_eq!(all.len(), before + 4, "{all:#?}");
    let place =
        |text: &str| all.iter().position(|it| matches!(&it.event, Event::Said { text: said, .. } if said == text));
    assert!(place("first?") < place("second?"));
    let heard = all.iter().find(|it| it.id.0 == format!("m{first}")).expect("heard");
    assert_eq!(heard.place, place_of(&fake, backend), "with its server, which the REST API does not tell");

    // Once more, with nothing new: it is not even read.
    let desk = bot.stop().await;
    let reads = fake.counts().of(Route::ListMessages);
    let bot = Bot::start_with(&fake, desk, |_| {}).await;
    fake.say(ana, backend, "@Colega fifth?");
    bot.desk.said("fifth?").await;
    let desk = bot.stop().await;
    assert_eq!(desk.all().len(), before + 5);
    assert!(fake.counts().of(Route::ListMessages) <= reads + 1, "the DM at most");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_colega_came_is_not_for_it() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person("ana"), fake.channel("backend"));
    fake.say(ana, backend, "@Colega who is that?");
    let bot = Bot::start(&fake).await;
    fake.say(ana, backend, "@Colega now?");
    bot.desk.said("now?").await;
    let desk = bot.stop().await;
    assert_eq!(desk.all().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn thumbs_that_were_given_while_away_are_counted() {
    let fake = Discord::start().await;
    let (ana, ben, backend) = (fake.person("ana"), fake.person("ben"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;
    let place = place_of(&fake, backend);
    let answer = bot.messenger.send(&message(&place, "A token.", "n1")).await.expect("sent");
    bot.desk.answered(&place, &answer);
    let desk: Taken = bot.stop().await;
    fake.react(ana, id(&answer), "👍🏿");
    fake.react(ana, id(&answer), "🎉");
    fake.react(ben, id(&answer), "👎");
    let bot = Bot::start_with(&fake, desk, |_| {}).await;
    let counted = bot.desk.wait_until("both votes", |taken| {
        taken.iter().find_map(|it| match &it.event {
            Event::Recounted { message, holders, is_complete: true } if *message == answer => Some(holders.clone()),
            _ => None,
        })
    });
    let holds = |user: crate::fakes::discord::UserId, vote| {
        let person = Person { id: UserId(user.to_string()), roles: Vec::new(), language: None };
        Holder { person, thumbs: vec![vote] }
    };
    assert_eq!(counted.await, [holds(ana, Vote::Up), holds(ben, Vote::Down)]);
}
