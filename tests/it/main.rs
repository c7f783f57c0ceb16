//! Tests through the front door, one file per area.

mod ingest;
mod page;
mod subtitles;
