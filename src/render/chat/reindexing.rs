//! What is said of a re-index.

use super::super::document::{Block, Document, Marker, Span};
use super::super::say;
use super::{instruction, short};
use crate::question::Language;

/// How many reasons against a new index are shown.
const MOST_REASONS: usize = 8;

/// The sources are being read.
pub fn reindexing(language: Language) -> Document {
    short(language, say(language, "Reading the sources…", "Leyendo las fuentes…"))
}

/// The sources have been read.
pub fn reindexed(language: Language, passages: usize, documents: usize, skipped: usize) -> Document {
    let done = match language {
        Language::English => format!("Done: {passages} passages from {documents} documents."),
        Language::Spanish => format!("Listo: {passages} pasajes de {documents} documentos."),
    };
    let left_out = match (language, skipped) {
        (_, 0) => String::new(),
        (Language::English, _) => format!(" {skipped} could not be read; `colega ingest` says which and why."),
        (Language::Spanish, 1) => " 1 no se ha podido leer; `colega ingest` dice cuál y por qué.".to_owned(),
        (Language::Spanish, _) => format!(" {skipped} no se han podido leer; `colega ingest` dice cuáles y por qué."),
    };
    Document { language, blocks: vec![instruction(&(done + &left_out))] }
}

/// A new index is worse than the live one, which stays; the first reasons.
pub fn index_refused(language: Language, why: &[String]) -> Document {
    let title = say(
        language,
        "A new index answers the goldset worse, so it does not go live. The old one goes on answering.",
        "Un índice nuevo responde peor al goldset, así que no se activa. El anterior sigue respondiendo.",
    );
    let items = why.iter().take(MOST_REASONS).map(|why| vec![Span::Plain(why.clone())]).collect();
    let rest = say(language, "`colega history` lists all of it.", "`colega history` lo lista todo.");
    let list = Block::List { marker: Marker::Bullet, items };
    Document { language, blocks: vec![instruction(title), list, instruction(rest)] }
}

/// The sources could not be read.
pub fn reindex_failed(language: Language) -> Document {
    short(
        language,
        say(
            language,
            "The sources could not be read; the log says why. The old index goes on answering.",
            "No se han podido leer las fuentes; el registro dice por qué. El índice anterior sigue respondiendo.",
        ),
    )
}
