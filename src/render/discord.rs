//! Documents as Discord messages, <https://support.discord.com/hc/en-us/articles/210298617>.
//!
//! Discord takes a backslash before any sign for that sign, so everything that could act is written with one. An `@` is
//! followed by an invisible joiner (U+2060), so that it calls nobody even where `allowed_mentions` were forgotten.
//! Code that holds three backticks cannot stand in a fence, which they would close; it is shown as escaped lines.

use super::document::{Document, Marker, Span};
use super::markdown::is_web_address;
use super::parts::{self, Line, Markup, Size};

/// Invisible, and no part of a word: breaks what would act.
const JOINER: char = '\u{2060}';

struct Discord;

/// `document` in Discord's Markdown, cut into messages of at most 2,000 UTF-16 code units. Never empty.
pub fn parts(document: &Document) -> Vec<String> {
    parts::parts(&Discord, document)
}

impl Markup for Discord {
    const LIMIT: Size = Size { units: 2_000, entities: usize::MAX };

    fn line(&self, kind: Line, spans: &[Span]) -> String {
        let mut line = match kind {
            Line::Title => "### ",
            Line::Heading | Line::Text | Line::Rest => "",
            Line::Item(Marker::Bullet) => "- ",
            Line::Item(Marker::Box) => "- ☐ ",
            Line::Small => "-# ",
        }
        .to_owned();
        for (at, span) in spans.iter().enumerate() {
            // Two neighbours' signs would run into each other.
            if at > 0 && !matches!(spans[at - 1], Span::Plain(_)) && !matches!(span, Span::Plain(_)) {
                line.push(JOINER);
            }
            match span {
                Span::Plain(text) | Span::Strong(text) if kind == Line::Heading => wrap("**", text, &mut line),
                Span::Plain(text) => escape(text, &mut line),
                Span::Strong(text) => wrap("**", text, &mut line),
                Span::Emphasis(text) => wrap("*", text, &mut line),
                Span::Code(text) => inline_code(text, &mut line),
                Span::Link { text, url } => link(text, url, &mut line),
            }
        }
        line
    }

    fn code(&self, language: &str, code: &str) -> String {
        if code.contains("```") {
            let lines = code.split('\n').map(|line| {
                let mut escaped = String::new();
                escape(line, &mut escaped);
                escaped
            });
            return lines.collect::<Vec<_>>().join("\n");
        }
        let known = language.len() <= 20
            && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+#-_.".contains(&byte));
        let language = if known { language } else { "" };
        // A backtick at the end would become part of the fence.
        let end = if code.ends_with('`') { "\n" } else { "" };
        format!("```{language}\n{code}{end}\n```")
    }

    fn size(&self, markup: &str) -> Size {
        Size { units: markup.encode_utf16().count(), entities: 0 }
    }
}

/// Text in which nothing acts.
fn escape(text: &str, out: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_before_slashes = c == ':' && chars.peek() == Some(&'/');
        if matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '(' | ')' | '#' | '-' | '+' | '.')
            && acts(c, out, chars.peek())
            || is_before_slashes
        {
            out.push('\\');
        }
        out.push(c);
        if c == '@' {
            out.push(JOINER);
        }
    }
}

/// Whether a sign could act where it stands: some do only at the beginning of a line.
fn acts(c: char, before: &str, next: Option<&char>) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_first = line.chars().all(|c| !c.is_alphanumeric());
    match c {
        '#' | '+' => is_first,
        '-' => is_first || next == Some(&'-'),
        // "1. " begins a list.
        '.' => !line.is_empty() && line.chars().all(|c| c.is_ascii_digit()),
        '(' | ')' => line.contains(']'),
        _ => true,
    }
}

/// `text` between two signs, with the spaces at its ends outside of them, where the signs would not act.
fn wrap(sign: &str, text: &str, out: &mut String) {
    let words = text.trim();
    if words.is_empty() {
        return out.push_str(text);
    }
    let start = text.len() - text.trim_start().len();
    out.push_str(&text[..start]);
    out.push_str(sign);
    escape(words, out);
    out.push_str(sign);
    out.push_str(&text[start + words.len()..]);
}

fn inline_code(text: &str, out: &mut String) {
    if text.trim().is_empty() {
        out.push_str(text);
    } else if !text.contains('`') && !text.ends_with('\\') {
        out.extend(["`", text, "`"]);
    } else {
        // Backticks within backticks are read differently by Discord's clients.
        escape(text, out);
    }
}

fn link(text: &str, url: &str, out: &mut String) {
    if text.trim().is_empty() || !is_web_address(url) {
        return escape(text, out);
    }
    let mut target = String::new();
    for c in url.chars() {
        match c {
            '<' => target.push_str("%3C"),
            '>' => target.push_str("%3E"),
            '\\' => target.push_str("%5C"),
            c if c.is_whitespace() || c.is_control() => {}
            c => target.push(c),
        }
    }
    out.push('[');
    escape(text, out);
    out.extend(["](<", &target, ">)"]);
}
