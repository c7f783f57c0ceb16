//! Questions that change after they were asked.

use std::time::Duration;

use insta::assert_snapshot;

use super::{QUESTION, SPANISH, Tour};
use crate::fakes::discord::State;

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_question_is_answered_anew_in_place_and_a_deleted_one_loses_its_answer() {
    let tour = Tour::start().await;
    let (asked, answer) = tour.ask(tour.ana, QUESTION).await;
    let before = tour.discord.text(answer);
    tour.discord.edit(tour.ana, asked, &format!("@Colega {SPANISH}"));
    tour.discord.wait_for("new answer", |state| (state.message(answer)?.content != before).then_some(())).await;
    assert_eq!(tour.answer(asked).await, answer);
    assert_snapshot!(tour.transcript());
    tour.discord.delete(asked);
    tour.discord.wait_for("withdrawal", |state| state.message(answer).is_none().then_some(())).await;
    assert_eq!(tour.transcript(), "#backend\n");
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_evidence_becomes_one_when_its_question_is_mended() {
    let tour = Tour::start().await;
    let asked = tour.discord.say(tour.ana, tour.backend, "@Colega What is an odempitency kiy?");
    tour.reply(asked).await;
    tour.discord.edit(tour.ana, asked, &format!("@Colega {QUESTION}"));
    tour.answer(asked).await;
    assert_eq!(tour.discord.look(|state: &State| state.from_bot(tour.backend).len()), 1);
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_that_is_added_later_asks() {
    let tour = Tour::start().await;
    let said = tour.discord.say(tour.ana, tour.backend, QUESTION);
    tour.discord.edit(tour.ana, said, &format!("@Colega {QUESTION}"));
    tour.answer(said).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_changes_while_it_is_answered_gets_one_answer() {
    let tour = Tour::slow(Duration::from_millis(500)).await;
    let asked = tour.discord.say(tour.ana, tour.backend, &format!("@Colega {QUESTION}"));
    tour.discord.wait_for("draft", |state| state.replies(asked).first().map(|own| own.id)).await;
    tour.discord.edit(tour.ana, asked, &format!("@Colega {SPANISH}"));
    let answer = tour.answer(asked).await;
    let text = tour.discord.text(answer);
    assert!(text.contains("valor único") && !text.contains("Checklist"), "{text}");
    assert_eq!(tour.discord.look(|state| state.replies(asked).len()), 1);
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_deleted_while_it_is_answered_leaves_nothing() {
    let tour = Tour::slow(Duration::from_millis(500)).await;
    let asked = tour.discord.say(tour.ana, tour.backend, &format!("@Colega {QUESTION}"));
    tour.discord.wait_for("draft", |state| state.replies(asked).first().map(|own| own.id)).await;
    tour.discord.delete(asked);
    let is_empty = |state: &State| state.from_bot(tour.backend).is_empty().then_some(());
    tour.discord.wait_for("withdrawal", is_empty).await;
    tour.end().await;
}
