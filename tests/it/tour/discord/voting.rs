//! Thumbs and corrections.

use colega::feedback::kept::Correction;
use insta::assert_snapshot;

use super::asking::long;
use super::{QUESTION, Tour, until};
use crate::fakes::discord::Saw;
use crate::harness;

#[tokio::test(flavor = "multi_thread")]
async fn thumbs_are_one_vote_a_person_however_given_and_can_change() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    let discord = &tour.discord;
    discord.react(tour.ben, answer, "👍🏽");
    tour.votes((1, 0)).await;
    // The same thumb by button changes nothing, and taking the reaction back leaves the button's.
    let pressed = discord.press(tour.ben, answer, "up:");
    assert_eq!(tour.told(pressed).await, "Thank you.");
    discord.unreact(tour.ben, answer, "👍🏽");
    tour.votes((1, 0)).await;
    let changed = discord.press(tour.ben, answer, "down:");
    assert!(matches!(discord.saw(changed).await, Saw::Form(_)));
    tour.votes((0, 1)).await;
    let taken_back = discord.press(tour.ben, answer, "down:");
    assert_eq!(tour.told(taken_back).await, "Your vote is taken back.");
    tour.votes((0, 0)).await;
    let spanish = discord.press(tour.eva, answer, "up:");
    assert_eq!(tour.told(spanish).await, "Gracias.");
    tour.votes((1, 0)).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dislike_asks_what_was_wrong_and_the_words_reach_the_reviewers() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    let pressed = tour.discord.press(tour.eva, answer, "down:");
    let Saw::Form(form) = tour.discord.saw(pressed).await else { panic!("a form") };
    let labels: Vec<_> = form.inputs.iter().map(|input| input.label.as_str()).collect();
    assert_eq!(
        (form.title.as_str(), labels),
        ("¿Qué estaba mal?", vec!["Qué estaba mal (opcional)", "La respuesta correcta (opcional)"])
    );
    let sent =
        tour.discord.submit_modal(tour.eva, pressed, &[("wrong", "falta el alcance"), ("right", "Vale por cliente.")]);
    assert_eq!(tour.told(sent).await, "Gracias. Alguien lo revisará.");
    let said = tour.discord.reply(tour.ben, answer, "correct: the key is scoped to a client");
    assert_eq!(tour.reply(said).await, "Thank you. Somebody will look at it.");
    until("both corrections", async || tour.exchange().await.corrections.len() == 2).await;
    let exchange = tour.exchange().await;
    let has = |wrong: &str, right: &str| {
        exchange.corrections.iter().any(|it: &Correction| it.wrong == wrong && it.right == right)
    };
    assert!(has("falta el alcance", "Vale por cliente.") && has("", "the key is scoped to a client"), "{exchange:#?}");
    assert_eq!((exchange.up, exchange.down), (0, 1));
    assert_snapshot!(tour.transcript());
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thumbs_that_were_given_while_colega_was_away_count() {
    let mut tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    tour.discord.react(tour.ana, answer, "👍");
    tour.votes((1, 0)).await;
    tour.discord.react(tour.eva, answer, "👍");
    tour.votes((2, 0)).await;
    tour.stop().await;
    tour.discord.unreact(tour.ana, answer, "👍");
    tour.discord.react(tour.ana, answer, "👎");
    tour.discord.react(tour.ben, answer, "👍");
    tour.discord.unreact(tour.eva, answer, "👍");
    tour.begin().await;
    tour.votes((1, 1)).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_that_was_forgotten_does_not_come_back_with_the_next_count() {
    let mut tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    tour.discord.react(tour.ben, answer, "👍");
    tour.discord.react(tour.eva, answer, "👍");
    tour.votes((2, 0)).await;
    tour.command(tour.ben, "forget").await;
    tour.votes((1, 0)).await;
    tour.stop().await;
    tour.discord.unreact(tour.eva, answer, "👍");
    tour.begin().await;
    tour.votes((0, 0)).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thumbs_on_any_message_of_a_long_answer_are_counted_together_after_a_while_away() {
    let mut tour = Tour::of(harness::agent_over(long())).await;
    let (asked, last) = tour.ask(tour.ana, QUESTION).await;
    let first = tour.discord.look(|state| state.replies(asked)[0].id);
    assert_ne!(first, last);
    tour.discord.react(tour.ana, first, "👍");
    tour.discord.react(tour.ben, last, "👍");
    tour.discord.react(tour.eva, last, "👎");
    tour.votes((2, 1)).await;
    tour.stop().await;
    tour.discord.unreact(tour.ben, last, "👍");
    tour.begin().await;
    tour.votes((1, 1)).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_is_edited_stays_one() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    let said = tour.discord.reply(tour.ben, answer, "correct: the key is scoped to a cleint");
    tour.reply(said).await;
    tour.discord.edit(tour.ben, said, "correct: the key is scoped to a client");
    let is_mended = async || tour.exchange().await.corrections[0].right == "the key is scoped to a client";
    until("the mended correction", is_mended).await;
    assert_eq!(tour.exchange().await.corrections.len(), 1);
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_found_can_be_corrected_and_explained() {
    let tour = Tour::start().await;
    let asked = tour.discord.say(tour.ana, tour.backend, "@Colega Which pizza should we order for the team?");
    tour.reply(asked).await;
    until("note of a reply", async || tour.front().feedback.exchanges(0).await.is_ok_and(|all| all.len() == 1)).await;
    let silence = tour.discord.look(|state| state.replies(asked)[0].id);
    let said = tour.discord.reply(tour.ben, silence, "correct: a margherita");
    assert_eq!(tour.reply(said).await, "Thank you. Somebody will look at it.");
    assert_eq!(tour.exchange().await.corrections[0].right, "a margherita");
    let why = tour.command(tour.ana, "why").await;
    assert!(why.contains("pizza"), "{why}");
    tour.end().await;
}
