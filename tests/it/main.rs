//! Tests through the front door, one file per area.

mod ingest;
mod measuring;
mod page;
mod subtitles;
