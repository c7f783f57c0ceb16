//! In which of the two languages a text is written, be it a passage or a question of three words.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;
use whatlang::{Detector, Lang};

use crate::question::Language;
use crate::words::{fold, is_stopword, words};

/// Words beside the stopwords that give a question's language away, folded. Those of both languages are left out.
const ENGLISH: &str = "advantages best better build choose compare configure create deploy describe design difference \
    differences disadvantages enable example examples explain fix handle implement limits mean means mistakes practices \
    prevent pros cons safely scale secure setup show steps test tips tradeoffs understand work works write";
const SPANISH: &str = "buenas comparar compara configuro configurar crear diferencia diferencias diseno disenar ejemplo \
    ejemplos elegir elijo errores evitar evito explica explicame explicar funciona funcionan implementar implemento \
    mejor mejores mostrar muestra muestrame pasos practicas probar pruebo significa sirve sirven usa usar usan uso utiliza \
    utilizar ventajas desventajas frente necesito quiero haga hago red redes datos servidor servicio";

/// The words above, by language.
static GIVEAWAYS: LazyLock<[HashSet<&str>; 2]> =
    LazyLock::new(|| [ENGLISH, SPANISH].map(|list| list.split_whitespace().collect()));

/// Endings that are far commoner in one of the languages, folded.
const ENGLISH_ENDINGS: &[&str] =
    &["ing", "tion", "tions", "ency", "ancy", "ity", "ly", "ness", "ed", "ery", "ory", "ck", "ght", "sh", "wth"];
const SPANISH_ENDINGS: &[&str] = &[
    "cion", "ciones", "dad", "dades", "mente", "ando", "iendo", "ado", "ada", "ados", "adas", "encia", "ancia", "aje",
    "ores", "ismo", "illo",
];

/// Code, addresses, markup and the marks of secrets, which are English in every language.
static NOT_PROSE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?s)```.*?(?:```|\z)|~~~.*?(?:~~~|\z)|`[^`\n]*`|\]\([^)\s]*\)|https?://\S+|<[^<>]{1,300}>|\{[^{}\n]{0,100}\}|\[redacted: [^\]\n]*\]",
    )
    .expect("a constant that the tests compile")
});

/// Texts with fewer letters than this are judged by their words alone.
const LETTERS_FOR_TRIGRAMS: usize = 40;
/// How many words are looked at; the language of a text shows long before its end.
const WORDS: usize = 400;
/// A lead beyond this tells the language.
const SURE: f64 = 0.25;
/// With such a lead the rest of the words need not be counted.
const DECIDED: f64 = 10.0;

/// The language of `text`, leaving code and markup out; `None` if nothing tells it (`JWT?`).
pub fn detect(text: &str) -> Option<Language> {
    let prose = prose(text);
    if let Some(language) = by_words(&prose) {
        return Some(language);
    }
    let letters = prose.chars().filter(|c| c.is_alphabetic()).take(LETTERS_FOR_TRIGRAMS).count();
    if letters < LETTERS_FOR_TRIGRAMS {
        return None;
    }
    // A list of names is of no language, and trigrams are at a loss with it.
    let info =
        Detector::with_allowlist(vec![Lang::Eng, Lang::Spa]).detect(&prose).filter(whatlang::Info::is_reliable)?;
    Some(if info.lang() == Lang::Spa { Language::Spanish } else { Language::English })
}

/// The language that a question is asked in. What people paste into it, such as a log, is English in every language and often
/// longer than what they say; they say it in the first paragraph or in the last, and fewer of its words are of no language.
pub fn of_question(text: &str) -> Option<Language> {
    let prose = prose(text);
    let mut paragraphs = prose.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    let (Some(first), Some(last)) = (paragraphs.next(), paragraphs.last()) else { return detect(text) };
    let said = [first, last].into_iter().max_by(|a, b| density(a).total_cmp(&density(b)));
    said.and_then(by_words).or_else(|| detect(text))
}

/// What of `text` people say in their language: all but code, addresses and markup.
pub fn prose(text: &str) -> Cow<'_, str> {
    NOT_PROSE.replace_all(text, " ")
}

/// How clearly each word of `prose` tells its language, on average.
#[expect(clippy::cast_precision_loss, reason = "a question has few words")]
fn density(prose: &str) -> f64 {
    balance(prose).abs() / words(prose).take(WORDS).count().max(1) as f64
}

/// The language that the words of `prose` tell.
fn by_words(prose: &str) -> Option<Language> {
    let balance = balance(prose);
    (balance.abs() > SURE).then_some(if balance > 0.0 { Language::Spanish } else { Language::English })
}

/// The votes of the words of `prose`, as far as they have to be counted.
fn balance(prose: &str) -> f64 {
    let mut balance = marks(prose);
    for word in words(prose).take(WORDS) {
        balance += vote(word);
        if balance.abs() >= DECIDED {
            break;
        }
    }
    balance
}

/// Signs that only Spanish has.
fn marks(prose: &str) -> f64 {
    if prose.contains(['¿', '¡']) { 1.5 } else { 0.0 }
}

/// What a word says: above zero for Spanish, below for English.
fn vote(word: &str) -> f64 {
    let folded = fold(word);
    // An abbreviation (IS-IS, SE Linux) is no word of either language.
    let is_acronym = word.len() > 1 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit());
    let known = |language: Language| is_stopword(&folded, language) || GIVEAWAYS[language as usize].contains(&*folded);
    let lower = word.to_lowercase();
    let accents = if lower.contains(['ñ', 'á', 'í', 'ó', 'ú', 'é']) { 0.8 } else { 0.0 };
    match (known(Language::Spanish), known(Language::English)) {
        _ if is_acronym => 0.0,
        (true, false) => 1.0 + accents,
        (false, true) => -1.0,
        (true, true) => accents,
        (false, false) => accents + ending(&folded),
    }
}

fn ending(folded: &str) -> f64 {
    let ends = |endings: &[&str]| endings.iter().any(|end| folded.len() > end.len() + 2 && folded.ends_with(end));
    match (ends(SPANISH_ENDINGS), ends(ENGLISH_ENDINGS)) {
        (true, false) => 0.4,
        (false, true) => -0.4,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_in_the_language_of_what_is_said_and_not_of_what_is_pasted() {
        let log = "HikariPool-1 - Connection is not available, request timed out after 30000ms";
        for (text, expected) in [
            (format!("en hora pico me sale:\n\n{log}\n\nsubo el pool y ya?"), Language::Spanish),
            (format!("{log}\n\n¿qué hago?"), Language::Spanish),
            (format!("why do we get this?\n\n{log}"), Language::English),
        ] {
            assert_eq!(of_question(&text), Some(expected), "{text}");
        }
    }

    const SPANISH_QUESTIONS: &[&str] = &[
        "¿qué es un índice?",
        "que es jwt",
        "cuando usar kafka",
        "¿Cuándo usar Redis?",
        "diferencia entre rest y graphql",
        "como funciona oauth2",
        "¿Cómo evito deadlocks?",
        "que es load balancing",
        "para que sirve un circuit breaker",
        "explica CORS",
        "explicame el patron saga",
        "errores comunes con rate limiting",
        "buenas practicas de logging",
        "ejemplo de dockerfile",
        "¿CORS?",
        "por que falla mi deployment",
        "ventajas de grpc",
        "pasos para un rollback",
        "como versionar una api",
        "¿JWT o sesiones?",
        "que significa idempotencia",
        "idempotencia",
        "kafka o rabbitmq, cual elijo",
        "necesito cachear respuestas http",
        "transacciones distribuidas",
        "¿Qué es el teorema CAP?",
        "lista de comprobacion de tls",
        "cuantas replicas necesito",
        "como hago health checks en kubernetes",
        "SLO y SLI: en que se diferencian",
        "dame un ejemplo de retry con backoff",
        "cual es la diferencia entre ACID y BASE",
        "hay que cifrar los backups?",
    ];
    const ENGLISH_QUESTIONS: &[&str] = &[
        "what is jwt",
        "explain CORS",
        "when to use kafka",
        "What is an index?",
        "difference between rest and graphql",
        "how does oauth2 work",
        "how do I avoid deadlocks",
        "what is load balancing",
        "what's a circuit breaker for",
        "explain the saga pattern",
        "common mistakes with rate limiting",
        "logging best practices",
        "dockerfile example",
        "why does my deployment fail",
        "pros and cons of grpc",
        "rollback steps",
        "how to version an api",
        "JWT or sessions?",
        "what does idempotency mean",
        "idempotency",
        "kafka or rabbitmq, which one",
        "should I cache http responses",
        "distributed transactions",
        "what is the CAP theorem?",
        "tls checklist for the team",
        "how many replicas do I need",
        "health checks in kubernetes",
        "give me an example of retry with backoff",
        "is BASE the opposite of ACID",
        "do we need to encrypt backups",
        "café menu api: how to design it",
    ];

    #[test]
    fn short_questions_are_told_apart() {
        assert!(SPANISH_QUESTIONS.len() + ENGLISH_QUESTIONS.len() >= 60);
        let wrong = |questions: &[&'static str], expected| {
            questions.iter().filter(|text| detect(text) != Some(expected)).copied().collect::<Vec<_>>()
        };
        assert_eq!(wrong(SPANISH_QUESTIONS, Language::Spanish), Vec::<&str>::new());
        assert_eq!(wrong(ENGLISH_QUESTIONS, Language::English), Vec::<&str>::new());
    }

    #[test]
    fn nothing_is_made_up_where_nothing_tells() {
        for text in [
            "JWT?",
            "SLO vs SLI",
            "CORS? [redacted: password in a URL]",
            "",
            "???",
            "Kafka",
            "OAuth2 PKCE",
            "`the code is here`",
            "```\nthis is what it was\n```",
            "12345",
        ] {
            assert_eq!(detect(text), None, "{text}");
        }
    }

    #[test]
    fn code_does_not_outvote_prose() {
        let text = "El índice acelera la lectura:\n\n```sql\n-- the index is used when the filter matches all of it\nSELECT a FROM b WHERE c IS NOT NULL;\n```";
        assert_eq!(detect(text), Some(Language::Spanish));
    }
}
