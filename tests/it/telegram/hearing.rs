//! What people do becomes what the desk understands.

use colega::adapters::telegram::updates::presses::let_go;
use colega::desk::event::Command;
use colega::desk::{Button, Event, Incoming, Way};
use colega::feedback::Vote;
use colega::place::{MessageId, PlaceKind};
use colega::question::Language;

use super::{Ears, api};
use crate::fakes::telegram::world::Standing;
use crate::fakes::telegram::{Author, FakeTelegram};

fn id(message: i32) -> MessageId {
    MessageId(message.to_string())
}

/// Text and way of a message.
fn said(incoming: &Incoming) -> (&str, Way) {
    match &incoming.event {
        Event::Said { text, way, .. } => (text, *way),
        other => panic!("something was said: {other:?}"),
    }
}

fn command(incoming: &Incoming) -> Command {
    match &incoming.event {
        Event::Commanded { command, .. } => command.clone(),
        other => panic!("a command was given: {other:?}"),
    }
}

#[tokio::test]
async fn questions_arrive_by_every_way_in() {
    let telegram = FakeTelegram::start().await;
    telegram.set_privacy(false);
    let ana = telegram.person("Ana", "es-MX");
    let (direct, group) = (telegram.direct(ana), telegram.supergroup("Backend", &[ana]));
    let forum = telegram.supergroup("Forum", &[ana]);
    let topic = telegram.topic(forum, "APIs");
    let mut ears = Ears::open(&telegram).await;
    let question = telegram.say(direct, ana, "what is JWT?");
    telegram.say(group, ana, "hey @colega_bot, what is JWT?");
    telegram.say_to(group, ana, "Colega", "Colega: what is JWT?");
    telegram.say(group, ana, "lunch?");
    telegram.say((forum, topic), ana, "@colega_bot what is JWT?");
    telegram.show(direct, ana, "what is this?");
    telegram.say_as(group, Author::Anonymous, "@colega_bot what is JWT?");
    let heard = ears.hear().await;
    let ways: Vec<(&str, Way)> = heard.iter().map(said).collect();
    assert_eq!(
        ways,
        [
            ("what is JWT?", Way::Direct),
            ("hey, what is JWT?", Way::Mention),
            ("what is JWT?", Way::Mention),
            ("lunch?", Way::Overheard),
            ("what is JWT?", Way::Mention),
            ("what is this?", Way::Direct),
            ("what is JWT?", Way::Mention),
        ]
    );
    let first = &heard[0];
    assert!(matches!(&first.event, Event::Said { message, reply_to: None, .. } if *message == id(question)));
    assert_eq!((first.from.id.0.clone(), first.from.language), (ana.to_string(), Some(Language::Spanish)));
    assert_eq!(
        (first.place.kind, heard[1].place.kind, heard[4].place.kind),
        (PlaceKind::Direct, PlaceKind::Group, PlaceKind::Thread)
    );
    assert_eq!(heard[4].place.topic, Some(topic.to_string()));
    assert!(matches!(&heard[4].event, Event::Said { reply_to: None, .. }), "a topic's first message is no question");
    assert_eq!(heard[6].from.id.0, group.to_string(), "who hides behind a group is the group");
    assert!(first.id.0.starts_with('u') && first.at_ms > 1_700_000_000_000);
}

#[tokio::test]
async fn what_is_not_for_colega_is_passed_over() {
    let telegram = FakeTelegram::start().await;
    telegram.set_privacy(false);
    let ana = telegram.person("Ana", "en");
    let (direct, group, channel) = (telegram.direct(ana), telegram.group("Backend", &[ana]), telegram.channel("News"));
    let mut ears = Ears::open(&telegram).await;
    telegram.forward(direct, ana, "what is JWT?");
    telegram.say_as(group, Author::Channel, "@colega_bot news");
    telegram.say_as(channel, Author::Anonymous, "@colega_bot news");
    telegram.say(group, ana, "/ask@other_bot what is JWT?");
    telegram.say(group, ana, "/weather");
    telegram.show(group, ana, "");
    telegram.upgrade(group);
    telegram.update("poll", &serde_json::json!({}));
    telegram.update("message", &serde_json::json!({ "unheard": "of" }));
    telegram.say(direct, ana, "the end");
    assert_eq!(ears.hear().await.iter().map(said).collect::<Vec<_>>(), [("the end", Way::Direct)]);
}

#[tokio::test]
async fn replies_edits_and_quotes_say_what_they_are_about() {
    let telegram = FakeTelegram::start().await;
    telegram.set_privacy(false);
    let (ana, eva) = (telegram.person("Ana", "en"), telegram.person("Eva", "en"));
    let group = telegram.supergroup("Backend", &[ana, eva]);
    let mut ears = Ears::open(&telegram).await;
    let answer = telegram.say_as(group, Author::Bot, "An answer");
    let question = telegram.say(group, eva, "what is JWT?");
    ears.hear().await;
    telegram.reply(group, ana, answer, "correct: it is a token");
    telegram.reply(group, ana, answer, "@eva look at this");
    telegram.reply(group, ana, question, "@colega_bot");
    telegram.reply(group, ana, question, "/ask");
    telegram.reply(group, ana, answer, "/why");
    telegram.edit(group, question, "@colega_bot what is a JWT?");
    let heard = ears.hear().await;
    assert_eq!(said(&heard[0]), ("correct: it is a token", Way::Reply));
    assert!(matches!(&heard[0].event, Event::Said { reply_to: Some(to), .. } if *to == id(answer)));
    assert_eq!(said(&heard[1]), ("@eva look at this", Way::Overheard));
    assert_eq!(said(&heard[2]), ("what is JWT?", Way::Mention), "a bare mention points to what it replies to");
    assert_eq!(command(&heard[3]), Command::Ask { text: "what is JWT?".into() });
    assert!(
        matches!(&heard[4].event, Event::Commanded { command: Command::Why, target: Some(to), .. } if *to == id(answer))
    );
    let Event::Edited { message, text, way, reply_to: None } = &heard[5].event else {
        panic!("an edit: {:?}", heard[5])
    };
    assert_eq!((message, text.as_str(), *way), (&id(question), "what is a JWT?", Way::Mention));
}

#[tokio::test]
async fn commands_work_in_dms_and_groups() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let (direct, group) = (telegram.direct(ana), telegram.group("Backend", &[ana]));
    let mut ears = Ears::open(&telegram).await;
    for text in ["/start", "/ask what is JWT?", "/pair 123456", "/FORGET", "/unheardof"] {
        telegram.command(direct, ana, text);
    }
    telegram.command(group, ana, "/sources");
    telegram.command(group, ana, "/ask@Colega_Bot what is JWT?");
    let heard = ears.hear().await;
    let commands: Vec<Command> = heard.iter().map(command).collect();
    let ask = Command::Ask { text: "what is JWT?".into() };
    let pair = Command::Pair { code: "123456".into() };
    assert_eq!(commands, [Command::Help, ask.clone(), pair, Command::Forget, Command::Help, Command::Sources, ask]);
}

#[tokio::test]
async fn thumbs_and_buttons_become_votes() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let group = telegram.supergroup("Backend", &[ana]);
    telegram.set_standing(group, Standing::Administrator);
    let mut ears = Ears::open(&telegram).await;
    let answer = telegram.say_as(group, Author::Bot, "An answer");
    ears.hear().await;
    for emoji in [&["👍"][..], &["👎", "🎉"], &["🎉"], &["❤"], &["👎", "👍"]] {
        telegram.react(group, answer, ana, emoji);
    }
    let press = telegram.press_data(group, answer, ana, "up:00000000000000aa");
    telegram.press_data(group, answer, ana, "drop:tables");
    let heard = ears.hear_something().await;
    let thumbs: Vec<&[Vote]> = heard[..4]
        .iter()
        .map(|incoming| match &incoming.event {
            Event::Reactions { message, thumbs } if *message == id(answer) => thumbs.as_slice(),
            other => panic!("reactions: {other:?}"),
        })
        .collect();
    assert_eq!(thumbs, [&[Vote::Up][..], &[Vote::Down], &[], &[Vote::Down, Vote::Up]]);
    let Event::Pressed { message, button, interaction } = &heard[4].event else { panic!("a press: {:?}", heard[4]) };
    assert_eq!((message, &interaction.id), (&id(answer), &press));
    assert!(matches!(button, Button::Up(answer) if answer.0 == "00000000000000aa"));
    assert_eq!(heard.len(), 5);
}

#[tokio::test]
async fn presses_that_mean_nothing_are_let_go_and_others_are_left_to_the_desk() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let group = telegram.supergroup("Backend", &[ana]);
    let mut ears = Ears::open(&telegram).await;
    let answer = telegram.say_as(group, Author::Bot, "An answer");
    let unknown = telegram.press_data(group, answer, ana, "drop:tables");
    telegram.press_data(group, answer, ana, "up:00000000000000aa");
    let batch = ears.updates.next(&ears.health).await;
    let_go(&api(&telegram), &batch).await;
    assert_eq!(telegram.told(&unknown).await, "");
    assert_eq!(telegram.unanswered_presses(), 1);
    telegram.go_down();
    let_go(&api(&telegram), &batch).await;
}
