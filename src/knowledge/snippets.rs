//! Snippets: the code of the passages, each block with the sentence that introduces it.

mod format;
mod framework;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::cards::{Source, id};
use super::dedupe::{Comparable, first_of_alike};
use crate::passage::Passage;
use crate::question::Language;
use crate::reading::quotable::{self, Kind};
use crate::reading::role::Role;
use crate::sentence;

pub use self::format::format;

/// A block of code; one line of `code_snippets.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snippet {
    /// Stable name, from the document and the code: sixteen hexadecimal digits.
    pub id: String,
    /// The programming language or format: `python`, `yaml`.
    pub language: String,
    /// The framework or product that it is for; empty when none shows.
    pub framework: String,
    /// The document's title, and the heading where that names a subject.
    pub title: String,
    /// The lines of the block.
    pub code: String,
    /// The sentence before it; empty when there is none.
    pub explanation: String,
    /// The language of title, explanation and comments.
    pub lang: Language,
    /// Slug of the topic; empty when none fits.
    pub topic: String,
    /// The passage that holds it.
    pub sources: Vec<Source>,
    /// Who may be shown it; empty means everybody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
}

impl Comparable for Snippet {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.code)
    }

    fn reach(&self) -> (Language, &str) {
        (self.lang, &self.scope)
    }
}

/// The snippets of `passages` in their order, and how many were left out because another has nearly the same code (from
/// `similarity` on, 0 to 1). Blocks without a language, or of plain text, are none.
pub fn snippets(passages: &[Passage], similarity: f64) -> (Vec<Snippet>, usize) {
    let found: Vec<Snippet> = passages.iter().flat_map(in_passage).collect();
    let all = found.len();
    let (snippets, _) = first_of_alike(found, similarity);
    let left_out = all - snippets.len();
    (snippets, left_out)
}

fn in_passage(passage: &Passage) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut rest = passage.text.as_str();
    for quotable in quotable::in_passage(passage) {
        let Kind::Code { language } = &quotable.kind else { continue };
        // Code within a list stands further to the right in the passage; what introduces it is then left out.
        let (before, behind) = rest.split_once(&quotable.text).unwrap_or(("", rest));
        found.extend(format(language).map(|format| snippet(passage, format, &quotable.text, &introduction(before))));
        rest = behind;
    }
    found
}

/// The sentence at the end of what stands before a block of code; empty when that is no sentence.
fn introduction(before: &str) -> String {
    // The last line opens the block.
    let opened = before.strip_suffix('\n').unwrap_or(before);
    let before = opened.rsplit_once('\n').map_or("", |(before, _)| before).trim_end();
    let paragraph = before.rsplit("\n\n").next().unwrap_or_default();
    let line = paragraph.lines().last().unwrap_or_default().trim_start();
    if line.starts_with(['`', '~', '|', '#', '<', '!', ':']) {
        return String::new();
    }
    let sentence = sentence::split(paragraph).last().unwrap_or_default();
    let sentence = sentence.trim_start_matches(['-', '*', '+', ' ']);
    sentence.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn snippet(passage: &Passage, language: String, code: &str, explanation: &str) -> Snippet {
    let heading = passage.headings.iter().rev().find(|heading| Role::of_heading(heading).is_none());
    Snippet {
        id: id("snippet", &[&passage.source_file, &language, code]),
        framework: framework::of(&language, code, explanation).to_owned(),
        title: heading.map_or_else(|| passage.title.clone(), |heading| format!("{} › {heading}", passage.title)),
        language,
        code: code.to_owned(),
        explanation: explanation.to_owned(),
        lang: passage.lang,
        topic: passage.topic.clone(),
        sources: vec![passage.into()],
        scope: passage.scope.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::{ChunkId, SourceSpan};

    fn passage(text: &str) -> Passage {
        Passage {
            chunk_id: ChunkId::new("a.md", text, 0),
            topic: "apis".to_owned(),
            title: "Retries".to_owned(),
            headings: vec!["Example".to_owned()],
            text: text.to_owned(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: "a.md".to_owned(),
            source_span: SourceSpan::Lines { start: 1, end: 9 },
            lang: Language::English,
            url: None,
            scope: "internal".to_owned(),
            license: None,
        }
    }

    #[test]
    fn code_comes_with_the_sentence_before_it_and_plain_text_does_not_come() {
        let text = "It has a limit. The client fetches the next page\nafter it:\n\n```py\nimport fastapi\n```\n\n```yaml\na: 1\n```\n\n\
                    The log then says:\n\n```text\nretry 1\n```\n\n```\nbare\n```";
        let (found, _) = snippets(&[passage(text)], 0.9);
        let shown: Vec<_> = found
            .iter()
            .map(|s| (s.language.as_str(), s.framework.as_str(), s.code.as_str(), s.explanation.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("python", "fastapi", "import fastapi", "The client fetches the next page after it:"),
                ("yaml", "", "a: 1", "")
            ]
        );
        assert_eq!((found[0].title.as_str(), found[0].scope.as_str()), ("Retries", "internal"));
    }

    #[test]
    fn the_same_code_comes_once() {
        let code = "```sql\nSELECT one, two, three FROM four WHERE five = six;\n```";
        let mut second = passage(&format!("Another sentence introduces it:\n\n{code}"));
        second.source_file = "b.md".to_owned();
        let (found, left_out) = snippets(&[passage(code), second], 0.9);
        assert_eq!((found.len(), left_out), (1, 1));
    }
}
