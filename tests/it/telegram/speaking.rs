//! What the desk says arrives as it should, and failures are told apart.

use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use colega::adapters::telegram::api::Api;
use colega::adapters::telegram::messenger::Telegram;
use colega::adapters::token::Token;
use colega::answer::AnswerId;
use colega::desk::{Button, Failure, Keyboard, Message, Messenger as _};
use colega::place::{Interaction, MessageId, Place, PlaceKind};
use colega::question::{ChatId, Language};
use tokio::net::TcpListener;

use super::{Ears, api};
use crate::fakes::telegram::world::Standing;
use crate::fakes::telegram::{FakeTelegram, Faults, Limits, TOKEN};

fn place(chat: i64, kind: PlaceKind) -> Place {
    Place { chat: ChatId(chat.to_string()), topic: None, parent: None, guild: None, kind }
}

fn id(message: i32) -> MessageId {
    MessageId(message.to_string())
}

fn number(message: &MessageId) -> i32 {
    message.0.parse().expect("a number")
}

fn message(place: &Place, reply_to: i32, text: &str) -> Message {
    Message {
        place: place.clone(),
        reply_to: Some(id(reply_to)),
        interaction: None,
        text: text.to_owned(),
        keyboard: Keyboard::None,
        after: None,
        nonce: "n".into(),
    }
}

fn with_votes(mut message: Message) -> Message {
    let answer = AnswerId("00000000000000aa".into());
    let votes = [(Button::Up(answer.clone()), "👍".to_owned()), (Button::Down(answer), "👎".to_owned())];
    message.keyboard = Keyboard::Row(votes.into());
    message
}

#[tokio::test]
async fn an_answer_grows_in_its_topic_and_loses_its_buttons() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let forum = telegram.supergroup("Forum", &[ana]);
    let topic = telegram.topic(forum, "APIs");
    let question = telegram.say((forum, topic), ana, "/ask what is JWT?");
    let colega = Telegram::new(api(&telegram));
    let place = Place { topic: Some(topic.to_string()), ..place(forum, PlaceKind::Thread) };
    colega.acknowledge(&place, None, false).await.expect("typing");
    assert!(telegram.first_sign(forum, question).is_some());
    let sent = colega.send(&message(&place, question, "<b>JWT</b> is…")).await.expect("sent");
    let whole = with_votes(message(&place, question, "<b>JWT</b> is a token. <i>See</i> &lt;1&gt;"));
    for _ in 0..2 {
        colega.edit(&sent, &whole).await.expect("edited, or nothing to change");
    }
    insta::assert_snapshot!(telegram.transcript(forum), @r"
    Ana in APIs:
        /ask what is JWT?
    Colega in APIs ↩ Ana “/ask what is JWT?”:
        <b>JWT</b> is a token. <i>See</i> &lt;1&gt;
        [👍] [👎]
    ");
    colega.edit(&sent, &message(&place, question, "Withdrawn")).await.expect("edited");
    assert!(telegram.look(|world| world.message(forum, number(&sent)).expect("there").buttons.is_empty()));
    colega.delete(&place, &sent).await.expect("deleted");
    colega.delete(&place, &sent).await.expect("gone already");
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test]
async fn a_deleted_question_is_answered_without_pointing_to_it() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let direct = telegram.direct(ana);
    let question = telegram.say(direct, ana, "what is JWT?");
    telegram.delete(direct, question);
    let colega = Telegram::new(api(&telegram));
    let sent = colega.send(&message(&place(direct, PlaceKind::Direct), question, "A token")).await.expect("sent");
    assert_eq!(telegram.look(|world| world.message(direct, number(&sent)).expect("there").reply_to), None);
}

#[tokio::test]
async fn failures_say_what_to_do() {
    let limits = Limits { per_chat: 1, ..Limits::NONE };
    let telegram = FakeTelegram::start_with(limits).await;
    let (ana, eva) = (telegram.person("Ana", "en"), telegram.person("Eva", "en"));
    let group = telegram.supergroup("Backend", &[ana]);
    let colega = Telegram::new(api(&telegram));
    let (direct, group_place) = (place(telegram.direct(ana), PlaceKind::Direct), place(group, PlaceKind::Group));
    let to = |place: &Place, text: &str| message(place, 1, text);
    colega.send(&to(&direct, "one")).await.expect("sent");
    let failure = colega.send(&to(&direct, "two")).await.expect_err("too fast");
    assert!(matches!(failure, Failure::RetryAfter(wait) if wait.as_secs() >= 1), "{failure}");
    telegram.block(eva);
    let failure = colega.send(&to(&place(telegram.direct(eva), PlaceKind::Direct), "x")).await.expect_err("blocked");
    assert!(matches!(failure, Failure::Gone(_)), "{failure}");
    let failure = colega.edit(&id(9_999), &to(&group_place, "x")).await.expect_err("no such message");
    assert!(matches!(failure, Failure::Gone(_)), "{failure}");
    let failure = colega.send(&to(&group_place, &"x".repeat(5_000))).await.expect_err("too long");
    assert!(matches!(failure, Failure::Refused(_)), "{failure}");
    let topic = telegram.topic(group, "APIs");
    telegram.close_topic(group, topic);
    let closed = Place { topic: Some(topic.to_string()), ..group_place.clone() };
    let failure = colega.send(&to(&closed, "x")).await.expect_err("closed");
    assert!(matches!(failure, Failure::Gone(_)), "{failure}");
    telegram.set_standing(group, Standing::Kicked);
    let failure = colega.acknowledge(&group_place, None, false).await.expect_err("kicked");
    assert!(matches!(failure, Failure::Gone(_)), "{failure}");
    for faults in [
        Faults { before: 1.0, ..Faults::default() },
        Faults { after: 1.0, ..Faults::default() },
        Faults { lost: 1.0, ..Faults::default() },
    ] {
        telegram.fail(faults);
        let failure = colega.edit(&id(1), &to(&direct, "x")).await.expect_err("unknown");
        assert!(matches!(failure, Failure::Unknown(_)), "{failure}");
    }
    telegram.go_down();
    let failure = Telegram::new(api(&telegram)).send(&to(&direct, "x")).await.expect_err("no connection");
    assert!(matches!(failure, Failure::Unreachable(_)), "{failure}");
    assert!(!failure.to_string().contains("fake-token"), "{failure}");
    telegram.come_up().await;
    let upgraded = telegram.group("Old", &[ana]);
    telegram.upgrade(upgraded);
    telegram.fail(Faults::default());
    let failure = colega.send(&to(&place(upgraded, PlaceKind::Group), "x")).await.expect_err("moved");
    assert!(matches!(failure, Failure::Gone(_)), "{failure}");
}

#[tokio::test]
async fn markup_that_cannot_be_read_is_left_out() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let direct = telegram.direct(ana);
    let colega = Telegram::new(api(&telegram));
    let place = place(direct, PlaceKind::Direct);
    let sent = colega.send(&message(&place, 1, "<b>Vec&lt;T&gt;</i>")).await.expect("sent");
    colega.edit(&sent, &message(&place, 1, "<x>Vec&lt;U&gt;")).await.expect("edited");
    let texts =
        telegram.look(|world| world.message(direct, number(&sent)).map(|it| (it.versions.clone(), it.text.clone())));
    assert_eq!(texts, Some((vec!["Vec<T>".to_owned()], "Vec<U>".to_owned())));
}

/// Two questions in a group, and two answers whose sending nobody confirmed, as when the process ends in between.
struct Lost {
    telegram: FakeTelegram,
    colega: Telegram,
    group: i64,
    /// Whole, as they are to be shown in the end.
    answers: [Message; 2],
    /// A message that was sent and confirmed.
    known: MessageId,
}

impl Lost {
    async fn two() -> Self {
        let telegram = FakeTelegram::start_with(Limits::NONE).await;
        let (ana, eva) = (telegram.person("Ana", "en"), telegram.person("Eva", "en"));
        let group = telegram.supergroup("Backend", &[ana, eva]);
        let place = place(group, PlaceKind::Group);
        let colega = Telegram::new(api(&telegram));
        let anas = telegram.say(group, ana, "/ask what is JWT?");
        let evas = telegram.say(group, eva, "/ask what is REST?");
        let known = colega.send(&message(&place, anas, "JWT, part one")).await.expect("sent");
        telegram.fail(Faults { lost: 1.0, ..Faults::default() });
        for (question, text) in [(evas, "REST is…"), (anas, "JWT, part…")] {
            colega.send(&message(&place, question, text)).await.expect_err("lost");
        }
        telegram.fail(Faults::default());
        telegram.say(group, ana, "thanks");
        let answers = [message(&place, anas, "JWT, part two"), message(&place, evas, "REST is a style")];
        Self { colega: Telegram::new(api(&telegram)), telegram, group, answers: answers.map(with_votes), known }
    }

    async fn find(&self, answer: usize, known: &[MessageId]) -> Result<Option<MessageId>, Failure> {
        self.colega.find_lost(&self.answers[answer], known).await
    }

    fn messages(&self) -> Vec<String> {
        self.telegram.look(|world| world.of_bot(self.group).into_iter().map(|own| own.source.clone()).collect())
    }
}

#[tokio::test]
async fn lost_messages_are_removed_one_a_search_and_each_question_is_answered_once() {
    let lost = Lost::two().await;
    let mut known = vec![lost.known.clone()];
    assert_eq!(lost.find(0, &known).await.expect("looked"), None);
    assert_eq!(lost.messages(), ["JWT, part one", "JWT, part…"], "one is gone, whichever it was");
    known.push(lost.colega.send(&lost.answers[0]).await.expect("sent"));
    assert_eq!(lost.find(1, &known).await.expect("looked"), None);
    assert_eq!(lost.messages(), ["JWT, part one", "JWT, part two"]);
    known.push(lost.colega.send(&lost.answers[1]).await.expect("sent"));
    assert_eq!(lost.find(0, &known).await.expect("looked"), None, "nothing is left to find");
    insta::assert_snapshot!(lost.telegram.transcript(lost.group), @r"
    Ana:
        /ask what is JWT?
    Eva:
        /ask what is REST?
    Colega ↩ Ana “/ask what is JWT?”:
        JWT, part one
    Ana:
        thanks
    Colega ↩ Ana “/ask what is JWT?”:
        JWT, part two
        [👍] [👎]
    Colega ↩ Eva “/ask what is REST?”:
        REST is a style
        [👍] [👎]
    ");
    assert_eq!(lost.telegram.violations(), [""; 0]);
}

#[tokio::test]
async fn a_lost_message_that_cannot_be_removed_now_is_removed_later() {
    let lost = Lost::two().await;
    let known = [lost.known.clone()];
    lost.telegram.fail(Faults { before: 1.0, only: &["deletemessage"], ..Faults::default() });
    for _ in 0..2 {
        let failure = lost.find(1, &known).await.expect_err("not removed");
        assert!(failure.is_passing(), "{failure}");
    }
    assert_eq!(lost.messages().len(), 3);
    lost.telegram.fail(Faults::default());
    assert_eq!(lost.find(1, &known).await.expect("looked"), None);
    assert_eq!(lost.messages(), ["JWT, part one", "JWT, part…"]);
}

#[tokio::test]
async fn a_lost_message_that_is_too_old_to_remove_shows_the_final_text() {
    let lost = Lost::two().await;
    let oldest = lost.telegram.look(|world| world.of_bot(lost.group)[1].id);
    lost.telegram.backdate(lost.group, oldest, Duration::from_hours(49));
    let found = lost.find(1, std::slice::from_ref(&lost.known)).await.expect("looked");
    assert_eq!(found, Some(id(oldest)));
    assert_eq!(lost.messages(), ["JWT, part one", "REST is a style", "JWT, part…"]);
}

#[tokio::test]
async fn general_has_a_number_for_typing_alone() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let forum = telegram.supergroup("Forum", &[ana]);
    telegram.topic(forum, "APIs");
    let mut ears = Ears::open(&telegram).await;
    let question = telegram.say(forum, ana, "/ask what is JWT?");
    let heard = ears.hear_something().await;
    let general = heard[0].place.clone();
    assert_eq!((general.topic.as_deref(), general.kind), (Some("1"), PlaceKind::Thread));
    let colega = Telegram::new(api(&telegram));
    colega.acknowledge(&place(forum, PlaceKind::Group), None, false).await.expect("taken");
    assert_eq!(telegram.first_sign(forum, question), None, "nobody sees it");
    colega.acknowledge(&general, None, false).await.expect("typing");
    assert!(telegram.first_sign(forum, question).is_some());
    let sent = colega.send(&message(&general, question, "A token")).await.expect("sent");
    assert_eq!(telegram.look(|world| world.message(forum, number(&sent)).expect("there").topic), None);
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token_and_may_pass() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let elsewhere = || async { Redirect::temporary("http://127.0.0.1:9/") };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(elsewhere)).await });
    let colega = Telegram::new(Api::new(&url, &Token::new(TOKEN)).expect("an address"));
    let failure = colega.send(&message(&place(1, PlaceKind::Direct), 1, "x")).await.expect_err("led elsewhere");
    assert!(matches!(&failure, Failure::Unreachable(words) if words.contains("307")), "{failure}");
}

#[tokio::test]
async fn presses_are_answered_once_and_late_ones_do_no_harm() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "en");
    let group = telegram.supergroup("Backend", &[ana]);
    let question = telegram.say(group, ana, "/ask what is JWT?");
    let colega = Telegram::new(api(&telegram));
    let place = place(group, PlaceKind::Group);
    let answer = colega.send(&with_votes(message(&place, question, "A token"))).await.expect("sent");
    let press = telegram.press(group, number(&answer), ana, "👎");
    let interaction = Interaction { id: press.clone(), token: ana.to_string() };
    colega.notify(&interaction, &"ñ".repeat(500)).await.expect("told");
    colega.notify(&interaction, "again").await.expect("no harm");
    assert_eq!(telegram.told(&press).await, "ñ".repeat(200));
    let about = AnswerId("00000000000000aa".into());
    let request = colega.ask_what_was_wrong(&place, &interaction, &about, &answer, Language::Spanish).await;
    let request = request.expect("asked").expect("a message");
    let (asks, mentions, to) = telegram.look(|world| {
        let message = world.message(group, number(&request)).expect("there");
        let mentions = message.entities.iter().any(|entity| entity["user"]["id"] == ana);
        (message.force_reply, mentions, message.reply_to)
    });
    assert!(asks && mentions);
    assert_eq!(to, Some(number(&answer)));
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test]
async fn a_press_is_answered_with_the_question_what_was_wrong_whatever_becomes_of_that() {
    let telegram = FakeTelegram::start().await;
    let ana = telegram.person("Ana", "es");
    let group = telegram.supergroup("Backend", &[ana]);
    let question = telegram.say(group, ana, "/ask what is JWT?");
    let colega = Telegram::new(api(&telegram));
    let place = place(group, PlaceKind::Group);
    let answer = colega.send(&with_votes(message(&place, question, "A token"))).await.expect("sent");
    let about = AnswerId("00000000000000aa".into());
    let dislike = || {
        let press = telegram.press(group, number(&answer), ana, "👎");
        (press.clone(), Interaction { id: press, token: ana.to_string() })
    };
    let (press, interaction) = dislike();
    assert_eq!(telegram.unanswered_presses(), 1);
    let asked = colega.ask_what_was_wrong(&place, &interaction, &about, &answer, Language::Spanish).await;
    asked.expect("asked").expect("a message");
    assert_eq!(telegram.told(&press).await, "Gracias.");
    let (_, interaction) = dislike();
    telegram.fail(Faults { before: 1.0, only: &["sendmessage"], ..Faults::default() });
    let asked = colega.ask_what_was_wrong(&place, &interaction, &about, &answer, Language::Spanish).await;
    asked.expect_err("not sent");
    assert_eq!(telegram.unanswered_presses(), 0);
    telegram.fail(Faults { before: 1.0, only: &["answercallbackquery"], ..Faults::default() });
    let (_, interaction) = dislike();
    let asked = colega.ask_what_was_wrong(&place, &interaction, &about, &answer, Language::Spanish).await;
    asked.expect("asked although nobody was thanked").expect("a message");
    assert_eq!(telegram.unanswered_presses(), 1);
    assert_eq!(telegram.violations(), [""; 0]);
}
