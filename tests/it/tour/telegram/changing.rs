//! Questions that change, and daemons that end.

use std::time::Duration;

use super::{QUESTION, SPANISH, Tour};

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
