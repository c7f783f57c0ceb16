//! Where people ask: each adapter translates in and out, and does nothing else.

pub mod discord;
pub mod finding;
mod numbers;
pub mod telegram;
pub mod terminal;
pub mod token;
pub mod web;
