//! The commands, as each person reads them.

use insta::assert_snapshot;

use super::{QUESTION, SPANISH, Tour};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_looked_behind() {
    let tour = Tour::start().await;
    assert_snapshot!("nothing_to_explain", tour.command(tour.ana, "why").await);
    tour.ask(tour.ana, QUESTION).await;
    tour.ask(tour.eva, SPANISH).await;
    assert_snapshot!("why", tour.command(tour.ana, "why").await);
    assert_snapshot!("why_spanish", tour.command(tour.eva, "why").await);
    assert_snapshot!("sources", tour.command(tour.ana, "sources").await);
    assert_snapshot!("sources_spanish", tour.command(tour.eva, "sources").await);
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_answer_can_be_looked_behind_too() {
    let tour = Tour::start().await;
    let asked = tour.discord.dm(tour.ana, QUESTION);
    tour.answer(asked).await;
    for name in ["why", "sources"] {
        let given = tour.discord.slash(tour.ana, tour.discord.direct(tour.ana), name, &[], None);
        let text = tour.told(given).await;
        assert!(text.contains("en/idempotency.md"), "{text}");
    }
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_how_colega_is_doing_and_what_it_lacks() {
    let tour = Tour::start().await;
    assert_snapshot!("no_gaps", tour.command(tour.ana, "gaps").await);
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    tour.discord.react(tour.ben, answer, "👍");
    tour.votes((1, 0)).await;
    let asked = tour.discord.say(tour.ana, tour.backend, "@Colega Which pizza should @ben order for the team?");
    tour.reply(asked).await;
    assert_snapshot!("gaps", tour.command(tour.ana, "gaps").await);
    assert_snapshot!("gaps_spanish", tour.command(tour.eva, "gaps").await);
    assert_snapshot!("stats", tour.command(tour.ana, "stats").await);
    assert_snapshot!("stats_spanish", tour.command(tour.eva, "stats").await);
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_is_in_the_language_of_the_persons_client() {
    let tour = Tour::start().await;
    assert_snapshot!("help", tour.command(tour.ana, "help").await);
    assert_snapshot!("help_spanish", tour.command(tour.eva, "help").await);
    assert_eq!(tour.command(tour.eva, "reindex").await, "Ese comando es solo para administradores.");
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_a_person_is_forgotten_on_their_word() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    tour.discord.react(tour.eva, answer, "👍");
    tour.votes((1, 0)).await;
    assert_snapshot!("forget_spanish", tour.command(tour.eva, "forget").await);
    assert_snapshot!("forget", tour.command(tour.ana, "forget").await);
    assert_snapshot!("forget_again", tour.command(tour.ana, "forget").await);
    assert_eq!(tour.front().feedback.exchanges(0).await.expect("read"), []);
    tour.end().await;
}
