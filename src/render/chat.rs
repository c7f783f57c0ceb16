//! What Colega says on chat platforms, as documents: answers, and words in their place. Replies to commands are in `report`,
//! what buttons and notices say in `labels`.

mod labels;
mod reindexing;
mod report;

pub use labels::{Labels, labels};
pub use reindexing::{index_refused, reindex_failed, reindexed, reindexing};
pub use report::{
    AdapterShown, ConnectionShown, GapShown, StatsShown, connection, forgotten, gaps, help, nothing_to_explain, paired,
    platform, sources, stats, why,
};

use std::time::Duration;

use super::document::{Block, Document, Marker, Span, Text, plain};
use super::{Notice, Shown, markdown, say, section_title, shown, source_language_note, sources_title, whole_seconds};
use crate::answer::{self, Answer, Citation, CitationNo, Reply, Section, SectionKind, Sentence};
use crate::question::Language;

/// Letters of a question that are repeated above its answer.
const QUESTION_SHOWN: usize = 200;

/// Why an answer is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// The asker pressed the button.
    Cancelled,
    /// The asker has asked something else meanwhile.
    Superseded,
    /// The question was deleted.
    Deleted,
    /// Colega was away for too long.
    TooLate,
    /// Something failed within.
    Failed,
}

/// A reply.
pub fn reply(reply: &Reply) -> Document {
    match shown(reply) {
        Shown::Answer(answer) => written(answer),
        Shown::Notice(notice) => words(&notice),
    }
}

/// `document`, followed by a word to whoever wrote credentials of these `kinds` into the question.
pub fn with_leak_warning(mut document: Document, kinds: &[String]) -> Document {
    if let Some(warning) = super::leak_warning(kinds, document.language) {
        document.blocks.push(Block::Paragraph(vec![Span::Strong(warning)]));
    }
    document
}

/// An answer that is still being written.
pub fn draft(answer: &Answer) -> Document {
    let mut document = written(answer);
    let note = say(answer.language, "Still writing…", "Sigo escribiendo…");
    document.blocks.push(Block::Small(vec![Span::Emphasis(note.to_owned())]));
    document
}

/// An answer that is whole, and that a model is putting into better words.
pub fn refining(answer: &Answer) -> Document {
    let mut document = written(answer);
    let note = super::refining(answer.language);
    document.blocks.push(Block::Small(vec![Span::Emphasis(note.to_owned())]));
    document
}

/// A question that waits for its turn.
pub fn waiting(language: Language, before: usize, estimate: Duration) -> Document {
    let seconds = whole_seconds(estimate);
    short(
        language,
        &match (language, before) {
            (Language::English, 0) => "Yours is next.".to_owned(),
            (Language::Spanish, 0) => "La tuya es la siguiente.".to_owned(),
            (Language::English, 1) => format!("One question is before yours: about {seconds} s."),
            (Language::Spanish, 1) => format!("Hay una pregunta antes de la tuya: aprox. {seconds} s."),
            (Language::English, _) => format!("{before} questions are before yours: about {seconds} s."),
            (Language::Spanish, _) => format!("Hay {before} preguntas antes de la tuya: aprox. {seconds} s."),
        },
    )
}

/// What stands in place of an answer that was taken back.
pub fn withdrawn(language: Language, why: Withdrawal) -> Document {
    short(
        language,
        match why {
            Withdrawal::Cancelled => say(language, "Cancelled.", "Cancelada."),
            Withdrawal::Superseded => say(
                language,
                "Stopped, since you asked something else meanwhile.",
                "He parado porque mientras tanto has preguntado otra cosa.",
            ),
            Withdrawal::Deleted => say(language, "The question was deleted.", "La pregunta se ha borrado."),
            Withdrawal::TooLate => say(
                language,
                "I was away for too long to answer this. Ask again if you still want to know.",
                "He estado sin conexión demasiado tiempo para responder a esto. Pregunta de nuevo si aún te interesa.",
            ),
            Withdrawal::Failed => say(
                language,
                "Something failed here, so I cannot answer this. Whoever runs me finds the reason in the log.",
                "Algo ha fallado por mi parte y no puedo responder a esto. Quien me administra encontrará el motivo en el registro.",
            ),
        },
    )
}

/// To somebody who needs to be let in; `None` when too many people wait.
pub fn pairing(language: Language, code: Option<&str>) -> Document {
    let Some(code) = code else {
        return short(
            language,
            say(
                language,
                "Too many people are waiting to be let in. Try again in an hour.",
                "Hay demasiadas personas esperando acceso. Vuelve a intentarlo en una hora.",
            ),
        );
    };
    let (before, after) = match language {
        Language::English => (
            format!("I do not know you yet. Give this code to whoever looks after me: `{code}`"),
            format!("They let you in with `/pair {code}`. It is good for an hour."),
        ),
        Language::Spanish => (
            format!("Aún no te conozco. Dale este código a quien me administra: `{code}`"),
            format!("Te dará acceso con `/pair {code}`. Caduca en una hora."),
        ),
    };
    Document { language, blocks: vec![instruction(&before), instruction(&after)] }
}

/// To an `/ask` without a question.
pub fn ask_how(language: Language) -> Document {
    let how = say(
        language,
        "Write your question behind it, such as: `/ask What is an idempotency key?`",
        "Escribe la pregunta después del comando, por ejemplo: `/ask ¿Qué es una clave de idempotencia?`",
    );
    Document { language, blocks: vec![instruction(how)] }
}

/// `document` below the question that it replies to, which begins it in one line.
pub fn to_question(question: &str, mut document: Document) -> Document {
    let mut line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = line.char_indices().nth(QUESTION_SHOWN) {
        line.truncate(at);
        line.push('…');
    }
    document.blocks.insert(0, Block::Small(plain(quoted(document.language, &line))));
    document
}

/// `words` as something that was said.
fn quoted(language: Language, words: &str) -> String {
    let (open, close) = (say(language, "“", "«"), say(language, "”", "»"));
    format!("{open}{words}{close}")
}

/// A paragraph in which commands stand in backticks, and so become code: it can be copied, while in other text Telegram's
/// commands are broken by an invisible letter.
fn instruction(words: &str) -> Block {
    Block::Paragraph(markdown::spans(words))
}

/// A single paragraph.
pub fn short(language: Language, words: &str) -> Document {
    Document { language, blocks: vec![Block::Paragraph(plain(words))] }
}

fn written(answer: &Answer) -> Document {
    let language = answer.language;
    let mut blocks = vec![Block::Title(plain(&answer.subject))];
    if let Some(note) = source_language_note(answer) {
        blocks.push(Block::Paragraph(vec![Span::Emphasis(note.to_owned())]));
    }
    for section in &answer.sections {
        blocks.push(Block::Heading(plain(section_title(section.kind, language))));
        blocks.extend((0..section.blocks.len()).flat_map(|at| blocks_of(section, at)));
    }
    blocks.push(Block::Heading(plain(sources_title(language))));
    blocks.extend(answer.citations.iter().map(|citation| Block::Small(source(citation))));
    Document { language, blocks }
}

/// The block `at` of a section.
fn blocks_of(section: &Section, at: usize) -> Vec<Block> {
    let marker = if section.kind == SectionKind::Checklist { Marker::Box } else { Marker::Bullet };
    match &section.blocks[at] {
        answer::Block::Paragraph { sentences } => vec![Block::Paragraph(text(sentences))],
        answer::Block::List { items } => {
            vec![Block::List { marker, items: items.iter().map(|item| text(item)).collect() }]
        }
        answer::Block::Code { language, code, .. } => {
            let code = Block::Code { language: language.clone(), code: code.clone() };
            let marks = marks(section.marks_of_code(at));
            if marks.is_empty() { vec![code] } else { vec![code, Block::Small(plain(marks))] }
        }
    }
}

/// Sentences with their citations behind them.
fn text(sentences: &[Sentence]) -> Text {
    let mut text = Text::new();
    for (at, sentence) in sentences.iter().enumerate() {
        if at > 0 {
            text.push(Span::Plain(" ".to_owned()));
        }
        text.extend(markdown::spans(&sentence.text));
        text.push(Span::Plain(format!(" {}", marks(&sentence.cites))));
    }
    text
}

/// `[1][3]`.
fn marks(cites: &[CitationNo]) -> String {
    cites.iter().fold(String::new(), |marks, no| format!("{marks}[{}]", no.0))
}

/// `[1] Title › Heading — file L12–27`, with a link to the published original where there is one.
fn source(citation: &Citation) -> Text {
    let title = match &citation.url {
        Some(url) if markdown::is_web_address(url) => Span::Link { text: citation.title.clone(), url: url.clone() },
        _ => Span::Plain(citation.title.clone()),
    };
    vec![
        Span::Plain(format!("[{}] ", citation.no.0)),
        title,
        Span::Plain(" — ".to_owned()),
        Span::Code(citation.source_file.clone()),
        Span::Plain(format!(" {}", citation.span)),
    ]
}

fn words(notice: &Notice) -> Document {
    let mut blocks = vec![Block::Paragraph(vec![Span::Strong(notice.title.clone())])];
    blocks.extend(notice.advice.iter().map(|advice| Block::Paragraph(plain(advice))));
    if let Some((heading, entries)) = &notice.nearest {
        blocks.push(Block::Paragraph(plain(format!("{heading}:"))));
        blocks.push(Block::List { marker: Marker::Bullet, items: entries.iter().map(plain).collect() });
    }
    Document { language: notice.language, blocks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::telegram;

    #[test]
    fn commands_can_be_copied() {
        let check = |document: &Document, code: &str| {
            let text = telegram::parts(document).concat();
            assert!(text.contains(&format!("<code>{code}</code>")), "{code} is not in {text}");
        };
        for language in Language::ALL {
            check(&pairing(language, Some("123456")), "123456");
            check(&pairing(language, Some("123456")), "/pair 123456");
            check(&reindexed(language, 9, 2, 1), "colega ingest");
        }
        check(&ask_how(Language::English), "/ask What is an idempotency key?");
        check(&ask_how(Language::Spanish), "/ask ¿Qué es una clave de idempotencia?");
    }

    #[test]
    fn one_source_that_could_not_be_read_is_one() {
        let said = |skipped| telegram::parts(&reindexed(Language::Spanish, 9, 2, skipped)).concat();
        assert!(said(1).contains("1 no se ha podido leer;") && said(1).contains("dice cuál y por qué"), "{}", said(1));
        assert!(said(2).contains("2 no se han podido leer;") && said(2).contains("dice cuáles y"), "{}", said(2));
        assert!(!said(0).contains("leer"), "{}", said(0));
    }
}
