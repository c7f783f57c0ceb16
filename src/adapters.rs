//! Where people ask: each adapter translates in and out, and does nothing else.

pub mod terminal;
pub mod web;
