//! Lines that steer a site generator and are no text: `/// note`, `!!! warning`, `::: module`, `{* file.py *}`, `[TOC]`.

use std::sync::LazyLock;

use regex::Regex;

/// A directive that stands for itself, on a line without indentation.
static ALONE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?xi) ^ (?:
          /{3,} (?: \s .* )?                  # /// note | Title
        | :{3,} (?: \s* \S .* )?              # ::: module, :::tip
        | \{ [*%!] .* [*%!] \}                # {* file.py hl[1] *}, {% if x %}, {! file !}
        | \{: .* \}                          # {: .class }
        | \{\{ .* \}\}                        # {{ variable }}
        | \[ \[? _? toc _? \]? \]             # [TOC]
        | --8<-- .*                           # --8<-- "file"
        ) $"#;
    Regex::new(pattern).expect("the pattern is well-formed")
});

/// A directive to which the indented lines below it belong.
static OPENER: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x) ^ (?:
          (?: !!! | \?\?\?\+? ) \s* [\w-]+ (?: \ + [\w-]+ )* (?: \ + ".*" )?    # !!! note "Title"
        | === [!+]? \s+ ".*"                                                  # === "Tab"
        ) $"#;
    Regex::new(pattern).expect("the pattern is well-formed")
});

/// The document with its directives and its first `skip` lines blanked, and the text that belongs to a directive moved
/// to the left, so that what remains is plain Markdown. Lines keep their numbers, and only that.
pub fn without_directives(text: &str, skip: usize) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    let mut margin = 0;
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            plain.push('\n');
        }
        if index < skip {
            continue;
        }
        let (inside, indent) = unindented(line, margin);
        let body = inside.trim();
        if indent < margin && !body.is_empty() {
            margin = indent - indent % 4;
        }
        if let Some(open) = fence {
            if body.starts_with(open) && body.trim_start_matches(&open[..1]).is_empty() {
                fence = None;
            }
        } else if let Some(open) = opening_fence(body) {
            fence = Some(open);
        } else if !inside.starts_with("    ") {
            match kind(body) {
                Kind::Text => {}
                Kind::Alone => continue,
                Kind::Opener => {
                    margin = (indent - indent % 4) + 4;
                    continue;
                }
            }
        }
        plain.push_str(inside);
    }
    plain
}

/// The marks with which a line opens fenced code, in a list's item or not.
fn opening_fence(body: &str) -> Option<&str> {
    let unlisted =
        body.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['-', '*', '+', '.', ')', ' ']);
    let mark = ["```", "~~~"].into_iter().find(|mark| unlisted.starts_with(mark))?;
    let rest = unlisted.trim_start_matches(&mark[..1]);
    let is_inline_code = mark == "```" && rest.contains('`');
    (!is_inline_code).then(|| &unlisted[..unlisted.len() - rest.len()])
}

enum Kind {
    Text,
    Alone,
    Opener,
}

/// Whether a line without the space around it is a directive.
fn kind(body: &str) -> Kind {
    match body.as_bytes().first() {
        Some(b'/' | b':' | b'{' | b'[' | b'-') if ALONE.is_match(body) => Kind::Alone,
        Some(b'!' | b'?' | b'=') if OPENER.is_match(body) => Kind::Opener,
        _ => Kind::Text,
    }
}

/// `line` without up to `margin` columns of white space, and how many columns of it there are; a tab counts as four.
fn unindented(line: &str, margin: usize) -> (&str, usize) {
    let mut columns = 0;
    let mut cut = 0;
    for (at, c) in line.char_indices() {
        let width = match c {
            ' ' => 1,
            '\t' => 4,
            _ => break,
        };
        if columns < margin {
            cut = at + 1;
        }
        columns += width;
    }
    (&line[cut..], columns)
}
