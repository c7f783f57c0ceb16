//! PDF: the text of its pages as paragraphs.
//!
//! The library that reads PDFs panics on what it does not expect and knows no limits. It therefore works in a thread of
//! its own, on a file made harmless before ([`tame`]), and nobody waits for it longer than [`TIME_LIMIT`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use crate::knowledge::document::{Block, BlockKind, Meta, ParseError, Parsed};
use crate::passage::SourceSpan;

mod extract;
mod reflow;
mod tame;

use extract::{Failure, Pages};

/// How long one file may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How large a file may be, in bytes.
pub const SIZE_LIMIT: usize = 64 * 1024 * 1024;

const THREAD: &str = "pdf";
const STACK: usize = 32 * 1024 * 1024;

/// Reads a PDF. Spans are pages; headings cannot be told from text, so every block is a paragraph.
///
/// A file that is encrypted, damaged, larger than [`SIZE_LIMIT`], without text or slower than [`TIME_LIMIT`] is an error;
/// single pages that cannot be read are warnings.
pub fn parse(file: &str, bytes: &[u8]) -> Result<Parsed, ParseError> {
    parse_within(file, bytes, TIME_LIMIT)
}

fn parse_within(file: &str, bytes: &[u8], limit: Duration) -> Result<Parsed, ParseError> {
    let fail =
        |reason: String, mend: &str| ParseError { file: file.to_owned(), line: None, reason, mend: mend.to_owned() };
    if bytes.len() > SIZE_LIMIT {
        let (has, may) = (bytes.len() >> 20, SIZE_LIMIT >> 20);
        return Err(fail(
            format!("the PDF has {has} MiB, and {may} MiB is the limit"),
            "split it, or save it without images",
        ));
    }
    let again = "save it again from the program it was made with";
    let pages = match run(bytes.to_vec(), limit) {
        None => return Err(fail(format!("the PDF took longer than {} s", limit.as_secs()), again)),
        Some(Err(Failure::Encrypted)) => {
            return Err(fail("the PDF is encrypted".to_owned(), "save a copy of it that needs no password"));
        }
        Some(Err(Failure::Damaged(how))) => return Err(fail(format!("the PDF is damaged ({how})"), again)),
        Some(Ok(pages)) => pages,
    };
    let blocks: Vec<Block> = reflow::paragraphs(&pages.read)
        .into_iter()
        .map(|paragraph| Block {
            kind: BlockKind::Paragraph,
            text: paragraph.text,
            span: SourceSpan::Pages { start: paragraph.page, end: paragraph.page },
        })
        .collect();
    match (blocks.is_empty(), pages.unread.len()) {
        (true, 0) => Err(fail("the PDF has no text in it: a scan?".to_owned(), "run OCR over it first")),
        (true, _) => Err(fail("the PDF is damaged (none of its pages can be read)".to_owned(), again)),
        (false, _) => {
            let warn = |page| fail(format!("page {page} cannot be read in full"), again);
            let warnings = pages.unread.iter().map(warn).collect();
            Ok(Parsed { meta: Meta::default(), blocks, warnings })
        }
    }
}

/// Reads the pages in a thread of its own; `None` if that took too long. The thread ends at its next page then.
fn run(bytes: Vec<u8>, limit: Duration) -> Option<Result<Pages, Failure>> {
    silence_panics();
    let stop = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = sync_channel(1);
    let work = {
        let stop = Arc::clone(&stop);
        move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| extract::pages(&bytes, &stop)));
            let outcome =
                outcome.unwrap_or_else(|_| Err(Failure::Damaged("its parts contradict one another".to_owned())));
            // Nobody listens any more when the time is up.
            let _ = sender.send(outcome);
        }
    };
    if let Err(error) = thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK).spawn(work) {
        return Some(Err(Failure::Damaged(format!("no thread to read it in: {error}"))));
    }
    match receiver.recv_timeout(limit) {
        Ok(outcome) => Some(outcome),
        Err(RecvTimeoutError::Timeout) => {
            stop.store(true, Ordering::Relaxed);
            None
        }
        Err(RecvTimeoutError::Disconnected) => Some(Err(Failure::Damaged("its reader stopped".to_owned()))),
    }
}

/// Keeps panics of the reading thread, all of which are caught, from being printed; others are told as before.
fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name() != Some(THREAD) {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests;
