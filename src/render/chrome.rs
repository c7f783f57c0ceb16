//! The wording of the page around the answers.

use super::say;
use crate::question::Language;

/// All of it in one language.
#[derive(Debug, Clone, Copy)]
pub struct Chrome {
    /// The language.
    pub language: Language,
    /// What Colega is, in one line.
    pub tagline: &'static str,
    /// Below an answer that a model is putting into better words.
    pub refining: &'static str,
    /// First link of the page, for keyboards.
    pub skip: &'static str,
    /// Heading of the page before the first question.
    pub welcome: &'static str,
    /// What to expect, below that heading.
    pub promise: &'static str,
    /// Name of the list of examples.
    pub examples: &'static str,
    /// Name of the field for the question.
    pub question: &'static str,
    /// Text in that field while it is empty.
    pub placeholder: &'static str,
    /// The button that asks.
    pub ask: &'static str,
    /// Stands where the answer will be.
    pub searching: &'static str,
    /// The connection or the daemon failed.
    pub failed: &'static str,
    /// Copies a block of code.
    pub copy: &'static str,
    /// Follows copying.
    pub copied: &'static str,
    /// Asks for a vote.
    pub was_it_useful: &'static str,
    /// Vote for an answer.
    pub up: &'static str,
    /// Vote against an answer.
    pub down: &'static str,
    /// Follows a vote.
    pub thanks: &'static str,
    /// The vote's answer is not known.
    pub unknown_answer: &'static str,
    /// Begins the name of a citation mark, before its number.
    pub source: &'static str,
    /// Opens a passage in its source.
    pub in_source: &'static str,
    /// Opens the published original.
    pub original: &'static str,
    /// Name of the part of the source that is cited.
    pub cited: &'static str,
    /// There is no such passage.
    pub no_passage: &'static str,
    /// There is no such page.
    pub no_page: &'static str,
    /// Leads back to the page with the question box.
    pub back: &'static str,
    /// Closes the panel with the source.
    pub close: &'static str,
    /// Passages in the index, after their number.
    pub passages: &'static str,
    /// The live generation of the index, before its name.
    pub generation: &'static str,
    /// Name of the list of reports.
    pub reports: &'static str,
    /// There is no report yet, and how to get one.
    pub no_reports: &'static str,
    /// Keys, for those who like them.
    pub keys: &'static str,
}

impl Chrome {
    /// The wording in `language`.
    pub const fn new(language: Language) -> Self {
        Self {
            language,
            refining: super::refining(language),
            tagline: say(
                language,
                "Answers from your team’s knowledge base",
                "Respuestas de la base de conocimiento del equipo",
            ),
            skip: say(language, "Skip to the question", "Ir a la pregunta"),
            welcome: say(language, "What would you like to know?", "¿Qué quieres saber?"),
            promise: say(
                language,
                "Ask a backend question. Every sentence of the answer shows the place that it comes from.",
                "Haz una pregunta de backend. Cada frase de la respuesta muestra el lugar del que viene.",
            ),
            examples: say(language, "Examples", "Ejemplos"),
            question: say(language, "Your question", "Tu pregunta"),
            placeholder: say(language, "Ask a question", "Escribe tu pregunta"),
            ask: say(language, "Ask", "Preguntar"),
            searching: say(language, "Searching the sources…", "Buscando en las fuentes…"),
            failed: say(
                language,
                "The answer could not be made. Try again in a moment.",
                "No se ha podido responder. Vuelve a intentarlo en un momento.",
            ),
            copy: say(language, "Copy", "Copiar"),
            copied: say(language, "Copied", "Copiado"),
            was_it_useful: say(language, "Was this useful?", "¿Te ha servido?"),
            up: say(language, "Yes", "Sí"),
            down: say(language, "No", "No"),
            thanks: say(language, "Thank you.", "Gracias."),
            unknown_answer: say(
                language,
                "This answer is not known here, so there is no voting on it.",
                "Esa respuesta no se conoce aquí, así que no se puede votar.",
            ),
            source: say(language, "Source", "Fuente"),
            in_source: say(language, "Show in its source", "Ver en su fuente"),
            original: say(language, "Original", "Original"),
            cited: say(language, "Cited passage", "Pasaje citado"),
            no_passage: say(
                language,
                "There is no such passage; its document has changed or is gone.",
                "No existe ese pasaje; su documento ha cambiado o ya no está.",
            ),
            no_page: say(language, "There is no such page.", "No existe esa página."),
            back: say(language, "Ask a question", "Hacer una pregunta"),
            close: say(language, "Close", "Cerrar"),
            passages: say(language, "passages", "pasajes"),
            generation: say(language, "index", "índice"),
            reports: say(language, "Reports on the answers", "Informes sobre las respuestas"),
            no_reports: say(
                language,
                "There is no report yet; `colega eval` writes one.",
                "Aún no hay ningún informe; `colega eval` escribe uno.",
            ),
            keys: say(language, "/ to type, Enter to ask", "/ para escribir, Intro para preguntar"),
        }
    }
}
