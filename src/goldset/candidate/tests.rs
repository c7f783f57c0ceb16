mod sample;

pub(crate) use self::sample::{Asked, answered, unanswered};

use super::*;
use crate::feedback::kept::Outcome;
use crate::goldset::case::Difficulty;

fn of(asked: impl IntoIterator<Item = Asked>, settled: &Settled) -> Vec<Candidate> {
    let exchanges: Vec<Exchange> = asked.into_iter().map(Asked::build).collect();
    candidates(&exchanges, settled)
}

fn questions(candidates: &[Candidate]) -> Vec<(&str, Reason)> {
    candidates.iter().map(|candidate| (candidate.proposal.question.as_str(), candidate.reason)).collect()
}

#[test]
fn corrections_come_first_then_repeated_questions_then_gaps_and_then_thumbs() {
    let found = of(
        [
            answered("What is a circuit breaker?").votes(3, 0),
            unanswered("¿Cómo se renuevan los certificados internos?"),
            answered("What is a message queue?").votes(0, 1),
            answered("How do I paginate an API?").by("ana").at(1),
            answered("how to paginate our API").by("ben").at(2),
            answered("¿Qué es el patrón outbox?").votes(0, 1).corrected("eva", "", "Es una tabla."),
            answered("What is a load balancer?"),
        ],
        &Settled::default(),
    );
    let expected = [
        ("¿Qué es el patrón outbox?", Reason::Corrected),
        ("How do I paginate an API?", Reason::Repeated),
        ("¿Cómo se renuevan los certificados internos?", Reason::Unanswered),
        ("What is a message queue?", Reason::Disliked),
        ("What is a circuit breaker?", Reason::Liked),
    ];
    assert_eq!(questions(&found), expected, "what was asked once and left at that is no candidate");
    assert!(found.is_sorted_by(|a, b| a.value >= b.value));
}

#[test]
fn among_candidates_of_one_reason_more_people_count_more() {
    let found = of(
        [
            answered("What is a lock?").votes(0, 1).corrected("eva", "", "It excludes others."),
            answered("What is a mutex?").votes(0, 3).corrected("eva", "", "It excludes others."),
            answered("What is a semaphore?").corrected("eva", "", "It counts.").corrected("ben", "", "A counter."),
        ],
        &Settled::default(),
    );
    let asked: Vec<&str> = questions(&found).into_iter().map(|(question, _)| question).collect();
    assert_eq!(asked, ["What is a mutex?", "What is a semaphore?", "What is a lock?"]);
}

#[test]
fn questions_that_say_the_same_are_one_candidate() {
    let found = of(
        [
            answered("idempotency keys").by("eva").at(1),
            answered("What is an idempotency key?").by("ana").at(2).votes(1, 0),
            answered("what is an idempotency key").by("ben").at(3).votes(0, 2),
            answered("¿Qué es una clave de idempotencia?").by("eva").at(4).votes(1, 0),
            answered("explícame las claves de idempotencia").by("leo").at(5),
        ],
        &Settled::default(),
    );
    assert_eq!(
        questions(&found),
        [("What is an idempotency key?", Reason::Repeated), ("¿Qué es una clave de idempotencia?", Reason::Repeated)]
    );
    let english = &found[0];
    assert_eq!(english.id.0, "eva-1-16", "named by the first of its questions");
    assert_eq!((english.lang, found[1].lang), (Language::English, Language::Spanish));
    assert_eq!(english.wordings, ["idempotency keys"]);
    let counts = Counts { asks: 3, people: 3, unanswered: 0, up: 1, down: 2, corrections: 0 };
    assert_eq!(english.counts, counts);
    assert_eq!(english.why(Language::English), "Asked 3 times by 3 people");
    assert_eq!(english.why(Language::Spanish), "Preguntada 3 veces por 3 personas");
}

#[test]
fn rewording_a_question_at_once_is_not_asking_it_again() {
    let soon = answered("how to paginate an API").at_hour(1);
    assert_eq!(of([answered("How do I paginate an API?"), soon], &Settled::default()), []);
    let later = answered("how to paginate an API").at(1);
    let found = of([answered("How do I paginate an API?"), later], &Settled::default());
    assert_eq!(found[0].why(Language::English), "Asked 2 times by one person");
}

#[test]
fn a_correction_is_proposed_sentence_by_sentence() {
    let list = "1. Hay que rotar la clave cada mes. 2. Se guarda en el gestor de secretos.\n- Nunca en el repositorio.";
    let found = of(
        [
            answered("¿Cómo se rota la clave del API?").at(1).corrected("eva", "Eso es de otra cosa.", list),
            answered("¿como rotar la clave del api?").by("ben").at(2).corrected(
                "leo",
                "",
                "La clave se rota cada mes, hay que rotarla.",
            ),
        ],
        &Settled::default(),
    );
    let [candidate] = found.as_slice() else { panic!("one candidate: {found:?}") };
    let points = [
        "La clave se rota cada mes, hay que rotarla.",
        "Se guarda en el gestor de secretos.",
        "Nunca en el repositorio.",
    ];
    assert_eq!(candidate.proposal.expected_points, points, "the latest first, and none twice");
    assert_eq!(candidate.proposal.difficulty, Difficulty::Hard);
    assert!(candidate.proposal.answerable);
    assert_eq!(candidate.remarks[1].wrong, "Eso es de otra cosa.");
    assert_eq!(candidate.why(Language::Spanish), "2 correcciones de la respuesta");
    assert_eq!(candidate.people.len(), 4);
    let json = serde_json::to_string(candidate).expect("JSON");
    assert!(!json.contains("\"eva\"") && !json.contains("\"people\":["), "{json}");
}

#[test]
fn an_answer_is_proposed_with_what_it_cites() {
    let found = of([answered("What is an idempotency key?").votes(1, 0)], &Settled::default());
    let proposal = &found[0].proposal;
    assert_eq!(proposal.expected_points, ["An idempotency key is a unique value.", "The server keeps it."]);
    assert_eq!(proposal.must_cite, ["en/idempotency.md", "en/apis.md"]);
    assert_eq!(proposal.relevant_chunks.len(), 2, "each passage once");
    assert_eq!((proposal.difficulty, proposal.answerable), (Difficulty::Medium, true));
}

#[test]
fn a_gap_has_no_answer_unless_somebody_gives_one() {
    let gap = "How do we rotate the database password?";
    let found = of([unanswered(gap)], &Settled::default());
    let proposal = &found[0].proposal;
    assert!(!proposal.answerable && proposal.expected_points.is_empty() && proposal.must_cite.is_empty());
    assert_eq!(found[0].nearest, ["Secrets", "Databases"]);
    let found = of([unanswered(gap).corrected("eva", "", "With the job of the platform team.")], &Settled::default());
    assert!(found[0].proposal.answerable);
    assert_eq!(found[0].proposal.expected_points, ["With the job of the platform team."]);
}

#[test]
fn what_is_settled_is_not_proposed_again_in_other_words() {
    let asked = || {
        [
            answered("What is an idempotency key?").at(1).votes(1, 0),
            answered("explain idempotency keys").by("ben").at(2),
        ]
    };
    assert_eq!(of(asked(), &Settled::default()).len(), 1);
    let question = |text: &str| {
        let asked = Fingerprint::of(text, Language::English).into_iter().collect();
        Settled { asked, ..Settled::default() }
    };
    assert_eq!(of(asked(), &question("How do idempotency keys work?")), []);
    assert_eq!(of(asked(), &question("How do circuit breakers work?")).len(), 1);
    let ids = [AnswerId("ana-1-27".to_owned())].into();
    assert_eq!(of(asked(), &Settled { ids, ..Settled::default() }), []);
}

#[test]
fn questions_without_words_are_left_out() {
    let mut exchange = answered("What is a lock?").votes(1, 0).build();
    exchange.kept.trace = None;
    assert_eq!(candidates(&[exchange], &Settled::default()), []);
    let mut exchange = answered("What is a lock?").votes(1, 0).build();
    exchange.kept.outcome = Outcome::Refused { rule: "harm".to_owned() };
    assert_eq!(candidates(&[exchange], &Settled::default()), []);
}
