//! Documents as Telegram messages, in its HTML, <https://core.telegram.org/bots/api#html-style>.
//!
//! Telegram's clients make links of names, tags, commands and addresses by themselves. In quoted text they must not: an
//! invisible joiner (U+2060) breaks each of them. At most 100 pieces of formatting count in a message; the rest would be
//! dropped, so a message ends before that.

use super::document::{Document, Marker, Span};
use super::markdown::is_web_address;
use super::parts::{self, Line, Markup, Size};

/// Invisible, and no part of a word: breaks what would act.
const JOINER: char = '\u{2060}';
/// Bytes of an address of four numbers, and of a full stop behind it. More is not looked at: numbers can be long.
const LONGEST_IP_ADDRESS: usize = 16;

struct Telegram;

/// `document` in Telegram's HTML, cut into messages of at most 4,096 UTF-16 code units after entities parsing. Never empty.
pub fn parts(document: &Document) -> Vec<String> {
    parts::parts(&Telegram, document)
}

impl Markup for Telegram {
    const LIMIT: Size = Size { units: 4_096, entities: 96 };

    fn line(&self, kind: Line, spans: &[Span]) -> String {
        let mut line = match kind {
            Line::Item(Marker::Bullet) => "• ",
            Line::Item(Marker::Box) => "☐ ",
            _ => "",
        }
        .to_owned();
        let is_bold = matches!(kind, Line::Title | Line::Heading);
        let whole: String = spans.iter().map(Span::text).collect();
        let mut begin = 0;
        for span in spans {
            let piece = Piece { line: &whole, begin, end: begin + span.text().len() };
            begin = piece.end;
            match span {
                Span::Plain(_) if is_bold => tag("b", piece, &mut line),
                Span::Strong(_) => tag("b", piece, &mut line),
                Span::Emphasis(_) => tag("i", piece, &mut line),
                Span::Code(_) => code(piece, &mut line),
                Span::Link { text, url } if is_web_address(url) && !text.trim().is_empty() => {
                    line.push_str("<a href=\"");
                    entities(url, &mut line);
                    line.push_str("\">");
                    escape(piece, &mut line);
                    line.push_str("</a>");
                }
                Span::Plain(_) | Span::Link { .. } => escape(piece, &mut line),
            }
        }
        line
    }

    fn code(&self, language: &str, code: &str) -> String {
        let known = !language.is_empty()
            && language.len() <= 20
            && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+#-_".contains(&byte));
        let mut text = String::new();
        entities(code, &mut text);
        if known {
            format!("<pre><code class=\"language-{language}\">{text}</code></pre>")
        } else {
            format!("<pre>{text}</pre>")
        }
    }

    /// Tags do not count, and an entity counts as the character that it stands for.
    fn size(&self, markup: &str) -> Size {
        let mut size = Size::default();
        let mut chars = markup.chars();
        while let Some(c) = chars.next() {
            match c {
                '<' => {
                    let is_end = chars.next() == Some('/');
                    chars.by_ref().take_while(|&c| c != '>').for_each(drop);
                    size.entities += usize::from(!is_end);
                }
                '&' => {
                    chars.by_ref().take_while(|&c| c != ';').for_each(drop);
                    size.units += 1;
                }
                c => size.units += c.len_utf16(),
            }
        }
        size
    }
}

/// A piece of a line's text. Formatting does not keep it from acting together with what stands around it.
#[derive(Clone, Copy)]
struct Piece<'a> {
    line: &'a str,
    begin: usize,
    end: usize,
}

impl<'a> Piece<'a> {
    fn text(self) -> &'a str {
        &self.line[self.begin..self.end]
    }
}

fn tag(name: &str, piece: Piece<'_>, out: &mut String) {
    if piece.text().trim().is_empty() {
        return escape(piece, out);
    }
    out.extend(["<", name, ">"]);
    escape(piece, out);
    out.extend(["</", name, ">"]);
}

fn code(piece: Piece<'_>, out: &mut String) {
    if piece.text().trim().is_empty() {
        return escape(piece, out);
    }
    out.push_str("<code>");
    entities(piece.text(), out);
    out.push_str("</code>");
}

/// Text in which nothing acts.
fn escape(piece: Piece<'_>, out: &mut String) {
    for (at, c) in piece.text().char_indices() {
        entity(c, out);
        if acts(piece.line, piece.begin + at, c) {
            out.push(JOINER);
        }
    }
}

/// Whether `c`, which stands at `at` in `line`, would act together with what follows it.
fn acts(line: &str, at: usize, c: char) -> bool {
    let before = line[..at].chars().next_back().unwrap_or(' ');
    let next = line[at + c.len_utf8()..].chars().next().unwrap_or(' ');
    if next.is_whitespace() {
        return false;
    }
    match c {
        '@' | '#' | '$' => true,
        // "a/b" is none, but not every client knows the letters of every script.
        '/' => !before.is_ascii_alphanumeric() && is_word(next),
        ':' => next == '/',
        // "example.com" and "README.md" would be addresses.
        '.' => (is_in_name(before) && next.is_alphabetic()) || is_in_ip_address(line, at),
        _ => false,
    }
}

/// Whether the full stop at `at` is one of the three in an address such as 203.0.113.7. Other numbers make no address.
fn is_in_ip_address(line: &str, at: usize) -> bool {
    let is_part = |byte: &&u8| **byte == b'.' || byte.is_ascii_digit();
    let (before, after) = line.as_bytes().split_at(at);
    let before = before.iter().rev().take(LONGEST_IP_ADDRESS).take_while(is_part).count();
    let after = after.iter().take(LONGEST_IP_ADDRESS).take_while(is_part).count();
    let groups: Vec<&str> = line[at - before..at + after].trim_matches('.').split('.').collect();
    groups.len() == 4 && groups.iter().all(|group| (1..=3).contains(&group.len()))
}

/// Whether the name of a site may hold `c`; most letters and signs beyond ASCII may stand in one.
fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '~') || !(c.is_ascii() || c.is_whitespace())
}

/// Whether a name or command may hold `c`.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Text as it is, with Telegram's named entities.
fn entities(text: &str, out: &mut String) {
    text.chars().for_each(|c| entity(c, out));
}

fn entity(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::Language;
    use crate::render::document::Block;

    /// `spans` as one message, with the joiner shown as `|`.
    fn shown(spans: &[Span]) -> String {
        let document = Document { language: Language::English, blocks: vec![Block::Paragraph(spans.to_vec())] };
        parts(&document).concat().replace(JOINER, "|")
    }

    fn plain(text: &str) -> Span {
        Span::Plain(text.to_owned())
    }

    #[test]
    fn addresses_of_digits_are_broken_and_other_numbers_are_not() {
        for (text, expected) in [
            ("203.0.113.7", "203.|0.|113.|7"),
            ("see 203.0.113.7/x.", "see 203.|0.|113.|7/x."),
            ("(203.0.113.7:80)", "(203.|0.|113.|7:80)"),
            ("At 127.0.0.1. Then", "At 127.|0.|0.|1. Then"),
            ("3.5 and v1.2.3 and 1.2.3.", "3.5 and v1.2.3 and 1.2.3."),
            ("1.2.3.4.5 or 1..2.3 or 1000.2.3.4", "1.2.3.4.5 or 1..2.3 or 1000.2.3.4"),
        ] {
            assert_eq!(shown(&[plain(text)]), expected, "{text}");
        }
        let spans = [plain("203."), Span::Strong("0.113".to_owned()), Span::Code(".7".to_owned())];
        assert_eq!(shown(&spans), "203.|<b>0.|113</b><code>.7</code>");
    }

    #[test]
    fn names_of_sites_are_broken_whatever_letters_they_have() {
        for (text, expected) in [
            ("example.com", "example.|com"),
            ("a.b.example.org.", "a.|b.|example.|org."),
            ("cafe\u{301}.es", "cafe\u{301}.|es"),
            ("💥.ws", "💥.|ws"),
            ("The end. Then", "The end. Then"),
            (".env", ".env"),
        ] {
            assert_eq!(shown(&[plain(text)]), expected, "{text}");
        }
        assert_eq!(shown(&[Span::Code("a".to_owned()), plain(".com")]), "<code>a</code>.|com");
    }
}
