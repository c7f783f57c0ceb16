//! Which part of an answer a heading or a sentence belongs to.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::ascii::Ascii;

/// The part that a passage plays for its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// What it is.
    Definition,
    /// How it works.
    Mechanism,
    /// When to use it.
    WhenToUse,
    /// When not to.
    WhenNotToUse,
    /// What goes wrong.
    Pitfall,
    /// An example.
    Example,
    /// What to do or to check.
    Checklist,
    /// This against that.
    Comparison,
    /// The reply to a question that people ask, which is its heading.
    Reply,
    /// Where else to read; nothing to quote.
    Elsewhere,
}

impl Role {
    /// The role that a heading announces; `None` when it names a subject. English or Spanish.
    pub fn of_heading(heading: &str) -> Option<Self> {
        first_match(&HEADINGS, &Ascii::of(heading))
    }

    /// The role of what stands below `headings`, outermost first: that of the innermost telling one. What a collection of
    /// questions holds are replies, whatever a single question asks for.
    pub fn below(headings: &[String]) -> Option<Self> {
        let mut outwards = headings.iter().rev();
        let innermost = outwards.find_map(|heading| Self::of_heading(heading))?;
        Some(if outwards.any(|heading| Self::collects_questions(heading)) { Self::Reply } else { innermost })
    }

    /// Whether a heading collects questions and says nothing else.
    pub fn collects_questions(heading: &str) -> bool {
        !heading.ends_with('?') && Self::of_heading(heading) == Some(Self::Reply)
    }

    /// What a sentence defines, with its other names: "A saga" in "A saga is a sequence of transactions."
    pub fn defined_by<'t>(sentence: &Ascii<'t>) -> Option<&'t str> {
        let end = DEFINING.find(sentence.as_str())?.start();
        let defined = &sentence.as_str()[..end];
        let is_name = (2..=80).contains(&defined.len()) && NAMES.is_match(defined);
        let is_condition = defined.contains(',') && CONDITION.is_match(defined);
        (is_name && !is_condition).then(|| sentence.before(end))
    }

    /// The parts of an answer that the wording of a question asks for ("when", "why", "how").
    pub fn wanted_by(question: &str) -> Vec<Self> {
        // Who asks when not does not ask when by that.
        let rest = WHEN_NOT.replace_all(question, " ");
        let when_not = (rest != question).then_some(Self::WhenNotToUse);
        let others = WANTED.iter().filter(|(_, pattern)| pattern.is_match(&rest)).flat_map(|(roles, _)| roles.iter());
        let mut seen = BTreeSet::new();
        when_not.into_iter().chain(others.copied()).filter(|role| seen.insert(*role)).collect()
    }

    /// What a question asks the meaning of: "deadlock" in "What is a deadlock, and how do I avoid it?".
    pub fn asked_meaning(question: &str) -> Option<&str> {
        MEANING.captures(question)?.name("name").map(|name| name.as_str())
    }

    /// The role that the wording of a sentence betrays, where it does.
    pub fn of_sentence(sentence: &Ascii<'_>) -> Option<Self> {
        first_match(&SENTENCES, sentence).or_else(|| Self::defined_by(sentence).map(|_| Self::Definition))
    }
}

/// When a thing is not to be used. Not "how do I scale to zero when there is no traffic?", nor in Spanish.
static WHEN_NOT: LazyLock<Regex> = LazyLock::new(|| {
    let asks = r"(^|[,;:.?(¿]\s*|\b(and|but|or|y|pero|o) )";
    let english = r"when (not\b|shouldn['’]?t|(should|would) (i|we|you|one) (not|avoid)\b|(is it|would it be) (not a good|a bad)\b)";
    let spanish = r"cu[aá]ndo (no (us[aoe]|utiliz|conv[ei]|deb[oe]|aplica|tiene sentido|hace falta|es buena|merece|vale)|no\W*$|(no )?(hay que )?evit[aeo])";
    Regex::new(&format!("(?i){asks}({english}|{spanish})")).expect("a test compiles every pattern")
});

static MEANING: LazyLock<Regex> = LazyLock::new(|| {
    let asks = r"\b(what(['’]s| is| are)|qu[eé] (es|son|significan?))\s+((an?|the|un[ao]?s?|el|la|l[oa]s) )?";
    let ends = r"\s+(and|or|of|for|in|on|with|to|vs|y|e|o|de|del|para|en|con|por)\b|[,.;:?!()]|$";
    Regex::new(&format!(r"(?i){asks}(?P<name>.+?)({ends})")).expect("a test compiles every pattern")
});

static WANTED: LazyLock<Vec<(&[Role], Regex)>> = LazyLock::new(|| {
    let patterns: [(&[Role], &str); 7] = [
        (&[Role::Comparison], r"\b(diff?e?r[ae]n[cs]i?[ae]?s?|diffs?|vs|versus|frente a|compared?|comparar|or|o)\b"),
        // Not "is it lost when the server restarts?".
        (
            &[Role::WhenToUse, Role::WhenNotToUse],
            r"(^|[,;:.?(¿]\s*)((and|but|or|y|pero|o) )?(when|cu[aá]ndo)\b|\bwhen (should|do|does|to|would|not)\b|\bcu[aá]ndo (usar|uso|conviene|debo|no)\b",
        ),
        (&[Role::Definition], r"\b(what (is|are)|what's|qu[eé] (es|son|significa))\b"),
        (&[Role::Mechanism, Role::Example, Role::Checklist], r"\b(how|c[oó]mo)\b"),
        (&[Role::Pitfall, Role::Mechanism], r"\b(why|por ?qu[eé]|xq)\b"),
        (&[Role::Pitfall], r"\b(mistakes?|errors?|errores|error|wrong|mal|problems?|problemas?|pitfalls?)\b"),
        (&[Role::Checklist], r"\b(checklist|lista)\b"),
    ];
    patterns
        .map(|(roles, pattern)| (roles, Regex::new(&format!("(?i){pattern}")).expect("a test compiles every pattern")))
        .into()
});

type Patterns = LazyLock<Vec<(Role, Regex)>>;

fn first_match(patterns: &Patterns, text: &Ascii<'_>) -> Option<Role> {
    patterns.iter().find(|(_, pattern)| pattern.is_match(text.as_str())).map(|&(role, _)| role)
}

fn compile(patterns: &[(Role, &str)]) -> Vec<(Role, Regex)> {
    patterns
        .iter()
        .map(|&(role, pattern)| (role, Regex::new(&format!("(?i){pattern}")).expect("a test compiles every pattern")))
        .collect()
}

static HEADINGS: Patterns = LazyLock::new(|| {
    compile(&[
        (
            Role::Comparison,
            r"\b(vs\.?|versus|compared|comparison|differences? between|frente a|comparacion|diferencias? entre)\b",
        ),
        (
            Role::Elsewhere,
            r"^(more info(rmation)?|further reading|references?|related( articles| links| topics)?|see also|next steps|resources|links|authors.*|recap|appendix|table of contents|mas informacion|referencias|vease tambien|enlaces|recursos|proximos pasos|lecturas?)$",
        ),
        (Role::WhenNotToUse, r"^(when not\b|cu[a_]ndo no\b|limitations?$|limitaciones$)"),
        (
            Role::WhenToUse,
            r"^(when (to|should)\b|use cases?$|cu[a_]ndo (usar|utilizar|conviene)|casos de uso$|why use\b|por que usar)",
        ),
        (
            Role::Pitfall,
            r"^((common|typical|frequent) (mistakes|errors|problems|pitfalls)|pitfalls|mistakes|anti-?patterns|gotchas|errores (comunes|frecuentes|habituales|tipicos)|errores$|problemas (comunes|frecuentes)|antipatrones|trampas)",
        ),
        (
            Role::Example,
            r"^((an? )?(simple |short |quick |minimal |full )?examples?$|example:|(un )?ejemplos?( minimo| corto)?$|mini-?cas[eo]\b|sample code|code example)",
        ),
        (
            Role::Checklist,
            r"^((security |the |short )?checklist|lista de (comprobacion|verificacion|control|chequeo)|(best|recommended|good) practices|buenas practicas|recomendaciones|recommendations)",
        ),
        (Role::Mechanism, r"^(how (it|this) works|how does it work|como funciona)"),
        (
            Role::Reply,
            r"^((common |frequent(ly asked )?)?questions( (people|users|teams) ask| and answers)?|faqs?|q ?& ?a|preguntas (frecuentes|habituales|comunes|y respuestas))$",
        ),
        (
            Role::Definition,
            r"^(what (it is|is it)\b|definitions?$|introduction$|overview$|background$|summary$|tl;?dr$|que es$|que son$|definicion$|introduccion$|resumen$|contexto$|concepto$)",
        ),
        (Role::Reply, r"\?$"),
    ])
});

static SENTENCES: Patterns = LazyLock::new(|| {
    compile(&[
        (Role::Example, r"^(for (example|instance)\b|por ejemplo\b)"),
        (
            Role::WhenToUse,
            r"^(use|choose|prefer|consider|pick|reach for|usa|utiliza|elige|prefiere|considera|conviene)\b.*\b(when|whenever|if|for|where|wherever|cuando|si|para|donde)\b|\b(is|are) (useful|appropriate|suitable|a good (fit|choice))\b|\b(works?|fits?) (well|best)\b|\b(es|son) (util|utiles|adecuad[oa]s?|recomendables?)\b",
        ),
        (
            Role::Pitfall,
            r"\b(mistakes?|pitfalls?|never|do not|don't|must not|should not|shouldn't|avoid|anti-?pattern|beware|bites?)\b|\b(error (comun|frecuente|habitual)|evit[ae]|evitar|nunca|no (debe|deben|deberia|uses?|hagas)|cuidado)\b",
        ),
        (
            Role::Checklist,
            r"^(add|allow|alert|answer|apply|assign|back up|bind|cache|cap|cancel|check|choose|close|commit|compare|configure|count|define|delete|deny|deploy|disable|document|enable|encrypt|enforce|ensure|expire|fail|fix|generate|give|hash|hide|include|keep|limit|lock|log|make|mark|measure|monitor|name|order|paginate|pass|pin|prefer|propagate|publish|purge|put|record|reject|reload|remove|renew|replace|require|restrict|retry|return|review|roll|rotate|run|scan|send|separate|serve|set|size|split|start|store|suppress|test|track|treat|turn|update|use|validate|verify|version|wait|write)\b|^(abre|activa|alerta|anade|aplica|asigna|cifra|comprueba|compara|configura|define|desactiva|devuelve|documenta|elimina|envia|establece|evita|exige|fija|firma|genera|guarda|haz|incluye|limita|manten|marca|mide|monitoriza|ordena|pon|propaga|prueba|publica|rechaza|registra|renueva|responde|revisa|rota|separa|sirve|sustituye|usa|utiliza|valida|verifica|versiona|vigila)\b",
        ),
    ])
});

/// What a definition says between what it defines and what that is.
static DEFINING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b((is|are) (an?|the|one|any)|means|refers to|consists of|describes|(es|son) (un|una|unos|unas|el|la|los|las)|significa|consiste en|se refiere a)\b")
        .expect("a test compiles every pattern")
});

/// A name, and maybe another: "A deadlock, or deadly embrace, ". Not "If a lock expires, or the holder ".
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    let other = r", (or|also (called|known as)|o|u|tambien (llamad[oa]s?|conocid[oa]s? como)) [^,;:]+, ";
    Regex::new(&format!("(?i)^[^,;:]+({other})?$")).expect("a test compiles every pattern")
});
/// What begins a condition.
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(if|when|while|never|si|cuando|mientras|nunca)\b").expect("a test compiles every pattern")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_announce_their_part_in_both_languages() {
        for (heading, role) in [
            ("What it is", Some(Role::Definition)),
            ("Qué es", Some(Role::Definition)),
            ("Cómo funciona", Some(Role::Mechanism)),
            ("When to use it", Some(Role::WhenToUse)),
            ("Cuándo no usarlo", Some(Role::WhenNotToUse)),
            ("Errores comunes", Some(Role::Pitfall)),
            ("Example", Some(Role::Example)),
            ("Lista de comprobación", Some(Role::Checklist)),
            ("Idempotency key vs idempotent method", Some(Role::Comparison)),
            ("ETag frente a Last-Modified", Some(Role::Comparison)),
            ("Defense Option 1: Prepared Statements", None),
            ("Mini-case: payments", Some(Role::Example)),
            ("Mini-caso: pagos", Some(Role::Example)),
            ("See also", Some(Role::Elsewhere)),
            ("Errors in REST", None),
            ("Questions people ask", Some(Role::Reply)),
            ("Preguntas frecuentes", Some(Role::Reply)),
            ("How long does a token live?", Some(Role::Reply)),
        ] {
            assert_eq!(Role::of_heading(heading), role, "{heading}");
        }
    }

    #[test]
    fn what_a_collection_of_questions_holds_are_replies() {
        let below =
            |headings: &[&str]| Role::below(&headings.iter().map(|&heading| heading.to_owned()).collect::<Vec<_>>());
        assert_eq!(below(&["Questions people ask", "When should I use a saga?"]), Some(Role::Reply));
        assert_eq!(below(&["What is a saga?", "Common mistakes"]), Some(Role::Pitfall));
        assert_eq!(below(&["Common mistakes", "Keys without a scope"]), Some(Role::Pitfall));
        assert_eq!(below(&["When to use it"]), Some(Role::WhenToUse));
        assert_eq!(below(&["Sagas"]), None);
    }

    #[test]
    fn a_definition_says_what_it_defines() {
        assert_eq!(
            Role::defined_by(&Ascii::of("A saga is a sequence of transactions.")).map(str::trim),
            Some("A saga")
        );
        assert_eq!(Role::defined_by(&Ascii::of("Una saga es una secuencia.")).map(str::trim), Some("Una saga"));
        assert_eq!(Role::defined_by(&Ascii::of("A saga may fail.")), None);
        for other_name in ["A deadlock, or deadly embrace, is a cycle.", "Un deadlock, o interbloqueo, es un ciclo."] {
            assert!(Role::defined_by(&Ascii::of(other_name)).is_some(), "{other_name}");
        }
        for condition in
            ["If a lock is held, the other transaction is a waiter.", "If it ends, or fails, that is a sign."]
        {
            assert_eq!(Role::defined_by(&Ascii::of(condition)), None, "{condition}");
        }
    }

    #[test]
    fn questions_ask_for_parts() {
        for (question, wanted) in [
            ("When should I use a saga?", &[Role::WhenToUse, Role::WhenNotToUse][..]),
            ("¿Y cuándo no?", &[Role::WhenNotToUse]),
            ("When should I not use a saga?", &[Role::WhenNotToUse]),
            ("When should I use a saga, and when not?", &[Role::WhenNotToUse, Role::WhenToUse]),
            ("Does the broker lose messages when it restarts?", &[]),
            ("What is a saga?", &[Role::Definition]),
            ("¿Por qué falla?", &[Role::Pitfall, Role::Mechanism]),
        ] {
            assert_eq!(Role::wanted_by(question), wanted, "{question}");
        }
    }

    #[test]
    fn a_question_names_what_it_asks_the_meaning_of() {
        for (question, name) in [
            ("What is a deadlock, and how do I avoid it?", Some("deadlock")),
            ("qué es el teorema CAP", Some("teorema CAP")),
            ("Our consumer group keeps rebalancing. What are the usual causes of that?", Some("usual causes")),
            ("How do I rotate a key?", None),
        ] {
            assert_eq!(Role::asked_meaning(question), name, "{question}");
        }
    }

    #[test]
    fn sentences_betray_their_part() {
        for (sentence, role) in [
            ("A saga is a sequence of local transactions.", Some(Role::Definition)),
            ("Una saga es una secuencia de transacciones locales.", Some(Role::Definition)),
            ("A common mistake is an unbounded queue.", Some(Role::Pitfall)),
            ("Use webhooks instead of polling when events are rare.", Some(Role::WhenToUse)),
            ("For example, a page of 100 orders runs 101 queries.", Some(Role::Example)),
            ("A lock bites when its holder pauses.", Some(Role::Pitfall)),
            ("Use a lock alone to avoid double work, and a token whenever data may be lost.", Some(Role::WhenToUse)),
            ("Rotate the key every 90 days.", Some(Role::Checklist)),
            ("The client waits.", None),
        ] {
            assert_eq!(Role::of_sentence(&Ascii::of(sentence)), role, "{sentence}");
        }
    }
}
