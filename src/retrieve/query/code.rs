//! Code in a question: its names say little of what is asked, and what it shows is seldom said.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::question::Language;

/// Signs that are common far beyond one library.
const SIGNS: &str = include_str!("code.toml");
/// A line is code if so large a share of its characters, in per cent, is none that prose has.
const LEAST_MARKS: usize = 8;

/// What code shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sign: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    pattern: String,
    en: String,
    es: String,
}

struct Sign {
    pattern: Regex,
    names: [String; 2],
}

static ALL: LazyLock<Vec<Sign>> = LazyLock::new(|| {
    let File { sign } = toml::from_str(SIGNS).expect("a test reads the signs");
    let read = |Entry { pattern, en, es }| Sign {
        pattern: Regex::new(&pattern).expect("a test reads the signs"),
        names: [en, es],
    };
    sign.into_iter().map(read).collect()
});

/// What the code in `text` shows, as the subject is called in `language`.
pub fn subjects(text: &str, language: Language) -> impl Iterator<Item = &'static str> {
    let found = ALL.iter().filter(move |sign| sign.pattern.is_match(text));
    found
        .map(move |sign| sign.names[usize::from(language == Language::Spanish)].as_str())
        .collect::<Vec<_>>()
        .into_iter()
}

/// The lines of `text` that are prose, and those that are code; code alone is taken for prose, since nothing else is asked.
pub fn apart(text: &str) -> (String, String) {
    let mut is_fenced = false;
    let (mut prose, mut code) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if is_fenced || is_code(line) {
            code.push(line);
        } else {
            prose.push(line);
        }
    }
    if prose.iter().all(|line| line.trim().is_empty()) {
        return (text.to_owned(), String::new());
    }
    (prose.join("\n"), code.join("\n"))
}

fn is_code(line: &str) -> bool {
    let (mut all, mut marks) = (0, 0);
    for c in line.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        marks += usize::from("{}()[]<>=;*+$#@&|\\_\"'`/".contains(c));
    }
    // A sentence ends like one, whatever it quotes.
    let is_sentence = line.trim_end().ends_with(['?', '.', '!']) || line.trim_start().starts_with(['¿', '¡']);
    !is_sentence && marks >= 2 && marks * 100 >= all * LEAST_MARKS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&'static str> {
        subjects(text, Language::English).collect()
    }

    #[test]
    fn code_shows_subjects_that_nobody_names() {
        for (code, subject) in [
            ("db.query(\"SELECT id FROM t WHERE name = '\" + name + \"'\")", "SQL injection"),
            ("cur.execute(f\"DELETE FROM t WHERE id = {id}\")", "SQL injection"),
            ("box.innerHTML = comment", "XSS cross-site scripting"),
            ("const claims = jwt.decode(token)", "JWT verify signature"),
            ("requests.get(url, verify=False)", "TLS certificate verification"),
            ("for o in Order.objects.all():\n    print(o.customer.name)", "N+1 queries"),
            ("SELECT * FROM t ORDER BY id LIMIT 20 OFFSET 400000", "pagination offset keyset"),
            ("SET lock:invoice w7 NX PX 30000", "distributed lock"),
            ("FROM python:latest\nCOPY . .", "Docker image Dockerfile"),
            ("POST /api/createUser", "REST resource names verbs in URLs"),
        ] {
            assert!(shown(code).contains(&subject), "{code}: {:?}", shown(code));
        }
        assert_eq!(subjects("x.innerHTML = y", Language::Spanish).count(), 1);
    }

    #[test]
    fn plain_questions_show_none() {
        for question in [
            "What is SQL injection and how do we prevent it?",
            "When do I update the cache and when do I delete the key?",
            "¿Qué hace SELECT en SQL?",
            "how long should a token live",
            "GET or POST for a search?",
        ] {
            assert!(shown(question).is_empty(), "{question}: {:?}", shown(question));
        }
    }

    #[test]
    fn code_is_told_from_prose_by_lines() {
        let (prose, code) = apart("Is this ok?\n\nrows = db.all(\"SELECT 1\")\nfor r in rows: print(r)");
        assert_eq!((prose.trim(), code.lines().count()), ("Is this ok?", 2));
        let (prose, code) = apart("why is this slow\n```\nselect 1\n```");
        assert_eq!((prose.as_str(), code.as_str()), ("why is this slow", "select 1"));
        for alone in ["SELECT * FROM a;", "What does R + W > N mean?", "REST vs gRPC (or both?)"] {
            assert_eq!(apart(alone), (alone.to_owned(), String::new()));
        }
    }
}
