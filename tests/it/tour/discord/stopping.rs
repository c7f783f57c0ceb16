//! Answers that are stopped half-way: by a button, or by the end of the daemon.

use std::time::Duration;

use serde_json::json;

use super::{QUESTION, SPANISH, Tour};
use crate::fakes::discord::{MessageId, State};

/// A draft that can be cancelled, in reply to `asked`.
async fn draft(tour: &Tour, asked: MessageId) -> MessageId {
    let draft =
        |state: &State| state.replies(asked).first().filter(|own| own.button("cancel:").is_some()).map(|own| own.id);
    tour.discord.wait_for("draft", draft).await
}

#[tokio::test(flavor = "multi_thread")]
async fn its_asker_alone_can_cancel_an_answer() {
    let tour = Tour::slow(Duration::from_secs(2)).await;
    let asked = tour.discord.say(tour.ana, tour.backend, &format!("@Colega {QUESTION}"));
    let answer = draft(&tour, asked).await;
    let by_another = tour.discord.press(tour.eva, answer, "cancel:");
    assert_eq!(tour.told(by_another).await, "No hay nada que cancelar, o la pregunta es de otra persona.");
    let pressed = tour.discord.press(tour.ana, answer, "cancel:");
    assert_eq!(tour.told(pressed).await, "Stopping.");
    let cancelled = |state: &State| {
        let own = state.message(answer)?;
        (own.content == "Cancelled." && own.buttons().is_empty()).then_some(())
    };
    tour.discord.wait_for("end of the answer", cancelled).await;
    tour.discord.delete(asked);
    tour.discord.wait_for("withdrawal", |state| state.message(answer).is_none().then_some(())).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_command_can_be_cancelled() {
    let tour = Tour::slow(Duration::from_secs(2)).await;
    let asked = tour.discord.slash(tour.ana, tour.backend, "ask", &[("question", json!(QUESTION))], None);
    let answer = tour.discord.response(asked).await;
    tour.discord.press(tour.ana, answer, "cancel:");
    let cancelled = |state: &State| (state.message(answer)?.content == "Cancelled.").then_some(());
    tour.discord.wait_for("end of the answer", cancelled).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_question_stops_the_older_one() {
    let tour = Tour::slow(Duration::from_millis(700)).await;
    let first = tour.discord.say(tour.ana, tour.backend, &format!("@Colega {QUESTION}"));
    let older = draft(&tour, first).await;
    let second = tour.discord.say(tour.ana, tour.backend, "@Colega When should I use an idempotency key?");
    tour.answer(second).await;
    assert_eq!(tour.discord.text(older), "Stopped, since you asked something else meanwhile.");
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_in_the_midst_of_answers_doubles_nothing_and_loses_nothing() {
    let mut tour = Tour::slow(Duration::from_millis(600)).await;
    let asked = tour.discord.say(tour.ana, tour.backend, &format!("@Colega {QUESTION}"));
    let command = tour.discord.slash(tour.eva, tour.backend, "ask", &[("question", json!(SPANISH))], None);
    let draft = draft(&tour, asked).await;
    let response = tour.discord.response(command).await;
    tour.crash().await;
    let meanwhile = tour.discord.say(tour.ben, tour.backend, &format!("@Colega {QUESTION}"));
    tour.begin().await;
    assert_eq!(tour.answer(asked).await, draft, "in its place");
    assert_eq!(tour.answered(command).await, response, "in its place");
    tour.answer(meanwhile).await;
    assert_eq!(tour.discord.look(|state: &State| state.from_bot(tour.backend).len()), 3, "{}", tour.transcript());
    assert!(!tour.transcript().contains("Still writing"), "{}", tour.transcript());
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_answer_under_way_is_finished_before_the_end() {
    let mut tour = Tour::slow(Duration::from_millis(400)).await;
    let asked = tour.discord.say(tour.ana, tour.backend, &format!("@Colega {QUESTION}"));
    draft(&tour, asked).await;
    tour.stop().await;
    assert!(tour.discord.look(|state| state.replies(asked)[0].button("up:").is_some()), "{}", tour.transcript());
    assert_eq!(tour.discord.violations(), Vec::<String>::new());
}
