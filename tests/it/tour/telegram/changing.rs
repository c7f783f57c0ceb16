//! Questions that change, and daemons that end.

use std::time::Duration;

use colega::delivery::State;
use colega::question::Origin;

use super::{QUESTION, SPANISH, Tour, until};
use crate::fakes::telegram::Faults;

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_question_is_answered_anew_in_place() {
    let tour = Tour::start().await;
    let chat = tour.telegram.direct(tour.ana);
    let (asked, answer) = tour.ask(tour.ana, QUESTION).await;
    tour.telegram.edit(chat, asked, SPANISH);
    let anew =
        |world: &crate::fakes::telegram::World| world.message(chat, answer)?.text.contains("Fuentes").then_some(());
    tour.telegram.wait_for("answer to the edited question", anew).await;
    assert_eq!(tour.telegram.look(|world| world.of_bot(chat).len()), 1, "{}", tour.transcript(chat));
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_crash_cut_off_is_finished_in_the_same_message() {
    let mut tour = Tour::slow(Duration::from_millis(700)).await;
    let chat = tour.telegram.direct(tour.ana);
    let asked = tour.telegram.say(chat, tour.ana, QUESTION);
    tour.telegram.wait_for("draft", |world| world.replies(chat, asked).first().map(|_| ())).await;
    tour.crash();
    tour.begin().await;
    tour.answer(chat, asked).await;
    assert_eq!(tour.telegram.look(|world| world.replies(chat, asked).len()), 1, "{}", tour.transcript(chat));
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_while_colega_was_away_is_answered() {
    let mut tour = Tour::start().await;
    tour.ask(tour.ana, QUESTION).await;
    tour.stop().await;
    let chat = tour.telegram.direct(tour.eva);
    let asked = tour.telegram.say(chat, tour.eva, SPANISH);
    tour.begin().await;
    tour.answer(chat, asked).await;
    tour.end().await;
}

/// DMs share their numbers: what is written in one raises that of the next message in another.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_sending_was_not_confirmed_is_there_once_however_much_was_written_elsewhere() {
    const MESSAGES: usize = 60;
    let mut tour = Tour::start().await;
    tour.stop().await;
    tour.settings.users = vec![tour.eva.to_string()];
    tour.begin().await;
    let failing = |before, lost| Faults { before, lost, only: &["sendmessage"], ..Faults::seeded(7) };
    tour.telegram.fail(failing(1.0, 0.0));
    let [chat, other] = [tour.eva, tour.ana].map(|person| tour.telegram.direct(person));
    let asked = tour.telegram.say(chat, tour.eva, SPANISH);
    tour.telegram.wait_for("attempt", |world| world.counters.contains_key("sendmessage").then_some(())).await;
    for _ in 0..MESSAGES {
        tour.telegram.say(other, tour.ana, QUESTION);
    }
    tour.telegram.wait_for("end of the updates", |world| world.updates.is_empty().then_some(())).await;
    tour.telegram.fail(failing(0.0, 1.0));
    tour.telegram.wait_for("message", |world| world.of_bot(chat).first().map(|_| ())).await;
    tour.telegram.fail(Faults::default());
    // What was lost is removed and sent anew, so only the number that is noted in the end is that of the answer.
    let noted = async || {
        let all = tour.front().delivery.recent(Origin::Telegram, 0).await.expect("read");
        all.iter().any(|(_, outgoing)| outgoing.state == State::Whole)
    };
    until("note of an answer", noted).await;
    assert_eq!(tour.telegram.look(|world| world.replies(chat, asked).len()), 1, "{}", tour.transcript(chat));
    assert_eq!(tour.telegram.look(|world| world.of_bot(chat).len()), 1, "{}", tour.transcript(chat));
    tour.end().await;
}
