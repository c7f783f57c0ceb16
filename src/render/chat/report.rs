//! Replies to commands.

use std::time::Duration;

use super::super::application::COMMANDS;
use super::super::document::{Block, Document, Marker, Span, Text, plain};
use super::super::{age, engine, markdown, review, say, sources_title};
use super::{instruction, short};
use crate::answer::Answer;
use crate::delivery::Removed;
use crate::feedback::kept::{Forgotten, Kept, Outcome};
use crate::question::{Language, Origin};
use crate::trace::{Fate, Found};

/// Passages shown by `/why`.
const FOUND_SHOWN: usize = 8;

/// What `/stats` shows.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsShown {
    /// Since the start of the daemon.
    pub uptime: Duration,
    /// Answers given, as far back as they are kept.
    pub answers: u64,
    /// Those of the last 24 hours.
    pub answers_today: u64,
    /// Questions without an answer.
    pub unanswered: u64,
    /// 👍.
    pub up: u64,
    /// 👎.
    pub down: u64,
    /// Passages in the live index.
    pub passages: usize,
    /// Its name.
    pub generation: String,
    /// Questions that wait for their turn.
    pub waiting: usize,
    /// Memory in use, in bytes.
    pub memory: Option<u64>,
    /// The adapters; for administrators only.
    pub adapters: Vec<AdapterShown>,
}

/// How an adapter is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterShown {
    /// Which.
    pub origin: Origin,
    /// Its connection.
    pub connection: ConnectionShown,
    /// Connections made anew.
    pub reconnects: u64,
    /// Times that another program used the same token.
    pub conflicts: u64,
    /// Requests repeated.
    pub retries: u64,
    /// Requests that the platform asked to wait for.
    pub throttled: u64,
    /// Requests given up.
    pub failures: u64,
}

/// The connection of an adapter.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectionShown {
    /// Not tried yet.
    Starting,
    /// For so long.
    Up(Duration),
    /// With the reason where it is known.
    Down(Option<String>),
}

/// A gap, for `/gaps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapShown {
    /// The question.
    pub example: String,
    /// Times that it was asked.
    pub asks: u64,
    /// People whom an answer did not help.
    pub dislikes: u64,
    /// Title of the nearest document.
    pub nearest: Option<String>,
}

/// How an answer came about.
pub fn why(kept: &Kept, language: Language) -> Document {
    let Some(trace) = &kept.trace else { return nothing_to_explain(language, kept.origin) };
    let mut blocks =
        vec![Block::Title(plain(say(language, "How this answer came about", "Cómo se obtuvo esta respuesta")))];
    let mut facts: Vec<Text> = vec![named(say(language, "Asked", "Pregunta"), &trace.question)];
    facts.extend(trace.searched.as_ref().map(|searched| named(say(language, "Searched", "Búsqueda"), searched)));
    if let Outcome::Answered { answer: Some(answer) } = &kept.outcome {
        facts.push(named(say(language, "Written by", "Método"), engine(answer.engine, language)));
    }
    if let Outcome::Refused { rule } = &kept.outcome {
        facts.push(named(say(language, "Refused by the rule", "Rechazada por la regla"), rule));
    }
    if !trace.warnings.is_empty() {
        let name = say(language, "Noted by the rule", "Anotada por la regla");
        facts.push(named(name, &trace.warnings.join(", ")));
    }
    if trace.dropped > 0 {
        facts.push(named(
            say(
                language,
                "Sentences dropped, since no passage supports them",
                "Frases descartadas, sin pasaje que las respalde",
            ),
            &trace.dropped.to_string(),
        ));
    }
    facts.push(named(say(language, "Index", "Índice"), &trace.generation));
    facts.push(named(say(language, "Time", "Tiempo"), &format!("{:.1} ms", trace.elapsed_ms)));
    facts.push(named(say(language, "In logs and traces", "En registros y trazas"), &kept.id.0));
    blocks.push(Block::List { marker: Marker::Bullet, items: facts });
    if !trace.found.is_empty() {
        blocks.push(Block::Heading(plain(say(language, "Passages found", "Pasajes encontrados"))));
        let items = trace.found.iter().take(FOUND_SHOWN).map(|found| passage(found, language)).collect();
        blocks.push(Block::List { marker: Marker::Bullet, items });
        if let Some(more) = trace.found.len().checked_sub(FOUND_SHOWN).filter(|more| *more > 0) {
            let more = match language {
                Language::English => format!("and {more} more"),
                Language::Spanish => format!("y {more} más"),
            };
            blocks.push(Block::Small(plain(more)));
        }
    }
    Document { language, blocks }
}

fn passage(found: &Found, language: Language) -> Text {
    let fate = match found.fate {
        Fate::Cited => say(language, "cited", "citado"),
        Fate::Unused => say(language, "not needed", "no hizo falta"),
        Fate::Dropped => say(language, "dropped", "descartado"),
    };
    vec![
        Span::Plain(format!("{:.2} · {fate} · {} — ", found.score, found.title)),
        Span::Code(found.source_file.clone()),
        Span::Plain(format!(" {}", found.span)),
    ]
}

fn named(name: &str, value: &str) -> Text {
    vec![Span::Strong(format!("{name}:")), Span::Plain(format!(" {value}"))]
}

/// There is no answer that `/why` or `/sources` could be about.
pub fn nothing_to_explain(language: Language, origin: Origin) -> Document {
    let words = match origin {
        // A command cannot reply to a message there.
        Origin::Discord => say(
            language,
            "I have not answered a question of yours here lately. Ask one first.",
            "Aquí no he respondido últimamente a ninguna pregunta tuya. Haz una primero.",
        ),
        _ => say(
            language,
            "There is no answer here to explain. Reply with the command to one of my answers.",
            "Aquí no hay ninguna respuesta que explicar. Responde con el comando a una de mis respuestas.",
        ),
    };
    short(language, words)
}

/// What an answer rests on, word for word.
pub fn sources(answer: &Answer) -> Document {
    let mut blocks = vec![Block::Title(plain(format!("{}: {}", sources_title(answer.language), answer.subject)))];
    for citation in &answer.citations {
        blocks.push(Block::Small(super::source(citation)));
        let quote = super::quoted(answer.language, citation.quote.trim());
        blocks.push(Block::Paragraph(markdown::spans(&quote)));
    }
    Document { language: answer.language, blocks }
}

/// How to use Colega.
pub fn help(language: Language, origin: Origin, is_admin: bool) -> Document {
    let ways = match origin {
        Origin::Discord => say(
            language,
            "Mention me with a question, reply to one of my answers, write to me directly, or use `/ask`.",
            "Mencióname con una pregunta, responde a una de mis respuestas, escríbeme en privado o usa `/ask`.",
        ),
        _ => say(
            language,
            "Write me your question. In a group use `/ask`, reply to one of my answers, or mention me.",
            "Escríbeme tu pregunta. En un grupo usa `/ask`, responde a una de mis respuestas o mencióname.",
        ),
    };
    let votes = say(
        language,
        "👍 and 👎 below an answer teach me. A reply that begins with “correct:” says what it should have been.",
        "Con 👍 y 👎 me ayudas a mejorar. Si contestas empezando por «correcto:», me dices cuál era la respuesta correcta.",
    );
    let commands = COMMANDS.iter().filter(|command| is_admin || !matches!(command.name, "reindex" | "pair"));
    let items = commands.map(|command| {
        let does = say(language, command.english, command.spanish);
        vec![Span::Code(format!("/{}", command.name)), Span::Plain(format!(" {does}"))]
    });
    Document {
        language,
        blocks: vec![
            Block::Paragraph(plain(say(
                language,
                "I answer backend questions from your team's own documents, and show the place of every sentence.",
                "Respondo preguntas de backend con los documentos de tu equipo y muestro de dónde sale cada frase.",
            ))),
            instruction(ways),
            Block::Paragraph(plain(votes)),
            Block::List { marker: Marker::Bullet, items: items.collect() },
        ],
    }
}

/// How Colega is doing.
pub fn stats(stats: &StatsShown, language: Language) -> Document {
    let mut items = vec![
        named(say(language, "Up for", "Tiempo en marcha"), &age(stats.uptime)),
        named(
            say(language, "Answers", "Respuestas"),
            &match language {
                Language::English => {
                    let without = counted(stats.unanswered, "question", "questions");
                    format!("{} ({} in the last 24 h), {without} without one", stats.answers, stats.answers_today)
                }
                Language::Spanish => {
                    let without = counted(stats.unanswered, "pregunta", "preguntas");
                    format!("{} ({} en las últimas 24 h), {without} sin respuesta", stats.answers, stats.answers_today)
                }
            },
        ),
        named(say(language, "Votes", "Votos"), &format!("👍 {} 👎 {}", stats.up, stats.down)),
        named(
            say(language, "Index", "Índice"),
            &format!("{} ({} {})", stats.generation, stats.passages, say(language, "passages", "pasajes")),
        ),
        named(say(language, "Waiting", "En espera"), &stats.waiting.to_string()),
    ];
    items.extend(
        stats.memory.map(|bytes| named(say(language, "Memory", "Memoria"), &format!("{} MB", bytes / 1_000_000))),
    );
    items.extend(stats.adapters.iter().map(|adapter| self::adapter(adapter, language)));
    Document { language, blocks: vec![Block::List { marker: Marker::Bullet, items }] }
}

fn adapter(adapter: &AdapterShown, language: Language) -> Text {
    let state = connection(&adapter.connection, language);
    let counters = match language {
        Language::English => format!(
            "{} reconnections, {} conflicts; requests: {} repeated, {} throttled, {} given up",
            adapter.reconnects, adapter.conflicts, adapter.retries, adapter.throttled, adapter.failures
        ),
        Language::Spanish => format!(
            "{} reconexiones, {} conflictos; peticiones: {} repetidas, {} limitadas, {} abandonadas",
            adapter.reconnects, adapter.conflicts, adapter.retries, adapter.throttled, adapter.failures
        ),
    };
    named(platform(adapter.origin), &format!("{state} · {counters}"))
}

/// How the connection to a platform is doing.
pub fn connection(connection: &ConnectionShown, language: Language) -> String {
    match connection {
        ConnectionShown::Starting => say(language, "starting", "arrancando").to_owned(),
        ConnectionShown::Up(since) => {
            format!("{} {}", say(language, "connected for", "en línea desde hace"), age(*since))
        }
        ConnectionShown::Down(None) => say(language, "not connected", "sin conexión").to_owned(),
        ConnectionShown::Down(Some(reason)) => reason.clone(),
    }
}

/// A platform as people know it.
pub const fn platform(origin: Origin) -> &'static str {
    match origin {
        Origin::Discord => "Discord",
        Origin::Telegram => "Telegram",
        other => other.name(),
    }
}

/// `1 vote`, `2 votes`.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What the knowledge base lacks.
pub fn gaps(gaps: &[GapShown], language: Language) -> Document {
    if gaps.is_empty() {
        return short(language, review::no_gaps(language));
    }
    let title = say(language, "What the knowledge base lacks", "Lo que le falta a la base de conocimiento");
    let items = gaps.iter().map(|gap| {
        let missed = review::gap(language, gap.asks, gap.dislikes, gap.nearest.as_deref());
        vec![Span::Strong(gap.example.clone()), Span::Plain(format!(" — {missed}"))]
    });
    Document {
        language,
        blocks: vec![Block::Title(plain(title)), Block::List { marker: Marker::Bullet, items: items.collect() }],
    }
}

/// What was forgotten of somebody.
pub fn forgotten(language: Language, forgotten: &Forgotten, removed: &Removed) -> Document {
    let words = |one: &'static str, many: &'static str, uno: &'static str, varios: &'static str| {
        (say(language, one, uno), say(language, many, varios))
    };
    let counts = [
        (
            forgotten.questions,
            words(
                "question with its answer",
                "questions with their answers",
                "pregunta con su respuesta",
                "preguntas con sus respuestas",
            ),
        ),
        (forgotten.votes, words("vote", "votes", "voto", "votos")),
        (forgotten.corrections, words("correction", "corrections", "corrección", "correcciones")),
        (
            forgotten.candidates,
            words(
                "candidate for the goldset",
                "candidates for the goldset",
                "candidata al conjunto de evaluación",
                "candidatas al conjunto de evaluación",
            ),
        ),
        (
            removed.turns,
            words(
                "turn of a conversation",
                "turns of conversations",
                "turno de conversación",
                "turnos de conversación",
            ),
        ),
        (
            removed.outgoing,
            words("record of a message", "records of messages", "registro de un mensaje", "registros de mensajes"),
        ),
        (
            removed.pairings,
            words(
                "permission to write directly",
                "permissions to write directly",
                "permiso para escribir en privado",
                "permisos para escribir en privado",
            ),
        ),
    ];
    let items: Vec<Text> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, (one, many))| plain(counted(count, one, many)))
        .collect();
    if items.is_empty() {
        return short(language, say(language, "There was nothing of yours.", "No guardaba nada tuyo."));
    }
    Document {
        language,
        blocks: vec![
            Block::Paragraph(plain(say(language, "Forgotten:", "He olvidado:"))),
            Block::List { marker: Marker::Bullet, items },
        ],
    }
}

/// Whether somebody was let in.
pub fn paired(language: Language, is_paired: bool) -> Document {
    short(
        language,
        if is_paired {
            say(language, "Done: they may write to me directly now.", "Hecho: ya puede escribirme en privado.")
        } else {
            say(
                language,
                "Nobody was given that code within the last hour.",
                "Nadie ha recibido ese código en la última hora.",
            )
        },
    )
}
