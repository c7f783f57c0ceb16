//! Questions that continue: in the channel, in a thread, by a reply.

use insta::assert_snapshot;

use super::{QUESTION, Tour};
use crate::fakes::discord::State;

const WHEN: &str = "when should I use it?";

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_continues_the_answer_that_it_replies_to() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    // Something else in between must not become what "it" is.
    tour.ask(tour.ana, "What are evil scripts?").await;
    for person in [tour.ana, tour.ben] {
        let asked = tour.discord.reply(person, answer, WHEN);
        let text = tour.discord.text(tour.answer(asked).await);
        assert!(text.contains("moves money"), "{}", tour.transcript());
        // What was just answered can be explained to whoever asked.
        let why = tour.command(person, "why").await;
        assert!(why.contains(WHEN), "{why}");
    }
    assert_snapshot!(tour.transcript());
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_continues_what_the_same_person_asked_before() {
    let tour = Tour::start().await;
    tour.ask(tour.ana, QUESTION).await;
    let (_, answer) = tour.ask(tour.ana, WHEN).await;
    assert!(tour.discord.text(answer).contains("moves money"), "{}", tour.transcript());
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_on_an_answer_is_a_conversation_with_everybody_in_it() {
    let tour = Tour::start().await;
    let (_, answer) = tour.ask(tour.ana, QUESTION).await;
    let thread = tour.discord.create_thread(tour.ana, answer, "keys");
    let asked = tour.discord.say(tour.ben, thread, WHEN);
    tour.answer(asked).await;
    let asked = tour.discord.say(tour.ana, thread, "and an example?");
    tour.answer(asked).await;
    assert_snapshot!(tour.discord.transcript(thread));
    tour.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn talk_in_other_peoples_threads_is_neither_answered_nor_kept() {
    let tour = Tour::start().await;
    let said = tour.discord.say(tour.ana, tour.backend, "who is on call?");
    let thread = tour.discord.create_thread(tour.ana, said, "on call");
    let private = tour.discord.say(tour.ben, thread, QUESTION);
    let asked = tour.discord.say(tour.ana, thread, &format!("@Colega {QUESTION}"));
    tour.answer(asked).await;
    assert_eq!(tour.discord.look(|state: &State| state.from_bot(thread).len()), 1);
    let update = format!("m{private}");
    let (is_new, _) =
        tour.front().delivery.accept(colega::question::Origin::Discord, &update, &()).await.expect("read");
    assert!(is_new, "what was not for Colega was not written down");
    tour.end().await;
}
