//! The `colega` program.
fn main() {}
