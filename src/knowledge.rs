//! From raw files to passages: parse, normalise, chunk, label, remove near-duplicates; and from passages to
//! cards and snippets.

pub mod align;
pub mod cards;
pub mod chunk;
pub mod decode;
pub mod dedupe;
pub mod document;
pub mod html;
pub mod ingest;
pub mod markdown;
pub mod meta;
pub mod normalize;
pub mod pdf;
pub mod snippets;
pub mod subtitle;
pub mod text;
pub mod topic;
pub mod validate;
