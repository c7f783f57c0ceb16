//! The `colega` program.

use std::process::ExitCode;

use clap::Parser as _;
use colega::cli::Cli;

/// glibc keeps what a new index has freed in pieces too small to give back: memory doubled over 24 re-indexes of 5,900 passages
/// (from 314 to 616 MB), where this allocator came back to where it began (331, then 338).
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("colega: {error:#}");
            ExitCode::FAILURE
        }
    }
}
