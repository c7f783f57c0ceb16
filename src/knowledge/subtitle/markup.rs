//! What a reader sees of a cue's lines: without tags, with entities resolved, and cut where another person speaks.

use html5ever::data::NAMED_ENTITIES;

/// Tags of both formats. Any other `<…>` is text: people speak of `Vec<T>`.
const TAGS: [&str; 14] = ["i", "b", "u", "s", "c", "v", "font", "ruby", "rt", "lang", "span", "br", "em", "strong"];

/// No tag is longer, and no entity longer than the second.
const LONGEST_TAG: usize = 300;
const LONGEST_ENTITY: usize = 33;

/// What one person says within one cue.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub speaker: Option<String>,
    /// Display lines, separated by `\n`; none is blank.
    pub text: String,
}

/// The parts of a cue's lines, in order; none is empty.
pub(super) fn parts(lines: &[&str]) -> Vec<Part> {
    let is_dialogue = lines.iter().filter(|line| begins_turn(line.trim_start())).count() > 1;
    let mut parts = vec![Part::default()];
    for line in lines {
        let opens = line.trim_start();
        if (is_dialogue && begins_turn(opens)) || opens.starts_with(">>") || opens.starts_with("&gt;&gt;") {
            let speaker = None;
            parts.push(Part { speaker, text: String::new() });
        }
        read_line(line, &mut parts);
        end_line(parts.last_mut().expect("never empty"));
    }
    parts.retain(|part| !part.text.trim().is_empty());
    parts
}

/// The mark with which subtitles show that somebody else begins to speak, if `text` begins with one: its length in bytes.
pub(super) fn turn_mark(text: &str) -> Option<usize> {
    let rest = text.trim_start_matches('>');
    let angles = text.len() - rest.len();
    let rest = match angles {
        0 => text
            .strip_prefix(['-', '–', '—'])
            .filter(|rest| rest.starts_with(|c: char| c == ' ' || c.is_alphabetic()))?,
        1 => return None,
        _ => rest,
    };
    Some(text.len() - rest.trim_start().len())
}

fn begins_turn(line: &str) -> bool {
    turn_mark(line).is_some()
}

fn read_line(line: &str, parts: &mut Vec<Part>) {
    let mut rest = line;
    while let Some(at) = rest.find(['<', '&', '{']) {
        let (before, special) = rest.split_at(at);
        push(parts, before);
        let taken = match special.as_bytes()[0] {
            b'<' => tag(special, parts),
            b'&' => entity(special).map(|(text, length)| {
                push(parts, &text);
                length
            }),
            _ => special.starts_with("{\\").then(|| tag_end(special, b'}')).flatten(),
        };
        let taken = taken.unwrap_or_else(|| {
            push(parts, &special[..1]);
            1
        });
        rest = &special[taken..];
    }
    push(parts, rest);
}

fn push(parts: &mut [Part], text: &str) {
    parts.last_mut().expect("never empty").text.push_str(text);
}

/// Closes the display line: white space collapsed, a blank line forgotten.
fn end_line(part: &mut Part) {
    let start = part.text.trim_end_matches(|c| c != '\n').len();
    let is_tidy = !part.text[start..].bytes().any(|byte| byte == b'\t' || !byte.is_ascii())
        && !part.text[start..].contains("  ")
        && !part.text[start..].starts_with(' ');
    if is_tidy {
        part.text.truncate(part.text.trim_end_matches(' ').len());
    } else {
        let line = part.text.split_off(start);
        for (at, word) in line.split_whitespace().enumerate() {
            if at > 0 {
                part.text.push(' ');
            }
            part.text.push_str(word);
        }
    }
    if !part.text.is_empty() && !part.text.ends_with('\n') {
        part.text.push('\n');
    }
}

/// The length of the tag that `text` begins, up to and with the byte `close`.
fn tag_end(text: &str, close: u8) -> Option<usize> {
    text.bytes().take(LONGEST_TAG).position(|byte| byte == close).map(|end| end + 1)
}

/// Acts on the tag with which `text` begins and tells its length; `None` if it is no tag.
fn tag(text: &str, parts: &mut Vec<Part>) -> Option<usize> {
    let length = tag_end(text, b'>')?;
    let inside = &text[1..length - 1];
    if is_time(inside) {
        return Some(length);
    }
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let (name, rest) = name.split_at(name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len()));
    let known = TAGS.contains(&name) || ["I", "B", "U", "FONT", "BR"].contains(&name);
    if !known || !(rest.is_empty() || rest.starts_with(['.', ' ', '\t', '/'])) {
        return None;
    }
    if name.eq_ignore_ascii_case("br") {
        push(parts, " ");
    } else if inside.starts_with('v') {
        let speaker = rest.split_once([' ', '\t']).map(|(_, name)| resolved(name.trim()));
        turn(parts, speaker.filter(|name| !name.is_empty()));
    }
    Some(length)
}

/// A voice tag: the same person goes on, or another begins.
fn turn(parts: &mut Vec<Part>, speaker: Option<String>) {
    let last = parts.last_mut().expect("never empty");
    if last.text.chars().all(char::is_whitespace) {
        // Cleared, or white space between many tags would be looked through again and again.
        last.text.clear();
        last.speaker = speaker;
    } else if last.speaker != speaker {
        parts.push(Part { speaker, text: String::new() });
    }
}

/// When the next word is said, as karaoke needs it: `00:00:01.000`.
fn is_time(inside: &str) -> bool {
    inside.contains(':') && inside.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b','))
}

fn resolved(text: &str) -> String {
    let mut parts = vec![Part::default()];
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        push(&mut parts, &rest[..at]);
        let (shown, length) = entity(&rest[at..]).unwrap_or_else(|| ("&".to_owned(), 1));
        push(&mut parts, &shown);
        rest = &rest[at + length..];
    }
    push(&mut parts, rest);
    parts.swap_remove(0).text
}

/// The entity with which `text` begins: what it shows, and its length.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let shown = if let Some(code) = name.strip_prefix('#') {
        let code = match code.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => code.parse(),
        };
        char::from_u32(code.ok()?)?.to_string()
    } else {
        let &(first, second) = NAMED_ENTITIES.get(&text[1..=end])?;
        [first, second].into_iter().filter(|&code| code != 0).filter_map(char::from_u32).collect()
    };
    let visible = |c: char| !c.is_control() && !matches!(c, '\u{FEFF}' | '\u{200B}'..='\u{200F}');
    Some((shown.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|&c| visible(c)).collect(), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expected: &[(Option<&str>, &str)]) {
        let parts = parts(lines);
        let found: Vec<_> = parts.iter().map(|part| (part.speaker.as_deref(), part.text.trim_end())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn markup_goes_and_text_stays() {
        check(&[r##"{\an8}<i>Hello</i> <font color="#ff0000"><b>you</b></font>"##], &[(None, "Hello you")]);
        check(&["live.<00:01:23.950><c> I</c><c.colorE5E5E5><00:01:24.310><c> am</c></c>"], &[(None, "live. I am")]);
        check(&["a<br/>b", "  ", "c \t d"], &[(None, "a b\nc d")]);
        for text in ["a < b > c", "Vec<T> and Map<K, V>", "{x} & {y}", "if a<b", "<i", "&", "&;", "&nosuch;", "<é>"] {
            check(&[text], &[(None, text)]);
        }
    }

    #[test]
    fn entities_are_resolved_once() {
        check(&["AT&amp;T&nbsp;&lt;i&gt; &#233;&#xe9;&eacute; &amp;lt;"], &[(None, "AT&T <i> ééé &lt;")]);
        check(&["a&#0;b&#10;c&#99999999999;"], &[(None, "ab c&#99999999999;")]);
    }

    #[test]
    fn speakers_are_told_apart() {
        check(&["<v Ann>Hi.", "<v Ann>Hello."], &[(Some("Ann"), "Hi.\nHello.")]);
        check(
            &["<v.loud Ann B>Hi.</v> <v Tom &amp; Co>Yes.</v>"],
            &[(Some("Ann B"), "Hi."), (Some("Tom & Co"), "Yes.")],
        );
        check(&["- Hi.", "- Yes."], &[(None, "- Hi."), (None, "- Yes.")]);
        check(&["- Hi."], &[(None, "- Hi.")]);
        check(&["so", "&gt;&gt; yes"], &[(None, "so"), (None, ">> yes")]);
    }

    #[test]
    fn marks_of_a_turn_are_measured() {
        for (text, expected) in
            [("- Hi", Some(2)), ("-Hi", Some(1)), (">> Hi", Some(3)), ("-5", None), ("> Hi", None), ("--flag", None)]
        {
            assert_eq!(turn_mark(text), expected, "{text}");
        }
    }
}
