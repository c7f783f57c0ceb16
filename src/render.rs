//! What people read: all wording in English and Spanish side by side, as pure functions, and one renderer for each
//! place in which it appears.

pub mod application;
pub mod chat;
pub mod chrome;
pub mod discord;
pub mod document;
pub mod html;
pub mod markdown;
mod parts;
pub mod review;
pub mod status;
pub mod telegram;
pub mod terminal;
pub mod trend;

use std::borrow::Cow;
use std::time::Duration;

use crate::answer::{Answer, Engine, Refusal, RefusalReason, Reply, SectionKind, Suggestions};
use crate::question::Language;

/// A reply as renderers see it: an answer in its parts, or a few words in its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<'a> {
    /// The knowledge base's answer.
    Answer(&'a Answer),
    /// Why there is none.
    Notice(Notice),
}

/// A few words in place of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Language of the words.
    pub language: Language,
    /// What happened, in one sentence.
    pub title: String,
    /// What to do now.
    pub advice: Vec<String>,
    /// Heading and entries of a list of subjects nearby.
    pub nearest: Option<(String, Vec<String>)>,
}

/// `reply` as it is shown.
pub fn shown(reply: &Reply) -> Shown<'_> {
    Shown::Notice(match reply {
        Reply::Answer(answer) => return Shown::Answer(answer),
        Reply::NoEvidence(suggestions) => no_evidence(suggestions),
        Reply::Refused(refusal) => refused(refusal),
        Reply::SlowDown { language, retry_after } => slow_down(*language, *retry_after),
        Reply::Busy { language, position } => busy(*language, *position),
    })
}

/// The one of two texts that is in `language`.
const fn say<'a>(language: Language, english: &'a str, spanish: &'a str) -> &'a str {
    match language {
        Language::English => english,
        Language::Spanish => spanish,
    }
}

/// Heading of a part of an answer.
pub const fn section_title(kind: SectionKind, language: Language) -> &'static str {
    match kind {
        SectionKind::Definition => say(language, "In short", "En resumen"),
        SectionKind::WhenToUse => say(language, "When to use it, and when not", "Cuándo usarlo y cuándo no"),
        SectionKind::Pitfalls => say(language, "Common mistakes", "Errores comunes"),
        SectionKind::Example => say(language, "Example", "Ejemplo"),
        SectionKind::Checklist => say(language, "Checklist", "Lista de comprobación"),
    }
}

/// Heading above the citations.
pub const fn sources_title(language: Language) -> &'static str {
    say(language, "Sources", "Fuentes")
}

/// Says that the passages are in another language than the answer's headings; `None` when they are in the same.
pub fn source_language_note(answer: &Answer) -> Option<&'static str> {
    let source = answer.source_language?;
    Some(match source {
        Language::English => say(
            answer.language,
            "The sources are in English; they are quoted as they are.",
            "Las fuentes están en inglés; se citan tal como están.",
        ),
        Language::Spanish => say(
            answer.language,
            "The sources are in Spanish; they are quoted as they are.",
            "Las fuentes están en español; se citan tal como están.",
        ),
    })
}

/// Tells whoever wrote a credential into a question to revoke it; `None` when there was none. `kinds` names them.
pub fn leak_warning(kinds: &[String], language: Language) -> Option<String> {
    if kinds.is_empty() {
        return None;
    }
    let kinds = kinds.join(", ");
    Some(match language {
        Language::English => format!(
            "The question held a secret ({kinds}). It is kept nowhere here, but others may have read it: revoke it and make a new one."
        ),
        Language::Spanish => format!(
            "La pregunta contenía un secreto ({kinds}). Aquí no se guarda, pero puede haberlo leído alguien: revócalo y crea otro."
        ),
    })
}

/// What wrote an answer.
pub const fn engine(engine: Engine, language: Language) -> &'static str {
    match engine {
        Engine::Extractive => say(language, "quoted from the sources", "citas literales de las fuentes"),
        Engine::Kalosm => say(
            language,
            "worded by a local model, checked against the sources",
            "redactado por un modelo local y comprobado con las fuentes",
        ),
        Engine::Remote => say(
            language,
            "worded by a model, checked against the sources",
            "redactado por un modelo y comprobado con las fuentes",
        ),
    }
}

/// Stands below an answer that is whole, and that a model is putting into better words.
pub const fn refining(language: Language) -> &'static str {
    say(language, "Quoted; better wording may follow…", "Son citas literales; puede que mejore la redacción…")
}

fn no_evidence(suggestions: &Suggestions) -> Notice {
    let language = suggestions.language;
    let heading = say(language, "The nearest subjects in it", "Temas más cercanos");
    Notice {
        language,
        title: say(
            language,
            "The knowledge base has nothing that answers this.",
            "La base de conocimiento no tiene nada que responda a esto.",
        )
        .to_owned(),
        advice: vec![
            say(
                language,
                "Try other words, search elsewhere, or add a document on it to the folder of sources.",
                "Prueba con otras palabras, busca en otro lugar o añade un documento sobre ello a la carpeta de fuentes.",
            )
            .to_owned(),
        ],
        nearest: (!suggestions.nearest.is_empty()).then(|| (heading.to_owned(), suggestions.nearest.clone())),
    }
}

fn refused(refusal: &Refusal) -> Notice {
    let language = refusal.language;
    let (title, advice) = match refusal.reason {
        RefusalReason::Intrusion => intrusion(language),
        RefusalReason::Harm => harm(language),
        RefusalReason::Injection => (
            say(
                language,
                "I answer backend questions from the knowledge base, and my rules stay as they are.",
                "Respondo preguntas de backend con la base de conocimiento, y mis reglas no cambian.",
            ),
            say(language, "Ask me about a backend subject.", "Pregúntame sobre un tema de backend."),
        ),
        RefusalReason::Malformed => (
            say(language, "I could not read that as a question.", "No lo he entendido como una pregunta."),
            say(
                language,
                "Ask one thing, in a few sentences of plain text.",
                "Pregunta una sola cosa, en pocas frases y solo con texto.",
            ),
        ),
    };
    Notice { language, title: title.to_owned(), advice: vec![advice.to_owned()], nearest: None }
}

const fn intrusion(language: Language) -> (&'static str, &'static str) {
    (
        say(
            language,
            "I do not help with getting into systems or accounts, or with taking credentials.",
            "No ayudo a entrar en sistemas o cuentas ni a obtener credenciales.",
        ),
        say(
            language,
            "To protect a system, ask how to prevent an attack (OWASP describes each one), or how to grant access \
             properly with OAuth 2; to test or enter a system, ask its owner for permission.",
            "Para proteger un sistema, pregunta cómo prevenir un ataque (OWASP describe cada uno) o cómo dar acceso \
             de forma correcta con OAuth 2; para probar un sistema o entrar en él, pide permiso a quien lo administra.",
        ),
    )
}

const fn harm(language: Language) -> (&'static str, &'static str) {
    (
        say(language, "I cannot help with that, but people can.", "Con eso no puedo ayudar, pero hay quien sí puede."),
        say(
            language,
            "If you or somebody else is in danger, call your local emergency number (112 or 911). At \
             findahelpline.com there is free, confidential help to talk to in your country.",
            "Si tú u otra persona está en peligro, llama al número de emergencias de tu país (112 o 911). En \
             findahelpline.com encontrarás con quién hablar, gratis y de forma confidencial, en tu país.",
        ),
    )
}

fn slow_down(language: Language, retry_after: Duration) -> Notice {
    let seconds = whole_seconds(retry_after);
    let (title, advice) = match language {
        Language::English => ("That was a lot at once.", format!("Try again in {seconds} s.")),
        Language::Spanish => ("Han sido muchas preguntas seguidas.", format!("Vuelve a intentarlo en {seconds} s.")),
    };
    Notice { language, title: title.to_owned(), advice: vec![advice], nearest: None }
}

fn busy(language: Language, position: usize) -> Notice {
    let (title, advice) = match language {
        Language::English => ("Many people are asking right now.", format!("Questions before yours: {position}.")),
        Language::Spanish => {
            ("Hay muchas preguntas en este momento.", format!("Preguntas antes de la tuya: {position}."))
        }
    };
    let again = say(language, "Try again in a moment.", "Vuelve a intentarlo en un momento.");
    Notice { language, title: title.to_owned(), advice: vec![advice, again.to_owned()], nearest: None }
}

/// `wait` in seconds, rounded up, and at least one: what people can wait for.
pub fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// `text` with a mark (U+FFFD) for every character that would act on the reader's screen instead of standing on it:
/// control characters, escape sequences' beginnings among them, and those that turn the direction of writing.
/// Line breaks and tabs stay.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if acts(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
}

fn acts(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Language-neutral: `3 d 4 h`, `12 min`, `40 s`.
pub fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_whole_seconds_and_never_too_short() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds, "{millis} ms");
        }
    }

    #[test]
    fn characters_that_act_are_marked_and_others_stay() {
        assert_eq!(neutral("\u{1b}[31mred\u{7}\r\n\tñ"), "\u{fffd}[31mred\u{fffd}\u{fffd}\n\tñ");
        assert_eq!(neutral("a\u{202e}b\u{2066}c\u{9b}1m"), "a\u{fffd}b\u{fffd}c\u{fffd}1m");
        assert!(matches!(neutral("¿Qué?\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_evidence_without_neighbours_shows_no_empty_list() {
        let suggestions = Suggestions { language: Language::English, nearest: Vec::new() };
        assert_eq!(no_evidence(&suggestions).nearest, None);
    }

    #[test]
    fn refusals_offer_a_way_on_in_both_languages() {
        let advice = |language, reason| refused(&Refusal { language, reason, rule: String::new() }).advice.join(" ");
        for language in Language::ALL {
            let intrusion = advice(language, RefusalReason::Intrusion);
            assert!(intrusion.contains("OWASP") && intrusion.contains("OAuth 2"), "{intrusion}");
            assert!(advice(language, RefusalReason::Harm).contains("112"));
        }
    }
}
