//! Tests through the front door, one file per area.

mod measuring;
mod subtitles;
