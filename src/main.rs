//! The `colega` program.

use std::process::ExitCode;

use clap::Parser as _;
use colega::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("colega: {error:#}");
            ExitCode::FAILURE
        }
    }
}
