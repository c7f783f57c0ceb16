//! HTTP messages, one or several in a row, as they are written in documents: versions up to 3, no lengths.

use serde::de::IgnoredAny;

/// The most header fields of a message.
const MOST_HEADERS: usize = 64;

pub(super) fn check(code: &str) -> Result<(), String> {
    let lines: Vec<&str> = code.lines().collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|&at| is_start(&lines, at)).collect();
    let before = starts.first().copied().unwrap_or(lines.len());
    if let Some(line) = lines[..before].iter().find(|line| !is_aside(line)) {
        return Err(format!("“{line}” is neither a request nor a status line"));
    }
    if starts.is_empty() {
        return Err("there is no message in it".to_owned());
    }
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts.iter().zip(ends).try_for_each(|(&start, end)| message(&lines[start..end]))
}

/// Blank lines and comments, which stand between messages.
fn is_aside(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}

/// Whether a message begins here: in the first line, or behind a blank line or a comment.
fn is_start(lines: &[&str], at: usize) -> bool {
    let opens = lines[at].starts_with("HTTP/")
        || lines[at].split(' ').nth(2).is_some_and(|version| version.starts_with("HTTP/"));
    opens && (at == 0 || is_aside(lines[at - 1]))
}

fn message(lines: &[&str]) -> Result<(), String> {
    let lines: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('#')).collect();
    let end = lines.iter().position(|line| line.trim().is_empty()).unwrap_or(lines.len());
    // The parser knows versions 1.0 and 1.1; what follows is written alike for all.
    let first = ["HTTP/2.0", "HTTP/3.0", "HTTP/2", "HTTP/3"]
        .iter()
        .find(|version| lines[0].split(' ').any(|word| word == **version))
        .map_or_else(|| lines[0].to_owned(), |version| lines[0].replacen(version, "HTTP/1.1", 1));
    let head = format!("{first}\r\n{}\r\n\r\n", lines[1..end].join("\r\n"));
    let head = head.replace("\r\n\r\n\r\n", "\r\n\r\n");
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let parsed = if head.starts_with("HTTP/") {
        httparse::Response::new(&mut headers).parse(head.as_bytes())
    } else {
        httparse::Request::new(&mut headers).parse(head.as_bytes())
    };
    match parsed {
        Err(error) => return Err(format!("the message “{}”: {error}", lines[0])),
        Ok(httparse::Status::Partial) => return Err(format!("the message “{}” has no end of its head", lines[0])),
        Ok(httparse::Status::Complete(_)) => {}
    }
    let is_json = headers.iter().any(|header| {
        header.name.eq_ignore_ascii_case("content-type") && header.value.windows(4).any(|part| part == b"json")
    });
    let body = lines[end..].join("\n");
    if is_json && !body.trim().is_empty() && !body.contains('…') && !body.contains("...") {
        serde_json::from_str::<IgnoredAny>(&body).map_err(|error| format!("the body is no JSON: {error}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_with_their_bodies() {
        for right in [
            "GET /a HTTP/1.1\nHost: a.example\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"a\": 1}\n",
            "# a comment\nPOST /a HTTP/2\nContent-Type: text/plain\n\nwords\n\nHTTP/2 204\n",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in [
            "GET /a\nHost: a.example",
            "GET /a HTTP/1.1\nno header",
            "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"a\": }",
            "HTTP/1.1 abc OK\n",
            "",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
