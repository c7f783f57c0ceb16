//! The commands, as each person reads them.

use insta::assert_snapshot;

use super::{QUESTION, SPANISH, Tour};

#[tokio::test(flavor = "multi_thread")]
async fn commands_answer_in_the_language_of_the_person() {
    let tour = Tour::start().await;
    assert_snapshot!("nothing_to_explain", tour.command(tour.ana, "/why").await);
    tour.ask(tour.ana, QUESTION).await;
    tour.ask(tour.eva, SPANISH).await;
    for name in ["help", "why", "sources", "stats", "gaps"] {
        assert_snapshot!(name, tour.command(tour.ana, &format!("/{name}")).await);
        assert_snapshot!(format!("{name}_spanish"), tour.command(tour.eva, &format!("/{name}")).await);
    }
    assert_eq!(tour.command(tour.eva, "/reindex").await, "Ese comando es solo para administradores.");
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_a_person_is_forgotten_on_their_word() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask_all(tour.ana, QUESTION).await;
    tour.telegram.react(tour.group, answer, tour.eva, &["👍"]);
    tour.votes((1, 0)).await;
    assert_snapshot!("forget_spanish", tour.command(tour.eva, "/forget").await);
    assert_snapshot!("forget", tour.command(tour.ana, "/forget").await);
    assert_eq!(tour.front().feedback.exchanges(0).await.expect("read"), []);
    tour.end().await;
}
