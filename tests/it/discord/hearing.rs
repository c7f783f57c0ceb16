//! What people do, as the desk is told of it.

use std::time::Duration;

use colega::desk::policy::ChannelSettings;
use colega::desk::{Button, Command, Event, Way};
use colega::feedback::Vote;
use colega::place::{MessageId, PlaceKind};
use colega::question::{AnswerId, Language};
use serde_json::json;

use super::desk::Taken;
use super::sending::{message, place_of};
use super::{Bot, Discord};
use colega::desk::{Keyboard, Messenger as _};

#[tokio::test(flavor = "multi_thread")]
async fn mentions_replies_threads_and_dms_are_for_colega_and_other_talk_is_not() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person("ana"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;

    fake.say(ana, backend, "just talking");
    fake.say(ana, backend, "@everyone look at this");
    let asked = fake.say(ana, backend, "@Colega, what is JWT?");
    let said = bot.desk.said("what is JWT?").await;
    assert_eq!(said.id.0, format!("m{asked}"));
    assert_eq!((said.place.chat.0, said.place.kind), (backend.to_string(), PlaceKind::Group));
    assert_eq!(said.place.guild, Some(fake.guild().to_string()));
    assert_eq!((said.from.id.0, said.at_ms), (ana.to_string(), asked.at_ms()));
    assert!(matches!(said.event, Event::Said { way: Way::Mention, reply_to: None, .. }));

    let thread = fake.create_thread(ana, asked, "about tokens");
    fake.say(ana, thread, "@Colega and how long do they last?");
    let said = bot.desk.said("and how long do they last?").await;
    assert_eq!((said.place.chat.0, said.place.kind), (thread.to_string(), PlaceKind::Thread));
    assert_eq!(said.place.parent.map(|parent| parent.0), Some(backend.to_string()));

    let answer = bot.messenger.send(&message(&place_of(&fake, backend), "A token.", "n1")).await.expect("sent");
    let replied = fake.reply_quietly(ana, super::sending::id(&answer), "and in GraphQL?");
    let said = bot.desk.said("and in GraphQL?").await;
    assert_eq!(said.id.0, format!("m{replied}"));
    let Event::Said { way, reply_to, .. } = said.event else { panic!("said") };
    assert_eq!((way, reply_to), (Way::Reply, Some(answer)));

    fake.dm(ana, "what is CORS?");
    let said = bot.desk.said("what is CORS?").await;
    assert_eq!((said.place.kind, said.place.guild), (PlaceKind::Direct, None));
    assert!(matches!(said.event, Event::Said { way: Way::Direct, .. }));

    fake.say(ana, backend, "@Colega");
    bot.desk
        .wait_for("help", |it| matches!(it.event, Event::Commanded { command: Command::Help, .. }).then_some(()))
        .await;
    assert_eq!(bot.desk.all().len(), 5, "{:#?}", bot.desk.all());
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_setting_says_so_every_message_is_for_colega() {
    let fake = Discord::start().await;
    let (ana, questions) = (fake.person("ana"), fake.channel("questions"));
    let bot = Bot::start_with(&fake, Taken::default(), |settings| {
        settings.channel =
            vec![ChannelSettings { id: questions.to_string(), always: true, ..ChannelSettings::default() }];
    })
    .await;
    fake.say(ana, fake.channel("backend"), "not here");
    fake.say(ana, questions, "what is JWT?");
    let said = bot.desk.said("what is JWT?").await;
    assert!(matches!(said.event, Event::Said { way: Way::Overheard, .. }));
    assert_eq!(bot.desk.times_said("not here"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_and_deleted_questions_are_told_in_order() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person("ana"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;
    let other = fake.say(ana, backend, "just talking");
    fake.edit(ana, other, "still just talking");
    let asked = fake.say(ana, backend, "@Colega what is JTW?");
    fake.edit(ana, asked, "@Colega what is JWT?");
    // Nobody edits twice within a millisecond.
    fake.advance(Duration::from_secs(1));
    fake.edit(ana, asked, "never mind");
    fake.delete(asked);
    let is_deleted = |it: &_| matches!(it, Event::Deleted { .. });
    bot.desk.wait_for("deletion", |it| is_deleted(&it.event).then_some(())).await;
    let own = MessageId(asked.to_string());
    let events: Vec<Event> = bot.desk.all().into_iter().map(|incoming| incoming.event).collect();
    let edited = |text: &str, way| Event::Edited { message: own.clone(), text: text.into(), way, reply_to: None };
    let said = Event::Said { message: own.clone(), text: "what is JTW?".into(), way: Way::Mention, reply_to: None };
    let expected = [
        said,
        edited("what is JWT?", Way::Mention),
        edited("never mind", Way::Overheard),
        Event::Deleted { message: own.clone() },
    ];
    assert_eq!(events, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn thumbs_on_answers_are_votes_in_the_order_in_which_they_were_given() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person("ana"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;
    let place = place_of(&fake, backend);
    let answer = bot.messenger.send(&message(&place, "A token.", "n1")).await.expect("sent");
    bot.desk.answered(&place, &answer);
    let shown = super::sending::id(&answer);
    let other = fake.say(ana, backend, "what I wrote");
    fake.react(ana, other, "👍");
    fake.react(ana, shown, "👍🏽");
    fake.unreact(ana, shown, "👍🏽");
    fake.react(ana, shown, "🎉");
    fake.react(ana, shown, "👍🏽");
    fake.react(ana, shown, "👎");
    let all = |taken: &[colega::desk::Incoming]| {
        let votes = taken.iter().filter_map(|it| match &it.event {
            Event::Reacted { message, thumb, on } => Some((message.clone(), *thumb, *on)),
            _ => None,
        });
        Some(votes.collect::<Vec<_>>()).filter(|votes| votes.len() == 4)
    };
    let votes = bot.desk.wait_until("votes", all).await;
    let expected = [(Vote::Up, true), (Vote::Up, false), (Vote::Up, true), (Vote::Down, true)];
    assert_eq!(votes, expected.map(|(thumb, on)| (answer.clone(), thumb, on)));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_buttons_and_forms_are_understood() {
    let fake = Discord::start().await;
    let (ana, backend) = (fake.person_with_locale("ana", "es-ES"), fake.channel("backend"));
    let bot = Bot::start(&fake).await;
    fake.wait_for("commands", |state| (!state.registry.names(None).is_empty()).then_some(())).await;

    fake.slash(ana, backend, "ask", &[("question", json!("What is JWT?"))], None);
    let asked =
        bot.desk.wait_for("command", |it| matches!(it.event, Event::Commanded { .. }).then(|| it.clone())).await;
    assert_eq!(asked.from.language, Some(Language::Spanish));
    let Event::Commanded { command, interaction: Some(interaction), .. } = asked.event else { panic!("a command") };
    assert_eq!(command, Command::Ask { text: "What is JWT?".into() });
    bot.messenger.acknowledge(&asked.place, Some(&interaction), false).await.expect("acknowledged");
    let mut first = message(&asked.place, "A token.", "n1");
    first.interaction = Some(interaction);
    first.keyboard = Keyboard::Row(vec![(Button::Down(AnswerId("00aa".into())), "👎".into())]);
    let answer = bot.messenger.send(&first).await.expect("sent");

    let pressed = fake.press(ana, super::sending::id(&answer), "down:");
    let press = bot.desk.wait_for("press", |it| match &it.event {
        Event::Pressed { button, interaction, .. } => Some((button.clone(), interaction.clone())),
        _ => None,
    });
    let (button, interaction) = press.await;
    assert_eq!(button, Button::Down(AnswerId("00aa".into())));
    let id = AnswerId("00aa".into());
    let form = bot.messenger.ask_what_was_wrong(&asked.place, &interaction, &id, &answer, Language::Spanish).await;
    assert_eq!(form.expect("opened"), None);
    let sent = fake.submit_modal(ana, pressed, &[("wrong", "too old"), ("right", "It is signed.")]);
    let explained = bot.desk.wait_for("form", |it| match &it.event {
        Event::Explained { answer, wrong, right, interaction } => {
            Some((answer.clone(), wrong.clone(), right.clone(), interaction.clone()))
        }
        _ => None,
    });
    let (answer, wrong, right, interaction) = explained.await;
    assert_eq!((answer, wrong.as_str(), right.as_str()), (id, "too old", "It is signed."));
    bot.messenger.notify(&interaction, "Gracias.").await.expect("told");
    let saw = fake.saw(sent).await;
    assert!(matches!(&saw, crate::fakes::discord::Saw::Message { private: true, .. }), "{saw:?}");
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_known_where_a_rule_needs_them_and_not_asked_for_elsewhere() {
    let fake = Discord::start().await;
    let (ana, backend, role) = (fake.person("ana"), fake.channel("backend"), fake.role("team"));
    fake.grant(ana, role);
    let answer_of = async |bot: &Bot| {
        let place = place_of(&fake, backend);
        let answer = bot.messenger.send(&message(&place, "A token.", "n1")).await.expect("sent");
        bot.desk.answered(&place, &answer);
        super::sending::id(&answer)
    };
    let taken_back = |it: &colega::desk::Incoming| match it.event {
        Event::Reacted { on: false, .. } => Some(it.from.roles.clone()),
        _ => None,
    };
    for (rule, asked) in [(Vec::new(), 0), (vec![role.to_string()], 1)] {
        let bot = Bot::start_with(&fake, Taken::default(), |settings| settings.roles = rule.clone()).await;
        let answer = answer_of(&bot).await;
        fake.react(ana, answer, "👍");
        bot.desk.wait_for("vote", |it| matches!(it.event, Event::Reacted { on: true, .. }).then_some(())).await;
        let desk = bot.stop().await;
        // Discord tells the roles of those who add a reaction, but not of those who take it back.
        let bot = Bot::start_with(&fake, desk, |settings| settings.roles = rule.clone()).await;
        fake.unreact(ana, answer, "👍");
        assert_eq!(bot.desk.wait_for("vote", taken_back).await, rule);
        assert!(fake.counts().of(crate::fakes::discord::Route::Member) >= asked);
        bot.stop().await;
    }
}
