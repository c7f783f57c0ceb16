//! Which words of a question name its subject, and which only say that something is asked, or what kind of answer is wanted.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Fact;
use crate::embed::bm25;
use crate::question::Language;
use crate::retrieve::statistics::Statistics;
use crate::words;

/// Whether a folded word is a quantity ("800gb", "300ms"), which passages seldom share with a question that they answer.
pub(super) fn is_quantity(folded: &str) -> bool {
    let unit = folded.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    unit.len() < folded.len()
        && matches!(unit, "kb" | "mb" | "gb" | "tb" | "pb" | "kib" | "mib" | "gib" | "tib" | "ms" | "rps" | "qps")
}

/// Whether a folded word of a question in `language` carries no subject.
pub(super) fn is_question_word(folded: &str, language: Language) -> bool {
    static BOTH: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        // Courtesies and question words that people mix into either language.
        "what how when why which who where que como cuando por cual cuales quien donde please porfa favor hola hi hello \
         hey thanks gracias explain explica explicame tell dime know saber want quiero need necesito help ayuda can could \
         should would puedo puede debo deberia hay tengo hacer do does is are"
            .split_whitespace()
            .collect()
    });
    BOTH.contains(folded) || words::is_stopword(folded, language)
}

/// Whether a word says what kind of answer is wanted, or how, or nothing at all, rather than what about.
pub(super) fn is_intent(surface: &str, folded: &str, corpus: &Statistics) -> bool {
    is_intent_word(folded) || is_adverb(folded) || is_noise(surface, folded, corpus)
}

/// Whether a folded word says what kind of answer is wanted, in any of its forms.
fn is_intent_word(folded: &str) -> bool {
    static STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let english = ENGLISH_INTENTS.split_whitespace().map(|word| words::stem(word, Language::English));
        let spanish = SPANISH_INTENTS.split_whitespace().map(|word| words::stem(word, Language::Spanish));
        english.chain(spanish).collect()
    });
    Language::ALL.iter().any(|&language| STEMS.contains(&words::stem(folded, language)))
}

/// Words that say what kind of answer is wanted, folded; any form of them counts.
pub(super) const COMPARING: [&str; 11] = [
    "vs",
    "versus",
    "diff",
    "difference",
    "differences",
    "compare",
    "comparison",
    "diferencia",
    "diferencias",
    "frente",
    "comparar",
];
const ENGLISH_INTENTS: &str = "pick deal fix say tell mean practical reason idea question understand simple happens happen new randomly same difference different compare comparison versus vs better best practice use used work mean \
    meaning definition define example sample mistake pitfall checklist avoid prevent good bad common typical usual way \
    worth thing between choose happen make get steps instead really exactly look like pattern approach technique concept";
const SPANISH_INTENTS: &str = "quiere decir oye eso duda entender explicar sencillo nuevo arreglar resolver tratar hago hacer diferencia diferente comparar comparacion frente mejor mejores practica usar uso usos \
    utilizar funciona funcionar significa significado definicion definir ejemplo trampa lista comprobacion evitar evito \
    conviene bueno malo comun comunes tipico habitual forma manera elegir elijo sirve pasa pasos vez lugar parece patron \
    tecnica concepto vale pena drama";

/// The word for a comparison that somebody most probably meant to type ("diffrence").
pub(super) fn meant_comparison(folded: &str) -> Option<&'static str> {
    const LONG: usize = 8;
    let is_meant = |word: &&str| word.len() >= LONG && strsim::osa_distance(word, folded) == 1;
    COMPARING.into_iter().find(is_meant).filter(|_| !COMPARING.contains(&folded))
}

/// Whether a word is a slip such as "wat" or "im": short, unknown to the corpus and no acronym.
fn is_noise(surface: &str, folded: &str, corpus: &Statistics) -> bool {
    let is_known = || Language::ALL.iter().any(|&language| corpus.knows(bm25::hash(&words::stem(folded, language))));
    folded.chars().count() <= 3 && !surface.chars().all(char::is_uppercase) && !is_known()
}

/// The single fact that a question asks for, where it asks for one rather than for an explanation.
pub(super) fn asked_fact(text: &str) -> Option<Fact> {
    static PATTERNS: LazyLock<[(Fact, Regex); 2]> = LazyLock::new(|| {
        let compile = |patterns: &[&str]| {
            Regex::new(&format!("(?i){}", patterns.join("|"))).expect("a test compiles every pattern")
        };
        [(Fact::Figure, compile(&FIGURES)), (Fact::Name, compile(&NAMES))]
    });
    PATTERNS.iter().find(|(_, pattern)| pattern.is_match(text)).map(|&(fact, _)| fact)
}

const FIGURES: [&str; 5] = [
    r"\b(what fees?|qu[eé] (comisi[oó]n|tarifa))\b",
    r"\bhow (many|much|long|often|big|large|high|far)\b",
    r"\b(what|which|what's|whats)\b[^?.]{0,40}\b(defaults?|limits?|max(imum)?|minimum|prices?|costs?|versions?|ports?|values?|sizes?|timeouts?)\b",
    r"\bcu[aá]nt[oa]s?\b",
    r"\b(qu[eé]|cu[aá]l(es)?)\b[^?.]{0,40}\b(l[ií]mites?|m[aá]xim[oa]|m[ií]nim[oa]|precios?|coste|costo|versi[oó]n|versiones|puertos?|valor(es)?|tamaño|defecto)\b",
];
const NAMES: [&str; 14] = [
    r"\b(who|whose|qui[eé]n(es)?)\b|\bc[oó]mo se llama|\bwhat('?s| is) the name\b",
    r"\b(what|which|what's|whats|where|where's|wheres)\b[^?.]{0,40}\b(urls?|host(name)?|ip|bucket|repo(sitory)?|address|config key|property|attribute|argument|arg)\b",
    r"\b(qu[eé]|cu[aá]l|d[oó]nde|me pasas)\b[^?.]{0,40}\b(urls?|host|ip|bucket|repo(sitorio)?|direcci[oó]n|propiedad|property|atributo|argumento)\b",
    r"\b(what|which|qu[eé]|cu[aá]les) (args|arguments|parameters|argumentos|par[aá]metros)\b|\bsignature of \w+[.(]",
    // Where something stands on a screen.
    r"\b(where|in which|which)\b[^?.]{0,60}\b(in the ([\w-]+ )?(ui|console|dashboard|menu|portal)|menu|tab|button)\b",
    r"\b(d[oó]nde|en qu[eé])\b[^?.]{0,60}\b(men[uú]|pestaña|bot[oó]n|consola|panel|pantalla)\b",
    // What is so in the asker's own house.
    r"\bcu[aá]l(es)? (es|son)\b[^?.]{0,40}\bque (usamos|tenemos)\b",
    r"\bcu[aá]l(es)? (es|son) (la|las|el|los) (contraseñas?|password|credenciales) (de|del|para)\b",
    r"\b(d[oó]nde est[aá]n?|where('?s| is| are))\b[^?.]{0,25}\b(runbooks?|wiki|dashboards?|tableros?|documentaci[oó]n|docs)\b[^?.]{0,25}\b(nuestr[oa]s?|our|team|equipo)\b|\bwhere('?s| is| are) our (runbooks?|wiki|dashboards?|docs)\b",
    r"\b(qu[eé]|cu[aá]les|which|what) (tickets?|issues?|prs?|tareas)\b[^?.]{0,20}\b(tengo|asignad[oa]s?|assigned to|do i have|are mine)\b",
    r"^(the )?link to\b|\b(what's|whats|what is|what are|send me|give me|me pas[aá](s|n|is)?|p[aá]same) (the|la|el|las|los|our) (link|passwords?|login|credentials|contraseña|enlace|clave|credenciales) (to|for|of|de|del|para)\b",
    r"\bwh(at|ich|y)\b[^?.]{0,30}\b(pr|ticket|issue|commit) #?\d+|\bwhich (pr|ticket|issue|commit)\b|\bqu[eé] (pr|ticket|issue)\b|\ben qu[eé] commit\b",
    // What came out lately.
    r"\b(what's|whats|what is) new in\b|\b(sali[oó] ya|ya sali[oó]|qu[eé] (trae|hay) de nuevo)\b",
    r"\b(what time (is|does|do)|at what time|a q(u[eé])? hora)\b",
];

/// Whether a question is of what is so at this moment, as far as its words tell. "Yesterday" and "last night" tell of what led
/// up to a question, more often than not.
pub(super) fn is_of_the_moment(text: &str) -> bool {
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!("(?i){}", MOMENTS.join("|"))).expect("a test compiles every pattern"));
    PATTERN.is_match(text)
}

const MOMENTS: [&str; 4] = [
    r"\b(tonight|right now|at the moment|this (week|month|morning|afternoon|year|quarter)|news)\b|\btoday([^'’\w]|$)",
    r"\b(latest|newest|most recent) ((stable|lts|major|minor) )?(version|release|update|news|outage)s?\b",
    r"\b(esta noche|ahora mismo|en este momento|est[ea] (semana|mes|mañana|tarde|año|trimestre)|noticias)\b",
    // Not "hoy en día".
    r"\b[uú]ltimas? (versi[oó]n|release|noticia)(e?s)?\b|\bhoy( (a|hay|est[aá]n?|es|ha|han|mismo|no|por|que|qu[eé]|se|toca)\b|[^\w\s]|\s*$)",
];

/// Whether a folded word says how ("properly", "correctamente").
fn is_adverb(folded: &str) -> bool {
    folded.len() > 5 && (folded.ends_with("ly") || folded.ends_with("mente"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_a_subject_ask_for_no_single_fact() {
        for text in [
            "What is password hashing?",
            "what is login throttling",
            "What is a digital signature?",
            "¿Qué es la firma de un JWT?",
            "What are span attributes and resource attributes?",
            "¿Qué es el commit en dos fases?",
            "Postgres is full, what are our options?",
            "¿En qué casos nuestra API debería devolver 409?",
            "Is serverless cheaper than containers?",
            "What is login CSRF?",
            "what is our best way out of a deadlock",
            "What is password hashing for?",
            "¿Cuál es la clave de partición adecuada?",
            "¿Qué tareas hace el scheduler?",
            "where are dashboards better than alerts",
        ] {
            assert_eq!(asked_fact(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_so_at_this_moment_is_told_from_what_led_up_to_a_question() {
        for text in [
            "is github down right now",
            "what's the latest version of kafka",
            "¿qué noticias hay de OpenSSL esta semana?",
        ] {
            assert!(is_of_the_moment(text), "{text}");
        }
        for text in [
            "since yesterday our pods restart, why?",
            "what is a moment of silence",
            "¿por qué falló anoche el deploy?",
        ] {
            assert!(!is_of_the_moment(text), "{text}");
        }
    }

    #[test]
    fn a_mistyped_comparison_is_one() {
        for (typed, meant) in [("diffrence", Some("difference")), ("diferensia", Some("diferencia"))] {
            assert_eq!(meant_comparison(typed), meant);
        }
        for typed in ["difference", "differences", "different", "diferente", "compare", "frentes"] {
            assert_eq!(meant_comparison(typed), None, "{typed}");
        }
    }

    #[test]
    fn what_only_a_screen_a_house_or_a_price_list_tells_is_a_fact() {
        for text in [
            "in which menu of github do i switch 2fa on",
            "¿dónde está el botón de rollback en la consola?",
            "whats the password for the shared jenkins admin",
            "¿cuál es el client_id de oauth que usamos en preprod?",
            "why was PR 4412 reverted",
            "en qué commit se agregó el índice",
            "whats new in postgres 18",
            "qué argumentos acepta KafkaConsumer para ssl",
            "cuál es la contraseña de la base de datos de preproducción",
            "what's our login for grafana",
            "dónde está la wiki del equipo de datos",
            "qué tareas tengo asignadas hoy",
        ] {
            assert_eq!(asked_fact(text), Some(Fact::Name), "{text}");
        }
        assert_eq!(asked_fact("stripe qué comisión cobra"), Some(Fact::Figure));
    }
}
