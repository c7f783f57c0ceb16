//! Colega: a chat-bot daemon that answers backend questions from a team's own knowledge base.

pub mod adapters;
pub mod agent;
pub mod answer;
pub mod bench;
pub mod embed;
pub mod eval;
pub mod feedback;
pub mod generate;
pub mod guard;
pub mod jsonl;
pub mod knowledge;
pub mod language;
pub mod limit;
pub mod passage;
pub mod question;
pub mod render;
pub mod retrieve;
pub mod sentence;
pub mod support;
