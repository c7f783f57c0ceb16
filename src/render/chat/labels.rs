//! Short words: on buttons, and to somebody who pressed one.

use super::super::say;
use crate::question::Language;

/// All of them in one language.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// Vote for an answer.
    pub up: &'static str,
    /// Vote against an answer.
    pub down: &'static str,
    /// Stops an answer.
    pub cancel: &'static str,
    /// Leaves an answer as it is while a model is wording it.
    pub keep: &'static str,
    /// Follows a vote.
    pub thanks: &'static str,
    /// Follows taking a vote back.
    pub vote_taken_back: &'static str,
    /// Follows a correction.
    pub thanks_for_correction: &'static str,
    /// Follows a correction in a private chat, whose words are not kept.
    pub vote_only: &'static str,
    /// A vote on an answer that is not known.
    pub unknown_answer: &'static str,
    /// Follows the button that stops an answer.
    pub cancelling: &'static str,
    /// The answer was whole already, or is somebody else's.
    pub nothing_to_cancel: &'static str,
    /// Somebody may not use Colega here.
    pub not_allowed: &'static str,
    /// A command for administrators.
    pub administrators_only: &'static str,
    /// Asks for what was wrong, as a message.
    pub what_was_wrong: &'static str,
}

/// The short words in `language`.
pub const fn labels(language: Language) -> Labels {
    Labels {
        up: say(language, "👍 Useful", "👍 Me sirve"),
        down: say(language, "👎 Not useful", "👎 No me sirve"),
        cancel: say(language, "✖ Cancel", "✖ Cancelar"),
        keep: say(language, "✔ Leave it so", "✔ Déjala así"),
        thanks: say(language, "Thank you.", "Gracias."),
        vote_taken_back: say(language, "Your vote is taken back.", "Tu voto se ha retirado."),
        thanks_for_correction: say(language, "Thank you. Somebody will look at it.", "Gracias. Alguien lo revisará."),
        vote_only: say(
            language,
            "In private chats only your vote is kept, not your words; write it in a channel for a reviewer to see it.",
            "En los chats privados solo guardo tu voto, no tus palabras; escríbelo en un canal para que alguien lo revise.",
        ),
        unknown_answer: say(
            language,
            "I do not know that answer any more, so it cannot be voted on.",
            "Ya no tengo registrada esa respuesta, así que no admite votos.",
        ),
        cancelling: say(language, "Stopping.", "Cancelando…"),
        nothing_to_cancel: say(
            language,
            "There is nothing to stop, or somebody else asked.",
            "No hay nada que cancelar, o la pregunta es de otra persona.",
        ),
        not_allowed: say(
            language,
            "You cannot use Colega here. Ask whoever looks after it.",
            "Aquí no puedes usar Colega. Pregunta a quien lo administra.",
        ),
        administrators_only: say(language, "That is for administrators.", "Ese comando es solo para administradores."),
        what_was_wrong: say(
            language,
            "What was wrong? Reply to this message; begin with “correct:” to say the right answer.",
            "¿Qué estaba mal? Responde a este mensaje; empieza por «correcto:» para dar la respuesta correcta.",
        ),
    }
}
