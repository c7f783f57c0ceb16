//! What an answer begins with, by what is asked.

use std::collections::BTreeSet;

use colega::answer::{SectionKind, Sentence};

use super::*;

/// The paragraphs of the first part: sentences, each with the title of the passage that it is from.
async fn paragraphs(asked: &str) -> Vec<Vec<(String, String)>> {
    let asked = ask(&agent(), question(asked)).await;
    let answer = answer(&asked);
    let first = answer.sections.iter().find(|section| section.kind == SectionKind::Definition).expect("a first part");
    let with_title = |sentence: &Sentence| {
        let citation = answer.citations.iter().find(|citation| sentence.cites.contains(&citation.no));
        (sentence.text.clone(), citation.expect("what is cited is among the sources").title.clone())
    };
    first.blocks.iter().map(|block| block.sentences().map(with_title).collect()).collect()
}

async fn opening(asked: &str) -> Vec<(String, String)> {
    paragraphs(asked).await.concat()
}

#[tokio::test]
async fn what_things_are_comes_first_where_that_is_asked() {
    let both = opening("What is event sourcing and how is it different from CQRS?").await;
    let texts: Vec<&str> = both.iter().map(|(text, _)| text.as_str()).collect();
    assert!(texts[0].starts_with("Event sourcing is ") && texts[1].starts_with("CQRS "), "{texts:#?}");
    let other_name = opening("qué es un deadlock y cómo lo evito").await;
    assert!(other_name[0].0.starts_with("Un deadlock, o interbloqueo, es "), "{other_name:#?}");
    let direct = opening("How do I rotate a JWT signing key without downtime?").await;
    assert!(direct[0].0.contains("rotate"), "a definition is not what was asked for: {direct:#?}");
    let causes = opening("Our Kafka consumer group keeps rebalancing. What are the usual causes?").await;
    assert!(!causes[0].0.starts_with("A consumer group is "), "nobody asked for the meaning of that: {causes:#?}");
}

#[tokio::test]
async fn what_tells_two_things_apart_answers_which_to_take() {
    let compared = opening("Para publicar la tabla outbox, ¿sondeo o CDC?").await;
    assert!(compared[0].1.ends_with("Polling frente a change data capture"), "{compared:#?}");
    assert_eq!(compared[1].1, compared[0].1, "it is quoted at length: {compared:#?}");
}

#[tokio::test]
async fn reasons_against_answer_when_not() {
    for (asked, against) in [
        ("When should I not use a saga?", "Saga pattern › When not to use it"),
        ("¿Cuándo NO usar event sourcing?", "Event sourcing y CQRS › Cuándo no usarlo"),
    ] {
        let reasons = opening(asked).await;
        assert_eq!(reasons[0].1, against, "{reasons:#?}");
    }
    let no_traffic = opening("¿Cómo escalo a cero cuando no hay tráfico?").await;
    assert!(!no_traffic[0].1.ends_with("Cuándo no usarlo"), "it is a condition: {no_traffic:#?}");
}

#[tokio::test]
async fn sentences_of_one_passage_stand_together() {
    for asked in [
        "tengo un deadlock en postgres cada tanto, cómo averiguo qué transacciones lo provocan",
        "how do I make a consumer of a queue idempotent without slowing it down",
    ] {
        let paragraphs = paragraphs(asked).await;
        let first: Vec<&String> = paragraphs[0].iter().map(|(_, title)| title).collect();
        let passages: BTreeSet<&String> = first.iter().copied().collect();
        assert!(1 < passages.len() && passages.len() < first.len(), "some passage is quoted twice: {paragraphs:#?}");
        let runs = first.chunk_by(|a, b| a == b).count();
        assert_eq!(runs, passages.len(), "{paragraphs:#?}");
    }
}
