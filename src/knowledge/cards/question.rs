//! The questions of cards: several wordings for each kind in each language, of which the document's name chooses one, so
//! that not all questions sound alike.

use std::sync::LazyLock;

use regex::Regex;

use super::CardKind;
use super::section::{Document, Section};
use super::subject::{self, Number, Subject};
use crate::embed::stems::StemSet;
use crate::question::Language;
use crate::reading::quotable::Kind;
use crate::reading::role::Role;

/// What a section is asked.
pub(super) struct Asked {
    pub kind: CardKind,
    pub question: String,
}

/// The question that `section` answers; `None` where no well-formed one can be made.
pub(super) fn ask(document: &Document<'_>, section: &Section<'_>) -> Option<Asked> {
    let lang = section.lang();
    let chooser = Chooser { lang, file: &section.passages[0].source_file };
    if let Some(case) = section.heading().and_then(mini_case) {
        let subject = Subject::of_name(section.name(), document, lang);
        return Some(chooser.about_case(&subject, &case));
    }
    let Some(role) = section.role else { return defined(document, section, &chooser) };
    let kind = match role {
        Role::Comparison => return compared(document, section, &chooser),
        Role::Reply => return replied(section),
        Role::Definition => CardKind::Definition,
        Role::Mechanism => CardKind::Mechanism,
        Role::WhenToUse => CardKind::WhenToUse,
        Role::WhenNotToUse => CardKind::WhenNotToUse,
        Role::Pitfall => CardKind::Pitfall,
        Role::Checklist => CardKind::Checklist,
        Role::Example | Role::Elsewhere => return None,
    };
    let subject = Subject::of_name(section.name(), document, lang);
    let is_about_use = matches!(kind, CardKind::WhenToUse | CardKind::WhenNotToUse);
    if is_about_use && !advises_use_of(section, section.name()) {
        return None;
    }
    Some(chooser.about(kind, &subject))
}

/// Sections without a telling heading are asked for what their first sentence defines.
fn defined(document: &Document<'_>, section: &Section<'_>, chooser: &Chooser<'_>) -> Option<Asked> {
    let (_, first) = section.quotables.first()?;
    if first.kind != Kind::Sentence || !first.can_stand_alone() || first.role != Some(Role::Definition) {
        return None;
    }
    let subject = Subject::defined_by(&first.text, document, chooser.lang)?;
    Some(chooser.about(CardKind::Definition, &subject))
}

/// The question that people ask, which is the heading of its reply.
fn replied(section: &Section<'_>) -> Option<Asked> {
    let question = section.heading().filter(|heading| heading.ends_with('?'))?;
    Some(Asked { kind: CardKind::Reply, question: question.to_owned() })
}

fn compared(document: &Document<'_>, section: &Section<'_>, chooser: &Chooser<'_>) -> Option<Asked> {
    let sides = subject::sides(section.heading()?, chooser.lang);
    if sides.len() < 2 {
        return None;
    }
    Some(chooser.between(&subject::in_sentence_together(&sides, document, chooser.lang)))
}

/// What a heading such as "Mini-case: payments" is about.
fn mini_case(heading: &str) -> Option<String> {
    static HEADING: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)^mini-?cas[eo]\s*:\s*(\S.*)$").expect("a test uses it"));
    Some(HEADING.captures(heading)?[1].to_owned())
}

/// Whether an entry of the section says to use the thing itself, or not to: "Use an idempotency key when …". Sections of
/// an article on an attack or a fault advise on other things, and "When should I use SQL injection?" is no question.
fn advises_use_of(section: &Section<'_>, name: &str) -> bool {
    static ADVICE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)^(?:do not |don't |no )?(?:use|uses|choose|prefer|consider|adopt|add|skip|avoid|usa|usar|elige|prefiere|",
            r"considera|adopta|evita|conviene(?: usar)?)\s+(?:(?:an?|the|una?|el|la|los|las)\s+)?(.+?)\s+",
            r"(?:when|whenever|if|for|to|as|where|wherever|in|on|between|just|only|over|cuando|si|para|en|donde|como|por|solo)\b",
        ))
        .expect("a test uses it")
    });
    let lang = section.lang();
    let stems = StemSet::of(name, lang);
    section
        .quotables
        .iter()
        .any(|(_, quotable)| ADVICE.captures(&quotable.text).is_some_and(|found| StemSet::of(&found[1], lang) == stems))
}

/// Whether an English subject is something that one does to another: `choosing a database`.
fn is_doing(subject: &str) -> bool {
    static DOING: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[a-z]+ing (?:up |down )?(?:an?|the) ").expect("a test uses it"));
    DOING.is_match(subject)
}

/// Chooses wordings, always the same for one file.
struct Chooser<'a> {
    lang: Language,
    file: &'a str,
}

impl Chooser<'_> {
    fn of<const N: usize>(&self, kind: CardKind, wordings: [String; N]) -> Asked {
        let hash = blake3::hash(format!("{}\0{}", self.file, kind.name()).as_bytes());
        let at = usize::from(hash.as_bytes()[0]) % N;
        let question = wordings.into_iter().nth(at).unwrap_or_default();
        Asked { kind, question }
    }

    fn about(&self, kind: CardKind, subject: &Subject) -> Asked {
        match self.lang {
            Language::English => self.english(kind, subject),
            Language::Spanish => self.spanish(kind, subject),
        }
    }

    fn english(&self, kind: CardKind, subject: &Subject) -> Asked {
        let Subject { text: s, number } = subject;
        let (is, does, ending) = match number {
            Number::One => ("is", "does", "s"),
            Number::Several => ("are", "do", ""),
        };
        match kind {
            CardKind::Mechanism => {
                self.of(kind, [format!("How {does} {s} work?"), format!("Can you explain how {s} work{ending}?")])
            }
            CardKind::WhenToUse => {
                self.of(kind, [format!("When should I use {s}?"), format!("When {is} {s} a good choice?")])
            }
            CardKind::WhenNotToUse => {
                self.of(kind, [format!("When should I not use {s}?"), format!("When {is} {s} the wrong choice?")])
            }
            CardKind::Pitfall => self.of(
                kind,
                [
                    format!("What are common mistakes with {s}?"),
                    format!("What usually goes wrong with {s}?"),
                    format!("Which mistakes should I avoid with {s}?"),
                ],
            ),
            CardKind::Checklist => self.of(
                kind,
                [format!("What should I check when I deal with {s}?"), format!("What belongs on a checklist for {s}?")],
            ),
            // "What is choosing a database?" is no question that anybody asks.
            CardKind::Definition if is_doing(s) => self.of(kind, [format!("What does {s} involve?")]),
            CardKind::Definition | CardKind::Comparison | CardKind::MiniCase | CardKind::Reply => self.of(
                kind,
                [
                    format!("What {is} {s}?"),
                    format!("What is meant by {s}?"),
                    format!("Can you explain what {s} {is}?"),
                ],
            ),
        }
    }

    fn spanish(&self, kind: CardKind, subject: &Subject) -> Asked {
        let Subject { text: s, number } = subject;
        let bare = subject.bare(self.lang);
        let (is, works, defines) = match number {
            Number::One => ("es", "funciona", "define"),
            Number::Several => ("son", "funcionan", "definen"),
        };
        match kind {
            CardKind::Mechanism => {
                self.of(kind, [format!("¿Cómo {works} {s}?"), format!("¿Puedes explicar cómo {works} {s}?")])
            }
            CardKind::WhenToUse => {
                self.of(kind, [format!("¿Cuándo conviene usar {s}?"), format!("¿En qué casos conviene usar {s}?")])
            }
            CardKind::WhenNotToUse => self
                .of(kind, [format!("¿Cuándo no conviene usar {s}?"), format!("¿En qué casos no conviene usar {s}?")]),
            CardKind::Pitfall => self.of(
                kind,
                [
                    format!("¿Qué errores se cometen con {s}?"),
                    format!("¿Qué errores conviene evitar con {s}?"),
                    format!("¿Qué suele salir mal con {s}?"),
                ],
            ),
            CardKind::Checklist => self.of(
                kind,
                [
                    format!("¿Qué conviene comprobar cuando se trabaja con {s}?"),
                    format!("¿Qué incluye una lista de comprobación para {s}?"),
                ],
            ),
            CardKind::Definition | CardKind::Comparison | CardKind::MiniCase | CardKind::Reply => self.of(
                kind,
                [
                    format!("¿Qué {is} {s}?"),
                    format!("¿Qué se entiende por {bare}?"),
                    format!("¿Cómo se {defines} {s}?"),
                ],
            ),
        }
    }

    fn about_case(&self, subject: &Subject, case: &str) -> Asked {
        let Subject { text: s, number } = subject;
        let several = *number == Number::Several;
        let kind = CardKind::MiniCase;
        match self.lang {
            Language::English => {
                let does = if several { "do" } else { "does" };
                self.of(
                    kind,
                    [
                        format!("What {does} {s} look like in practice, for example with {case}?"),
                        format!("Can you show me a case of {s} with {case}?"),
                        format!("How {does} {s} play out in a case with {case}?"),
                    ],
                )
            }
            Language::Spanish => {
                let (looks, plays) = if several { ("se ven", "intervienen") } else { ("se ve", "interviene") };
                self.of(
                    kind,
                    [
                        format!("¿Cómo {looks} {s} en la práctica, por ejemplo con {case}?"),
                        format!("¿Qué muestra un caso de {case} sobre {s}?"),
                        format!("¿Cómo {plays} {s} en un caso de {case}?"),
                    ],
                )
            }
        }
    }

    fn between(&self, sides: &[String]) -> Asked {
        let all = subject::join(sides, self.lang);
        let differences = if sides.len() > 2 { ["differences", "diferencias"] } else { ["difference", "diferencia"] };
        let is = if sides.len() > 2 { "are" } else { "is" };
        match self.lang {
            Language::English => self.of(
                CardKind::Comparison,
                [format!("What {is} the {} between {all}?", differences[0]), format!("How do {all} differ?")],
            ),
            Language::Spanish => self.of(
                CardKind::Comparison,
                [format!("¿Qué {} hay entre {all}?", differences[1]), format!("¿En qué se diferencian {all}?")],
            ),
        }
    }
}
