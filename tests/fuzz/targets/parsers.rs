//! Any bytes as a document: whatever they are, reading and cutting them ends, and no passage is empty.
#![no_main]

use colega::knowledge::chunk::{self, ChunkLimits};
use colega::knowledge::document::{Document, Meta};
use colega::knowledge::{decode, html, markdown, meta, pdf, subtitle, text, topic};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let decoded = decode::decode(bytes).text;
    let parsed = match kind % 6 {
        0 => markdown::parse("fuzz.md", &decoded).map(|parsed| parsed.blocks),
        1 => html::parse("fuzz.html", &decoded).map(|parsed| parsed.blocks),
        2 => subtitle::parse("fuzz.vtt", &decoded).map(|parsed| subtitle::blocks(&parsed.cues)),
        3 => subtitle::parse("fuzz.srt", &decoded).map(|parsed| subtitle::blocks(&parsed.cues)),
        4 => pdf::parse("fuzz.pdf", bytes).map(|parsed| parsed.blocks),
        _ => {
            let _ = topic::Topics::parse(&decoded);
            meta::front_matter("fuzz.md", &decoded);
            Ok(text::blocks(&decoded))
        }
    };
    let Ok(blocks) = parsed else { return };
    let document = Document { source_file: "fuzz".to_owned(), meta: Meta::default(), blocks };
    for draft in chunk::chunk(&document, None, &ChunkLimits::default()) {
        assert!(!draft.text.trim().is_empty(), "an empty passage");
    }
});
