//! What the platforms themselves show of Colega: the commands that they offer while people type, and Discord's form.

use super::say;
use crate::question::Language;

/// A command as people find it.
#[derive(Debug, Clone, Copy)]
pub struct CommandWords {
    /// Its name, the same in both languages, so that people can tell each other about it.
    pub name: &'static str,
    /// What it does, in English; at most 100 letters.
    pub english: &'static str,
    /// The same in Spanish.
    pub spanish: &'static str,
    /// The name of what is typed after it, and what that is, in English and Spanish.
    pub option: Option<(&'static str, &'static str, &'static str)>,
}

const fn command(name: &'static str, english: &'static str, spanish: &'static str) -> CommandWords {
    CommandWords { name, english, spanish, option: None }
}

/// All commands, those that are used most first.
pub const COMMANDS: &[CommandWords] = &[
    CommandWords {
        option: Some(("question", "What you want to know", "Lo que quieres saber")),
        ..command(
            "ask",
            "Answer a backend question from the team's documents",
            "Responde una pregunta de backend con los documentos del equipo",
        )
    },
    command("sources", "Show the passages behind the last answer", "Muestra los pasajes de la última respuesta"),
    command("why", "Tell how the last answer came about", "Cuenta cómo se obtuvo la última respuesta"),
    command("help", "Tell how to use Colega", "Explica cómo usar Colega"),
    command("forget", "Forget everything about you", "Olvida todo lo que sabe de ti"),
    command("gaps", "List what the documents do not answer", "Lista lo que los documentos no responden"),
    command("stats", "Tell how Colega is doing", "Cuenta cómo le va a Colega"),
    command("reindex", "Read the documents again (administrators)", "Vuelve a leer los documentos (administradores)"),
    CommandWords {
        option: Some(("code", "The code that the person was given", "El código que recibió la persona")),
        ..command(
            "pair",
            "Let somebody write to Colega directly (administrators)",
            "Permite que alguien escriba a Colega en privado (administradores)",
        )
    },
];

/// The entry in the menu of a message: its English name, which names it to Discord, and its Spanish one.
pub const ASK_ABOUT: (&str, &str) = ("Ask Colega about this message", "Preguntar a Colega sobre esto");

/// The form that asks what was wrong with an answer.
#[derive(Debug, Clone, Copy)]
pub struct FormWords {
    /// Its title; at most 45 letters, like the labels.
    pub title: &'static str,
    /// Label of the field for what was wrong.
    pub wrong: &'static str,
    /// What could stand there; at most 100 letters.
    pub wrong_example: &'static str,
    /// Label of the field for the right answer.
    pub right: &'static str,
    /// What could stand there.
    pub right_example: &'static str,
}

/// The form in `language`.
pub const fn form(language: Language) -> FormWords {
    FormWords {
        title: say(language, "What was wrong?", "¿Qué estaba mal?"),
        wrong: say(language, "What was wrong (optional)", "Qué estaba mal (opcional)"),
        wrong_example: say(
            language,
            "Off the subject, out of date, something is missing …",
            "Fuera de tema, desactualizada, falta algo …",
        ),
        right: say(language, "The right answer (optional)", "La respuesta correcta (opcional)"),
        right_example: say(
            language,
            "What you would have said, and where it stands",
            "Lo que habrías dicho tú, y dónde está escrito",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_where_discord_shows_them() {
        let fits = |text: &str, most: usize| assert!((1..=most).contains(&text.chars().count()), "{text}");
        for command in COMMANDS {
            let is_letter = |c: char| c.is_ascii_lowercase();
            assert!(command.name.len() <= 32 && command.name.chars().all(is_letter), "{}", command.name);
            fits(command.english, 100);
            fits(command.spanish, 100);
            if let Some((_, english, spanish)) = command.option {
                fits(english, 100);
                fits(spanish, 100);
            }
        }
        fits(ASK_ABOUT.0, 32);
        fits(ASK_ABOUT.1, 32);
        for language in Language::ALL {
            let words = form(language);
            for label in [words.title, words.wrong, words.right] {
                fits(label, 45);
            }
            fits(words.wrong_example, 100);
            fits(words.right_example, 100);
        }
    }
}
