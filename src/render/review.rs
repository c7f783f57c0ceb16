//! The wording of the review, in which people make cases of the goldset out of questions, and of the list of gaps.

mod words;

pub use self::words::Words;

use super::say;
use crate::question::Language;

/// How many candidates there are to decide.
pub fn to_decide(language: Language, candidates: usize) -> String {
    match language {
        Language::English => format!("{candidates} to decide."),
        Language::Spanish => format!("{candidates} por decidir."),
    }
}

/// Where an accepted case is.
pub fn accepted(language: Language, case: &str, file: &str) -> String {
    match language {
        Language::English => format!("Accepted: it is case {case} in {file}, of the split “dev”."),
        Language::Spanish => format!("Aceptada: es el caso {case} de {file}, de la parte «dev»."),
    }
}

/// Somebody said what the answer should have been.
pub fn corrected(language: Language, corrections: u64) -> String {
    match (language, corrections) {
        (Language::English, 1) => "Somebody corrected the answer".to_owned(),
        (Language::Spanish, 1) => "Alguien corrigió la respuesta".to_owned(),
        (Language::English, _) => format!("{corrections} corrections of the answer"),
        (Language::Spanish, _) => format!("{corrections} correcciones de la respuesta"),
    }
}

/// It was asked several times.
pub fn repeated(language: Language, asks: u64, people: u64) -> String {
    match (language, people) {
        (Language::English, 1) => format!("Asked {asks} times by one person"),
        (Language::English, _) => format!("Asked {asks} times by {people} people"),
        (Language::Spanish, 1) => format!("Preguntada {asks} veces por una persona"),
        (Language::Spanish, _) => format!("Preguntada {asks} veces por {people} personas"),
    }
}

/// The knowledge base is silent on it.
pub const fn unanswered(language: Language) -> &'static str {
    say(language, "The knowledge base has no answer", "La base de conocimiento no tiene respuesta")
}

/// The answer did not help.
pub fn disliked(language: Language, dislikes: u64) -> String {
    helped(language, 0, dislikes)
}

/// The answer helped.
pub fn liked(language: Language, likes: u64) -> String {
    helped(language, likes, 0)
}

/// How many people an answer helped and did not help, those that there are.
fn helped(language: Language, up: u64, down: u64) -> String {
    let people = say(language, "people", "personas");
    match (up, down) {
        (0, 1) => say(language, "Did not help 1 person", "No le sirvió a 1 persona").to_owned(),
        (0, _) => format!("{} {down} {people}", say(language, "Did not help", "No les sirvió a")),
        (1, 0) => say(language, "Helped 1 person", "Le sirvió a 1 persona").to_owned(),
        (_, 0) => format!("{} {up} {people}", say(language, "Helped", "Les sirvió a")),
        (_, _) => format!("{} · {}", helped(language, up, 0), helped(language, 0, down)),
    }
}

/// How often it was asked and what was thought of it, in one line.
pub fn counts(language: Language, asks: u64, up: u64, down: u64) -> String {
    let asked = asked(language, asks);
    if up + down == 0 { asked } else { format!("{asked} · {}", helped(language, up, down)) }
}

fn asked(language: Language, asks: u64) -> String {
    match (language, asks) {
        (Language::English, 1) => "Asked once".to_owned(),
        (Language::English, _) => format!("Asked {asks} times"),
        (Language::Spanish, 1) => "Preguntada una vez".to_owned(),
        (Language::Spanish, _) => format!("Preguntada {asks} veces"),
    }
}

/// What a person can press in the terminal.
pub const fn keys(language: Language) -> &'static str {
    say(
        language,
        "[a]ccept, [e]dit, [r]eject, [s]kip, [q]uit: ",
        "[a]ceptar, [e]ditar, [r]echazar, [s]altar, [q] salir: ",
    )
}

/// Asks for a question in the terminal.
pub const fn edit_question(language: Language) -> &'static str {
    say(language, "Question (Enter keeps it): ", "Pregunta (Intro la conserva): ")
}

/// Asks for points in the terminal.
pub const fn edit_points(language: Language) -> &'static str {
    say(
        language,
        "What a good answer says, one a line; an empty line ends them (Enter keeps them, - for no answer):",
        "Qué dice una buena respuesta, uno por línea; una línea vacía termina (Intro los conserva, - si no hay respuesta):",
    )
}

/// Follows the last candidate in the terminal.
pub fn reviewed(language: Language, accepted: usize, rejected: usize) -> String {
    match language {
        Language::English => format!("{accepted} accepted, {rejected} rejected."),
        Language::Spanish => format!("{accepted} aceptadas, {rejected} rechazadas."),
    }
}

/// There are no gaps.
pub const fn no_gaps(language: Language) -> &'static str {
    say(
        language,
        "No question went without an answer, and nobody disliked one.",
        "No hay preguntas sin respuesta ni respuestas mal valoradas.",
    )
}

/// How much a gap is missed, in one line.
pub fn gap(language: Language, asks: u64, dislikes: u64, nearest: Option<&str>) -> String {
    let missed = counts(language, asks, 0, dislikes);
    match nearest {
        Some(nearest) => format!("{missed} · {} {nearest}", say(language, "nearest:", "lo más cercano:")),
        None => missed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_say_them_in_both_languages() {
        let (en, es) = (Language::English, Language::Spanish);
        assert_eq!(counts(en, 1, 0, 0), "Asked once");
        assert_eq!(counts(en, 3, 1, 2), "Asked 3 times · Helped 1 person · Did not help 2 people");
        assert_eq!(counts(es, 3, 2, 1), "Preguntada 3 veces · Les sirvió a 2 personas · No le sirvió a 1 persona");
        assert_eq!(counts(es, 1, 1, 2), "Preguntada una vez · Le sirvió a 1 persona · No les sirvió a 2 personas");
        assert_eq!(gap(es, 1, 0, Some("Colas")), "Preguntada una vez · lo más cercano: Colas");
        assert_eq!(corrected(en, 2), "2 corrections of the answer");
        assert_eq!(repeated(es, 2, 1), "Preguntada 2 veces por una persona");
    }
}
