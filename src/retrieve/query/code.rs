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
    #[serde(default)]
    in_prose: bool,
    en: String,
    es: String,
}

struct Sign {
    pattern: Regex,
    in_prose: bool,
    names: [String; 2],
}

static ALL: LazyLock<Vec<Sign>> = LazyLock::new(|| {
    let File { sign } = toml::from_str(SIGNS).expect("a test reads the signs");
    let read = |Entry { pattern, in_prose, en, es }| Sign {
        pattern: Regex::new(&pattern).expect("a test reads the signs"),
        in_prose,
        names: [en, es],
    };
    sign.into_iter().map(read).collect()
});

/// A question, taken apart.
pub struct Apart {
    /// The lines that are prose; everything where there is nothing else.
    pub prose: String,
    /// The lines that are code.
    pub code: String,
}

impl Apart {
    /// Takes `text` apart by lines and fences.
    pub fn of(text: &str) -> Self {
        let is_closed = text.lines().filter(|line| is_fence(line)).count() % 2 == 0;
        let mut is_fenced = false;
        let (mut prose, mut code) = (Vec::new(), Vec::new());
        for line in text.lines() {
            if is_closed && is_fence(line) {
                is_fenced = !is_fenced;
            } else if is_fenced || is_code(line) {
                code.push(line.trim_matches('`'));
            } else {
                prose.push(line);
            }
        }
        if prose.iter().all(|line| line.trim().is_empty()) {
            return Self { prose: text.to_owned(), code: String::new() };
        }
        Self { prose: prose.join("\n"), code: code.join("\n") }
    }

    /// What its code shows, as the subject is called in `language`.
    pub fn shown(&self, language: Language) -> Vec<&'static str> {
        let is_code_alone = self.code.is_empty() && self.prose.lines().any(is_code);
        let found = ALL.iter().filter(|Sign { pattern, in_prose, .. }| {
            pattern.is_match(&self.code) || ((*in_prose || is_code_alone) && pattern.is_match(&self.prose))
        });
        found.map(|sign| sign.names[usize::from(language == Language::Spanish)].as_str()).collect()
    }
}

/// Whether a line opens or closes a fence, and does not do both.
fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```") && line.matches("```").count() == 1
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with("```") {
        return line.matches("```").count() > 1;
    }
    let all = line.chars().filter(|c| !c.is_whitespace()).count();
    let calls = line.match_indices('(').filter(|(at, _)| line[..*at].ends_with(|c: char| c.is_alphanumeric())).count();
    let marks = calls + line.matches(|c| "{}()[]<>=;*+$#@&|\\_\"".contains(c)).count();
    // A sentence ends like one, whatever it quotes.
    let is_sentence = line.ends_with(['?', '.', '!']) || line.starts_with(['¿', '¡']);
    !is_sentence && marks >= 3 && marks * 100 >= all * LEAST_MARKS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&'static str> {
        Apart::of(text).shown(Language::English)
    }

    #[test]
    fn code_shows_subjects_that_nobody_names() {
        for (code, subject) in [
            ("flagged, why?\ndb.query(\"SELECT id FROM t WHERE name = '\" + name + \"'\")", "SQL injection"),
            ("cur.execute(f\"DELETE FROM t WHERE id = {id}\")", "SQL injection"),
            ("is it safe: box.innerHTML = comment", "XSS cross-site scripting"),
            ("const claims = jwt.decode(token)", "JWT verify signature"),
            ("can we keep requests.get(url, verify=False) in staging?", "TLS certificate verification"),
            ("slow, why?\nfor o in Order.objects.all():\n    print(o.customer.name)", "N+1 queries"),
            ("SELECT * FROM t ORDER BY id LIMIT 20 OFFSET 400000", "pagination offset keyset"),
            ("ok?\n```\nSET lock:invoice w7 NX PX 30000\n```", "distributed lock"),
            ("FROM python:3.12 AS build\nCOPY . .", "Docker image Dockerfile"),
            ("wrong?\nPOST /api/createUser", "REST resource names verbs in URLs"),
        ] {
            assert!(shown(code).contains(&subject), "{code}: {:?}", shown(code));
        }
        assert_eq!(Apart::of("x.innerHTML = y").shown(Language::Spanish).len(), 1);
    }

    #[test]
    fn what_is_no_such_code_shows_none() {
        for question in [
            "What is SQL injection and how do we prevent it?",
            "When do I update the cache and when do I delete the key?",
            "¿Qué hace SELECT en SQL?",
            "how long should a token live",
            "Explain CQRS",
            "Can you explain idempotency keys?",
            "Should DELETE /orders/{id} return 204 or 404?",
            "Where do I put {tenant} in the path?",
            "PUT or PATCH for update?",
            "Kafka consumer stuck at offset 150000",
            "¿Puedo usar SHA-256 para la clave de caché?",
            "is this right?\nGET /documents/1",
            "why twice?\ntime.sleep(2 ** attempt)",
            "ok?\nSET session:1 data EX 3600",
        ] {
            assert!(shown(question).is_empty(), "{question}: {:?}", shown(question));
        }
    }

    #[test]
    fn code_is_told_from_prose_by_lines_and_fences() {
        let parts = |text: &str| {
            let Apart { prose, code } = Apart::of(text);
            (prose.trim().to_owned(), code)
        };
        let (prose, code) = parts("Is this ok?\n\nrows = db.all(\"SELECT 1\")\nfor r in rows: print(r, [r])");
        assert_eq!((prose.as_str(), code.lines().count()), ("Is this ok?", 2));
        let fenced = ("why is this slow".to_owned(), "select 1".to_owned());
        assert_eq!(parts("why is this slow\n```\nselect 1\n```"), fenced);
        assert_eq!(parts("```select 1```\nwhy is this slow"), fenced);
        assert!(parts("```sql\nwhy does this never end").0.contains("why does"), "a fence that nobody closed");
        for alone in [
            "SELECT * FROM a;",
            "What does R + W > N mean?",
            "REST vs gRPC (or both?)",
            "what's the difference between GET/POST (idempotency)",
            "I don't get what's 'eventual consistency'",
        ] {
            assert_eq!(parts(alone), (alone.to_owned(), String::new()));
        }
    }
}
