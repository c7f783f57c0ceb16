//! Tests through the front door, one file per area.

mod ingest;
mod layering;
mod measuring;
mod page;
mod program;
mod subtitles;
