//! The files of one document to its blocks.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::walk::{Format, SourceFile};
use crate::knowledge::document::{Document, Meta, ParseError, Parsed};
use crate::knowledge::subtitle::{self, Cue};
use crate::knowledge::{align, decode, html, markdown, meta, normalize, pdf, text};

/// A document, and what is needed to cut it.
pub struct Reading {
    pub document: Document,
    /// The decoded file, where the blocks hold its lines word for word.
    pub source: Option<String>,
}

/// What befell while a document was read.
#[derive(Default, Serialize, Deserialize)]
pub struct Notes {
    /// Files that were read.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Files that could not be read.
    pub skipped: Vec<ParseError>,
    /// What was odd.
    pub warnings: Vec<ParseError>,
}

/// Reads the files of one document; `None` if nothing of it can be read, which the notes then explain.
pub fn read(files: &[SourceFile], max_bytes: u64, notes: &mut Notes) -> Option<Reading> {
    let attempt = match files {
        [file] if !matches!(file.format, Format::Srt | Format::Vtt) => page(file, max_bytes, notes),
        talk => read_talk(talk, max_bytes, notes),
    };
    let mut reading = attempt.map_err(|error| notes.skipped.push(error)).ok()?;
    // A sidecar may say who is shown the document: without it nobody is.
    match sidecar(files) {
        Ok(None) => {}
        Ok(Some(meta)) => reading.document.meta = meta::merge(meta, reading.document.meta),
        Err(error) => {
            notes.skipped.push(error);
            return None;
        }
    }
    if reading.document.blocks.is_empty() {
        notes.warnings.push(told(&reading.document.source_file, "it holds no text", "fill it, or remove it"));
    }
    Some(reading)
}

fn page(file: &SourceFile, max_bytes: u64, notes: &mut Notes) -> Result<Reading, ParseError> {
    let bytes = bytes(file, max_bytes, notes)?;
    let name = file.name.as_str();
    let (parsed, source) = if file.format == Format::Pdf {
        (pdf::parse(name, &bytes)?, None)
    } else {
        let text = decoded(name, &bytes, notes);
        match file.format {
            Format::Html => (html::parse(name, &text)?, None),
            Format::Markdown => {
                let parsed = markdown::parse(name, &text)?;
                if let (None, Some(line)) = (&parsed.meta.scope, line_of_scope(&text)) {
                    let (reason, mend) =
                        ("its scope cannot be read, so it is shown to nobody", "correct its front matter");
                    return Err(ParseError { line: Some(line), ..told(name, reason, mend) });
                }
                (parsed, Some(text))
            }
            _ => (Parsed { blocks: text::blocks(&text), ..Parsed::default() }, Some(text)),
        }
    };
    notes.warnings.extend(parsed.warnings);
    let document = Document { source_file: file.name.clone(), meta: parsed.meta, blocks: parsed.blocks };
    Ok(Reading { document, source })
}

/// The line on which front matter names a scope, be the rest of it well-formed or not.
fn line_of_scope(text: &str) -> Option<u32> {
    let fence = text.lines().next().map(str::trim_end).filter(|fence| ["---", "+++"].contains(fence))?;
    let lines = text.lines().skip(1).take_while(|line| line.trim_end() != fence);
    let names_scope = |line: &str| {
        let key = line.split([':', '=']).next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let value = line.split_once([':', '=']).map_or("", |(_, value)| value.trim());
        key.eq_ignore_ascii_case("scope") && !matches!(value, "" | "\"\"" | "''" | "null" | "~")
    };
    (2..).zip(lines).find(|(_, line)| names_scope(line)).map(|(at, _)| at)
}

/// Subtitles, with the better text of a transcript where there is one. Of two subtitle files the first that can be read
/// serves, and `.vtt` is the first choice.
fn read_talk(files: &[SourceFile], max_bytes: u64, notes: &mut Notes) -> Result<Reading, ParseError> {
    let of_format = |format| files.iter().find(|file| file.format == format);
    let transcript = of_format(Format::Text);
    let mut subtitles = None;
    for file in [Format::Vtt, Format::Srt].into_iter().filter_map(of_format) {
        match cues(file, max_bytes, notes) {
            Ok(cues) => {
                subtitles = Some((file, cues));
                break;
            }
            Err(error) => notes.skipped.push(error),
        }
    }
    let (file, cues) = match (subtitles, transcript) {
        (Some(found), _) => found,
        (None, Some(transcript)) => return page(transcript, max_bytes, notes),
        // The last error is the one to return; it was noted like the others.
        (None, None) => return Err(notes.skipped.pop().expect("each subtitle file that failed was noted")),
    };
    let mut blocks = None;
    if let Some(transcript) = transcript {
        match bytes(transcript, max_bytes, notes) {
            Ok(bytes) => {
                let text = decoded(&transcript.name, &bytes, notes);
                blocks = align::align(&text, &cues);
                if blocks.is_none() {
                    let reason = format!("it does not say what {} says, so only the subtitles are used", file.name);
                    notes.warnings.push(told(&transcript.name, &reason, "rename one of the two if they are two talks"));
                }
            }
            Err(error) => notes.skipped.push(error),
        }
    }
    let mut blocks = blocks.unwrap_or_else(|| subtitle::blocks(&cues));
    for block in &mut blocks {
        block.text = normalize::normalize(&block.text);
    }
    blocks.retain(|block| !block.text.is_empty());
    let document = Document { source_file: file.name.clone(), meta: Meta::default(), blocks };
    Ok(Reading { document, source: None })
}

fn cues(file: &SourceFile, max_bytes: u64, notes: &mut Notes) -> Result<Vec<Cue>, ParseError> {
    let bytes = bytes(file, max_bytes, notes)?;
    let text = decoded(&file.name, &bytes, notes);
    let parsed = subtitle::parse(&file.name, &text)?;
    notes.warnings.extend(parsed.warnings);
    Ok(parsed.cues)
}

fn decoded(name: &str, bytes: &[u8], notes: &mut Notes) -> String {
    let decoded = decode::decode(bytes);
    if let Some(note) = decoded.note {
        notes.warnings.push(told(name, &note, "look at its accents in the passages"));
    }
    decoded.text
}

fn bytes(file: &SourceFile, max_bytes: u64, notes: &mut Notes) -> Result<Vec<u8>, ParseError> {
    let mut bytes = Vec::new();
    File::open(&file.path)
        .and_then(|opened| opened.take(max_bytes + 1).read_to_end(&mut bytes))
        .map_err(|error| told(&file.name, &format!("it cannot be read ({error})"), "make it readable, or remove it"))?;
    let size = bytes.len() as u64;
    if size > max_bytes {
        let reason = format!("it is larger than {} MiB", max_bytes / super::MIB);
        return Err(told(&file.name, &reason, "split it, or raise ingest.max_file_mib"));
    }
    if file.format != Format::Pdf && is_binary(&bytes) {
        return Err(told(
            &file.name,
            "it is no text, whatever its name says",
            "remove it, or give it its right ending",
        ));
    }
    notes.files += 1;
    notes.bytes += size;
    Ok(bytes)
}

/// How much of a file is looked at to tell text from other data, in bytes.
const SAMPLE: usize = 64 * 1024;
/// Text has a smaller share of control characters than one in so many; a damaged transcript may have a few.
const CONTROLS: usize = 20;

/// Whether a file is something other than text.
fn is_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    // Zeros do not count: UTF-16 without its mark is full of them.
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, 0 | b'\t' | b'\n' | b'\r' | 0x0C);
    sample.iter().filter(|&&byte| is_control(byte)).count() * CONTROLS > sample.len()
}

/// What a sidecar of one of the files says: of the subtitles' first, then of the transcript's.
fn sidecar(files: &[SourceFile]) -> Result<Option<Meta>, ParseError> {
    for format in [Format::Vtt, Format::Srt, Format::Text, Format::Markdown, Format::Html, Format::Pdf] {
        for file in files.iter().filter(|file| file.format == format) {
            let found = meta::sidecar(&file.path).map_err(|error| beside(file, error))?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

/// `error` with the sidecar's name as sources are named, not as this machine names it.
fn beside(file: &SourceFile, error: ParseError) -> ParseError {
    let sidecar = Path::new(&error.file).file_name().unwrap_or_default().to_string_lossy();
    let name = match file.name.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{sidecar}"),
        None => sidecar.into_owned(),
    };
    ParseError { file: name, ..error }
}

pub fn told(file: &str, reason: &str, mend: &str) -> ParseError {
    ParseError { file: file.to_owned(), line: None, reason: reason.to_owned(), mend: mend.to_owned() }
}
