use super::*;
use crate::knowledge::cards::section::Vocabulary;

/// A document of this prose, in which the words of it are known.
fn with_document<T>(prose: &str, test: impl FnOnce(&Document<'_>) -> T) -> T {
    let vocabulary = Vocabulary::of([prose].into_iter());
    test(&Document { sections: Vec::new(), prose: prose.to_owned(), vocabulary: &vocabulary })
}

#[test]
fn articles_are_those_of_the_document() {
    let check = |name: &str, prose: &str, lang, expected: &str| {
        assert_eq!(with_document(prose, |document| in_sentence(name, document, lang)), expected);
    };
    let english = "A circuit breaker opens. The open circuit breaker waits. Use a circuit breaker when it fails. \
                   Use a GraphQL client, or GraphQL. We like sharding.";
    check("Circuit breaker", english, Language::English, "a circuit breaker");
    check("GraphQL", english, Language::English, "GraphQL");
    check("Sharding", english, Language::English, "sharding");
    check("Kubernetes", "Kubernetes runs pods. Pods run in Kubernetes.", Language::English, "Kubernetes");
    check("Read Committed", "To read is to see. Read Committed is a level.", Language::English, "Read Committed");
    let spanish = "La autenticación dice quién. La clave sigue a la autenticación.";
    check("Autenticación", spanish, Language::Spanish, "la autenticación");
}

#[test]
fn rows_have_articles_for_all_or_for_none() {
    let check = |names: [&str; 2], prose: &str, expected: [&str; 2]| {
        let names = names.map(str::to_owned);
        assert_eq!(
            with_document(prose, |document| in_sentence_together(&names, document, Language::English)),
            expected
        );
    };
    check(["Image", "container"], "An image is not a container. A container runs.", ["an image", "a container"]);
    check(
        ["Rollback", "roll forward"],
        "A rollback is quick. To roll forward takes time. No rollback.",
        ["rollback", "roll forward"],
    );
    check(
        ["Composite", "covering index"],
        "A composite index and a covering index.",
        ["a composite", "a covering index"],
    );
}

#[test]
fn a_definition_names_its_subject_and_its_number() {
    let check = |sentence: &str, lang, expected: Option<(&str, Number)>| {
        let found = with_document("many retries", |document| Subject::defined_by(sentence, document, lang));
        assert_eq!(found.as_ref().map(|subject| (subject.text.as_str(), subject.number)), expected, "{sentence}");
    };
    check("A JWT (JSON Web Token) is a token.", Language::English, Some(("a JWT", Number::One)));
    check(
        "Retries and backoff are the usual means.",
        Language::English,
        Some(("retries and backoff", Number::Several)),
    );
    check("Las trazas (traces) son una técnica.", Language::Spanish, Some(("las trazas", Number::Several)));
    check("TLS encrypts.", Language::English, None);
}

#[test]
fn names_without_an_article_get_their_number_from_the_text_or_their_ending() {
    let check = |name: &str, prose: &str, lang, expected| {
        assert_eq!(with_document(prose, |document| number(name, document, lang)), expected, "{name}");
    };
    check("Kubernetes", "Kubernetes is a platform.", Language::English, Number::One);
    check("application configuration", "", Language::English, Number::One);
    check("health checks", "", Language::English, Number::Several);
    check("CORS", "", Language::English, Number::One);
    check("chaos engineering", "", Language::Spanish, Number::One);
    check("pruebas de carga", "", Language::Spanish, Number::Several);
}

#[test]
fn one_thing_is_known_in_both_numbers_and_whatever_the_depth() {
    assert!(is_same("Rollbacks", "Un rollback", Language::Spanish));
    assert!(is_same("Integration testing", "An integration test", Language::English));
    assert!(!is_same("Queues", "A dead letter queue", Language::English));
    assert_eq!(without_level("Kafka basics"), "Kafka");
    assert_eq!(without_level("Fundamentos de Kafka"), "Kafka");
}

#[test]
fn comparisons_and_enumerations_are_taken_apart() {
    assert_eq!(sides("Mock vs stub vs fake", Language::English), ["Mock", "stub", "fake"]);
    assert_eq!(sides("SLI frente a SLO y SLA", Language::Spanish), ["SLI", "SLO", "SLA"]);
    assert_eq!(sides("Retries and backoff", Language::English), ["Retries and backoff"]);
    assert_eq!(enumerated("SLIs, SLOs and error budgets", Language::English), ["SLIs", "SLOs", "error budgets"]);
    let joined = |last: &str, lang| join(&["a".to_owned(), last.to_owned()], lang);
    assert_eq!(joined("integración", Language::Spanish), "a e integración");
    assert_eq!(joined("hielo", Language::Spanish), "a y hielo");
    assert_eq!(joined("b", Language::English), "a and b");
}
