use super::*;
use crate::answer::{AnswerId, Citation, Engine, Refusal, RefusalReason, Suggestions};
use crate::passage::{ChunkId, SourceSpan, Timestamp};
use crate::question::Language;

/// An answer with a part of every shape.
pub(in crate::render) fn answer() -> Answer {
    let sentence = |text: &str, no| Sentence { text: text.to_owned(), cites: vec![CitationNo(no)] };
    let citation = |no, title: &str, file: &str, span| Citation {
        no: CitationNo(no),
        chunk_id: ChunkId::new(file, title, 0),
        title: title.to_owned(),
        source_file: file.to_owned(),
        span,
        quote: String::new(),
        url: None,
    };
    let blocks = [
        (
            SectionKind::Definition,
            vec![Block::Paragraph {
                sentences: vec![
                    sentence("An **idempotency key** is a unique value that a client attaches to a request.", 1),
                    sentence("Many APIs carry it in the `Idempotency-Key` [header](https://h.example).", 2),
                ],
            }],
        ),
        (
            SectionKind::Example,
            vec![Block::Code {
                language: "sql".to_owned(),
                code: "SELECT key\n  FROM idempotency_keys WHERE account_id = 42 AND status_code IS NULL;".to_owned(),
                cites: vec![CitationNo(1)],
            }],
        ),
        (
            SectionKind::Checklist,
            vec![Block::List {
                items: vec![vec![sentence("Generate the key on the client, once for each operation.", 2)]],
            }],
        ),
    ];
    let spoken = SourceSpan::Time { start: Timestamp::from_millis(751_000), end: Timestamp::from_millis(778_400) };
    Answer {
        id: AnswerId("00112233aabbccdd".to_owned()),
        language: Language::English,
        source_language: None,
        subject: "Idempotency keys".to_owned(),
        sections: blocks.into_iter().map(|(kind, blocks)| Section { kind, blocks }).collect(),
        citations: vec![
            citation(
                1,
                "Idempotency keys › What it is",
                "en/apis/idempotency-keys.md",
                SourceSpan::Lines { start: 12, end: 27 },
            ),
            citation(2, "Backend agent", "BackendAgent.srt", spoken),
        ],
        engine: Engine::Extractive,
        elapsed_ms: 3.0,
    }
}

fn plainly(reply: &Reply) -> String {
    render(reply, &Layout { width: 50, style: Style::Plain })
}

#[test]
fn an_answer_in_english() {
    insta::assert_snapshot!(plainly(&Reply::Answer(answer())), @r#"
    Idempotency keys

    In short
      An idempotency key is a unique value that a
      client attaches to a request. [1] Many APIs
      carry it in the `Idempotency-Key` header. [2]

    Example
          SELECT key
            FROM idempotency_keys WHERE account_id = 42 AND status_code IS NULL;

      [1]

    Checklist
      ☐ Generate the key on the client, once for each
        operation. [2]

    Sources
      [1] Idempotency keys › What it is
          en/apis/idempotency-keys.md L12–27
      [2] Backend agent
          BackendAgent.srt 00:12:31–00:12:58
    "#);
}

#[test]
fn an_answer_in_spanish_from_english_sources() {
    let answer = Answer { language: Language::Spanish, source_language: Some(Language::English), ..answer() };
    insta::assert_snapshot!(plainly(&Reply::Answer(answer)), @r#"
    Idempotency keys
    Las fuentes están en inglés; se citan tal como
    están.

    En resumen
      An idempotency key is a unique value that a
      client attaches to a request. [1] Many APIs
      carry it in the `Idempotency-Key` header. [2]

    Ejemplo
          SELECT key
            FROM idempotency_keys WHERE account_id = 42 AND status_code IS NULL;

      [1]

    Lista de comprobación
      ☐ Generate the key on the client, once for each
        operation. [2]

    Fuentes
      [1] Idempotency keys › What it is
          en/apis/idempotency-keys.md L12–27
      [2] Backend agent
          BackendAgent.srt 00:12:31–00:12:58
    "#);
}

#[test]
fn no_evidence() {
    let nearest = vec!["Idempotency keys".to_owned(), "REST API design".to_owned()];
    insta::assert_snapshot!(plainly(&Reply::NoEvidence(Suggestions { language: Language::English, nearest })), @r#"
    The knowledge base has nothing that answers this.
    Try other words, search elsewhere, or add a
    document on it to the folder of sources.
    The nearest subjects in it:
      • Idempotency keys
      • REST API design
    "#);
}

#[test]
fn a_refusal() {
    let reason = RefusalReason::Intrusion;
    let refusal = Refusal { language: Language::Spanish, reason, rule: "danger.intrusion".to_owned() };
    insta::assert_snapshot!(plainly(&Reply::Refused(refusal)), @r#"
    No ayudo a entrar en sistemas o cuentas ni a
    obtener credenciales.
    Para proteger un sistema, pregunta cómo prevenir
    un ataque (OWASP describe cada uno) o cómo dar
    acceso de forma correcta con OAuth 2; para probar
    un sistema o entrar en él, pide permiso a quien lo
    administra.
    "#);
}

#[test]
fn styles_do_not_change_where_lines_break() {
    let reply = Reply::Answer(answer());
    let styled = render(&reply, &Layout { width: 50, style: Style::Ansi });
    assert_ne!(styled, plainly(&reply));
    let bare = styled.replace("\u{1b}[1m", "").replace("\u{1b}[2m", "").replace("\u{1b}[0m", "");
    assert_eq!(bare, plainly(&reply));
}

#[test]
fn lines_fit_unless_a_word_or_code_is_longer() {
    for width in [0, 20, 33, 80] {
        let text = render(&Reply::Answer(answer()), &Layout { width, style: Style::Plain });
        let code = |line: &str| line.starts_with("      ");
        let words = |line: &str| line.split_whitespace().count();
        let long = text.lines().find(|line| columns(line) > width.max(20) && !code(line) && words(line) > 3);
        assert_eq!(long, None, "at {width} columns");
        assert!(text.contains("WHERE account_id = 42 AND status_code IS NULL;\n"));
    }
}

#[test]
fn sources_cannot_move_the_cursor() {
    let mut answer = answer();
    let evil = "\u{1b}[2J\u{9b}31m\u{8}x";
    answer.subject = evil.to_owned();
    answer.citations[0].title = evil.to_owned();
    answer.sections[0].blocks = vec![
        Block::Paragraph { sentences: vec![Sentence { text: evil.to_owned(), cites: vec![CitationNo(1)] }] },
        Block::Code { language: evil.to_owned(), code: evil.to_owned(), cites: vec![CitationNo(1)] },
    ];
    let text = plainly(&Reply::Answer(answer));
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
}
