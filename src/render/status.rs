//! The wording of the pages on the state of the daemon and on its passages.

use super::say;
use crate::question::Language;
use crate::telemetry::metrics::Run;

/// The fixed wording in one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Name of the page on the state.
    pub title: &'static str,
    /// Since the daemon started.
    pub uptime: &'static str,
    /// What writes the answers.
    pub engine: &'static str,
    /// The live index.
    pub index: &'static str,
    /// Questions that are worked on, and that wait.
    pub queue: &'static str,
    /// Memory in use.
    pub memory: &'static str,
    /// The chat platforms.
    pub platforms: &'static str,
    /// There is none.
    pub no_platform: &'static str,
    /// Heading: the questions of a day.
    pub today: &'static str,
    /// There was none.
    pub no_question: &'static str,
    /// Column: where it was asked.
    pub asked_in: &'static str,
    /// Column: answered.
    pub answered: &'static str,
    /// Column: no evidence.
    pub unanswered: &'static str,
    /// Column: refused.
    pub refused: &'static str,
    /// Heading: looking through the sources.
    pub reindex: &'static str,
    /// The button that begins it.
    pub reindex_now: &'static str,
    /// Nothing is under way.
    pub idle: &'static str,
    /// Before the time at which it is due.
    pub due: &'static str,
    /// It has no schedule.
    pub never_due: &'static str,
    /// Before what came of the last.
    pub last: &'static str,
    /// Why a new index did not go live.
    pub why: &'static str,
    /// Heading: the figures of the goldset, generation by generation.
    pub quality: &'static str,
    /// No generation was judged yet.
    pub unjudged: &'static str,
    /// Heading: what became of generations.
    pub history: &'static str,
    /// Column: when.
    pub when: &'static str,
    /// Column: the generation.
    pub generation: &'static str,
    /// Column: what became of it.
    pub event: &'static str,
    /// Name of the page on the passages.
    pub passages: &'static str,
    /// What that page is for.
    pub browse: &'static str,
    /// The field to search in.
    pub search: &'static str,
    /// The button that searches.
    pub find: &'static str,
    /// Nothing was found.
    pub nothing: &'static str,
    /// Heading: all documents.
    pub documents: &'static str,
    /// Not all are listed.
    pub more: &'static str,
    /// Leads to the passages that follow.
    pub next: &'static str,
    /// Leads to all documents.
    pub all_documents: &'static str,
    /// There is no such document.
    pub no_document: &'static str,
}

impl Words {
    /// The wording in `language`.
    pub const fn new(language: Language) -> Self {
        Self {
            title: say(language, "State", "Estado"),
            uptime: say(language, "Running for", "En marcha desde hace"),
            engine: say(language, "Answers", "Respuestas"),
            index: say(language, "Index", "Índice"),
            queue: say(language, "Questions under way", "Preguntas en curso"),
            memory: say(language, "Memory", "Memoria"),
            platforms: say(language, "Chat platforms", "Plataformas de chat"),
            no_platform: say(
                language,
                "None; a token switches one on.",
                "Ninguna; un token activa la que corresponda.",
            ),
            today: say(language, "Questions of the last 24 hours", "Preguntas de las últimas 24 horas"),
            no_question: say(language, "None yet.", "Ninguna todavía."),
            asked_in: say(language, "Asked in", "Canal"),
            answered: say(language, "Answered", "Respondidas"),
            unanswered: say(language, "No evidence", "Sin evidencia"),
            refused: say(language, "Refused", "Rechazadas"),
            reindex: say(language, "Re-indexing", "Reindexado"),
            reindex_now: say(language, "Look through the sources now", "Revisar las fuentes ahora"),
            idle: say(language, "Nothing is under way.", "No hay nada en curso."),
            due: say(language, "Next on schedule:", "Próxima vez según el calendario:"),
            never_due: say(
                language,
                "No schedule is set (schedule.reindex); each start looks through the sources.",
                "No hay calendario (schedule.reindex); cada arranque revisa las fuentes.",
            ),
            last: say(language, "Last time:", "Última vez:"),
            why: say(language, "What was worse", "Qué empeoró"),
            quality: say(language, "Quality over generations", "Calidad por generación"),
            unjudged: say(
                language,
                "No index was judged by the goldset yet. The first has none before it to hold up against; after it, a goldset \
                 and index.gate are what it takes.",
                "El goldset todavía no ha juzgado ningún índice. El primero no tiene otro con el que compararse; después hacen \
                 falta un goldset e index.gate.",
            ),
            history: say(language, "Generations", "Generaciones"),
            when: say(language, "When (UTC)", "Cuándo (UTC)"),
            generation: say(language, "Generation", "Generación"),
            event: say(language, "What became of it", "Qué pasó"),
            passages: say(language, "Passages", "Pasajes"),
            browse: say(
                language,
                "What everybody may see of the live index, passage by passage.",
                "Lo que todo el mundo puede ver del índice activo, pasaje a pasaje.",
            ),
            search: say(language, "Search the passages", "Buscar en los pasajes"),
            find: say(language, "Search", "Buscar"),
            nothing: say(language, "No passage shares a word with that.", "Ningún pasaje comparte palabras con eso."),
            documents: say(language, "Documents", "Documentos"),
            more: say(language, "There are more; search to find them.", "Hay más; usa la búsqueda para encontrarlos."),
            next: say(language, "Next passages", "Pasajes siguientes"),
            all_documents: say(language, "All documents", "Todos los documentos"),
            no_document: say(
                language,
                "There is no such document in the live index.",
                "No existe ese documento en el índice activo.",
            ),
        }
    }
}

/// A re-index reads documents.
pub fn reading(language: Language, done: usize, total: usize) -> String {
    match language {
        Language::English => format!("Reading the sources: {done} of {total}"),
        Language::Spanish => format!("Leyendo las fuentes: {done} de {total}"),
    }
}

/// A re-index makes the index.
pub const fn indexing(language: Language) -> &'static str {
    say(language, "Making the index", "Creando el índice")
}

/// A re-index asks the goldset.
pub const fn judging(language: Language) -> &'static str {
    say(language, "Asking the goldset", "Haciendo las preguntas del goldset")
}

/// What came of a re-index.
pub const fn run(language: Language, run: Run) -> &'static str {
    match run {
        Run::Live => say(language, "a new index went live", "un índice nuevo pasó a estar activo"),
        Run::Unchanged => say(language, "nothing had changed", "nada había cambiado"),
        Run::Refused => say(
            language,
            "the new index is worse and did not go live",
            "el índice nuevo es peor y no pasó a estar activo",
        ),
        Run::Failed => say(language, "it failed; the log says why", "falló; el registro dice por qué"),
    }
}

/// How many documents could not be read.
pub fn skipped(language: Language, skipped: usize) -> String {
    match language {
        Language::English => format!("{skipped} sources could not be read; `colega ingest` says which and why."),
        Language::Spanish => format!("{skipped} fuentes no se pudieron leer; `colega ingest` dice cuáles y por qué."),
    }
}

/// Questions that are worked on, and those that wait.
pub fn queue(language: Language, running: usize, waiting: usize) -> String {
    match language {
        Language::English => format!("{running}, and {waiting} waiting"),
        Language::Spanish => format!("{running}, y {waiting} en espera"),
    }
}
