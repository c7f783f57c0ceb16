//! Dockerfiles: each logical line begins with an instruction.

/// All instructions of the Dockerfile reference.
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

pub(super) fn check(code: &str) -> Result<(), String> {
    let mut lines = code.lines().zip(1..);
    let mut continues = false;
    while let Some((line, number)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (first, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if !continues && !INSTRUCTIONS.contains(&first.to_uppercase().as_str()) {
            return Err(format!("line {number} begins with no instruction: {first}"));
        }
        if !continues && arguments.trim().is_empty() {
            return Err(format!("{first} in line {number} says nothing"));
        }
        // A here-document goes on until its own word.
        if let Some((_, mark)) = line.split_once("<<") {
            let mark = mark.trim_start_matches('-').split_whitespace().next().unwrap_or_default();
            let mark = mark.trim_matches(['"', '\'']);
            if !mark.is_empty() && !lines.by_ref().any(|(line, _)| line.trim() == mark) {
                return Err(format!("the text that begins in line {number} never ends with {mark}"));
            }
        }
        continues = line.ends_with('\\');
    }
    if continues { Err("the last line says that another follows".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_begin_with_instructions() {
        for right in ["FROM rust:1 AS build\n# a comment\nRUN a \\\n    && b\n", "RUN <<EOF\nanything\nEOF\nUSER app"] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in ["FORM rust:1", "FROM rust:1\nRUN a \\", "FROM", "RUN <<EOF\nanything"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
