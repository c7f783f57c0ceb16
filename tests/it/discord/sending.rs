//! What is sent, and what the desk is told where that fails.

use std::time::Duration;

use colega::desk::{Failure, Keyboard, Message, Messenger as _};
use colega::place::{Interaction, MessageId, Place, PlaceKind};
use colega::question::ChatId;

use super::Bot;
use crate::fakes::discord::{ChannelId, Discord, Fault, MessageId as FakeMessageId, Route, Saw, permission};

pub fn place_of(fake: &Discord, channel: ChannelId) -> Place {
    let guild = Some(fake.guild().to_string());
    Place { chat: ChatId(channel.to_string()), topic: None, parent: None, guild, kind: PlaceKind::Group }
}

pub fn message(place: &Place, text: &str, nonce: &str) -> Message {
    Message {
        place: place.clone(),
        reply_to: None,
        interaction: None,
        text: text.into(),
        keyboard: Keyboard::None,
        after: None,
        nonce: nonce.into(),
    }
}

pub fn id(message: &MessageId) -> FakeMessageId {
    FakeMessageId(message.0.parse().expect("a number"))
}

struct Stage {
    fake: Discord,
    bot: Bot,
    place: Place,
    channel: ChannelId,
}

async fn stage() -> Stage {
    let fake = Discord::start().await;
    let channel = fake.channel("backend");
    let bot = Bot::start(&fake).await;
    Stage { place: place_of(&fake, channel), fake, bot, channel }
}

fn texts(stage: &Stage) -> Vec<String> {
    stage.fake.look(|state| state.from_bot(stage.channel).iter().map(|message| message.content.clone()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_answer_was_lost_is_sent_again_and_stands_there_once() {
    let stage = stage().await;
    let (fake, messenger) = (&stage.fake, &stage.bot.messenger);
    let asked = fake.say(fake.person("ana"), stage.channel, "@Colega what is JWT?");
    let mut part = message(&stage.place, "A token. @everyone", "n1");
    part.reply_to = Some(MessageId(asked.to_string()));
    fake.next(Route::CreateMessage, Fault::Lost);
    let lost = messenger.send(&part).await;
    assert!(matches!(lost, Err(Failure::Unknown(_))), "{lost:?}");
    let sent = messenger.send(&part).await.expect("sent again");
    assert_eq!(texts(&stage), ["A token. @everyone"]);

    // After a while Discord has forgotten the nonce.
    fake.advance(Duration::from_mins(10));
    assert_eq!(messenger.find_lost(&part, std::slice::from_ref(&sent)).await.expect("looked"), None);
    part.text = "A signed token.".into();
    assert_eq!(messenger.find_lost(&part, &[]).await.expect("looked"), Some(sent));
    assert_eq!(texts(&stage), ["A signed token."]);
    assert_eq!(fake.violations(), Vec::<String>::new(), "nobody is called");
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_deletions_may_be_repeated_and_find_what_is_gone() {
    let stage = stage().await;
    let messenger = &stage.bot.messenger;
    let sent = messenger.send(&message(&stage.place, "A tok", "n1")).await.expect("sent");
    let whole = message(&stage.place, "A token.", "n1");
    for _ in 0..2 {
        messenger.edit(&sent, &whole).await.expect("edited");
    }
    assert_eq!(texts(&stage), ["A token."]);
    for _ in 0..2 {
        messenger.delete(&stage.place, &sent).await.expect("deleted");
    }
    let edited = messenger.edit(&sent, &whole).await;
    assert!(matches!(edited, Err(Failure::Gone(_))), "{edited:?}");
    let strange = messenger.edit(&MessageId("nonsense".into()), &whole).await;
    assert!(matches!(strange, Err(Failure::Gone(_))), "{strange:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_learns_what_to_do_about_each_failure() {
    let stage = stage().await;
    let (fake, messenger) = (&stage.fake, &stage.bot.messenger);
    let part = message(&stage.place, "A token.", "n1");
    let sent = messenger.send(&part).await.expect("sent");

    fake.next(Route::EditMessage, Fault::Throttled(Duration::from_millis(700)));
    let waited = messenger.edit(&sent, &part).await;
    assert!(matches!(waited, Err(Failure::RetryAfter(wait)) if wait > Duration::from_millis(600)), "{waited:?}");
    let counted = fake.counts();
    let early = messenger.edit(&sent, &part).await;
    assert!(matches!(early, Err(Failure::RetryAfter(_))), "{early:?}");
    assert_eq!(fake.counts().of(Route::EditMessage), counted.of(Route::EditMessage), "not asked while it must wait");

    let other = message(&stage.place, "Another.", "n2");
    for fault in [Fault::Unavailable(502), Fault::Cut, Fault::Lost] {
        fake.next(Route::CreateMessage, fault);
        let failed = messenger.send(&other).await;
        assert!(matches!(failed, Err(Failure::Unknown(_))), "{fault:?}: {failed:?}");
    }
    fake.next(Route::Typing, Fault::Unauthorized);
    let refused = messenger.acknowledge(&stage.place, None, false).await;
    assert!(matches!(&refused, Err(Failure::Refused(why)) if why.starts_with("401")), "{refused:?}");

    fake.permit(stage.channel, permission::VIEW_CHANNEL);
    let forbidden = messenger.send(&message(&stage.place, "No.", "n3")).await;
    assert!(matches!(&forbidden, Err(Failure::Gone(_))), "{forbidden:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_is_not_repeated_in_the_words_about_it() {
    let stage = stage().await;
    let long = "secret ".repeat(1_000);
    let refused = stage.bot.messenger.send(&message(&stage.place, &long, "n1")).await;
    let Err(Failure::Refused(why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("50035") && !why.contains("secret"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_asker_may_see_comes_in_parts_once_each() {
    let stage = stage().await;
    let (fake, messenger) = (&stage.fake, &stage.bot.messenger);
    fake.wait_for("commands", |state| (!state.registry.names(None).is_empty()).then_some(())).await;
    let asked = fake.slash(fake.person("ana"), stage.channel, "why", &[], None);
    let interaction = commanded(&stage).await;
    let parts = ["one", "two", "three"].map(String::from);
    messenger.acknowledge(&stage.place, Some(&interaction), true).await.expect("acknowledged");
    messenger.acknowledge(&stage.place, Some(&interaction), true).await.expect("again");
    fake.next(Route::FollowUp, Fault::Unavailable(500));
    messenger.respond(&interaction, &parts).await.expect_err("broken off");
    messenger.respond(&interaction, &parts).await.expect("whole");
    let shown: Vec<(String, bool)> = fake.look(|state| {
        let responses = state.responses(asked);
        let message = |id: &_| state.message(*id).map(|it| (it.content.clone(), it.private_to.is_some()));
        responses.iter().filter_map(message).collect()
    });
    assert_eq!(shown, ["one", "two", "three"].map(|text| (text.to_owned(), true)));
    let saw = fake.saw(asked).await;
    assert!(matches!(saw, Saw::Message { private: true, .. } | Saw::Thinking { private: true }), "{saw:?}");
    assert_eq!(fake.counts().of(Route::Callback), 1);
    // What took a while says in the same place how it ended.
    messenger.respond(&interaction, &["done".to_owned()]).await.expect("replaced");
    let first = fake.look(|state| state.message(state.responses(asked)[0]).map(|own| own.content.clone()));
    assert_eq!(first.as_deref(), Some("done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_that_was_left_alone_for_too_long_is_no_failure_for_a_press() {
    let stage = stage().await;
    stage.fake.wait_for("commands", |state| (!state.registry.names(None).is_empty()).then_some(())).await;
    stage.fake.slash(stage.fake.person("ana"), stage.channel, "help", &[], None);
    let interaction = commanded(&stage).await;
    stage.fake.advance(Duration::from_secs(4));
    stage.bot.messenger.notify(&interaction, "Thanks.").await.expect("too late is fine");
    let late = stage.bot.messenger.acknowledge(&stage.place, Some(&interaction), false).await;
    assert!(matches!(late, Err(Failure::Gone(_))), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_command_that_is_there_at_once_finds_its_place() {
    let stage = stage().await;
    stage.fake.wait_for("commands", |state| (!state.registry.names(None).is_empty()).then_some(())).await;
    let asked = stage.fake.slash(stage.fake.person("ana"), stage.channel, "help", &[], None);
    let mut answer = message(&stage.place, "A token.", "n1");
    answer.interaction = Some(commanded(&stage).await);
    let sent = stage.bot.messenger.send(&answer).await.expect("sent without a sign of life before");
    assert_eq!(stage.fake.response(asked).await, id(&sent));
    assert_eq!(texts(&stage), ["A token."]);
}

async fn commanded(stage: &Stage) -> Interaction {
    let interaction = stage.bot.desk.wait_for("command", |it| match &it.event {
        colega::desk::Event::Commanded { interaction, .. } => interaction.clone(),
        _ => None,
    });
    interaction.await
}
