//! Brackets and quotes that close.

/// Fails where a bracket or a quotation mark has no partner. What stands behind a `#` is a comment.
pub(super) fn check(code: &str) -> Result<(), String> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut quote: Option<(char, usize)> = None;
    for (line, text) in code.lines().enumerate() {
        let line = line + 1;
        let mut chars = text.chars().peekable();
        let mut before = ' ';
        while let Some(c) = chars.next() {
            match (quote, c) {
                (_, '\\') => {
                    chars.next();
                }
                (Some((mark, _)), _) if c == mark => quote = None,
                (None, '#') if before.is_whitespace() => break,
                (None, '"' | '\'' | '`') => quote = Some((c, line)),
                (None, '(' | '[' | '{') => open.push((c, line)),
                (None, ')' | ']' | '}') => match open.pop() {
                    Some((partner, _)) if partner == opening(c) => {}
                    _ => return Err(format!("`{c}` in line {line} closes nothing")),
                },
                _ => {}
            }
            before = c;
        }
    }
    match open.pop().or(quote) {
        Some((c, line)) => Err(format!("`{c}` in line {line} is never closed")),
        None => Ok(()),
    }
}

fn opening(closing: char) -> char {
    match closing {
        ')' => '(',
        ']' => '[',
        _ => '{',
    }
}
