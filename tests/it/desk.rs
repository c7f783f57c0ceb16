//! The desk over the real agent and the real stores on disk, with a platform in memory: what is said, and what becomes of it.

mod house;
mod platform;

use colega::answer::AnswerId;
use colega::desk::{Button, Event, Keyboard, Way};
use colega::feedback::Vote;
use colega::place::{Interaction, MessageId, PlaceKind};

use self::house::{House, QUESTION, incoming, place};
use self::platform::{Fault, answer_of};

fn message(number: u64) -> MessageId {
    MessageId(number.to_string())
}

fn said(number: u64, text: &str, way: Way) -> Event {
    Event::Said { message: message(number), text: text.into(), way, reply_to: None }
}

fn pressed(on: u64, button: Button) -> Event {
    Event::Pressed {
        message: message(on),
        button,
        interaction: Interaction { id: "press".into(), token: String::new() },
    }
}

#[tokio::test]
async fn a_question_gets_one_answer_however_often_the_platform_tells_of_it() {
    let house = House::new();
    let desk = house.open().await;
    for _ in 0..3 {
        desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    }
    house.until_whole("one answer", 1).await;
    assert!(house.platform.texts()[0].contains("idempotency key"), "{:?}", house.platform.texts());
    house.close(desk).await;
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    desk.take(incoming("u2", "ana", said(2, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("the second question's answer", 2).await;
    assert_eq!(house.platform.state().messages.len(), 2);
}

#[tokio::test]
async fn what_nobody_asked_is_not_answered() {
    let house = House::new();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Overheard))).await.expect("taken");
    desk.take(incoming("u2", "ana", said(2, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("the answer to the mention", 1).await;
    house.close(desk).await;
    assert_eq!(house.platform.state().messages.values().next().expect("one").reply_to, Some(message(2)));
    assert_eq!(house.platform.state().messages.len(), 1);
}

#[tokio::test]
async fn an_edited_question_is_answered_again_in_its_place_and_a_deleted_one_loses_its_answer() {
    let house = House::new();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("an answer", 1).await;
    let first = house.platform.texts();
    let edit = Event::Edited {
        message: message(1),
        text: "Which cache eviction policy is usual?".into(),
        way: Way::Mention,
        reply_to: None,
    };
    desk.take(incoming("u2", "ana", edit)).await.expect("taken");
    house.platform.until("another answer", |state| state.messages.values().all(|sent| sent.text != first[0])).await;
    assert_eq!(house.platform.state().messages.len(), 1, "in its place");
    desk.take(incoming("u3", "ana", Event::Deleted { message: message(1) })).await.expect("taken");
    house.platform.until("no message", |state| state.messages.is_empty()).await;
}

#[tokio::test]
async fn lost_answers_and_refused_connections_neither_double_nor_lose_a_message() {
    let house = House::new();
    let desk = house.open().await;
    house.platform.fail(&[Fault::Unreachable, Fault::Lost, Fault::TooMany]);
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("an answer", 1).await;
    assert_eq!(house.platform.state().messages.len(), 1);
}

#[tokio::test]
async fn a_closed_chat_is_left_alone() {
    let house = House::new();
    let desk = house.open().await;
    house.platform.fail(&[Fault::Gone]);
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    desk.take(incoming("u2", "ben", said(2, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("the other answer", 1).await;
    house.close(desk).await;
    let desk = house.open().await;
    house.close(desk).await;
    assert_eq!(house.platform.state().messages.len(), 1);
}

#[tokio::test]
async fn thumbs_by_button_and_by_reaction_are_one_vote_that_can_change() {
    let house = House::new();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("an answer", 1).await;
    let (id, answer) = {
        let state = house.platform.state();
        let (id, sent) = state.messages.iter().next().expect("one");
        (*id, answer_of(sent).expect("buttons"))
    };
    let reactions = |thumbs: &[Vote]| Event::Reactions { message: message(id), thumbs: thumbs.to_vec() };
    let steps = [
        ("v1", "ben", pressed(id, Button::Up(answer.clone())), (1, 0)),
        ("v2", "ben", reactions(&[Vote::Up]), (1, 0)),
        ("v3", "eva", reactions(&[Vote::Down]), (1, 1)),
        ("v4", "ben", reactions(&[]), (1, 1)),
        ("v5", "ben", pressed(id, Button::Up(answer.clone())), (0, 1)),
        ("v5", "ben", pressed(id, Button::Up(answer.clone())), (0, 1)),
        ("v6", "eva", reactions(&[]), (0, 0)),
    ];
    for (update, person, event, expected) in steps {
        desk.take(incoming(update, person, event)).await.expect("taken");
        house.until_votes(&answer, expected).await;
    }
    let stranger = AnswerId("0123456789abcdef".into());
    desk.take(incoming("v7", "eva", pressed(id, Button::Up(stranger)))).await.expect("taken");
    house.platform.until("a word on it", |state| state.notices.iter().any(|notice| notice.contains("not know"))).await;
}

#[tokio::test]
async fn thumbs_that_are_quicker_than_the_number_of_the_message_count() {
    let house = House::new();
    let desk = house.open().await;
    // The answer is there; that it is, and under which number, comes with the second attempt at finding it.
    house.platform.fail(&[Fault::Lost, Fault::Unreachable]);
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.platform.until("an answer", |state| !state.messages.is_empty()).await;
    let (id, answer) = {
        let state = house.platform.state();
        let (id, sent) = state.messages.iter().next().expect("one");
        (*id, answer_of(sent).expect("buttons"))
    };
    let up = Event::Reactions { message: message(id), thumbs: vec![Vote::Up] };
    desk.take(incoming("v1", "ben", up)).await.expect("taken");
    assert!(!house.platform.state().faults.is_empty(), "too late to try it");
    house.until_votes(&answer, (1, 0)).await;
    assert_eq!(house.platform.state().messages.len(), 1);
}

#[tokio::test]
async fn thumbs_that_are_quicker_than_the_word_that_an_answer_is_shown_count() {
    let house = House::slow();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.platform.until("a draft", |state| !state.messages.is_empty()).await;
    // Whichever edit shows the whole answer, the word on it is lost, and so are the next attempts.
    let whole = |state: &platform::State| state.messages.values().any(|sent| answer_of(sent).is_some());
    while !whole(&house.platform.state()) {
        if house.platform.state().faults.len() < 2 {
            house.platform.fail(&[Fault::Lost, Fault::Lost]);
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let (id, answer) = {
        let state = house.platform.state();
        let (id, sent) = state.messages.iter().next().expect("one");
        (*id, answer_of(sent).expect("buttons"))
    };
    let up = Event::Reactions { message: message(id), thumbs: vec![Vote::Up] };
    desk.take(incoming("v1", "ben", up)).await.expect("taken");
    house.until_votes(&answer, (1, 0)).await;
}

#[tokio::test]
async fn a_dislike_asks_why_and_the_reply_is_a_correction() {
    let house = House::new();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("an answer", 1).await;
    let (id, answer) = {
        let state = house.platform.state();
        let (id, sent) = state.messages.iter().next().expect("one");
        (*id, answer_of(sent).expect("buttons"))
    };
    desk.take(incoming("u2", "ben", pressed(id, Button::Down(answer.clone())))).await.expect("taken");
    house.platform.until("a request", |state| state.messages.values().any(|sent| sent.text.contains("wrong"))).await;
    let request = *house.platform.state().messages.iter().find(|(_, sent)| sent.text.contains("wrong")).expect("it").0;
    let reply = |number: u64, to: u64, text: &str| Event::Said {
        message: message(number),
        text: text.into(),
        way: Way::Reply,
        reply_to: Some(message(to)),
    };
    desk.take(incoming("u3", "ben", reply(5, request, "it leaves out the scope"))).await.expect("taken");
    desk.take(incoming("u4", "eva", reply(6, id, "Correct: the key is scoped to a client"))).await.expect("taken");
    house.platform.until("thanks", |state| state.messages.len() == 4).await;
    let corrections = house.corrections(&answer).await;
    assert!(corrections.iter().any(|correction| correction.wrong == "it leaves out the scope"), "{corrections:?}");
    assert!(
        corrections.iter().any(|correction| correction.right == "the key is scoped to a client"),
        "{corrections:?}"
    );
}

#[tokio::test]
async fn a_slow_answer_shows_life_grows_and_can_be_cancelled_by_its_asker_alone() {
    let house = House::slow();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    let has_cancel = |state: &platform::State| {
        state
            .messages
            .values()
            .any(|sent| matches!(&sent.keyboard, Keyboard::Row(row) if matches!(row[0].0, Button::Cancel(_))))
    };
    house.platform.until("a draft with a button", has_cancel).await;
    house.platform.until("typing", |state| state.typed > 0).await;
    let (id, button) = {
        let state = house.platform.state();
        let (id, sent) = state.messages.iter().next().expect("one");
        let Keyboard::Row(row) = &sent.keyboard else { unreachable!("it has a button") };
        (*id, row[0].0.clone())
    };
    desk.take(incoming("u2", "ben", pressed(id, button.clone()))).await.expect("taken");
    house.platform.until("a refusal", |state| state.notices.len() == 1).await;
    desk.take(incoming("u3", "ana", pressed(id, button))).await.expect("taken");
    house
        .platform
        .until("a cancelled answer", |state| {
            state.messages.values().all(|sent| sent.keyboard == Keyboard::None && sent.text.contains("ancel"))
        })
        .await;
}

#[tokio::test]
async fn a_newer_question_in_a_conversation_stops_the_older_one() {
    let house = House::slow();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.platform.until("a draft", |state| !state.messages.is_empty()).await;
    desk.take(incoming("u2", "ana", said(2, "When should I use an idempotency key?", Way::Mention)))
        .await
        .expect("taken");
    house.until_whole("one whole answer", 1).await;
    let state = house.platform.state();
    let whole: Vec<_> = state.messages.values().filter(|sent| answer_of(sent).is_some()).collect();
    assert_eq!(whole[0].reply_to, Some(message(2)));
}

#[test]
fn an_answer_that_a_crash_interrupted_is_finished_in_its_place() {
    let house = House::slow();
    let first = tokio::runtime::Runtime::new().expect("a runtime");
    first.block_on(async {
        let desk = house.open().await;
        desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
        house.platform.until("a draft", |state| !state.messages.is_empty()).await;
        house.let_go();
    });
    // Everything under way ends where it is.
    first.shutdown_background();
    let second = tokio::runtime::Runtime::new().expect("a runtime");
    second.block_on(async {
        let _desk = house.open().await;
        house.until_whole("the answer", 1).await;
        assert_eq!(house.platform.state().messages.len(), 1);
    });
}

#[tokio::test]
async fn who_asks_too_much_is_told_once() {
    let house = House::new();
    let desk = house.open().await;
    for number in 1..=12 {
        desk.take(incoming(&format!("u{number}"), "ana", said(number, QUESTION, Way::Mention))).await.expect("taken");
        desk.take(incoming(&format!("v{number}"), "ana", Event::Deleted { message: message(100) }))
            .await
            .expect("taken");
    }
    house.close(desk).await;
    let told = house.platform.texts().iter().filter(|text| text.contains("Try again in")).count();
    assert_eq!(told, 1, "{:?}", house.platform.texts());
}

#[tokio::test]
async fn everything_of_a_person_is_forgotten_on_their_word() {
    let house = House::new();
    let desk = house.open().await;
    desk.take(incoming("u1", "ana", said(1, QUESTION, Way::Mention))).await.expect("taken");
    house.until_whole("an answer", 1).await;
    let forget = Event::Commanded {
        command: colega::desk::Command::Forget,
        message: Some(message(2)),
        target: None,
        interaction: None,
    };
    desk.take(incoming("u2", "ana", forget)).await.expect("taken");
    house.platform.until("a count", |state| state.messages.len() == 2).await;
    house.close(desk).await;
    assert!(house.export().await.lines().all(|line| !line.contains("idempotency")), "{}", house.export().await);
}

#[tokio::test]
async fn direct_messages_can_need_a_code_from_an_administrator() {
    let house = House::new();
    let desk = house
        .open_with(|policy| {
            policy.direct = colega::desk::policy::DirectPolicy::Pairing;
            policy.admins = vec!["root".into()];
        })
        .await;
    let direct = |update: &str, person: &str, event| {
        let mut incoming = incoming(update, person, event);
        incoming.place = place(PlaceKind::Direct, person);
        incoming
    };
    desk.take(direct("u1", "ana", said(1, QUESTION, Way::Direct))).await.expect("taken");
    house.platform.until("a code", |state| state.messages.len() == 1).await;
    let text = house.platform.texts().remove(0);
    let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(code.len(), 6, "{text}");
    let pair = colega::desk::Command::Pair { code };
    let pair = Event::Commanded { command: pair, message: Some(message(2)), target: None, interaction: None };
    desk.take(direct("u2", "eva", pair.clone())).await.expect("taken");
    desk.take(direct("u3", "root", pair)).await.expect("taken");
    house.platform.until("replies", |state| state.messages.len() == 3).await;
    desk.take(direct("u4", "ana", said(3, QUESTION, Way::Direct))).await.expect("taken");
    house.until_whole("an answer", 1).await;
}
