//! The fixed wording of the review.

use crate::question::Language;
use crate::render::say;

/// The fixed wording in one language.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Name of the page.
    pub title: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// There is nothing to decide.
    pub nothing: &'static str,
    /// Before the other wordings of a question.
    pub also_asked: &'static str,
    /// Before what people said of the answer.
    pub remarks: &'static str,
    /// Before what was wrong.
    pub wrong: &'static str,
    /// Before what would be right.
    pub right: &'static str,
    /// Before the answer.
    pub answer: &'static str,
    /// There was no answer.
    pub no_answer: &'static str,
    /// Before the nearest documents.
    pub nearest: &'static str,
    /// Field: the question.
    pub question: &'static str,
    /// Field: what a good answer says.
    pub points: &'static str,
    /// Field: files that it cites.
    pub must_cite: &'static str,
    /// Field: what it is about.
    pub topics: &'static str,
    /// Field: passages that help.
    pub passages: &'static str,
    /// Follows the names of fields that take several entries.
    pub one_a_line: &'static str,
    /// Field: how hard it is.
    pub difficulty: &'static str,
    /// Easy, medium and hard.
    pub difficulties: [&'static str; 3],
    /// Field: whether there is an answer.
    pub answerable: &'static str,
    /// Button: make it a case.
    pub accept: &'static str,
    /// Button: leave it for good.
    pub reject: &'static str,
    /// Leads to the next candidate.
    pub skip: &'static str,
    /// Leads to those that follow.
    pub more: &'static str,
    /// Leads back to the best.
    pub first: &'static str,
    /// It was rejected.
    pub rejected: &'static str,
    /// It was decided already, the other way.
    pub decided: &'static str,
    /// There is no such candidate.
    pub unknown: &'static str,
    /// It could not be kept.
    pub failed: &'static str,
    /// Problem: no question.
    pub no_question: &'static str,
    /// Problem: too long a question.
    pub long_question: &'static str,
    /// Problem: no points.
    pub no_points: &'static str,
    /// Problem: points though there is no answer.
    pub points_without_answer: &'static str,
    /// Problem: an entry that is too long, before the name of its field.
    pub bad_entry: &'static str,
    /// Problem: too many entries, before the name of their field.
    pub too_many: &'static str,
    /// Problem: asked already, before the name of the case.
    pub duplicate: &'static str,
}

impl Words {
    /// The wording in `language`.
    pub const fn new(language: Language) -> Self {
        Self {
            title: say(language, "Review", "Revisión"),
            purpose: say(
                language,
                "What people asked and what they thought of the answers, the most instructive first. What you accept \
                 becomes a case of the goldset, by which Colega is measured.",
                "Lo que se ha preguntado y lo que se ha opinado de las respuestas, primero lo que más enseña. Lo que \
                 aceptes pasa a ser un caso del conjunto de evaluación, con el que se mide a Colega.",
            ),
            nothing: say(
                language,
                "There is nothing to decide. Votes, corrections and questions without an answer will appear here.",
                "No hay nada que decidir. Aquí aparecerán los votos, las correcciones y las preguntas sin respuesta.",
            ),
            also_asked: say(language, "Also asked as", "También preguntada así"),
            remarks: say(language, "What people said of it", "Lo que se ha dicho de ella"),
            wrong: say(language, "Wrong:", "Mal:"),
            right: say(language, "Right:", "Correcto:"),
            answer: say(language, "The answer that was given", "La respuesta que se dio"),
            no_answer: say(language, "There was no answer.", "No hubo respuesta."),
            nearest: say(language, "The nearest documents", "Los documentos más cercanos"),
            question: say(language, "Question", "Pregunta"),
            points: say(language, "What a good answer says", "Qué dice una buena respuesta"),
            must_cite: say(language, "Files that it must cite", "Archivos que debe citar"),
            topics: say(language, "Topics", "Temas"),
            passages: say(language, "Passages that help", "Pasajes que ayudan"),
            one_a_line: say(language, "one a line", "uno por línea"),
            difficulty: say(language, "Difficulty", "Dificultad"),
            difficulties: [
                say(language, "easy", "fácil"),
                say(language, "medium", "media"),
                say(language, "hard", "difícil"),
            ],
            answerable: say(
                language,
                "The knowledge base should answer this",
                "La base de conocimiento debería responder a esto",
            ),
            accept: say(language, "Accept", "Aceptar"),
            reject: say(language, "Reject", "Rechazar"),
            skip: say(language, "Skip", "Saltar"),
            more: say(language, "Show the next ones", "Ver los siguientes"),
            first: say(language, "Back to the first ones", "Volver a los primeros"),
            rejected: say(language, "Rejected. It will not be proposed again.", "Rechazada. No se volverá a proponer."),
            decided: say(
                language,
                "This was decided the other way before, and stays so.",
                "Esto ya se decidió de otra manera, y así queda.",
            ),
            unknown: say(
                language,
                "There is no such candidate any more; its questions are gone or a case asks the same.",
                "Esa candidata ya no existe; sus preguntas se han borrado o un caso pregunta lo mismo.",
            ),
            failed: say(
                language,
                "It could not be kept, so nothing is decided. The log says why; try again.",
                "No se ha podido guardar, así que nada está decidido. El registro dice por qué; vuelve a intentarlo.",
            ),
            no_question: say(language, "Write the question.", "Escribe la pregunta."),
            long_question: say(
                language,
                "The question is longer than 2,000 characters.",
                "La pregunta tiene más de 2.000 caracteres.",
            ),
            no_points: say(
                language,
                "Write at least one thing that a good answer says, or say that there is no answer.",
                "Escribe al menos una cosa que diga una buena respuesta, o indica que no hay respuesta.",
            ),
            points_without_answer: say(
                language,
                "Without an answer there is nothing to say or to cite: empty both fields, or say that there is an answer.",
                "Si no hay respuesta, no hay nada que decir ni citar: vacía ambos campos o indica que la hay.",
            ),
            bad_entry: say(
                language,
                "A line is longer than 1,000 characters in:",
                "Hay una línea de más de 1.000 caracteres en:",
            ),
            too_many: say(language, "There are more than 30 lines in:", "Hay más de 30 líneas en:"),
            duplicate: say(language, "A case asks the same already:", "Ya hay un caso que pregunta lo mismo:"),
        }
    }
}
