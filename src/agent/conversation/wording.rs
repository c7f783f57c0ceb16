//! Turns of phrase that tie a question to the one before it, English and Spanish. All texts here are folded: lower case,
//! no accents.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

use crate::question::Language;
use crate::reading::role::Role;
use crate::words;

/// How a question begins.
pub(super) struct Opening<'a> {
    /// Whether it begins with a connector ("and", "what about", "y").
    pub is_connected: bool,
    /// What follows the connector.
    pub rest: &'a str,
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a test compiles every pattern")
}

static COURTESY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\s¿¡.,!…-]*((ok|okay|thanks|thank you|great|cool|nice|right|yes|no|hm+|oh|ah|gracias|vale|bueno|genial|perfecto|claro|si)\b[\s¿¡.,!…-]+)*",
    )
});
static CONNECTOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(tell me (some )?more( about| on)?|more (about|on|details? (about|on|of))|cuentame (algo )?mas( sobre| de)?|mas (sobre|detalles? (sobre|de))|and|but|or|also|plus|then|so|what about|how about|what if|y|e|o|u|pero|tambien|ademas|entonces|que tal|que hay de|que hay con|que pasa con|que pasa si)\b[\s¿,:]*(what about|how about|what if|que tal|que hay de|que hay con|que pasa con|que pasa si|si)?[\s¿,:]*",
    )
});
static PREPOSITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(in|on|with|without|for|from|under|inside|within|instead of|against|vs\.?|versus|compared (to|with)|en|con|sin|para|desde|sobre|bajo|dentro de|contra|frente a|comparad[oa] con)\b",
    )
});
static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(what|how|when|why|which|who|where|is|are|do|does|did|can|could|should|would|will|explain|tell|show|que|como|cuando|por que|cual|cuales|quien|donde|cuant[oa]s?|es|son|hay|se|puedo|puede|debo|debe|deberia|conviene|explica|explicame|dime|muestra)\b",
    )
});
static DEFINITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(what is|what are|what's|whats|who is|define|explain|que es|que son|quien es|explica|explicame)\b")
});
static COMPARISON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(differences?|different|diff|vs|versus|compared?|comparison|better than|worse than|diferencias?|diferente|frente a|comparad[oa]|mejor que|peor que)\b",
    )
});
static BOTH_SIDES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(between|entre)\b|\w[\w-]* (vs\.?|versus|frente a) \w|\w[\w-]* (is|are|es|son) (better|worse|mejor|peor)",
    )
});
static POINTING: LazyLock<Regex> = LazyLock::new(|| {
    let pronouns = "it|its|it's|they|them|their|this|these|those|that|su|sus|eso|esto|ello|ellos|ese|esa|esos|esas|este|esta|estos|\
                    estas|lo";
    let behind_verb = r"\w{2,}(?:ar|er|ir)(?:lo|la|los|las)";
    let before_verb = r"como (?:la|los|las) \w+(?: (?:sin|con|en|para|si|y)\b|\W*$)";
    pattern(&format!(r"\b(?:(?:{pronouns}|{behind_verb})\b|{before_verb})"))
});
/// Spanish leaves a subject out that is known: "¿es seguro?".
static BARE_VERB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(no )?(es|son|seria|serian|resulta|resultan) ((muy|mas|tan|un poco|realmente) )?\w+\W*$")
});
/// Where a new clause begins, and the subject of a question that is none of its things.
static CLAUSE_BREAK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(and|or|but|without|when|while|if|so|because|y|o|pero|sin|cuando|si|porque)\b|[,;:]"));
static FIRST_PERSON: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(i|we|you|one)\b"));
/// "that" and "esta" point back only at the edge of a question; within one they are grammar.
static GRAMMAR: [&str; 2] = ["that", "esta"];
/// Words after "lo" that make it an article.
static NEUTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(que|mas|mejor|mismo|peor|contrario)\b"));

/// "it" that stands for nothing: "is it safe to retry", "does it make sense if".
static EXPLETIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\w+ ){1,3}(to|if|that)\b"));
/// A pronoun that Spanish writes behind its verb.
static ENCLITIC: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\w{2,}(?:ar|er|ir))(?:lo|la|los|las)$"));

/// A Spanish infinitive without the pronoun behind it: `probarlo` gives `probar`.
pub(super) fn without_pronoun(word: &str) -> &str {
    ENCLITIC.captures(word).and_then(|found| found.get(1)).map_or(word, |verb| verb.as_str())
}

impl<'a> Opening<'a> {
    pub(super) fn of(folded: &'a str) -> Self {
        let rest = &folded[COURTESY.find(folded).map_or(0, |found| found.end())..];
        match CONNECTOR.find(rest) {
            Some(found) => Self { is_connected: true, rest: &rest[found.end()..] },
            None => Self { is_connected: false, rest },
        }
    }

    /// Whether the rest begins with a preposition.
    pub(super) fn is_prepositional(&self) -> bool {
        PREPOSITION.is_match(self.rest)
    }

    /// Whether the rest begins like a question with a verb.
    pub(super) fn is_clause(&self) -> bool {
        CLAUSE.is_match(self.rest)
    }

    /// Whether the rest asks what something is.
    pub(super) fn is_definition(&self) -> bool {
        DEFINITION.is_match(self.rest)
    }

    /// Whether something is to be told apart from a thing that is not named.
    pub(super) fn is_half_comparison(&self) -> bool {
        COMPARISON.is_match(self.rest) && !BOTH_SIDES.is_match(self.rest)
    }
}

/// Whether a pronoun points to something before the question. One behind a word that names something (other than the verb
/// right before it) may point to that: "What is a saga and how does it handle failures?". What somebody does with a thing
/// in the same clause says nothing of it: "How do I limit the depth of its queries?".
pub(super) fn points_back(rest: &str, own: &[String]) -> bool {
    BARE_VERB.is_match(rest)
        || POINTING.find_iter(rest).any(|found| {
            let (before, behind) = (rest[..found.start()].trim_end(), rest[found.end()..].trim_start());
            let is_last = !behind.contains(char::is_alphanumeric);
            if GRAMMAR.contains(&found.as_str()) && !is_last && before.split_whitespace().count() > 1 {
                return false;
            }
            if found.as_str() == "lo" && NEUTER.is_match(behind) {
                return false;
            }
            if found.as_str() == "it" && EXPLETIVE.is_match(behind) {
                return false;
            }
            if FIRST_PERSON.is_match(before) && !CLAUSE_BREAK.is_match(before) {
                return true;
            }
            let verb = before.split_whitespace().next_back().unwrap_or_default();
            let named = before[..before.len() - verb.len()].split(|c: char| !c.is_alphanumeric() && c != '-');
            named.into_iter().all(|word| !own.iter().any(|own| own == word))
        })
}

/// The parts of an answer that a question asks for, and the words that say so.
#[derive(Default)]
pub(super) struct Asked<'a> {
    /// In the order of [`ASPECTS`], none twice; empty for all.
    pub parts: Vec<Role>,
    words: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// Reads a question; what one pattern has taken, the more general ones behind it do not see.
    pub(super) fn of(rest: &'a str) -> Self {
        let mut asked = Self::default();
        let mut taken: Vec<Range<usize>> = Vec::new();
        for (roles, pattern) in ASPECTS.iter() {
            let free =
                |found: &Match<'_>| taken.iter().all(|taken| taken.end <= found.start() || found.end() <= taken.start);
            let found: Vec<_> = pattern.find_iter(rest).filter(free).collect();
            if !found.is_empty() {
                asked
                    .parts
                    .extend(roles.iter().copied().filter(|role| !asked.parts.contains(role)).collect::<Vec<_>>());
            }
            asked.words.extend(found.iter().flat_map(|found| words::words(found.as_str())));
            taken.extend(found.iter().map(Match::range));
        }
        asked
    }

    /// Whether a folded word only says which part is asked for.
    pub(super) fn says(&self, folded: &str) -> bool {
        self.words.contains(&folded)
    }
}

static ASPECTS: LazyLock<Vec<(&'static [Role], Regex)>> = LazyLock::new(|| {
    let patterns: [(&'static [Role], &str); 9] = [
        (
            &[Role::WhenNotToUse],
            r"\bwhen (not|should(n't| not| i not| we not)|is it (not|a bad))|\bcuando no\b|\bnot to use\b",
        ),
        (
            &[Role::WhenNotToUse, Role::Pitfall],
            r"\b(drawbacks?|downsides?|disadvantages?|limitations?|cons|trade-?offs?|desventajas?|inconvenientes?|limitaciones|contras|riesgos?|risks?)\b",
        ),
        (
            &[Role::Pitfall],
            r"\b((common |typical |usual )?(mistakes?|pitfalls?|gotchas?)|(common|typical|usual) (errors?|problems?)|errores (comunes|tipicos|frecuentes|habituales)|(los )?errores$|trampas|what (can|could|might|usually)? ?(go|goes) wrong|que (puede|suele) salir mal)\b",
        ),
        (
            &[Role::Example],
            r"\b(examples?|sample|snippet|some code|the code|ejemplos?|(el|un poco de|algo de) codigo)\b",
        ),
        (
            &[Role::Checklist],
            r"\b(check-?list|best practices|recommendations?|lista de (comprobacion|verificacion|control|chequeo)|buenas practicas|recomendaciones)\b",
        ),
        (
            &[Role::WhenToUse],
            r"\b(advantages?|benefits?|pros|use cases?|ventajas?|beneficios?|casos de uso|when|cuando|worth it|vale la pena|merece la pena)\b",
        ),
        (&[Role::Mechanism], r"\b(how (does|do) (it|this|that|they) work|como funcionan?|under the hood|por dentro)\b"),
        (&[Role::Mechanism, Role::WhenToUse], r"^(but )?(why|how come|por que)\b|^(y )?como asi\b"),
        (&[Role::Mechanism], r"^(how|como)\W*$"),
    ];
    patterns.into_iter().map(|(roles, text)| (roles, pattern(text))).collect()
});

/// The language that a question of a few words asks for: "and in Spanish?".
pub(super) fn asked_language(folded: &str) -> Option<Language> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[^\w]*(\w+\W+){0,3}(in|en) (?:(?P<en>english|ingles)|(?P<es>spanish|espanol|castellano))\b(\W+\w+)?\W*$",
        )
    });
    let named = NAMED.captures(folded)?;
    Some(if named.name("en").is_some() { Language::English } else { Language::Spanish })
}

/// Whether a folded word of a follow-up only asks for more.
pub(super) fn is_filler(folded: &str) -> bool {
    const FILLERS: &str = "detail details elaborate deeper further summary short briefly show continue dame danos muestra \
        muestrame ensename pon ponme detalle detalles profundiza amplia resume resumen sigue continua \
        tienes teneis tendras tendrias existe existen english spanish ingles espanol castellano \
        better worse mejor peor exactly exactamente case cases caso casos";
    FILLERS.split_whitespace().any(|filler| filler == folded)
}
