//! What a chat model is told, in both languages. The wording stands in `configs/prompts`, so that a team can change it; the
//! goldset tells whether that was wise.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::question::Language;

/// The files that ship.
const BUILT_IN: [&str; 2] =
    [include_str!("../../configs/prompts/en.toml"), include_str!("../../configs/prompts/es.toml")];
/// The name of the file of each language.
const FILES: [&str; 2] = ["en.toml", "es.toml"];
/// More than so many bytes are no prompt: each takes time to read before every answer.
const MOST_BYTES: usize = 8 << 10;

/// What the model is told in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompts([Prompt; 2]);

/// What the model is told in one language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// Who it is, and what holds for all answers.
    pub system: String,
    /// One part of an answer: `{question}`, `{part}`, `{notes}` and `{task}`.
    answer: String,
    /// The task where the part is running text: `{count}` sentences.
    paragraph: String,
    /// The task where it is a list: `{count}` items.
    list: String,
    /// What is said of a part that is not in the notes: `{words}`.
    again: String,
}

/// The shape of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Running text.
    Paragraph,
    /// One sentence a line.
    List,
}

impl Prompts {
    /// What ships.
    ///
    /// # Errors
    /// None, as long as the tests pass: what ships can be read.
    pub fn built_in() -> Result<Self> {
        Ok(Self([Prompt::parse(BUILT_IN[0])?, Prompt::parse(BUILT_IN[1])?]))
    }

    /// The files in `folder`.
    ///
    /// # Errors
    /// One is missing, is no TOML, lacks a key or a placeholder.
    pub fn load(folder: &Path) -> Result<Self> {
        let load = |name: &str| {
            let file = folder.join(name);
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            Prompt::parse(&text).with_context(|| file.display().to_string())
        };
        Ok(Self([load(FILES[0])?, load(FILES[1])?]))
    }

    /// Those of one language.
    pub const fn of(&self, language: Language) -> &Prompt {
        &self.0[language as usize]
    }
}

impl Prompt {
    fn parse(text: &str) -> Result<Self> {
        ensure!(text.len() <= MOST_BYTES, "it has {} bytes, more than {MOST_BYTES}", text.len());
        let prompt: Self = toml::from_str(text)?;
        for (key, text, placeholders) in [
            ("answer", &prompt.answer, &["{question}", "{part}", "{notes}", "{task}"][..]),
            ("paragraph", &prompt.paragraph, &["{count}"]),
            ("list", &prompt.list, &["{count}"]),
            ("again", &prompt.again, &["{words}"]),
        ] {
            for placeholder in placeholders {
                ensure!(text.contains(placeholder), "`{key}` lacks {placeholder}");
            }
        }
        ensure!(!prompt.system.trim().is_empty(), "`system` is empty");
        Ok(prompt)
    }

    /// Asks for one part, of at most `count` sentences or items.
    pub fn part(&self, question: &str, part: &str, notes: &str, shape: Shape, count: usize) -> String {
        let task = match shape {
            Shape::Paragraph => &self.paragraph,
            Shape::List => &self.list,
        };
        let task = task.replace("{count}", &count.to_string());
        fill(&self.answer, &[("{question}", question), ("{part}", part), ("{notes}", notes), ("{task}", &task)])
    }

    /// Asks for it once more, without these words.
    pub fn again(&self, words: &[String]) -> String {
        fill(&self.again, &[("{words}", &words.join(", "))])
    }
}

/// `template` with its placeholders filled in, each once: what is filled in may itself look like a placeholder.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    let next = |rest: &str| values.iter().filter_map(|&(name, value)| Some((rest.find(name)?, name, value))).min();
    while let Some((at, name, value)) = next(rest) {
        filled.push_str(&rest[..at]);
        filled.push_str(value);
        rest = &rest[at + name.len()..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{a} and {b}.", &[("{a}", "{b}"), ("{b}", "two")]), "{b} and two.");
        let prompts = Prompts::built_in().expect("what ships");
        let text = prompts.of(Language::English).part("What is {notes}?", "Definition", "[1] A note.", Shape::List, 3);
        assert!(text.contains("What is {notes}?") && text.contains("[1] A note.") && text.contains("at most 3 items"));
        assert!(prompts.of(Language::Spanish).again(&["Kafka".into(), "7".into()]).contains("Kafka, 7"));
    }

    #[test]
    fn a_prompt_that_lacks_something_names_it() {
        let check = |from: &str, to: &str, expected: &str| {
            let error = format!("{:#}", Prompt::parse(&BUILT_IN[0].replace(from, to)).expect_err("refused"));
            assert!(error.contains(expected), "{error}");
        };
        check("{notes}", "", "`answer` lacks {notes}");
        check("{words}", "", "`again` lacks {words}");
        check("again =", "agian =", "agian");
        assert!(Prompts::load(Path::new("no-such-folder")).is_err());
    }
}
