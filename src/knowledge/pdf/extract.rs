//! The text of each page of a PDF.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use pdf_extract::{Document, LoadOptions, PlainTextOutput, output_doc_page};

use super::tame;

/// Why a PDF gives no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It can only be opened with a password.
    Encrypted,
    /// It is not what a PDF should be: how.
    Damaged(String),
}

/// What was read of a PDF.
#[derive(Debug, Default)]
pub struct Pages {
    /// Number and text of the pages that could be read.
    pub read: Vec<(u32, String)>,
    /// Numbers of those that could not.
    pub unread: Vec<u32>,
}

/// Reads page by page, until `stop` is set. A page that cannot be read does not keep the others from being read.
pub fn pages(bytes: &[u8], stop: &AtomicBool) -> Result<Pages, Failure> {
    let options = LoadOptions { filter: Some(tame::keep), ..LoadOptions::default() };
    let mut document = Document::load_mem_with_options(bytes, options).map_err(|error| match error {
        pdf_extract::Error::InvalidPassword | pdf_extract::Error::Decryption(_) => Failure::Encrypted,
        other => Failure::Damaged(other.to_string()),
    })?;
    // The loader takes encryption away where the empty password opens the file, as it does for those that only forbid
    // printing.
    if document.trailer.has(b"Encrypt") {
        return Err(Failure::Encrypted);
    }
    tame::tame(&mut document).map_err(|reason| Failure::Damaged(reason.to_owned()))?;
    let mut pages = Pages::default();
    for &number in document.get_pages().keys() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mut text = String::new();
        let outcome =
            catch_unwind(AssertUnwindSafe(|| output_doc_page(&document, &mut PlainTextOutput::new(&mut text), number)));
        if !matches!(outcome, Ok(Ok(()))) {
            pages.unread.push(number);
        }
        pages.read.push((number, text));
    }
    Ok(pages)
}
