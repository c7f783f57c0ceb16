//! Whether code is what its language reads: each format by its own parser, programming languages by their grammars.

mod balance;
mod dockerfile;
#[cfg(feature = "grammars")]
mod grammar;
mod http;

use serde::de::IgnoredAny;

/// What can be said of a piece of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It parses; or, of a format without a parser, its brackets and quotes close.
    Right,
    /// It does not: where and why.
    Wrong(String),
    /// This program has no parser for the language.
    NoParser,
}

/// Formats that no maintained parser is known for: brackets and quotes are all that is checked.
const ONLY_BALANCED: &[&str] = &["haproxy", "ini", "nginx", "promql", "systemd"];

pub(super) fn check(language: &str, code: &str) -> Verdict {
    let checked = match language {
        "json" => json(code),
        "yaml" => yaml(code),
        "toml" => toml::from_str::<toml::Table>(code).map(drop).map_err(|error| error.message().to_owned()),
        "http" => http::check(code),
        "dockerfile" => dockerfile::check(code),
        _ if ONLY_BALANCED.contains(&language) => balance::check(code),
        _ => return by_grammar(language, code),
    };
    verdict(checked)
}

fn verdict(checked: Result<(), String>) -> Verdict {
    match checked {
        Ok(()) => Verdict::Right,
        Err(reason) => Verdict::Wrong(reason.lines().next().unwrap_or_default().to_owned()),
    }
}

#[cfg(feature = "grammars")]
fn by_grammar(language: &str, code: &str) -> Verdict {
    grammar::check(language, code).map_or(Verdict::NoParser, verdict)
}

#[cfg(not(feature = "grammars"))]
fn by_grammar(_: &str, _: &str) -> Verdict {
    Verdict::NoParser
}

/// One document or several in a row.
fn json(code: &str) -> Result<(), String> {
    let mut documents = serde_json::Deserializer::from_str(code).into_iter::<IgnoredAny>();
    documents.try_for_each(|document| document.map(drop).map_err(|error| error.to_string()))
}

/// One document or several between `---` lines.
fn yaml(code: &str) -> Result<(), String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_multiple_with_options::<serde_json::Value>(code, options)
        .map(drop)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_all(language: &str, right: &[&str], wrong: &[&str]) {
        for code in right {
            assert_eq!(check(language, code), Verdict::Right, "{language}: {code}");
        }
        for code in wrong {
            assert!(matches!(check(language, code), Verdict::Wrong(_)), "{language}: {code}");
        }
    }

    #[test]
    fn formats_are_read_by_their_own_parsers() {
        check_all("json", &["{\"a\": [1]}", "1\n{}"], &["{\"a\": }", "{a: 1}"]);
        check_all("yaml", &["a: 1\n---\nb: [2]\n"], &["a: [1\nb: 2", "a: b: c"]);
        check_all("toml", &["[a]\nb = 1"], &["[a\nb = 1"]);
    }

    #[test]
    fn without_a_parser_brackets_and_quotes_must_close() {
        check_all("nginx", &["server { listen 80; } # isn't it"], &["server { listen 80;", "a \"b", "a ) ("]);
        check_all("promql", &["sum by (job) (rate(x{code=~\"5..\"}[5m]))"], &["sum(rate(x[5m])"]);
        assert_eq!(check("brainfuck", "+++"), Verdict::NoParser);
    }
}
