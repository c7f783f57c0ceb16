//! Thumbs and corrections.

use insta::assert_snapshot;

use super::{QUESTION, Tour, until};

#[tokio::test(flavor = "multi_thread")]
async fn thumbs_are_one_vote_a_person_however_given_and_can_change() {
    let mut tour = Tour::start().await;
    let (_, answer) = tour.ask_all(tour.ana, QUESTION).await;
    let (telegram, group) = (&tour.telegram, tour.group);
    telegram.react(group, answer, tour.ben, &["👍"]);
    tour.votes((1, 0)).await;
    let pressed = telegram.press(group, answer, tour.ben, "👍");
    assert_eq!(telegram.told(&pressed).await, "Thank you.");
    tour.votes((1, 0)).await;
    let spanish = telegram.press(group, answer, tour.eva, "👍");
    assert_eq!(telegram.told(&spanish).await, "Gracias.");
    tour.votes((2, 0)).await;
    tour.stop().await;
    // Telegram tells after the restart what was done before it.
    let eva = tour.telegram.press(group, answer, tour.eva, "👍");
    tour.telegram.react(group, answer, tour.ana, &["👎"]);
    tour.begin().await;
    tour.votes((1, 1)).await;
    assert_eq!(tour.telegram.told(&eva).await, "Tu voto se ha retirado.");
    tour.telegram.react(group, answer, tour.ana, &[]);
    tour.votes((1, 0)).await;
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dislike_asks_what_was_wrong_and_the_words_reach_the_reviewers() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask_all(tour.ana, QUESTION).await;
    let group = tour.group;
    tour.telegram.press(group, answer, tour.eva, "👎");
    tour.votes((0, 1)).await;
    let asks = |world: &crate::fakes::telegram::World| {
        world.of_bot(group).into_iter().find(|own| own.force_reply).map(|own| own.id)
    };
    let form = tour.telegram.wait_for("question for the reason", asks).await;
    let said = tour.telegram.reply(group, tour.eva, form, "correcto: vale por cliente");
    tour.next(group, said).await;
    let said = tour.telegram.reply(group, tour.ben, answer, "correct: the key is scoped to a client");
    tour.next(group, said).await;
    until("both corrections", async || tour.exchange().await.corrections.len() == 2).await;
    let exchange = tour.exchange().await;
    for right in ["vale por cliente", "the key is scoped to a client"] {
        assert!(exchange.corrections.iter().any(|own| own.right == right), "{exchange:#?}");
    }
    assert_snapshot!(tour.transcript(group));
    tour.end().await;
}
